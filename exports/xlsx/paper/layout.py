"""Where everything of a sheet of blocks stands: in which rows, how high they are, and where pages break.

The heights of all rows are set, so that what fits on a page is known here and comes out alike in every program. A page
breaks between blocks. A block that is longer than a page breaks between its table and its charts, and else where the
program that prints it comes to the end of the page.
"""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from exports.xlsx.cells import lines_of
from exports.xlsx.charts import Shown, size
from exports.xlsx.document import Line, Sheet, SheetColumn, Table, TableBlock
from exports.xlsx.paper.letters import HEADER_SIZE, wrapped

PAGE_WIDTH = 95.0
"""Characters that stand beside each other on a page at full size."""
_PAGE_HEIGHT = 735.0  # points; as the width, a little less than there is
_SMALLEST = 0.72  # a page is made no smaller than this to cut fewer blocks, or to be one of fewer
ROW, _WRAPPED_LINE, _HEADER_LINE = 10.6, 11.0, 11.0
_CM = 28.35  # points
_SMALL = 1.1  # so many more characters of the small letters of blocks stand in a column
_TALLEST = 400.0  # points that a row can have, about
_LINE_HEIGHTS = {"title": 22.0, "banner": 16.0, "heading": 22.0, "small": 11.75}
_FURTHER = {"title": 18.0, "heading": 14.0}  # height of the lines of a text after its first
_BOLD = {"title": 14, "banner": 11, "heading": 11}
"""Styles in bold letters, with their size in points."""
_SMALL_CHARACTER = 0.84  # width of a character of small text, against that of a digit in the cells


@dataclass(frozen=True)
class TextRow:
    """A row of a sheet that is no row of a table: text in its first cell, in a style; or a band above the columns of a
    table, with a text at the first column of each group."""

    style: str
    height: float
    text: str = ""
    band: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True)
class PlacedBlock:
    """A block: the rows above its table, the table, the rows below it. In the `chart_rows` its charts begin."""

    block: TableBlock
    above: tuple[TextRow, ...]
    shown: Shown
    header_height: float
    heights: tuple[float, ...]
    below: tuple[TextRow, ...]
    chart_rows: tuple[int, ...]

    @property
    def first_row(self) -> int:
        return self.shown.header_row - len(self.above)

    @property
    def last_table_row(self) -> int:
        """A table without rows gets one that says so."""
        return self.shown.header_row + max(1, len(self.block.table.rows))

    @property
    def last_row(self) -> int:
        return self.last_table_row + len(self.below)

    def parts(self) -> list[tuple[int, float]]:
        """First row and height of what is not broken if it fits on a page: the table, and each chart."""
        table = sum(row.height for row in self.above) + self.header_height + sum(self.heights)
        found = [(self.first_row, table)]
        for number, row in enumerate(self.below, self.last_table_row + 1):
            if number in self.chart_rows:
                found.append((number, 0.0))
            found[-1] = (found[-1][0], found[-1][1] + row.height)
        return found


@dataclass(frozen=True)
class Layout:
    """`scale` is that of the printed page; `breaks` are the rows after which a page begins."""

    lines: tuple[TextRow, ...]
    blocks: tuple[PlacedBlock, ...]
    widths: tuple[float, ...]
    scale: float
    breaks: tuple[int, ...]

    @property
    def last_row(self) -> int:
        return self.blocks[-1].last_row if self.blocks else len(self.lines)


def lay_out(sheet: Sheet) -> Layout:
    """Everything of a sheet of blocks in its place."""
    widths = column_widths(block.table for block in sheet.blocks)
    widths += (PAGE_WIDTH - sum(widths),) if sum(widths) < PAGE_WIDTH else ()  # texts and charts have the whole page
    across = sum(widths)
    lines = tuple(row for line in sheet.lines for row in _line(line, across))
    placed: list[PlacedBlock] = []
    at = len(lines)
    for block in sheet.blocks:
        placed.append(_placed(sheet, block, at, widths))
        at = placed[-1].last_row
    scale, breaks = _paged(lines, placed, min(1.0, PAGE_WIDTH / across))
    return Layout(lines, tuple(placed), widths, scale, breaks)


def column_widths(tables: Iterable[Table]) -> tuple[float, ...]:
    """The columns of all tables stand below each other: each has the width of the widest."""
    own = [[column.width for column in table.columns] for table in tables]
    return tuple(max(pair) for pair in zip_longest(*own, fillvalue=0.0))


def _line(line: Line, across: float) -> list[TextRow]:
    """A line of text over the width of the sheet, in as many rows as it takes."""
    style = line.style if line.style in _LINE_HEIGHTS else "small"
    style = "link" if line.link else style
    height = _LINE_HEIGHTS.get(style, 13.0)
    if style in _BOLD:
        pieces = wrapped(line.text, across * HEADER_SIZE / _BOLD[style])
    else:
        pieces = textwrap.wrap(line.text, max(20, int(across / _SMALL_CHARACTER))) or [""]
    heights = (height, *[_FURTHER.get(style, height)] * (len(pieces) - 1))
    return [TextRow(style, of, piece, link=line.link) for piece, of in zip(pieces, heights, strict=True)]


