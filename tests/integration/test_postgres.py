"""Dagster's books in PostgreSQL, with the configuration of docs/deploy: a server is started for the test alone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse import dbt
from tests.locations import postgres
from tests.support.deliveries import INSZ, write
from tests.support.processes import Twe

pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of an empty database."""
    if missing := postgres.missing():
        pytest.skip(missing)
    with postgres.server() as found:
        yield found


def test_a_run_is_kept_in_postgres_and_a_killed_one_does_not_hold_up_the_next(
    address: str, parsed: Path, tmp_path: Path
) -> None:
    data = DataFolder(tmp_path / "data")
    shutil.copytree(parsed, dbt.target(data))
    write(
        data.inbox,
        "transmissies_2024-01-31.csv",
        f"""
        transmissie_id | klant_id  | transmissiedatum
        X1             | {INSZ[0]} | 2024-01-02
    """,
    )
    data.dagster.mkdir()
    shutil.copy(PROJECT / "docs" / "deploy" / "dagster-postgres.yaml", data.dagster / "dagster.yaml")
    twe = Twe(tmp_path / "processes", data.root, TWE_DAGSTER_POSTGRES=address)
    assert twe("run", "--question", "twe-2018").code == 0
    assert list(data.dagster.rglob("*.db")) == []

    import psycopg2

    plain = address.replace("+psycopg2", "")
    with psycopg2.connect(plain) as books, books.cursor() as cursor:
        cursor.execute("select status from runs")
        assert cursor.fetchall() == [("SUCCESS",)]
        cursor.execute("update runs set status = 'STARTED'")  # as a run that was killed leaves it
        cursor.execute("update runs set run_body = replace(run_body, '\"SUCCESS\"', '\"STARTED\"')")
    (data.inbox / "transmissies_2024-01-31.csv").rename(data.inbox / "transmissies_2024-02-29.csv")
    write(
        data.inbox,
        "transmissies_2024-03-31.csv",
        f"""
        transmissie_id | klant_id  | transmissiedatum
        X2             | {INSZ[0]} | 2024-02-02
    """,
    )
    assert twe("run", "--question", "twe-2018").code == 0
    with psycopg2.connect(plain) as books, books.cursor() as cursor:
        cursor.execute("select status from runs order by id")
        assert cursor.fetchall() == [("FAILURE",), ("SUCCESS",)]
