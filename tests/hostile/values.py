"""Values and the many ways to write them down: as text, as a spreadsheet cell, as a Parquet column."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

YES = ("J", "j", "ja", "JA", "true", "True", "1")
NO = ("N", "n", "nee", "Nee", "false", "FALSE", "0")
PADDING = (" ", "  ", "\t", "\u00a0")

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


def write_insz(rng: Random, digits: str) -> str:
    a, b, c, d, e = digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:]
    styles = (
        digits,
        f"{a}.{b}.{c}-{d}.{e}",
        f"{a}{b}{c} {d} {e}",
        f"{a}/{b}/{c}-{d}-{e}",
        f"{a} . {b}{c}{d}{e}",
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


def as_text(rng: Random, value: Any, kind: str) -> str:
    """One way to write a value as text."""
    if value is None:
        return rng.choice(("", "", "", " ", "   "))
    if isinstance(value, Raw):
        return value.text
    text = str(value)
    if isinstance(value, datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S")
    elif isinstance(value, date):
        text = value.isoformat() if rng.random() < 0.6 else value.strftime("%d/%m/%Y")
    elif isinstance(value, Decimal):
        text = write_amount(rng, value)
    elif isinstance(value, bool):
        text = rng.choice(YES if value else NO)
    elif isinstance(value, int):
        text = f"{value:03d}" if rng.random() < 0.05 else str(value)
    elif kind == "insz":
        text = write_insz(rng, value)
    elif kind == "code":
        text = rng.choice((text, text, text.lower(), text.title()))
    if rng.random() < 0.08:
        text = rng.choice(PADDING) + text + rng.choice(PADDING)
    return text


def as_cell(rng: Random, value: Any, kind: str) -> Any:
    """One way to put a value in a spreadsheet cell: a real date, number or truth value, or a text."""
    if value is None:
        return rng.choice((None, None, None, "  "))
    typed = rng.random() < 0.6
    if isinstance(value, datetime):
        return value
    if isinstance(value, date) and (typed or kind == "month"):
        return value if rng.random() < 0.5 else datetime(value.year, value.month, value.day)
    if isinstance(value, Decimal) and typed:
        return int(value) if value == int(value) and rng.random() < 0.5 else float(value)
    if isinstance(value, bool) and typed:
        return value if rng.random() < 0.6 else int(value)
    if isinstance(value, int) and typed and not isinstance(value, bool):
        return value if rng.random() < 0.5 else float(value)
    if isinstance(value, str) and value.isdigit() and value[0] != "0" and kind != "month" and rng.random() < 0.3:
        return int(value)
    return as_text(rng, value, kind)


def as_parquet(rng: Random, values: list[Any], kind: str, all_text: bool) -> tuple[str, list[Any]]:
    """A column: its DuckDB type and its values. Typed only when every value lets itself be typed."""
    given = [value for value in values if value is not None]
    types = {type(value) for value in given}
    if not all_text and types:
        if types <= {date, datetime}:
            kinds = ("TIMESTAMP",) if datetime in types else ("DATE", "TIMESTAMP")
            return rng.choice(kinds), values
        if types == {bool}:
            return "BOOLEAN", values
        if types == {int}:
            name = rng.choice(("INTEGER", "BIGINT", "DOUBLE"))
            return name, [with_gap(rng, value, name) for value in values]
        if types == {Decimal}:
            name = rng.choice(("DECIMAL(12,2)", "DECIMAL(18,2)", "DOUBLE"))
            if max(map(abs, given)) >= 10**10:  # refused by the door, but a typed file may hold it
                name = "DECIMAL(18,2)"
            return name, [with_gap(rng, value, name) for value in values]
        if kind == "nis" and types == {str} and rng.random() < 0.3:
            return "INTEGER", [None if value is None else int(value) for value in values]
    return "VARCHAR", [None if value is None else as_text(rng, value, kind) for value in values]


def with_gap(rng: Random, value: Any, name: str) -> Any:
    """Missing numbers in a column of floats are sometimes NaN, as data frames write them."""
    if name != "DOUBLE":
        return value
    if value is None:
        return math.nan if rng.random() < 0.5 else None
    return float(value)
