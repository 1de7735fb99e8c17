"""Reading a delivery into text: a header and rows of trimmed fields, each with its row number.

Row numbers are those a spreadsheet shows: the first line is row 1 and blank rows count (Parquet rows count from 1).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from .separated import RejectedError, read_csv
from .sources import WITHDRAWN, Source
from .values import Unreadable, trim

__all__ = ["RejectedError", "Table", "read"]

NESTED = {"struct", "list", "map", "array", "union"}
EXACT = 2**53  # from there on a floating-point number stands for several whole ones
CELLS = 20_000_000  # a sheet as large as this has a cell far from all others


@dataclass(frozen=True)
class Table:
    """header: names, lower case and trimmed. rows: (row number, trimmed fields), blank rows left out."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def cell_text(value: Any, kind: str = "text") -> str:
    """The text of a typed cell in a column of this kind; a midnight timestamp is a date, a whole float an integer.

    A number has lost the zeros that an INSZ begins with; a date on the first of a month is that month.
    """
    if isinstance(value, Unreadable):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        text = number_text(value)
        return text.zfill(11) if kind == "insz" and text.isdecimal() else text
    if isinstance(value, bytes):  # of a Parquet column that nobody marked as text
        return trim(decoded(value))
    if value in (datetime.max, datetime.min):  # how Python is handed a moment without end or beginning
        return "infinity" if value == datetime.max else "-infinity"
    if isinstance(value, datetime):
        if (value.hour, value.minute, value.second, value.microsecond) != (0, 0, 0, 0):
            return value.isoformat(sep=" ")
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()[:7] if kind == "month" and value.day == 1 else value.isoformat()
    return trim(str(value))


def decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise RejectedError("bytes that are no text") from None


def number_text(value: float | Decimal) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")  # a number has no trailing zeros to count as decimals
    if isinstance(value, float):
        if abs(value) >= EXACT:
            return str(value)
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    return str(value)


def xlsx_records(path: Path) -> list[list[Any]]:
    """The values of the first sheet, and its formulas: a formula without a value cannot be read, nor can an error."""
    try:
        values, formulas = (openpyxl.load_workbook(path, data_only=only).worksheets[0] for only in (True, False))
    except Exception as error:
        raise RejectedError("unreadable workbook") from error
    if values.max_row * values.max_column > CELLS:
        raise RejectedError("a cell far from all others")
    return [
        [one_cell(*pair) for pair in zip(*rows, strict=True)]
        for rows in zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    ]


def one_cell(value: Any, formula: Any) -> Any:
    if value.data_type == "e":
        return Unreadable(value.value or "#")
    # A formula whose result is an empty text ("str" without a value) has one: nothing.
    if formula.data_type == "f" and value.value is None and value.data_type != "str":
        return Unreadable(getattr(formula.value, "text", None) or formula.value or "=")
    if type(value.value) is int and abs(value.value) >= EXACT:
        return float(value.value)  # a workbook holds no other numbers
    return value.value


def parquet_records(path: Path) -> list[list[Any]]:
    try:
        with duckdb.connect() as db:
            table = db.read_parquet(str(path))
            nested = [str(kind) for kind in table.types if kind.id in NESTED]
            header, rows = table.columns, [] if nested else table.fetchall()
    except (duckdb.Error, RuntimeError) as error:  # the second when the message of the first is no UTF-8
        raise RejectedError("unreadable Parquet file") from error
    if nested:
        raise RejectedError("nested columns cannot be read")
    return [header, *map(list, rows)]


def is_blank(fields: Iterable[str]) -> bool:
    return all(field == "" for field in fields)


def read(path: Path, source: Source) -> Table:
    """Read a delivery; raises RejectedError for what refuses the whole file."""
    columns = {column.name: column for column in (*source.columns, WITHDRAWN)}
    first = 1
    if path.suffix == ".csv":
        found = read_csv(path, set(columns))
        records: list[list[Any]] = [list(fields) for fields in found.fields]
        first = found.first
    elif path.suffix == ".xlsx":
        records = xlsx_records(path)
    else:
        records, first = parquet_records(path), 0
    if not records:
        raise RejectedError("empty file")
    header = [cell_text(name).lower() for name in records[0]]
    missing = [column.name for column in source.columns if column.required and column.name not in header]
    if missing:
        raise RejectedError("missing columns: " + ", ".join(missing))
    for name in columns:
        if header.count(name) > 1:
            raise RejectedError(f"column twice: {name}")
    kinds = [columns[name].kind if name in columns else "text" for name in header]
    rows = []
    for number, record in enumerate(records[1:], first + 1):
        spare = ["text"] * max(len(record) - len(kinds), 0)
        fields = [cell_text(*pair) for pair in zip(record, [*kinds, *spare], strict=False)]
        if not is_blank(fields):
            rows.append((number, fields))
    if not rows:
        raise RejectedError("no data rows")
    return Table(header, rows)
