"""The dates of a run: which deliveries count (`as_of`), and the municipalities of which day (`geography_date`); with
notes on how far the deliveries reach."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingest.ledger import Entry, accepted_until, newest_accepted
from orchestration.store.errors import TweError
from orchestration.store.files import replaced
from orchestration.store.sql import literal, read_parquet


class NothingAcceptedError(TweError):
    """No delivery was accepted up to as_of, so there are no figures."""


@dataclass(frozen=True)
class RunDates:
    """The dates of a run (see docs/definitions.md). `as_of_is_default`: as_of is the day of the newest accepted
    delivery."""

    as_of: dt.date
    geography_date: dt.date
    as_of_is_default: bool


def resolve(entries: Sequence[Entry], as_of: dt.date | None = None, geography_date: dt.date | None = None) -> RunDates:
    """The dates with their defaults filled in: the day of the newest accepted delivery, and the municipalities of
    as_of. Raises `NothingAcceptedError` when no delivery was accepted up to as_of."""
    newest = newest_accepted(entries)
    if newest is None:
        raise NothingAcceptedError(
            "no delivery has been accepted yet, so there are no figures; put deliveries in the inbox"
        )
    day = as_of or newest
    if not accepted_until(entries, day):
        raise NothingAcceptedError(f"no delivery had been accepted on {day}; choose a later date")
    return RunDates(day, geography_date or day, day == newest)


def coverage_notes(entries: Sequence[Entry], as_of: dt.date, years: Mapping[str, Collection[int]]) -> list[str]:
    """Where figures reach further than what was delivered: a line when as_of is in a later month than the newest
    delivery, and one for each question with years after as_of. `years`: id of a question -> its years."""
    lines = []
    newest = newest_accepted([entry for entry in entries if entry.delivered_on <= as_of])
    if newest and (newest.year, newest.month) < (as_of.year, as_of.month):
        lines.append(
            f"the as-of date {as_of} is later than the newest delivery ({newest}): what happened since is not in the "
            "figures, and a trajectory whose end was announced for the days between counts as ended"
        )
    for question, asked in years.items():
        if later := sorted(year for year in asked if year > as_of.year):
            lines.append(
                f"{question} asks for {', '.join(map(str, later))}, after the as-of date {as_of}: a 0 means "
                "'no figures yet' there"
            )
    return lines


def read_run_settings(path: Path) -> RunDates:
    """The dates that `write_run_settings` wrote last."""
    with duckdb.connect() as con:
        select = f"select as_of, geography_date, as_of_is_default from {read_parquet(path)}"
        return RunDates(*con.execute(select).fetchall()[0])


def write_run_settings(path: Path, dates: RunDates) -> None:
    """Write the Parquet file with one row that the dbt models read the dates from."""
    with duckdb.connect() as con, replaced(path) as temporary:
        con.execute(
            "create table run_settings as select cast(? as date) as as_of, cast(? as date) as geography_date, "
            "cast(? as boolean) as as_of_is_default",
            [dates.as_of, dates.geography_date, dates.as_of_is_default],
        )
        con.execute(f"copy run_settings to {literal(temporary)} (format parquet)")
