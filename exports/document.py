"""A workbook as plain data: documents, sheets, tables and charts, without a word of openpyxl.

What builds an annex makes these objects; `exports.workbook` writes them. Whatever has to look at or change the
figures in between (disclosure control, a text rendering, a comparison) works on this model.
The model refuses what Excel would repair or reject: blank, padded or repeated headers, odd table and sheet names.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

Value = str | int | float | Decimal | dt.date | None
"""What a cell may hold. Booleans are text ("ja"/"nee") by the time they get here; None is an empty cell."""

NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
SHORTHAND = {
    NOT_AVAILABLE: "[x] = niet beschikbaar: niet aangeleverd aan het datawarehouse",
    NOT_APPLICABLE: "[z] = niet van toepassing: niet te berekenen (noemer nul of geen vergelijkbaar vorig jaar)",
}


class DocumentError(ValueError):
    """A table or sheet that a spreadsheet program would refuse or silently mend."""


class Format(Enum):
    """How the values of a column are shown and rounded: (Excel number format, decimals kept in the cell)."""

    TEXT = ("@", None)
    INTEGER = ("#,##0", None)
    YEAR = ("0", None)
    EURO = ("#,##0.00", None)
    ONE_DECIMAL = ("#,##0.0", 1)
    TWO_DECIMALS = ("#,##0.00", 2)
    SIX_DECIMALS = ("#,##0.00####", 6)
    GENERAL = ("General", None)
    DATE = ("dd/mm/yyyy", None)

    @property
    def code(self) -> str:
        return self.value[0]

    def rounded(self, value: Value) -> Value:
        """The value as the cell keeps it: floats rounded to the decimals of this format, all else untouched."""
        decimals = self.value[1]
        if decimals is None or not isinstance(value, float):
            return value
        return round(value, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0


@dataclass(frozen=True)
class Column:
    """One table column. `group` numbers the blocks (years) that get alternating header shades; -1 = no block."""

    header: str
    format: Format = Format.TEXT
    width: float = 11
    group: int = -1
    bold: bool = False


_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+|[rR][0-9]*[cC][0-9]*|[rRcC]")
_TABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,254}")


@dataclass(frozen=True)
class Table:
    """A real Excel table: unique text headers and rows of equal length. Zero rows are allowed."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]

    def __post_init__(self) -> None:
        if not _TABLE_NAME.fullmatch(self.name) or _CELL_LIKE.fullmatch(self.name):
            raise DocumentError(f"table name {self.name!r}: use letters, digits and _, not like a cell address")
        if not self.columns:
            raise DocumentError(f"table {self.name}: has no columns")
        seen: dict[str, str] = {}
        for number, column in enumerate(self.columns, 1):
            header = column.header
            if not header.strip() or header != header.strip() or len(header) > 255 or not header.isprintable():
                raise DocumentError(
                    f"table {self.name}, column {number}: header {header!r} must be 1-255 printable characters "
                    "without blanks around them"
                )
            if header.casefold() in seen:
                raise DocumentError(f"table {self.name}: header {header!r} occurs twice (Excel ignores case)")
            seen[header.casefold()] = header
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise DocumentError(
                    f"table {self.name}, row {number}: {len(row)} values for {len(self.columns)} columns"
                )


@dataclass(frozen=True)
class Line:
    """One row of text outside the table: one or more cells in one style, optionally a link to another sheet."""

    cells: tuple[Value, ...]
    style: str = "body"  # title, subtitle, body, small, banner, heading, pair
    link: str | None = None


@dataclass(frozen=True)
class Series:
    """A chart series as positions in the sheet's table: `values` are the ends of one row or column of numbers.

    Positions count from 0 in the table's body; row -1 is the header row. `name` and `categories` are positions of
    the cell(s) with the series' name and the category labels.
    """

    name: tuple[int, int]
    values: tuple[tuple[int, int], tuple[int, int]]
    categories: tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Chart:
    """A native chart: kind is `clustered`, `stacked`, `percent` (columns), `bars` (horizontal) or `line`."""

    kind: str
    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    number_format: str = "#,##0"


@dataclass(frozen=True)
class Sheet:
    """Text lines, then at most one table, then charts to the right of it (or below when `charts_below`)."""

    name: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    charts: tuple[Chart, ...] = ()
    frozen_columns: int = 0
    widths: tuple[float, ...] = ()  # used when there is no table

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 31 or re.search(r"[\[\]:*?/\\]", self.name) or self.name.strip("' ") != self.name:
            raise DocumentError(f"sheet name {self.name!r}: 1-31 characters, none of []:*?/\\")
        if self.charts and (self.table is None or not self.table.rows):
            raise DocumentError(f"sheet {self.name}: a chart needs a table with rows")


@dataclass(frozen=True)
class Document:
    """A whole workbook. `created` is also its time of modification: never the clock's time."""

    title: str
    subject: str
    created: dt.date
    sheets: tuple[Sheet, ...]

    def __post_init__(self) -> None:
        for what, names in (
            ("sheet", [sheet.name for sheet in self.sheets]),
            ("table", [sheet.table.name for sheet in self.sheets if sheet.table]),
        ):
            folded = [name.casefold() for name in names]
            for name in names:
                if folded.count(name.casefold()) > 1:
                    raise DocumentError(f"{what} name {name!r} occurs twice in the workbook {self.title!r}")
