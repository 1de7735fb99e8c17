"""Dagster's event log in one SQLite file, with one engine for all that a process asks of it.

The class that it is made of builds an engine for every question, so that each statement is worked out anew: some
seconds of a first run. Connections are still opened for each question and closed after it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from dagster._core.storage.event_log.sqlite import consolidated_sqlite_event_log as original


class EventLog(original.ConsolidatedSqliteEventLogStorage):
    """Reads and writes the same file as its base class; a data folder can go from one to the other and back."""

    @cached_property
    def _engine(self) -> Any:
        return original.create_engine(
            self._conn_string,
            poolclass=original.NullPool,
            connect_args={"timeout": original.SQLITE_BUSY_TIMEOUT_SECONDS},
        )

    @contextmanager
    def _connect(self) -> Generator[Any]:
        with self._engine.connect() as connection, connection.begin():
            yield connection
