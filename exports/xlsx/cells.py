"""The rows of a sheet as SpreadsheetML text: the lines above its table, and the table.

openpyxl spends about 9 microseconds on a cell, mostly in objects per cell; an annex has up to 300 000 cells. Joining
strings gives the same XML fifteen times faster, so that `exports.xlsx.workbook` lets openpyxl write all the rest
(styles, tables, charts, relations) and puts these rows in the sheets.
Text is always an inline string: what starts with `=` can't become a formula.
"""

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape

from exports.figures.identity import Entry, Value
from exports.xlsx.document import Format, Sheet, Table

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_EPOCH = dt.date(1899, 12, 30)
MAX_TEXT = 32_767
"""Characters of a text that a cell can hold."""
TEXT_WIDTH = 95.0
"""Width of column A on a sheet without a table, in characters."""
_LINE_HEIGHT = 13.5
_HEIGHTS = {"title": 24.0, "heading": 26.0, "banner": 20.0}
_SIZES = {"title": 1.4, "banner": 1.15}
"""Of letters, against those of plain text."""
_TALLEST = 409.0  # points that a row can have
_BODY = 0.95  # width of an average character of plain text, in widths of a digit
_FORMULA_LIKE = re.compile(r"[=+\-@\t\r\n]")


def column_letters(index: int) -> str:
    """Letters of the column with 0-based `index`: 0 -> A, 25 -> Z, 26 -> AA."""
    before, rest = divmod(index, 26)
    return (column_letters(before - 1) if before else "") + chr(65 + rest)


def is_formula_like(value: Entry) -> bool:
    """Whether a text, typed into a cell again, could be taken for a formula."""
    return isinstance(value, str) and bool(_FORMULA_LIKE.match(value))


def fitting(text: str) -> str:
    """The text as far as a cell can hold it, with an ellipsis for what is left out."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"


def text_xml(text: str) -> str:
    """The text as inline-string content. Characters XML cannot hold become U+FFFD, visibly."""
    return f"<is>{_run(text)}</is>"


def labelled_xml(label: str, text: str, font: str) -> str:
    """Inline-string content of a label in bold and a text, in one cell."""
    look = f'<rFont val="{font}"/><family val="2"/><sz val="10"/>'
    bold, plain = f"<rPr><b/>{look}</rPr>", f"<rPr>{look}</rPr>"
    return f"<is><r>{bold}{_run(f'{label}: ')}</r><r>{plain}{_run(text)}</r></is>"


def _run(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"text of {len(text)} characters does not fit in a cell (at most {MAX_TEXT})")
    text = _ESCAPE_LIKE.sub("_x005F_", _ILLEGAL.sub("\ufffd", text))
    return f'<t xml:space="preserve">{escape(text)}</t>'


class RowWriter:
    """Collects the XML of a sheet's rows, numbered from 1."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._row = 0
        self._texts: dict[str, str] = {}  # names repeat thousands of times in a tidy table

    @property
    def next_row(self) -> int:
        return self._row + 1

    def row(self, cells: Iterable[tuple[Value, int]], height: float | None = None) -> None:
        """One row of (value, style id) cells."""
        self._open(height)
        for index, (value, style) in enumerate(cells):
            self._parts.append(self._cell(f"{column_letters(index)}{self._row}", value, style))
        self._parts.append("</row>")

    def labelled(self, label: str, text: str, style: int, font: str, height: float | None) -> None:
        """A row of one cell: a label in bold, then the text."""
        self._open(height)
        body = labelled_xml(label, text, font)
        self._parts.append(f'<c r="A{self._row}" s="{style}" t="inlineStr">{body}</c></row>')

    def _open(self, height: float | None) -> None:
        self._row += 1
        size = f' ht="{height:g}" customHeight="1"' if height else ""
        self._parts.append(f'<row r="{self._row}"{size}>')

    def rows(
        self,
        rows: Iterable[Sequence[Entry]],
        styles: Sequence[int],
        text_styles: Sequence[int],
        heights: Iterable[float],
        exceptions: Mapping[int, Sequence[int]],
    ) -> None:
        """Many rows with one style per column; `text_styles` serves the text cells (shorthand in number columns).
        A height of 0 is the usual one. `exceptions` gives the styles of single rows (from 0) instead."""
        letters = [column_letters(index) for index in range(len(styles))]
        add = self._parts.append
        texts = self._texts
        for index, (row, height) in enumerate(zip(rows, heights, strict=False)):
            self._open(height)
            number = self._row
            own = exceptions.get(index)
            for letter, value, style, text_style in zip(letters, row, own or styles, own or text_styles, strict=True):
                if type(value) is str:
                    body = texts.get(value)
                    if body is None:
                        body = texts[value] = text_xml(value)
                    add(f'<c r="{letter}{number}" s="{text_style}" t="inlineStr">{body}</c>')
                elif type(value) is int:
                    add(f'<c r="{letter}{number}" s="{style}"><v>{value}</v></c>')
                else:
                    add(self._cell(f"{letter}{number}", value, style))
            add("</row>")

    @staticmethod
    def _cell(address: str, value: Entry, style: int) -> str:
        if value is None:
            return f'<c r="{address}" s="{style}"/>'
        if isinstance(value, str):
            return f'<c r="{address}" s="{style}" t="inlineStr">{text_xml(value)}</c>'
        if isinstance(value, dt.date):
            if isinstance(value, dt.datetime):
                raise TypeError("a cell holds dates, not times")
            value = (value - _EPOCH).days
        elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise TypeError(f"a cell can't hold a {type(value).__name__}")
        elif value != value or value in (float("inf"), float("-inf")):
            raise ValueError("a cell can't hold NaN or infinity")
        return f'<c r="{address}" s="{style}"><v>{value}</v></c>'

    def xml(self) -> bytes:
        """The `sheetData` element."""
        return f"<sheetData>{''.join(self._parts)}</sheetData>".encode()


