"""Dagster's books: written at ease while a run goes on, and whole afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
import yaml

from orchestration.services import instance
from orchestration.services.instance import kept_open
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.store.settings import SettingsError


@pytest.mark.slow
def test_the_books_stay_open_during_a_run_and_are_whole_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    data = DataFolder(tmp_path)
    opened: list[str] = []

    def begin_of(storage: Any) -> Any:
        return storage.run_connection(None) if hasattr(storage, "run_connection") else storage.connect()

    normal, full = 1, 2
    with instance.open_instance(data) as books:
        sa.event.listen(sa.engine.Engine, "connect", note := lambda *_: opened.append("once"))
        try:
            for storage in (books.event_log_storage, books.run_storage):
                opened.clear()
                with kept_open(books):
                    for _ in range(3):
                        with begin_of(storage) as connection:
                            assert connection.execute(sa.text("pragma synchronous")).scalar_one() == normal
                            connection.execute(sa.text("create table if not exists written (id integer)"))
                            connection.execute(sa.text("insert into written values (1)"))
                    assert len(opened) == 1
                    assert list(data.dagster.rglob("*.db-wal"))  # not moved into the database after each event
                assert not list(data.dagster.rglob("*.db-wal"))
                with begin_of(storage) as connection:
                    assert connection.execute(sa.text("pragma synchronous")).scalar_one() == full
                    assert connection.execute(sa.text("select count(*) from written")).scalar_one() == 3
        finally:
            sa.event.remove(sa.engine.Engine, "connect", note)


def test_books_that_dagster_keeps_elsewhere_are_left_as_they_are() -> None:
    with dg.DagsterInstance.ephemeral() as books:
        before = [vars(storage).copy() for storage in (books.event_log_storage, books.run_storage)]
        with kept_open(books):
            assert [vars(storage) for storage in (books.event_log_storage, books.run_storage)] == before


@pytest.mark.parametrize("given", [None, "# mine\nrun_retries: {enabled: false}\n", instance.CONFIG, "telemetry: {}"])
def test_a_configuration_gets_the_blocks_that_it_lacks_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    data = DataFolder(tmp_path)
    config = data.dagster / "dagster.yaml"
    if given is not None:
        data.dagster.mkdir()
        config.write_text(given)
    instance.prepare(data)
    made = config.read_text()
    assert made.startswith((given or instance.CONFIG).rstrip("\n") + "\n")
    assert yaml.safe_load(made)["run_monitoring"]["free_slots_after_run_end_seconds"] == 5
    instance.prepare(data)
    assert config.read_text() == made


def test_a_block_of_somebody_else_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    data = DataFolder(tmp_path)
    data.dagster.mkdir()
    config = data.dagster / "dagster.yaml"
    config.write_text("run_monitoring: {enabled: true, poll_interval_seconds: 90}\n")
    instance.prepare(data)
    made = yaml.safe_load(config.read_text())
    assert made["run_monitoring"] == {"enabled": True, "poll_interval_seconds": 90}
    assert made["run_launcher"]["class"] == "LockingRunLauncher"


def test_books_that_cannot_be_opened_are_one_line_without_their_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    data = DataFolder(tmp_path)
    data.dagster.mkdir()
    shutil.copy(PROJECT / "docs" / "deploy" / "dagster-postgres.yaml", data.dagster / "dagster.yaml")
    for address, why in (
        (None, "TWE_DAGSTER_POSTGRES"),
        ("postgresql+psycopg2://twe:geheim@127.0.0.1:9/dagster", "Connection refused"),
    ):
        monkeypatch.delenv("TWE_DAGSTER_POSTGRES", raising=False)
        if address:
            monkeypatch.setenv("TWE_DAGSTER_POSTGRES", address)
        with pytest.raises(SettingsError) as told:
            instance.open_instance(data)
        assert why in str(told.value) and "geheim" not in str(told.value)
        assert len(str(told.value).splitlines()) == 1
