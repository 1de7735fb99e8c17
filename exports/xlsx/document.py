"""A workbook as plain data: documents, sheets, tables and charts, without a word of openpyxl.

What builds an annex makes these objects; `exports.xlsx.workbook` writes them. Whatever has to look at or change the
figures in between (disclosure control, a text rendering, a comparison) works on this model.
Creating an object raises DocumentError for what Excel would repair or reject: blank, padded or repeated headers, odd
table and sheet names.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from exports.figures.identity import Entry
from exports.xlsx.entry_form import EntryForm
from exports.xlsx.formats import Format

CONFIDENTIAL, NOT_AVAILABLE, NOT_APPLICABLE = "[c]", "[x]", "[z]"
PROVISIONAL, BREAK = "[p]", "[b]"
SHORTHAND = {
    CONFIDENTIAL: "vertrouwelijk: niet getoond, zodat niemand herkend kan worden",
    NOT_AVAILABLE: "niet beschikbaar: niet aangeleverd aan het datawarehouse",
    NOT_APPLICABLE: "niet van toepassing: niet te berekenen (noemer nul, of geen vergelijkbaar vorig jaar)",
    PROVISIONAL: "voorlopig: er kunnen nog correcties of metingen voor dat jaar komen",
    BREAK: "breuk in de reeks: niet zonder meer te vergelijken met het jaar ervoor",
}
"""The signs that stand where a number can't, or beside a year, with their meaning."""


class DocumentError(ValueError):
    """A table or sheet that a spreadsheet program would reject or silently repair."""


@dataclass(frozen=True)
class SheetColumn:
    """One table column. Columns of a `year` form a block; their `stem` is the header without the year, and
    `year_status` says whether the year is provisional. `about` explains the column in the machine-readable copy.
    `to_fill_in` marks the cells that the reader fills in; `typed` texts come from outside and stay text when edited.
    In a block, columns side by side with the same `band` stand together under it, each with the text that is `shown`
    in place of its header; bands side by side with the same text `above` under that.
    """

    header: str
    format: Format = Format.TEXT
    width: float = 11
    year: int | None = None
    bold: bool = False
    wrap: bool = False
    stem: str = ""
    year_status: str = ""
    about: str = ""
    to_fill_in: bool = False
    typed: bool = False
    band: str = ""
    above: str = ""
    shown: str = ""

    @property
    def heading(self) -> str:
        """What stands right above the column."""
        return self.shown or self.header


def text_columns(
    widths: Mapping[str, float], wrap: Collection[str] = (), bold: Collection[str] = ()
) -> tuple[SheetColumn, ...]:
    """Columns of text, by their headers: the width of each; `wrap` and `bold` name those that are wrapped and bold."""
    return tuple(
        SheetColumn(header, width=width, wrap=header in wrap, bold=header in bold) for header, width in widths.items()
    )


_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+|[rR][0-9]*[cC][0-9]*|[rRcC]")
_TABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,254}")


@dataclass(frozen=True)
class Table:
    """A real Excel table: unique text headers and rows of equal length. Zero rows are allowed; the table then has one
    row of `empty`. `links` are sheets to which the first cell of each row leads. `closed` are the rows (from 0) whose
    cells to fill in are not for filling in. `formats` are those of the numbers of each row, where rows differ; `strong`
    are the rows in bold."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[tuple[Entry, ...]]
    links: tuple[str, ...] = ()
    closed: frozenset[int] = frozenset()
    empty: Entry = NOT_APPLICABLE
    formats: Sequence[Format] = ()
    strong: frozenset[int] = frozenset()

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
    """One row of text outside the table, in column A, optionally with a label before it or a link to a sheet."""

    text: str
    style: str = "body"  # title, subtitle, body, small, banner, heading, link
    label: str = ""
    link: str | None = None


@dataclass(frozen=True)
class Series:
    """A chart series as positions in the sheet's table: `values` are the ends of one row or column of numbers.

    Positions count from 0 in the table's body; row -1 is the header row. `categories` are the positions of the cells
    with the category labels.
    """

    name: str
    values: tuple[tuple[int, int], tuple[int, int]]
    categories: tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Chart:
    """A native chart over the table that it stands with: kind is `clustered`, `stacked`, `percent` (columns), `bars`,
    `percent_bars`, `ranking` (horizontal) or `line`. `about` is its text for who can't see it."""

    kind: str
    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    number_format: str = "#,##0"
    about: str = ""

    def cells(self) -> set[tuple[int, int]]:
        """Positions of all numbers that it shows."""
        return {
            (row, column)
            for series in self.series
            for row in range(series.values[0][0], series.values[1][0] + 1)
            for column in range(series.values[0][1], series.values[1][1] + 1)
        }


