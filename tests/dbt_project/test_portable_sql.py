"""No model and no data test holds SQL that Spark may read otherwise than DuckDB. No Spark is needed to see it."""

from pathlib import Path

import pytest

from orchestration.warehouse import dbt
from tests.conftest import Finished
from tests.spark.portable import not_portable
from tests.spark.traps import TRAPS


@pytest.mark.parametrize("what", TRAPS)
def test_a_trap_is_seen(what: str) -> None:
    assert not_portable(TRAPS[what])


@pytest.mark.parametrize(
    "sql",
    [
        "select * exclude (a) from t",
        "select a // b from t",
        "select end_date - start_date from t",
        "select a from t qualify row_number() over (order by file_name) = 1",
        "select string_agg(a) from t",
        "select a[1] from t",
    ],
)
def test_what_only_duckdb_knows_is_seen(sql: str) -> None:
    assert not_portable(sql)


@pytest.mark.slow
def test_models_and_data_tests_hold_what_both_engines_read_alike(finished: Finished) -> None:
    compiled = sorted((dbt.target(finished.data) / "compiled").rglob("*.sql"))
    assert len(compiled) > 90
    found = {_name(path): why for path in compiled if (why := not_portable(path.read_text(encoding="utf-8")))}
    assert found == {}


def _name(path: Path) -> str:
    return "/".join(path.parts[-2:])
