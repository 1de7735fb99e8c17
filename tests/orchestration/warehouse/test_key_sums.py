"""Sums of cell keys: they count what the marts count, stay with their publication, and nobody else can read them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from exports.disclosure.cell_key.keys import client_number, secrets
from orchestration.ingest.workspace import Workspace
from orchestration.store.paths import DataFolder
from orchestration.warehouse import key_sums
from orchestration.warehouse.publication import current
from tests.exports.cell_keys import policy_of

pytestmark = pytest.mark.slow
SECRETS = secrets(b"a pseudonym key of the tests")


@pytest.fixture
def facts(finished) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    key_sums.attach(con, finished.data.warehouse)
    key_sums.read_facts(con, lambda name: 1)
    key_sums.as_marts(con)
    return con


def _marts(con: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    return sorted(
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where database_name = ?", [database]
        ).fetchall()
        if name.startswith("mart_")
    )


def test_with_one_as_everybodys_key_they_are_the_marts(facts):
    marts = _marts(facts, "temp")
    assert marts == _marts(facts, "warehouse")
    for mart in marts:
        columns = [row[0] for row in facts.execute(f"describe temp.{mart}").fetchall()]
        if mart == "mart_activation_ratio":
            continue
        if mart == "mart_wage_subsidies":
            columns = ["year", "nis_code", "basis", "subsidies"]
        chosen = ", ".join(columns)
        counted, told = (f"select {chosen} from {where}.{mart}" for where in ("temp", "warehouse.marts"))
        found = facts.execute(f"({counted} except all {told}) union all ({told} except all {counted})").fetchall()
        assert found == [], mart
        assert facts.execute(f"select count(*) from temp.{mart}").fetchone() != (0,)


def test_clients_in_a_twe_are_counted_by_month(facts):
    """With 1 as the key of each month of leefloners as well, a mean is a sum over so many months."""
    wrong = facts.execute("""
        select * from temp.mart_activation_ratio as mine
        full join warehouse.marts.mart_activation_ratio as told using (year, nis_code, basis)
        where abs(mine.clients_in_twe / mine.leefloners - told.clients_in_twe) > 1e-9
            or mine.leefloners is null or told.leefloners is null
    """).fetchall()
    assert wrong == []


@pytest.mark.parametrize("method", ["suppression", "cell_key"])
def test_a_run_makes_them_only_under_a_policy_that_changes_counts(finished, monkeypatch, method):
    monkeypatch.setattr(key_sums, "load_policy", lambda: policy_of(method=method))
    made_with = key_sums.secrets_of(Workspace(finished.settings))
    assert (made_with is not None) == (method == "cell_key")


def test_they_lie_beside_the_publication_for_its_owner_alone(finished):
    sums = key_sums.of(finished.data, current(finished.data).path)
    assert sums.exists and not sums.folder.is_relative_to(finished.data.published)
    assert sums.folder.stat().st_mode & 0o77 == 0
    assert {path.stat().st_mode & 0o777 for path in sums.folder.iterdir()} == {0o600}
    assert sums.made_with(secrets(finished.settings.pseudonym_key.get_secret_value().encode()))
    assert not sums.made_with(SECRETS)
    texts = b"".join(path.read_bytes() for path in sums.folder.iterdir())
    assert finished.settings.pseudonym_key.get_secret_value().encode() not in texts


def test_they_are_sums_of_the_keys_of_clients(finished, tmp_path):
    data = _beside(finished.data, tmp_path)
    made = key_sums.write(data, Path("one"), SECRETS)
    with duckdb.connect() as con:
        con.execute(f"attach '{data.warehouse}' as warehouse (read_only)")
        clients = con.execute(
            "select client_key from warehouse.facts.fct_trajectory where start_year = 2021"
        ).fetchall()
        found = con.execute(
            f"select sum(trajectories) from '{made.folder}/mart_started_duration.parquet' where year = 2021"
        ).fetchone()
    assert found == (sum(client_number(key, SECRETS.clients) for (key,) in clients),)


def test_those_of_a_stand_stay_when_the_key_changes_and_go_with_the_publication(finished, tmp_path):
    data = _beside(finished.data, tmp_path)
    one = key_sums.write(data, Path("one"), SECRETS)
    before = one.digest
    assert key_sums.write(data, Path("one"), secrets(b"another key of the tests")).digest == before
    other = key_sums.write(data, Path("other"), secrets(b"another key of the tests"))
    assert other.digest != before and other.cells != one.cells
    key_sums.keep_only(data, {"other"})
    assert other.exists and not one.exists
    with pytest.raises(key_sums.KeySumsError, match="TWE_PSEUDONYM_KEY"):
        one.required  # noqa: B018


def _beside(data: DataFolder, folder: Path) -> DataFolder:
    """Another data folder with the same warehouse."""
    other = DataFolder(folder)
    other.warehouse.parent.mkdir(parents=True)
    other.warehouse.write_bytes(data.warehouse.read_bytes())
    return other
