"""Looks of the workbooks: fonts, fills and number formats, registered once per workbook as style numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from exports.figures.identity import Entry
from exports.xlsx.cells import SheetLooks, is_formula_like
from exports.xlsx.document import Format, FormColumn, Sheet, SheetColumn, Table

XmlSheet = Any
"""openpyxl's WriteOnlyWorksheet, which borrows its members from Worksheet in a way type checkers can't follow."""

FONT = "Arial"
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
_BODY = Font(name=FONT, size=11)
_BOLD = Font(name=FONT, size=11, bold=True)
_WRAP = Alignment(wrap_text=True, vertical="top")
_LINK = Font(name=FONT, size=11, underline="single", color="0563C1")
_NOTE = Font(name=FONT, size=10, color="404040")
_RULE = Side(style="hair", color="BFBFBF")
_PLAIN = Border(bottom=_RULE)
_EDGE = Border(bottom=_RULE, left=Side(style="thin", color="7F7F7F"))
_BOX = Border(*(Side(style="thin", color=RED) for _ in range(4)))
_LINE_STYLES: dict[str, dict[str, object]] = {
    "title": {"font": Font(name=FONT, size=15, bold=True, color=NAVY)},
    "subtitle": {"font": _BODY},
    "small": {"font": Font(name=FONT, size=10, color="404040")},
    "banner": {"font": Font(name=FONT, size=12, bold=True, color=RED)},
    "heading": {"font": Font(name=FONT, size=12, bold=True, color=BLUE)},
    "body": {"font": _BODY},
    "text": {"font": _BODY, "alignment": _WRAP},
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
        lines = [self.line("text" if line.label or sheet.wraps(line) else line.style) for line in sheet.lines]
        if sheet.table is None:
            return SheetLooks(FONT, lines)
        columns = sheet.table.columns
        right = [column.format.to_the_right for column in columns]
        indents = [index > 0 and right[index - 1] and not right[index] for index in range(len(columns))]
        sizes = Counter(column.year for column in columns)
        blocks = [column.year if sizes[column.year] > 1 else None for column in columns]
        header = [self.header(*each) for each in zip(columns, indents, blocks, strict=True)]
        edges = [block is not None and block != blocks[index - 1] for index, block in enumerate(blocks)]
        numbers = [self.body(*each) for each in zip(columns, edges, indents, strict=True)]
        texts = [
            style if column.format is Format.TEXT else self.shorthand(edge)
            for column, edge, style in zip(columns, edges, numbers, strict=True)
        ]
        if sheet.table.links:
            texts[0] = self.line("cell_link")
        return SheetLooks(FONT, lines, header, numbers, texts, dict(self._own(sheet.table, numbers)))

    def _own(self, table: Table, usual: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """The styles of rows that are closed, or that hold a typed text which begins like a formula."""
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

    def line(self, style: str) -> int:
        """For text outside tables."""
        return self._number(("line", style), **_LINE_STYLES[style])

    def header(self, column: SheetColumn, indent: bool = False, year: int | None = None) -> int:
        """For a header cell; blocks of columns (years) alternate in shade."""
        fill = BLUE if year is not None and year % 2 == 0 else NAVY
        side = "right" if column.format.to_the_right else "left"
        return self._number(
            ("header", fill, side, indent),
            font=Font(name=FONT, size=10, bold=True, color="FFFFFF"),
            fill=PatternFill("solid", fgColor=fill),
            # at the top: the filter button stands below
            alignment=Alignment(wrap_text=True, vertical="top", horizontal=side, indent=int(indent)),
        )

    def body(
        self, column: SheetColumn, edge: bool = False, indent: bool = False, closed: bool = False, quoted: bool = False
    ) -> int:
        """For a number, date or text in a table; `edge` draws the line that opens a block. A cell to fill in is grey
        when it is `closed`; `quoted` text stays text when somebody edits it, whatever it begins with."""
        looks: dict[str, object] = {"quotePrefix": True} if quoted else {}
        if column.to_fill_in:
            looks["fill"] = PatternFill("solid", fgColor=CLOSED if closed else TO_FILL_IN)
        return self._number(
            ("body", column.format, column.bold, column.wrap, edge, indent, *map(str, looks), closed),
            number_format=column.format.code,
            font=_BOLD if column.bold else _BODY,
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

    def shorthand(self, edge: bool = False) -> int:
        """For text such as [z] in a column of numbers."""
        return self._number(
            ("shorthand", edge),
            alignment=Alignment(horizontal="right"),
            number_format="@",
            font=_BODY,
            border=_EDGE if edge else _PLAIN,
        )


def _alignment(column: SheetColumn, indent: bool) -> Alignment:
    """Names at the left, away from the numbers before them; numbers at the right."""
    side = None if column.format.to_the_right else "left"
    return Alignment(horizontal=side, vertical="top", wrap_text=column.wrap or None, indent=int(indent))
