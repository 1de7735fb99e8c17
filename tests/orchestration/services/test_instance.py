"""Dagster's books: written at ease while a run goes on, and whole afterwards."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.pool import NullPool

from orchestration.services import instance
from orchestration.services.instance import relaxed_sync
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.store.settings import SettingsError


def test_the_books_are_synced_now_and_then_during_a_run_and_whole_after_it(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.dagster.mkdir(parents=True)
    log = data.dagster / "event_log.db"
    with sqlite3.connect(log) as first:
        first.execute("pragma journal_mode = wal")
        first.execute("create table events (id integer)")
    first.close()
    engine = sa.create_engine(f"sqlite:///{log}", poolclass=NullPool)  # a connection per event, as Dagster has it

    def write(number: int) -> int:
        with engine.connect() as connection, connection.begin():
            connection.execute(sa.text(f"insert into events values ({number})"))
            return connection.execute(sa.text("pragma synchronous")).scalar_one()

    journal = log.with_name("event_log.db-wal")
    normal, full = 1, 2
    with relaxed_sync(data):
        assert write(1) == normal
        assert journal.exists()  # not moved into the database when the event's own connection closed
    assert not journal.exists()
    assert write(2) == full
    with sqlite3.connect(log) as after:
        assert after.execute("select count(*) from events").fetchall() == [(2,)]
    after.close()


def test_books_that_dagster_keeps_elsewhere_are_not_made_here(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.dagster.mkdir(parents=True)
    with relaxed_sync(data):
        pass
    assert not list(data.dagster.iterdir())


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
