"""Values and the many ways to write them down: as text, as a spreadsheet cell, as a Parquet column."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ..oracle.persons import by_form

YES = ("J", "j", "ja", "JA", "true", "True", "1", "WAAR", "waar")
NO = ("N", "n", "nee", "Nee", "false", "FALSE", "0", "ONWAAR", "Onwaar")
ZERO_WIDTH = "\u200b\ufeff\u2060"
PADDING = (" ", "  ", "\t", "\u00a0", *ZERO_WIDTH, "\u00a0\u200b")
ERRORS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
# Month and day of a number that no date can be, and of one whose date is not all known.
IMPOSSIBLE = ((13, 1), (19, 5), (33, 9), (39, 30), (53, 1), (99, 1), (2, 30), (4, 31), (0, 32), (24, 31))
PARTLY_KNOWN = ((0, 0), (5, 0), (20, 0), (40, 0), (27, 0))

EDGE_DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2017-01-01",
        "2018-12-31",
        "2019-01-01",
        "2020-01-31",
        "2020-02-28",
        "2020-02-29",
        "2020-03-01",
        "2020-12-31",
        "2021-02-28",
        "2021-11-30",
        "2023-02-28",
        "2024-02-29",
        "2024-12-31",
        "2025-01-01",
    )
)


@dataclass(frozen=True)
class Raw:
    """A text that is written exactly so."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A formula cell; result: what the file holds of it, None for nothing."""

    text: str
    result: str | int | float | bool | None = None


@dataclass(frozen=True)
class ErrorCell:
    text: str


@dataclass(frozen=True)
class Shown:
    """A number or day cell with a number format of its own."""

    value: Any
    number_format: str


def some_day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max((last - first).days, 0) + 1))


def near(rng: Random, day: date, spread: int = 1) -> date:
    """The day itself or one close by: where an off-by-one shows."""
    return day + timedelta(days=rng.randint(-spread, spread))


def insz(rng: Random, birth: date, bis: int = 0, serial: int | None = None) -> str:
    """Eleven digits with a right checksum; bis is 0, 20 or 40, added to the month."""
    number = serial if serial is not None else rng.randint(1, 997)
    nine = f"{birth.year % 100:02d}{birth.month + bis:02d}{birth.day:02d}{number:03d}"
    century = "2" if birth.year >= 2000 else ""
    return f"{nine}{97 - int(century + nine) % 97:02d}"


def odd_insz(rng: Random, of: tuple[tuple[int, int], ...]) -> str:
    """A right checksum over a month and day that are not everyday ones."""
    month, day = rng.choice(of)
    nine = f"{rng.randint(0, 99):02d}{month:02d}{day:02d}{rng.randint(1, 997):03d}"
    return f"{nine}{97 - int(rng.choice(('', '2')) + nine) % 97:02d}"


def write_insz(rng: Random, digits: str) -> str:
    a, b, c, d, e = digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:]
    styles = (
        digits,
        f"{a}.{b}.{c}-{d}.{e}",
        f"{a}{b}{c} {d} {e}",
        f"{a}/{b}/{c}-{d}-{e}",
        f"{a} . {b}{c}{d}{e}",
        f"{a}{b}{c}\u00a0{d}\u200b{e}",
    )
    return rng.choice((digits, *styles))


def write_amount(rng: Random, amount: Decimal) -> str:
    text = f"{amount:.2f}"
    if rng.random() < 0.3 and text.endswith("0"):
        text = text[:-1]
    if rng.random() < 0.3 and text.endswith(".0"):
        text = text[:-2]
    if rng.random() < 0.5:
        text = text.replace(".", ",")
    return "+" + text if amount > 0 and rng.random() < 0.1 else text


def write_day(rng: Random, day: date) -> str:
    """As programs write it, or Excel with Belgian settings."""
    iso, short = day.isoformat(), f"{day.day}/{day.month}/{day.year:04d}"
    half = f"{day.day}/{day.month:02d}/{day.year:04d}"
    ways = (iso, iso, iso, iso, f"{day:%d/%m}/{day.year:04d}", short, half, f"{iso} 00:00:00", f"{iso}T00:00:00")
    return rng.choice(ways)


def write_month(rng: Random, month: str) -> str:
    year, number = month.split("-")
    return rng.choice((month, month, f"{number}/{year}", f"{int(number)}/{year}"))


