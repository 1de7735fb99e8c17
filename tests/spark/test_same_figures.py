"""Every published table, on Spark and on DuckDB, over deliveries with everything wrong in them: the same to the bit."""

import datetime as dt
from pathlib import Path

import pytest

from orchestration import runner
from orchestration.runner import RunRequest
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from tests import dbt_unit_tests
from tests.conftest import Finished
from tests.spark.twins import differences, twin
from tests.support.deliveries import KEY

pytestmark = pytest.mark.slow
DATES = [
    (None, None),
    (dt.date(2023, 6, 30), None),
    (dt.date(2025, 12, 31), dt.date(2018, 12, 31)),
]


def publish(data: DataFolder, engine: str, *dates: dt.date | None) -> Publication:
    settings = Settings(data=data.root, engine=engine, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    report = runner.run(settings, RunRequest((), *dates, annexes=False))
    assert report.problems == []
    return report.publications[0]


@pytest.mark.nightly
@pytest.mark.parametrize(("as_of", "geography_date"), DATES)
def test_every_table_is_the_same(
    as_of: dt.date | None, geography_date: dt.date | None, finished: Finished, tmp_path: Path
) -> None:
    data = twin(finished.data, tmp_path / "data")
    made = publish(data, "spark", as_of, geography_date)
    wanted = publish(finished.data, "duckdb", as_of, geography_date)
    assert differences(wanted, made) == []
    assert len(made.tables) > 15
    assert not data.spark.exists()
    assert publication.current(data) == (made if as_of is None else None)


def test_another_figure_is_seen(finished: Finished) -> None:
    """Of the comparison itself: two stands differ."""
    newest, older = (publish(finished.data, "duckdb", day, None) for day in (None, dt.date(2023, 6, 30)))
    found = differences(newest, older)
    assert any(line.startswith("mart_outflow: ") for line in found)


@pytest.mark.nightly
def test_what_each_model_means_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt's unit tests, as they stand."""
    for name in ("TWE_DATA", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "")  # what the runner sets is gone after the test
    succeeded, results = dbt_unit_tests.outcome("spark")
    assert succeeded and results
