"""Dagster's books: written at ease while a run goes on, and whole afterwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from orchestration.services.instance import relaxed_sync
from orchestration.store.paths import DataFolder


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
