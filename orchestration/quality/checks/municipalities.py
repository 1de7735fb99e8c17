"""Checks of `municipalities.csv` and `municipality_merges.csv`: codes, dates and successors tell one story."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from orchestration.quality.checks.checking import Places, Problem
from orchestration.quality.checks.csv_tables import Row, read

FILE, MERGES = "municipalities.csv", "municipality_merges.csv"
COLUMNS = (
    "nis_code",
    "municipality",
    "valid_from",
    "valid_to",
    "successor_nis_code",
    "province",
    "arrondissement",
    "is_centre_city",
    "longitude",
    "latitude",
)
MERGE_COLUMNS = ("predecessor_nis_code", "successor_nis_code", "merge_date")
AREA = {"longitude": (2.5, 6.0), "latitude": (50.6, 51.6)}
"""Where Flanders lies, in degrees (WGS84)."""


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def municipalities(places: Places) -> Iterator[Problem]:
    """Every code once, valid between its dates, and every closed code with a successor."""
    rows, problems = read(places.seeds / FILE, COLUMNS)
    yield from problems
    known: dict[str, Row] = {}
    for row in rows:
        code = row["nis_code"]
        if not re.fullmatch(r"[0-9]{5}", code):
            yield Problem(
                FILE, row.line, f"nis_code {code!r} is no code of five digits (a spreadsheet may drop a zero)"
            )
        if code in known:
            yield Problem(FILE, row.line, f"nis_code {code} stands twice; keep one")
        known[code] = row
        yield from _fields(row)
    for row in rows:
        yield from _succession(row, known)


def _fields(row: Row) -> Iterator[Problem]:
    for name in ("municipality", "province", "arrondissement"):
        if not row[name]:
            yield Problem(FILE, row.line, f"{name} is empty; fill it in")
    for name in ("valid_from", "valid_to"):
        if row[name] and not _day(row[name]):
            yield Problem(FILE, row.line, f"{name} {row[name]!r} is no date; write YYYY-MM-DD")
    if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
        yield Problem(FILE, row.line, "valid_from is after valid_to")
    if row["is_centre_city"] not in ("true", "false"):
        yield Problem(FILE, row.line, f"is_centre_city {row['is_centre_city']!r} must be true or false")
    for name, (low, high) in AREA.items():
        try:
            inside = low <= float(row[name]) <= high
        except ValueError:
            inside = False
        if not inside:
            yield Problem(
                FILE, row.line, f"{name} {row[name]!r} is no place in Flanders; write degrees such as {low + 1}"
            )


def _succession(row: Row, known: dict[str, Row]) -> Iterator[Problem]:
    to, closed = row["successor_nis_code"], _day(row["valid_to"])
    if bool(to) != bool(row["valid_to"]):
        yield Problem(FILE, row.line, "valid_to and successor_nis_code go together; give both or none")
    if not to or not closed:
        return
    if to not in known:
        yield Problem(FILE, row.line, f"successor_nis_code {to} has no row of its own; add it")
        return
    day = (closed + dt.timedelta(days=1)).isoformat()
    successor = known[to]
    if (successor["valid_from"] or day) > day or (successor["valid_to"] or day) < day:
        yield Problem(FILE, row.line, f"successor {to} is not valid on {day}, the day after valid_to")


def merges(places: Places) -> Iterator[Problem]:
    """Every succession of municipalities.csv stands in the list of mergers, and the other way round."""
    codes, unreadable = read(places.seeds / FILE, COLUMNS)
    rows, problems = read(places.seeds / MERGES, MERGE_COLUMNS)
    yield from problems
    if unreadable or not codes or not rows:
        return
    known = {row["nis_code"] for row in codes}
    ends = {
        (row["nis_code"], row["successor_nis_code"], (closed + dt.timedelta(days=1)).isoformat()): row
        for row in codes
        if (closed := _day(row["valid_to"]))
    }
    listed = set()
    for row in rows:
        merge = (row["predecessor_nis_code"], row["successor_nis_code"], row["merge_date"])
        if merge in listed:
            yield Problem(MERGES, row.line, "the same merger stands twice; keep one")
        listed.add(merge)
        if unknown := [code for code in merge[:2] if code not in known]:
            yield Problem(MERGES, row.line, f"{unknown[0]!r} is not in {FILE}; add it there first")
        elif not _day(merge[2]):
            yield Problem(MERGES, row.line, f"merge_date {merge[2]!r} is no date; write YYYY-MM-DD")
        elif merge[0] != merge[1] and merge not in ends:
            yield Problem(MERGES, row.line, f"{FILE} does not close {merge[0]} the day before in favour of {merge[1]}")
    for (old, new, day), row in ends.items():
        if (old, new, day) not in listed:
            yield Problem(FILE, row.line, f"add the row {old},{new},{day} to {MERGES}")
