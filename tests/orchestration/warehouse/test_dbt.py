"""dbt's parse is made again when the project is another one, not when it is a newer one; and what DuckDB may take."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from orchestration.ingest import ledger
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt


@pytest.fixture
def parses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What dbt was asked for; it writes a manifest, and reads a project of one model in `tmp_path`."""
    asked: list[str] = []

    def invoke(data: DataFolder, arguments: Sequence[str], on_event: Any = None, folder: Path | None = None) -> None:
        asked.append(arguments[0])
        made = folder or dbt.target(data)
        made.mkdir(parents=True, exist_ok=True)
        for name in (dbt.MANIFEST, dbt.PARSED):
            (made / name).write_text("{}")

    monkeypatch.setattr(dbt, "invoke", invoke)
    monkeypatch.setattr(dbt, "DBT_PROJECT", tmp_path / "project")
    monkeypatch.setattr(dbt, "PREPARED", tmp_path / "project" / "target")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "mart.sql").write_text("select 1")
    return asked


def test_a_parse_is_kept_as_long_as_the_project_stays_the_same(
    parses: list[str], data: DataFolder, tmp_path: Path
) -> None:
    assert dbt.manifest(data) == dbt.manifest(data)
    (tmp_path / "project" / "mart.sql").touch()
    dbt.manifest(data)
    assert parses == ["parse"]


def test_another_version_of_the_project_is_parsed_also_when_it_is_older(
    parses: list[str], data: DataFolder, tmp_path: Path
) -> None:
    dbt.manifest(data)
    model = tmp_path / "project" / "mart.sql"
    model.write_text("select 2")
    os.utime(model, (0, 0))  # as in an image that was built long before the data folder was last used
    dbt.manifest(data)
    model.rename(model.with_name("other.sql"))
    dbt.manifest(data)
    assert parses == ["parse"] * 3


def test_a_manifest_of_which_nobody_says_from_what_is_made_again(parses: list[str], data: DataFolder) -> None:
    dbt.target(data).mkdir(parents=True)
    (dbt.target(data) / "manifest.json").write_text("{}")
    dbt.manifest(data)
    assert parses == ["parse"]


def test_what_the_set_up_parsed_is_taken_while_the_project_is_the_same(
    parses: list[str], data: DataFolder, tmp_path: Path
) -> None:
    dbt.prepare(), dbt.prepare()
    assert parses == ["parse"]
    assert dbt.is_current(dbt.manifest(data)) and (dbt.target(data) / dbt.PARSED).exists()
    elsewhere = tmp_path / "elsewhere"
    assert dbt.manifest(data, elsewhere) == elsewhere / dbt.MANIFEST
    assert parses == ["parse"]
    (tmp_path / "project" / "mart.sql").write_text("select 2")
    assert dbt.is_current(dbt.manifest(data)) and not dbt.is_current(dbt.PREPARED / dbt.MANIFEST)
    assert parses == ["parse", "parse"]


def test_the_set_up_asks_for_no_setting_and_shows_none(
    parses: list[str], data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWE_PSEUDONYM_KEY", "te-kort")
    assert dbt.memory_limit(data) == dbt.GB
    with pytest.raises(ValueError, match="pseudonym_key") as error:
        Settings()
    assert "te-kort" not in str(error.value)


@pytest.mark.slow
def test_one_parse_serves_every_data_folder(parsed: Path, tmp_path: Path) -> None:
    """dbt itself takes it for its own: nothing is parsed again, and each folder gets a warehouse of its own."""
    for name in ("one", "two {}"):
        data = DataFolder(tmp_path / name)
        shutil.copytree(parsed, dbt.target(data))
        assert str(tmp_path) not in (dbt.target(data) / dbt.MANIFEST).read_text(encoding="utf-8")
        here, told = Path.cwd(), list[Any]()
        dbt.invoke(data, ["seed", "--select", "municipality_merges"], told.append)
        assert Path.cwd() == here
        assert data.warehouse.exists()
        assert "PartialParsingSkipParsing" in {event.info.name for event in told}


@pytest.mark.slow
def test_who_began_in_a_folder_that_is_gone_goes_on(
    parsed: Path, data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(parsed, dbt.target(data))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    dbt.invoke(data, ["seed", "--select", "municipality_merges"])
    assert data.warehouse.exists()


@pytest.mark.slow
def test_the_warehouse_file_is_closed_whoever_still_refers_to_it(
    parsed: Path, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frame of a thread that has just ended, or a profiler, can hold what dbt wrote with."""
    from dbt.adapters.duckdb.environments.local import LocalEnvironment

    shutil.copytree(parsed, dbt.target(data))
    held: list[object] = []
    handle = LocalEnvironment.handle

    def hold(environment: LocalEnvironment) -> object:
        held.extend([environment, environment.conn, made := handle(environment)])
        return made

    monkeypatch.setattr(LocalEnvironment, "handle", hold)
    dbt.invoke(data, ["seed", "--select", "municipality_merges"])
    assert held
    with duckdb.connect(str(data.warehouse), read_only=True) as con:
        assert con.execute("select count(*) > 0 from staging.municipality_merges").fetchone() == (True,)
    assert not data.warehouse.with_name("warehouse.duckdb.wal").exists()


@pytest.mark.parametrize(
    ("rows", "setting", "expected"),
    [
        ((), "", 10**9),
        ((60_000, 17_000_000), "", 10**9),
        ((90_000_000, 88_000_000), "", 2 * 10**9),
        ((200_000_001,), "", 3 * 10**9),
        ((200_000_001,), "1500 MB", 1_500_000_000),
    ],
)
def test_memory_grows_with_the_lake_unless_somebody_says_how_much(
    rows: tuple[int, ...], setting: str, expected: int, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWE_WAREHOUSE_MEMORY", setting)
    accepted = [SimpleNamespace(status="accepted", rows_accepted=number) for number in rows]
    monkeypatch.setattr(ledger, "read", lambda path: [*accepted, SimpleNamespace(status="rejected", rows_accepted=0)])
    assert dbt.memory_limit(data) == expected


def test_too_little_memory_is_said_with_what_to_do(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.cli.main import dbtRunner

    why = "Runtime Error in model fct_outcome\n  Out of Memory Error: failed to pin block of size 256.0 KiB"
    starved = SimpleNamespace(status="error", node=SimpleNamespace(name="fct_outcome"), message=why)
    result = SimpleNamespace(success=False, exception=None, result=SimpleNamespace(results=[starved]))
    monkeypatch.setattr(dbtRunner, "invoke", lambda *_: result)
    monkeypatch.setattr(dbt, "memory_limit", lambda _: 1_500_000_000)
    with pytest.raises(dbt.DbtError) as error:
        dbt.invoke(data, ["build"])
    assert str(error.value) == (
        "1.5 GB of memory is too little for DuckDB to build fct_outcome; raise TWE_WAREHOUSE_MEMORY and start the "
        "command again"
    )