@dataclass(frozen=True)
class TableBlock:
    """A table of a sheet of blocks, with its title above it; below it sentences, then charts. `filtered`: with buttons
    to choose rows by."""

    title: str
    table: Table
    below: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    filtered: bool = False


@dataclass(frozen=True)
class Sheet:
    """Text lines, then one of: nothing; a table, with charts beside or below it; blocks, below each other; a form.

    `about` says in the contents what is on the sheet; `data` marks tables that go into the machine-readable copy. A
    `work_sheet` is for working through its rows: the header and the frozen columns always stay in sight, and it is
    printed readably over as many pages as that takes. `footer` stands in the middle below every page.

    A sheet of blocks is made for paper: one page wide, upright, broken between blocks. One that is not
    `printed` is for the screen alone."""

    name: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    charts: tuple[Chart, ...] = ()
    frozen_columns: int = 0
    about: str = ""
    data: bool = True
    work_sheet: bool = False
    footer: str = ""
    form: EntryForm | None = None
    hidden: bool = False
    blocks: tuple[TableBlock, ...] = ()
    printed: bool = True

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 31 or re.search(r"[\[\]:*?/\\]", self.name) or self.name.strip("' ") != self.name:
            raise DocumentError(f"sheet name {self.name!r}: 1-31 characters, none of []:*?/\\")
        charted = [self.table] if self.charts else []
        charted += [block.table for block in self.blocks if block.charts]
        if not all(table and table.rows for table in charted):
            raise DocumentError(f"sheet {self.name}: a chart needs a table with rows")

    @property
    def tables(self) -> tuple[Table, ...]:
        """All its tables, from top to bottom."""
        return (self.table,) if self.table else tuple(block.table for block in self.blocks)

    def wraps(self, line: Line) -> bool:
        """Whether a line of text is wrapped in its cell: on a sheet without a table nothing stands beside it."""
        return self.table is None and line.style in ("title", "banner", "body")

    @property
    def header_row(self) -> int:
        """The row (from 1) of the header of its only table."""
        return len(self.lines) + 1


@dataclass(frozen=True)
class Document:
    """A whole workbook. `created` is also its time of modification: never the clock's time. `names` are formulas that
    others use by their name. `loose` are tables for the machine-readable copy alone."""

    title: str
    subject: str
    created: dt.date
    sheets: tuple[Sheet, ...]
    description: str = ""
    status: str = ""
    keywords: str = ""
    facts: dict[str, str] = field(default_factory=dict)  # custom document properties
    language: str = "nl-BE"
    disclosure: Mapping[str, str | int] = field(default_factory=dict)  # how figures are protected, for machines
    names: Mapping[str, str] = field(default_factory=dict)
    loose: tuple[Sheet, ...] = ()

    def __post_init__(self) -> None:
        tables = [table.name for sheet in self.sheets for table in sheet.tables]
        for what, names in (("sheet", [sheet.name for sheet in self.sheets]), ("table", tables)):
            folded = [name.casefold() for name in names]
            for name in names:
                if folded.count(name.casefold()) > 1:
                    raise DocumentError(f"{what} name {name!r} occurs twice in the workbook {self.title!r}")
