"""The dates of an answer: which deliveries exist (`as_of`) and which municipalities (`geography_date`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingest.ledger import Entry, newest_accepted
from orchestration.store.files import replaced
from orchestration.store.sql import literal


class NothingAcceptedError(RuntimeError):
    """There is no accepted delivery to answer from."""


@dataclass(frozen=True)
class RunDates:
    """The dates of docs/definitions.md. `as_of_is_default`: as_of is the newest day on which something was accepted."""

    as_of: dt.date
    geography_date: dt.date
    as_of_is_default: bool


def resolve(entries: Sequence[Entry], as_of: dt.date | None = None, geography_date: dt.date | None = None) -> RunDates:
    """Fills in the defaults. Raises `NothingAcceptedError` when no delivery was accepted up to as_of."""
    newest = newest_accepted(entries)
    if newest is None:
        raise NothingAcceptedError(
            "no delivery has been accepted yet, so there are no figures; put deliveries in the inbox"
        )
    day = as_of or newest
    if not any(e.status == "accepted" and e.delivered_on <= day for e in entries):
        raise NothingAcceptedError(f"no delivery had been accepted on {day}; choose a later date")
    return RunDates(day, geography_date or day, day == newest)


def write_run_settings(path: Path, answer: RunDates) -> None:
    """Writes the one-row relation that the dbt models read."""
    with duckdb.connect() as con, replaced(path) as temporary:
        con.execute(
            "create table run_settings as select cast(? as date) as as_of, cast(? as date) as geography_date, "
            "cast(? as boolean) as as_of_is_default",
            [answer.as_of, answer.geography_date, answer.as_of_is_default],
        )
        con.execute(f"copy run_settings to {literal(temporary)} (format parquet)")
