"""Reading a delivery into text: a header and rows of trimmed fields, each with its row number.

Row numbers are those a spreadsheet shows: the header is row 1 and blank rows count (Parquet rows count from 1).
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl

from .sources import WITHDRAWN, Source


class RejectedError(Exception):
    """The whole file is refused; the message says why."""


@dataclass(frozen=True)
class Table:
    """header: names, lower case and trimmed. rows: (row number, trimmed fields), blank rows left out."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def cell_text(value: object) -> str:
    """The text of a typed cell; a midnight timestamp is a date, a whole float an integer."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")  # a number has no trailing zeros to count as decimals
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def csv_records(path: Path, source: Source) -> list[list[str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise RejectedError("neither UTF-8 nor Windows-1252") from error
    known = {column.name for column in (*source.columns, WITHDRAWN)}
    best: list[list[str]] = []
    best_count = -1
    for separator in (";", ","):  # a tie keeps the semicolon
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        header = [name.strip().lower() for name in records[0]] if records else []
        count = sum(name in known for name in header)
        if count > best_count:
            best, best_count = records, count
    return [[field.strip() for field in record] for record in best]


def xlsx_records(path: Path) -> list[list[str]]:
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:
        raise RejectedError("unreadable workbook") from error
    sheet = book.worksheets[0]
    return [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def parquet_records(path: Path) -> list[list[str]]:
    try:
        cursor = duckdb.connect().execute("select * from read_parquet(?)", [str(path)])
        header = [column[0].strip() for column in cursor.description or []]
        rows = cursor.fetchall()
    except duckdb.Error as error:
        raise RejectedError("unreadable Parquet file") from error
    return [header, *([cell_text(value) for value in row] for row in rows)]


def is_blank(fields: Iterable[str]) -> bool:
    return all(field == "" for field in fields)


def read(path: Path, source: Source) -> Table:
    """Read a delivery; raises RejectedError for what refuses the whole file."""
    kind = path.suffix
    if kind == ".csv":
        records = csv_records(path, source)
    else:
        records = xlsx_records(path) if kind == ".xlsx" else parquet_records(path)
    if not records:
        raise RejectedError("empty file")
    header = [name.lower() for name in records[0]]
    missing = [column.name for column in source.columns if column.required and column.name not in header]
    if missing:
        raise RejectedError("missing columns: " + ", ".join(missing))
    for column in (*source.columns, WITHDRAWN):
        if header.count(column.name) > 1:
            raise RejectedError(f"column twice: {column.name}")
    first_row = 1 if kind == ".parquet" else 2
    rows = [(number, row) for number, row in enumerate(records[1:], first_row) if not is_blank(row)]
    if not rows:
        raise RejectedError("no data rows")
    return Table(header, rows)