def _placed(sheet: Sheet, block: TableBlock, at: int, widths: Sequence[float]) -> PlacedBlock:
    table, across = block.table, sum(widths)
    above = [*_line(Line(block.title, "heading"), across), *_bands(table.columns, widths)]
    header_row = at + len(above) + 1
    last = header_row + max(1, len(table.rows))
    below = [row for text in block.below for row in _line(Line(text, "small"), across)]
    below[:1] = [replace(row, height=row.height + 4) for row in below[:1]]  # away from the table
    chart_rows = []
    for chart in block.charts:
        chart_rows.append(last + len(below) + 1)
        height = size(chart)[1] * _CM + 10
        parts = math.ceil(height / _TALLEST)
        below += [TextRow("small", height / parts)] * parts
    header = max(_header(column, width) for column, width in zip(table.columns, widths, strict=False))
    header += 12.0 if block.filtered else 0.0  # for the buttons
    shown = Shown(table, sheet.name, header_row)
    heights = tuple(_heights(table, widths))
    return PlacedBlock(block, tuple(above), shown, header, heights, tuple(below), tuple(chart_rows))


def _header(column: SheetColumn, width: float) -> float:
    """The height that the header of a column takes."""
    return _HEADER_LINE * len(wrapped(column.heading, width)) + 3


def _bands(columns: Sequence[SheetColumn], widths: Sequence[float]) -> list[TextRow]:
    """The rows with the texts above groups of columns: what stands above bands, then the bands."""
    over = _band_rows([(column.above, "") for column in columns], widths)
    return over + _band_rows([(column.band, column.above) for column in columns], widths)


def _band_rows(texts: Sequence[tuple[str, str]], widths: Sequence[float]) -> list[TextRow]:
    """One band: its text above each column, and what keeps columns with the same text apart. A text that is wider than
    its group goes on in a row below."""
    groups: dict[int, tuple[str, float]] = {}
    start = 0
    for index, text in enumerate(texts):
        if index and text != texts[index - 1]:
            start = index
        groups[start] = (text[0], groups.get(start, ("", 0.0))[1] + widths[index])
    pieces = {at: wrapped(text, width) for at, (text, width) in groups.items() if text}
    most = max((len(lines) for lines in pieces.values()), default=0)
    rows = []
    for number in range(most):
        row = [""] * len(texts)
        for at, lines in pieces.items():
            skipped = most - len(lines)
            if number >= skipped:
                row[at] = lines[number - skipped]
        rows.append(TextRow("band", _HEADER_LINE + 0.5, band=tuple(row)))
    return rows


def _heights(table: Table, widths: Sequence[float]) -> list[float]:
    wrapping = [(index, widths[index]) for index, column in enumerate(table.columns) if column.wrap]
    if not wrapping or not table.rows:
        return [ROW] * max(1, len(table.rows))
    lines = [max(lines_of(str(row[index]), _SMALL * width) for index, width in wrapping) for row in table.rows]
    return [min(_TALLEST, _WRAPPED_LINE * count + 3) for count in lines]


def _paged(lines: Sequence[TextRow], placed: Sequence[PlacedBlock], widest: float) -> tuple[float, tuple[int, ...]]:
    """The scale at which the fewest blocks are cut, then the fewest pages come out, and the rows after which a page
    begins."""
    smallest = min(_SMALLEST, widest)
    parts = [item.parts() for item in placed]
    start = sum(row.height for row in lines)
    found = []
    for percent in range(math.floor(100 * widest), math.floor(100 * smallest) - 1, -1):
        breaks, pages, cut = _breaks(start, parts, 100 * _PAGE_HEIGHT / percent)
        found.append((cut, pages, -percent, breaks))
    _, _, percent, breaks = min(found)
    return -percent / 100, breaks


def _breaks(
    start: float, blocks: Sequence[Sequence[tuple[int, float]]], page: float
) -> tuple[tuple[int, ...], int, int]:
    """The rows after which a page begins, the number of pages, and how many parts are cut by the end of one. The first
    block comes at a height of `start`."""
    found: list[int] = []
    pages, cut, used = 1, 0, start
    for parts in blocks:
        whole = sum(height for _, height in parts)
        for first, height in parts if whole > page else [(parts[0][0], whole)]:
            if used + height > page and (height <= page or used > page / 2):
                found.append(first - 1)
                pages, used = pages + 1, 0.0
            more = math.ceil((used + height) / page) - 1
            pages, cut, used = pages + more, cut + bool(more), used + height - more * page
    return tuple(found), pages, cut
