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
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from exports.figures.identity import Entry, Value

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


class Format(Enum):
    """How the values of a column are shown and rounded: (Excel number format, decimals kept in the cell)."""

    TEXT = ("@", None)
    INTEGER = ("#,##0", None)
    YEAR = ("0", None)
    RANK = ("0.", None)
    EURO = ("#,##0.00", None)
    ONE_DECIMAL = ("#,##0.0", 1)
    TWO_DECIMALS = ("#,##0.00", 2)
    SIX_DECIMALS = ("#,##0.00####", 6)
    GENERAL = ("General", None)
    DATE = ("dd/mm/yyyy", None)

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def to_the_right(self) -> bool:
        """Whether values stand at the right of the column: what is counted or measured, not what names."""
        return self not in (Format.TEXT, Format.YEAR, Format.DATE, Format.RANK)

    def rounded(self, value: Value) -> Value:
        """The value as the cell keeps it: floats rounded to the decimals of this format, all else untouched.

        A half goes up, away from zero, as readers and Excel do it; `round` would make 1.25 a 1.2.
        """
        decimals = self.value[1]
        if decimals is None or not isinstance(value, float):
            return value
        return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)) + 0.0  # no -0.0


@dataclass(frozen=True)
class SheetColumn:
    """One table column. Columns of a `year` form a block; their `stem` is the header without the year, and
    `year_status` says whether the year is provisional. `about` explains the column in the machine-readable copy.
    `to_fill_in` marks the cells that the reader fills in; `typed` texts come from outside and stay text when edited."""

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
    cells to fill in are not for filling in."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[tuple[Entry, ...]]
    links: tuple[str, ...] = ()
    closed: frozenset[int] = frozenset()
    empty: Entry = NOT_APPLICABLE

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
class FormColumn:
    """A column of a form. The header in bold is `required`; `about` is said when a cell of it is chosen, under `title`.
    `choices` is the name of the list to choose from, `valid` a formula that is true for what may be typed: what isn't
    gives a warning. `wrong` and `doubtful` are formulas that make a cell red or amber. A `note` is not for typing."""

    header: str
    format: Format = Format.TEXT
    width: float = 11
    title: str = ""
    about: str = ""
    choices: str = ""
    valid: str = ""
    wrong: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    required: bool = False
    note: bool = False


@dataclass(frozen=True)
class EntryForm:
    """A sheet to type in: the header in row 1, then its `rows`, and `prepared` rows in all for which formulas look at
    what is typed. Formulas are names of the document, which are relative to the row. `marked` are the cells (row from
    0, header) that had to be corrected. `banner` stands above every page."""

    columns: tuple[FormColumn, ...]
    rows: Sequence[tuple[Value, ...]] = ()
    prepared: int = 5_000
    marked: frozenset[tuple[int, str]] = frozenset()
    banner: str = ""

    @property
    def last_row(self) -> int:
        """The last row (from 1) that formulas look at."""
        return max(self.prepared, 2 * len(self.rows)) + 1


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
    """A native chart: kind is `clustered`, `stacked`, `percent` (columns), `bars`, `percent_bars` (horizontal) or
    `line`. `about` is its text for who can't see it; `unit` that of the numbers when shares can't be shown."""

    kind: str
    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    number_format: str = "#,##0"
    about: str = ""
    unit: str = "aantal"
    source: str = ""  # sheet whose table it shows; empty for the sheet it stands on


@dataclass(frozen=True)
class Sheet:
    """Text lines, then at most one table, then charts beside or below it; or nothing but a form. `about` says in the
    contents what is on the sheet; `data` marks tables that go into the machine-readable copy. A `work_sheet` is for
    working through its rows: the header and the frozen columns always stay in sight, and it is printed readably over as
    many pages as that takes. `footer` stands in the middle below every page."""

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

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 31 or re.search(r"[\[\]:*?/\\]", self.name) or self.name.strip("' ") != self.name:
            raise DocumentError(f"sheet name {self.name!r}: 1-31 characters, none of []:*?/\\")
        if any(not chart.source for chart in self.charts) and (self.table is None or not self.table.rows):
            raise DocumentError(f"sheet {self.name}: a chart needs a table with rows")

    def wraps(self, line: Line) -> bool:
        """Whether a line of text is wrapped in its cell: on a sheet without a table nothing stands beside it."""
        return self.table is None and line.style == "body"

    @property
    def header_row(self) -> int:
        """The row (from 1) of the table's header."""
        return len(self.lines) + 1


@dataclass(frozen=True)
class Document:
    """A whole workbook. `created` is also its time of modification: never the clock's time. `names` are formulas that
    others use by their name."""

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

    def __post_init__(self) -> None:
        tables = [sheet.table.name for sheet in self.sheets if sheet.table]
        for what, names in (("sheet", [sheet.name for sheet in self.sheets]), ("table", tables)):
            folded = [name.casefold() for name in names]
            for name in names:
                if folded.count(name.casefold()) > 1:
                    raise DocumentError(f"{what} name {name!r} occurs twice in the workbook {self.title!r}")
        known = {sheet.name for sheet in self.sheets if sheet.table and sheet.table.rows}
        for chart in (chart for sheet in self.sheets for chart in sheet.charts):
            if chart.source and chart.source not in known:
                raise DocumentError(f"chart {chart.title!r} shows a table of {chart.source!r}, which has none")

    def shown_by(self, sheet: Sheet, chart: Chart) -> Sheet:
        """The sheet whose table the chart shows."""
        return next(item for item in self.sheets if item.name == chart.source) if chart.source else sheet