@dataclass(frozen=True)
class SheetLooks:
    """Style numbers of a sheet: of its lines, of the header cells of its table, of the bands above them, and of each
    column's numbers and texts. `own` gives those of single rows (from 0) instead. `font` is the name of the font."""

    font: str
    lines: Sequence[int]
    header: Sequence[int] = ()
    numbers: Sequence[int] = ()
    texts: Sequence[int] = ()
    own: Mapping[int, Sequence[int]] | None = None
    bands: Sequence[int] = ()


@dataclass(frozen=True)
class SheetRows:
    """The XML of a sheet's rows and of `remarks` on them for Excel, and the links in column A: (row, sheet that it
    leads to, text). `height`: that of the lines of text together, in points."""

    xml: bytes
    remarks: bytes
    links: tuple[tuple[int, str, str], ...]
    height: float = 0.0


def sheet_rows(sheet: Sheet, looks: SheetLooks) -> SheetRows:
    """Everything of the sheet that stands in cells."""
    writer = RowWriter()
    links, height = _lines(writer, sheet, looks)
    remarks = b""
    if sheet.table is not None:
        links += _table(writer, sheet.table, looks)
        areas = digits_are_text(sheet.table, sheet.header_row)
        area = f'<ignoredError sqref="{" ".join(areas)}" numberStoredAsText="1"/>'
        remarks = f"<ignoredErrors>{area}</ignoredErrors>".encode() if areas else b""
    return SheetRows(writer.xml(), remarks, tuple(links), height)


def _lines(writer: RowWriter, sheet: Sheet, looks: SheetLooks) -> tuple[list[tuple[int, str, str]], float]:
    """The text above a table, which runs on over the columns beside it; wrapped when there is no table. Returns its
    links and its height."""
    links, total = [], 0.0
    for line, style in zip(sheet.lines, looks.lines, strict=True):
        if line.link:
            links.append((writer.next_row, line.link, line.text))
        height = _HEIGHTS.get(line.style)
        if line.label or sheet.wraps(line):
            text = f"{line.label}: {line.text}" if line.label else line.text
            room = TEXT_WIDTH / _SIZES.get(line.style, 1.0)
            height = (height or _LINE_HEIGHT) * _wrapped(text, room, _BODY) + (0 if height else 3)
        if line.label:
            writer.labelled(line.label, line.text, style, looks.font, height)
        else:
            writer.row([(line.text, style)], height)
        total += height or _LINE_HEIGHT
    return links, total


def _table(writer: RowWriter, table: Table, looks: SheetLooks) -> list[tuple[int, str, str]]:
    columns = table.columns
    lines = max(_wrapped(column.header, column.width) for column in columns)
    numeric = any(column.format.to_the_right for column in columns)  # their filter button stands below the text
    height = 13.5 * (lines + numeric) + 5
    writer.row([(column.header, look) for column, look in zip(columns, looks.header, strict=True)], height)
    first = writer.next_row
    rows = table.rows or [(table.empty,) * len(columns)]  # Excel wants a row in every table
    writer.rows(rows, looks.numbers, looks.texts, _heights(table), looks.own or {})
    return [(first + index, name, str(table.rows[index][0])) for index, name in enumerate(table.links)]


def _heights(table: Table) -> list[float]:
    """Height of each row; 0 for the usual one."""
    wrapping = [(index, column.width) for index, column in enumerate(table.columns) if column.wrap]
    if not wrapping:
        return [0.0] * max(1, len(table.rows))
    lines = [max(lines_of(str(row[index]), width) for index, width in wrapping) for row in table.rows]
    return [min(_TALLEST, _LINE_HEIGHT * count + 2) if count > 1 else 0.0 for count in lines] or [0.0]


@lru_cache(10_000)  # texts of rules repeat in thousands of rows
def lines_of(text: str, width: float) -> int:
    """Lines that a text takes in a column of `width` that wraps."""
    return sum(_wrapped(line, width, _BODY) for line in text.split("\n"))


def _wrapped(text: str, width: float, size: float = 1.05) -> int:
    """Lines that `text` takes in a column of `width`, wrapped at blanks; `size` is that of an average character."""
    lines, used = 1, 0.0
    room = max(width - 1, 4)
    for word in text.split(" "):
        length = len(word) * size
        if used and used + 1 + length > room:
            lines, used = lines + 1, 0.0
        used += length + (1 if used else 0)
        if used > room:
            more = math.ceil(used / room) - 1
            lines, used = lines + more, used - more * room
    return lines


def digits_are_text(table: Table, header_row: int) -> list[str]:
    """The areas with codes and years written as text: Excel is told that they are meant so, else each gets a green
    warning triangle."""
    areas = []
    if any(column.heading.isdigit() for column in table.columns):
        areas.append(f"A{header_row}:{column_letters(len(table.columns) - 1)}{header_row}")
    for index, column in enumerate(table.columns):
        if column.format is Format.TEXT and any(str(row[index]).isdigit() for row in table.rows):
            letters = column_letters(index)
            areas.append(f"{letters}{header_row + 1}:{letters}{header_row + len(table.rows)}")
    return areas
