"""Looks of the workbooks: fonts, fills and number formats, registered once per workbook as style numbers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.writer.theme import theme_xml

from exports.figures.identity import Entry
from exports.xlsx.cells import SheetLooks, is_formula_like
from exports.xlsx.document import Format, Sheet, SheetColumn, Table
from exports.xlsx.entry_form import FormColumn

XmlSheet = Any
"""openpyxl's WriteOnlyWorksheet, which borrows its members from Worksheet in a way type checkers can't follow."""

FONT = "Arial"
"""LibreOffice has one of the same widths: what fits on a page fits everywhere."""
NAVY, BLUE, RED = "1F3864", "2F5597", "9C0006"
FALLING = "C55A11"
TO_FILL_IN, CLOSED = "FFF2CC", "D9D9D9"
"""Fills of cells that the reader fills in, and of those that are not for filling in."""
MARKED = "FFF9C4"
"""Fill of a cell of a form that had to be corrected."""
SERIES_COLOURS = (
    "1F3864",
    "C55A11",
    "7F7F7F",
    "2E75B6",
    "548235",
    "BF9000",
    "7030A0",
    "A5A5A5",
    "F4B183",
    "9DC3E6",
    "A9D18E",
    "FFD966",
    "C00000",
)
_BODY = Font(name=FONT, size=10)
_BOLD = Font(name=FONT, size=10, bold=True)
_PAPER = Font(name=FONT, size=9)
_PAPER_BOLD = Font(name=FONT, size=9, bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_LINK = Font(name=FONT, size=10, underline="single", color="0563C1")
_NOTE = Font(name=FONT, size=9, color="404040")
_RULE = Side(style="hair", color="BFBFBF")
_PLAIN = Border(bottom=_RULE)
_EDGE = Border(bottom=_RULE, left=Side(style="thin", color="7F7F7F"))
_APART = Border(left=Side(style="thin", color="FFFFFF"))
"""Between headers at the right of their columns: one that fills its column would run on into the one before."""
_BOX = Border(*(Side(style="thin", color=RED) for _ in range(4)))
_LINE_STYLES: dict[str, dict[str, object]] = {
    "title": {"font": Font(name=FONT, size=14, bold=True, color=NAVY)},
    "subtitle": {"font": _BODY},
    "small": {"font": _NOTE},
    "banner": {"font": Font(name=FONT, size=11, bold=True, color=RED)},
    "heading": {"font": Font(name=FONT, size=11, bold=True, color=BLUE)},
    "body": {"font": _BODY},
    "text": {"font": _BODY},
    "link": {"font": _LINK},
    "cell_link": {"font": _LINK, "border": _PLAIN, "alignment": Alignment(vertical="top")},
}


class Styles:
    """Style numbers of one workbook. `sheet` is any of its sheets: styles belong to the workbook."""

    def __init__(self, sheet: XmlSheet) -> None:
        self._sheet = sheet
        self._known: dict[tuple[object, ...], int] = {}

    def _number(self, key: tuple[object, ...], **looks: object) -> int:
        if key not in self._known:
            cell = WriteOnlyCell(self._sheet, value=1)
            for name, look in looks.items():
                setattr(cell, name, look)
            self._known[key] = cell.style_id
        return self._known[key]

    def looks(self, sheet: Sheet) -> SheetLooks:
        """The style numbers of everything that stands in the cells of a sheet."""
        lines = [
            self.line("text" if line.label else line.style, bool(line.label) or sheet.wraps(line))
            for line in sheet.lines
        ]
        if sheet.table is None:
            return SheetLooks(FONT, lines)
        return replace(self.table_looks(sheet.table, False), lines=lines)

    def table_looks(self, table: Table, on_paper: bool) -> SheetLooks:
        """The style numbers of a table; smaller letters `on_paper`."""
        columns = table.columns
        right = [column.format.to_the_right for column in columns]
        indents = [index > 0 and right[index - 1] and not right[index] for index in range(len(columns))]
        groups = _groups(columns)
        header = [self.header(*each) for each in zip(columns, indents, groups, strict=True)]
        edges = _edges(groups)
        numbers = [
            self.body(column, edge, indent, on_paper=on_paper)
            for column, edge, indent in zip(columns, edges, indents, strict=True)
        ]
        texts = [
            style if column.format is Format.TEXT else self.shorthand(edge, on_paper)
            for column, edge, style in zip(columns, edges, numbers, strict=True)
        ]
        if table.links:
            texts[0] = self.line("cell_link")
        bands = [self.header(SheetColumn("x"), False, group, True) for group in groups]
        return SheetLooks(FONT, (), header, numbers, texts, dict(self._own(table, numbers)), bands)

    def _own(self, table: Table, usual: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """The styles of rows that have a format of their own, that are closed, or that hold a typed text which begins
        like a formula."""
        edges = _edges(_groups(table.columns))
        for number in {*range(len(table.formats)), *table.strong}:
            columns = [replace(each, bold=number in table.strong) for each in table.columns]
            if table.formats:
                form = table.formats[number]
                columns = [replace(each, format=form) if each.format.to_the_right else each for each in columns]
            yield number, [self.body(column, edge, on_paper=True) for column, edge in zip(columns, edges, strict=True)]
        typed = [index for index, column in enumerate(table.columns) if column.typed]
        fillable = [index for index, column in enumerate(table.columns) if column.to_fill_in]
        for number, row in enumerate(table.rows if typed or fillable else ()):
            quoted = [index for index in typed if is_formula_like(row[index])]
            closed = fillable if number in table.closed else []
            if quoted or closed:
                own = list(usual)
                for index in {*quoted, *closed}:
                    own[index] = self.body(table.columns[index], closed=index in closed, quoted=index in quoted)
                yield number, own

    def line(self, style: str, wraps: bool = False) -> int:
        """For text outside tables."""
        return self._number(("line", style, wraps), **_LINE_STYLES[style], **({"alignment": _WRAP} if wraps else {}))

    def header(self, column: SheetColumn, indent: bool = False, group: int | None = None, band: bool = False) -> int:
        """For a header cell, or one of the band above it; groups of columns (years) alternate in shade."""
        fill = BLUE if group is not None and group % 2 == 0 else NAVY
        side = "right" if column.format.to_the_right else "left"
        return self._number(
            ("header", fill, side, indent, band),
            font=Font(name=FONT, size=9, bold=True, color="FFFFFF"),
            fill=PatternFill("solid", fgColor=fill),
            border=_APART if side == "right" and not band else Border(),
            # at the top: the filter button stands below. The text of a band runs on over the cells beside it.
            alignment=Alignment(
                wrap_text=not band or None,
                vertical="top",
                horizontal=side,
                indent=int(indent),
            ),
        )

    def body(
        self,
        column: SheetColumn,
        edge: bool = False,
        indent: bool = False,
        closed: bool = False,
        quoted: bool = False,
        on_paper: bool = False,
    ) -> int:
        """For a number, date or text in a table; `edge` draws the line that opens a group of columns. A cell to fill in
        is grey when it is `closed`; `quoted` text stays text when somebody edits it, whatever it begins with."""
        looks: dict[str, object] = {"quotePrefix": True} if quoted else {}
        if column.to_fill_in:
            looks["fill"] = PatternFill("solid", fgColor=CLOSED if closed else TO_FILL_IN)
        return self._number(
            ("body", column.format, column.bold, column.wrap, edge, indent, *map(str, looks), closed, on_paper),
            number_format=column.format.code,
            font=(_PAPER_BOLD if column.bold else _PAPER) if on_paper else _BOLD if column.bold else _BODY,
            border=_EDGE if edge else _PLAIN,
            alignment=_alignment(column, indent),
            **looks,
        )

    def form_header(self, column: FormColumn) -> int:
        """For the header of a form: dark where something must be filled in, grey above notes."""
        fill = "7F7F7F" if column.note else NAVY if column.required else BLUE
        side = "right" if column.format.to_the_right else "left"
        return self._number(
            ("form header", fill, side),
            number_format="@",
            font=Font(name=FONT, size=9, bold=True, color="FFFFFF"),
            fill=PatternFill("solid", fgColor=fill),
            alignment=Alignment(wrap_text=True, vertical="top", horizontal=side),
        )

    def form_cell(self, column: FormColumn, marked: bool, value: Entry) -> int:
        """For a cell of a form. What could be taken for a formula stays text when somebody edits it."""
        looks = self._form_looks(column)
        if marked:
            looks |= {"fill": PatternFill("solid", fgColor=MARKED), "border": _BOX}
        quoted = is_formula_like(value)
        if quoted:
            looks["quotePrefix"] = True
        if isinstance(value, str):
            looks["number_format"] = "@"
        kind = str(looks["number_format"])
        return self._number(("form", column.format, kind, column.note, marked, quoted), **looks)

    def form_column(self, dimension: Any, column: FormColumn) -> None:
        """For the cells of a form that are not there yet."""
        for name, look in self._form_looks(column).items():
            setattr(dimension, name, look)

    @staticmethod
    def _form_looks(column: FormColumn) -> dict[str, object]:
        side = "right" if column.format.to_the_right else "left"
        return {
            "number_format": column.format.code,
            "font": _NOTE if column.note else _BODY,
            "border": _PLAIN,
            "alignment": Alignment(horizontal=side, vertical="top", wrap_text=column.note or None),
        }

    def shorthand(self, edge: bool = False, on_paper: bool = False) -> int:
        """For text such as [z] in a column of numbers."""
        return self._number(
            ("shorthand", edge, on_paper),
            alignment=Alignment(horizontal="right", vertical="top"),
            number_format="@",
            font=_PAPER if on_paper else _BODY,
            border=_EDGE if edge else _PLAIN,
        )


def _groups(columns: Sequence[SheetColumn]) -> list[int | None]:
    """The number of the group that each column is of: those under one band, or of one year."""
    sizes = Counter(column.year for column in columns)
    if not any(column.band for column in columns):
        return [column.year if sizes[column.year] > 1 else None for column in columns]
    bands = list(dict.fromkeys((column.above, column.band) for column in columns if column.band))
    return [bands.index((column.above, column.band)) if column.band else None for column in columns]


def _edges(groups: Sequence[int | None]) -> list[bool]:
    """Whether a group begins with the column."""
    return [group is not None and group != groups[index - 1] for index, group in enumerate(groups)]


def _alignment(column: SheetColumn, indent: bool) -> Alignment:
    """Names at the left, away from the numbers before them; numbers at the right."""
    side = "right" if column.format.to_the_right else "left"
    return Alignment(horizontal=side, vertical="top", wrap_text=column.wrap or None, indent=int(indent))


def use_font(book: Workbook) -> None:
    """Make the font that of the workbook: of cells without a style, by which widths of columns are measured, and of
    charts, which follow the theme."""
    usual = Font(name=FONT, size=10, family=2)
    book._fonts = IndexedList([usual])
    book._named_styles["Normal"].font = usual
    book.loaded_theme = re.sub(r'(<a:latin typeface=")[^"]+', rf"\g<1>{FONT}", theme_xml)
