"""dbt's parse is made again when the project is another one, not when it is a newer one."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.store.paths import DataFolder
from orchestration.warehouse import dbt


@pytest.fixture
def parses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What dbt was asked for; it writes a manifest, and reads a project of one model in `tmp_path`."""
    asked: list[str] = []

    def invoke(data: DataFolder, arguments: Sequence[str], on_event: Any = None, folder: Path | None = None) -> None:
        asked.append(arguments[0])
        dbt.target(data).mkdir(parents=True, exist_ok=True)
        (dbt.target(data) / "manifest.json").write_text("{}")

    monkeypatch.setattr(dbt, "invoke", invoke)
    monkeypatch.setattr(dbt, "DBT_PROJECT", tmp_path / "project")
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