def as_text(rng: Random, value: Any, kind: str) -> str:
    """One way to write a value as text."""
    if value is None:
        return rng.choice(("", "", "", " ", "   ", "\u200b"))
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, ErrorCell | Formula):  # only a workbook has them; as an identification they would be a text
        return "y" * 37 if kind == "text" else value.text
    text = str(value)
    if isinstance(value, datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S")
    elif isinstance(value, date):
        text = write_day(rng, value)
    elif isinstance(value, Decimal):
        text = write_amount(rng, value)
    elif isinstance(value, bool):
        text = rng.choice(YES if value else NO)
    elif isinstance(value, int):
        text = f"{value:03d}" if rng.random() < 0.05 else str(value)
    elif kind == "insz" or (kind == "text" and by_form(value)):
        text = write_insz(rng, value)
    elif kind == "month":
        text = write_month(rng, value)
    elif kind == "code":
        text = rng.choice((text, text, text.lower(), text.title()))
    if rng.random() < 0.08:
        text = rng.choice(PADDING) + text + rng.choice(PADDING)
    return text


def as_cell(rng: Random, value: Any, kind: str) -> Any:
    """One way to put a value in a spreadsheet cell, perhaps as what a formula gave."""
    cell = plain_cell(rng, value, kind)
    is_simple = isinstance(cell, int | float) or (isinstance(cell, str) and re.fullmatch(r"[\w./-]+", cell))
    return Formula("A1", cell) if is_simple and rng.random() < 0.05 else cell


def plain_cell(rng: Random, value: Any, kind: str) -> Any:
    """A real date, number or truth value, or a text."""
    if value is None:
        return rng.choice((None, None, None, "  ", "\u200b", Formula('""', "")))
    typed = rng.random() < 0.6
    if isinstance(value, datetime | ErrorCell | Formula):
        return value
    if isinstance(value, date) and (typed or kind == "month"):
        return rng.choice((value, datetime(value.year, value.month, value.day), Shown(value, "d/mm/yyyy")))
    if isinstance(value, str) and kind == "month" and typed:
        first = date.fromisoformat(f"{value}-01")
        return rng.choice((first, Shown(first, "mmm-yy"), datetime(first.year, first.month, 1)))
    if isinstance(value, Decimal) and typed:
        return int(value) if value == int(value) and rng.random() < 0.5 else float(value)
    if isinstance(value, bool) and typed:
        return value if rng.random() < 0.6 else int(value)
    if isinstance(value, int) and typed and not isinstance(value, bool):
        return value if rng.random() < 0.5 else float(value)
    if isinstance(value, str) and kind == "insz" and rng.random() < 0.4:  # the zeros in front are gone, or only shown
        return rng.choice((int(value), float(value), Shown(int(value), "00000000000")))
    if isinstance(value, str) and value.isdigit() and value[0] != "0" and rng.random() < 0.3:
        return int(value)
    return as_text(rng, value, kind)


PARQUET_TYPES = {
    "date": ("DATE", "TIMESTAMP"),
    "month": ("DATE", "TIMESTAMP"),
    "yesno": ("BOOLEAN",),
    "integer": ("INTEGER", "BIGINT", "DOUBLE"),
    "amount": ("DECIMAL(18,2)", "DECIMAL(18,2)", "DOUBLE"),
    "insz": ("BIGINT", "HUGEINT", "DOUBLE", "DECIMAL(11,0)"),
    "nis": ("INTEGER",),
}


def as_parquet(rng: Random, values: list[Any], kind: str, all_text: bool) -> tuple[str, list[Any]]:
    """A column: its DuckDB type and its values. In a typed one, what doesn't fit the type is missing."""
    if not all_text and kind in PARQUET_TYPES and rng.random() < 0.7:
        name = rng.choice(PARQUET_TYPES[kind])
        if kind == "date" and any(isinstance(value, datetime) for value in values):
            name = "TIMESTAMP"
        return name, [with_gap(rng, typed_value(value, kind), name) for value in values]
    return "VARCHAR", [None if value is None else as_text(rng, value, kind) for value in values]


def typed_value(value: Any, kind: str) -> Any:
    """What a typed column holds of a value; nothing of one that is written wrongly."""
    if isinstance(value, str) and kind == "month":
        return date.fromisoformat(f"{value}-01")
    if isinstance(value, str) and kind in ("insz", "nis"):
        return int(value)
    fitting = {"date": date, "month": date, "yesno": bool, "integer": int, "amount": int | Decimal, "insz": int}
    fits = kind in fitting and isinstance(value, fitting[kind]) and (kind == "yesno" or not isinstance(value, bool))
    return value if fits else None


def with_gap(rng: Random, value: Any, name: str) -> Any:
    """Missing numbers in a column of floats are sometimes NaN, as data frames write them."""
    if name != "DOUBLE":
        return value
    if value is None:
        return math.nan if rng.random() < 0.5 else None
    return float(value)
