"""Dutch wording shared by the sheets of an annex."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from exports.document import SHORTHAND, Line, Table
from exports.reading import UNASSIGNED, Publication

BANNER = "SYNTHETISCHE DEMODATA - deze cijfers zijn verzonnen en gaan over niemand"
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip


def long_date(date: dt.date) -> str:
    """2024-03-01 -> "1 maart 2024"."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def period(years: Sequence[int]) -> str:
    """Years in reading form, runs joined: (2017, 2020, 2021, 2022) -> "2017 en 2020-2022"."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    pieces = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return pieces[0] if len(pieces) == 1 else f"{', '.join(pieces[:-1])} en {pieces[-1]}"


def geography(publication: Publication) -> str:
    """The reporting geography in words."""
    count = sum(item.nis_code != UNASSIGNED for item in publication.municipalities)
    return f"{count} gemeenten, zoals ze bestonden op {long_date(publication.facts.geography_date)}"


def unfinished(years: Sequence[int], as_of: dt.date) -> list[str]:
    """Warnings for years that the figures don't cover in full at `as_of`."""
    warnings = []
    for year in years:
        if as_of < dt.date(year, 1, 1):
            warnings.append(f"Let op: {year} begint na de stand-datum; een nul betekent daar 'nog geen gegevens'.")
        elif as_of < dt.date(year, 12, 31):
            warnings.append(f"Let op: {year} is onvolledig, de stand is van {long_date(as_of)}.")
    return warnings


def shorthand_lines(*tables: Table) -> list[Line]:
    """An explanation of each shorthand that occurs in the tables."""
    used = {value for table in tables for row in table.rows for value in row if isinstance(value, str)}
    return [Line((text,), "small") for sign, text in SHORTHAND.items() if sign in used]
