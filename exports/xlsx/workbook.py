"""Writes a Document as an .xlsx file: the same document gives the same bytes, and a reader never sees half a file.

openpyxl makes everything around the rows; `exports.xlsx.cells` makes the rows, which replace the empty `sheetData` of
each sheet while `exports.xlsx.archive` puts the parts in order.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import StringProperty
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import AutoFilter, TableColumn, TableStyleInfo
from openpyxl.worksheet.table import Table as XmlTable
from openpyxl.writer.excel import ExcelWriter

from exports.xlsx import charts
from exports.xlsx.archive import Parts, packed, replace_file
from exports.xlsx.cells import RowWriter, column_letters, is_formula_like
from exports.xlsx.document import Document, Format, Line, Sheet, Table
from exports.xlsx.paper import every_page, fit_width, landscape, place_charts, set_up
from exports.xlsx.styles import FONT, Styles, XmlSheet

CREATOR = "Datawarehouse TWE-OCMW"
_TEXT_WIDTH = 110.0  # of column A on a sheet without a table
_LINE_HEIGHT = 15.0
_TALLEST = 409.0  # points that a row can have
_WIDE, _LONG = 8, 20  # columns and rows of a table that doesn't fit on a screen
_BODY = 0.95  # width of an average character of plain text, in widths of a digit


def write(document: Document, path: Path) -> Path:
    """Write the document to `path`, replacing what is there in one step."""
    return replace_file(path, render_bytes(document))


def render_bytes(document: Document) -> bytes:
    """The document as the bytes of an .xlsx file."""
    book = Workbook(write_only=True)
    moment = dt.datetime.combine(document.created, dt.time())
    book.properties = DocumentProperties(
        title=document.title,
        subject=document.subject,
        creator=CREATOR,
        lastModifiedBy=CREATOR,
        language=document.language,
        description=document.description or None,
        keywords=document.keywords or None,
        contentStatus=document.status or None,
        created=moment,
        modified=moment,
    )
    for name, value in document.facts.items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    parts = Parts()
    styles: Styles | None = None
    for number, sheet in enumerate(document.sheets, 1):
        xml = book.create_sheet(sheet.name)
        xml.sheet_view.tabSelected = number == 1
        styles = styles or Styles(xml)
        part = f"xl/worksheets/sheet{number}.xml"
        built = [charts.build(chart, document.shown_by(sheet, chart)) for chart in sheet.charts]
        parts.rows[part] = _sheet(xml, sheet, styles, built)
        parts.remarks[part] = _digits_are_text(sheet.table, sheet.header_row) if sheet.table else b""
        if sheet.charts:
            parts.chart_texts.append([chart.about or chart.title for chart in sheet.charts])
    loose = io.BytesIO()
    # not Workbook.save(): that puts the clock's time in the properties
    ExcelWriter(book, zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED)).save()
    return packed(loose, parts, document.created)


def _digits_are_text(table: Table, header_row: int) -> bytes:
    """Tells Excel that codes and years written as text are meant so: else each gets a green warning triangle."""
    areas = []
    if any(column.header.isdigit() for column in table.columns):
        areas.append(f"A{header_row}:{column_letters(len(table.columns) - 1)}{header_row}")
    for index, column in enumerate(table.columns):
        if column.format is Format.TEXT and any(str(row[index]).isdigit() for row in table.rows):
            letters = column_letters(index)
            areas.append(f"{letters}{header_row + 1}:{letters}{header_row + len(table.rows)}")
    if not areas:
        return b""
    area = f'<ignoredError sqref="{" ".join(areas)}" numberStoredAsText="1"/>'
    return f"<ignoredErrors>{area}</ignoredErrors>".encode()


def _sheet(xml: XmlSheet, sheet: Sheet, styles: Styles, built: list[Any]) -> bytes:
    """Set up the sheet, with its charts, around its rows; gives the rows."""
    writer = RowWriter()
    table = sheet.table
    widths = (_TEXT_WIDTH,) if table is None else tuple(column.width for column in table.columns)
    for index, width in enumerate(widths):
        xml.column_dimensions[column_letters(index)].width = width
    xml.sheet_view.showGridLines = False
    landscape(xml)
    every_page(xml, sheet)
    links = _lines(writer, sheet.lines, styles, wrapped=table is None)
    if table is not None:
        xml.freeze_panes = _panes(sheet, table)
        links += _table(writer, table, styles)
        xml.tables.add(_xml_table(table, sheet.header_row))  # add_table() warns about what is done here
        set_up(xml, table, sheet)
        place_charts(xml, built, sheet)
    else:
        fit_width(xml)
    # the view, columns and freeze panes must stand before the rows do; links come after them
    xml._get_writer()
    xml._hyperlinks.extend(links)
    return writer.xml()


def _panes(sheet: Sheet, table: Table) -> str | None:
    """What stays in sight: the header of a long table, the first columns of a wide one."""
    column = column_letters(sheet.frozen_columns if len(table.columns) > _WIDE or sheet.work_sheet else 0)
    return f"{column}{sheet.header_row + 1 if len(table.rows) > _LONG or sheet.work_sheet else 1}"


def _link(row: int, sheet: str, text: str) -> Hyperlink:
    return Hyperlink(ref=f"A{row}", location=f"{quote_sheetname(sheet)}!A1", display=text)


def _lines(writer: RowWriter, lines: tuple[Line, ...], styles: Styles, wrapped: bool) -> list[Hyperlink]:
    """The text above a table, which runs on over the columns beside it; wrapped when there is no table."""
    links = []
    for line in lines:
        if line.link:
            links.append(_link(writer.next_row, line.link, line.text))
        if line.label or (wrapped and line.style == "body"):
            height = _LINE_HEIGHT * _wrapped(f"{line.label}: {line.text}", _TEXT_WIDTH, _BODY) + 3
            style = styles.line("text")
            if line.label:
                writer.labelled(line.label, line.text, style, FONT, height)
            else:
                writer.row([(line.text, style)], height=height)
            continue
        height_of = {"title": 24.0, "heading": 26.0, "banner": 20.0}
        writer.row([(line.text, styles.line(line.style))], height=height_of.get(line.style))
    return links


def _table(writer: RowWriter, table: Table, styles: Styles) -> list[Hyperlink]:
    columns = table.columns
    lines = max(_wrapped(column.header, column.width) for column in columns)
    right = [column.format.to_the_right for column in columns]
    indents = [index > 0 and right[index - 1] and not right[index] for index in range(len(columns))]
    numeric = any(right)  # their filter button stands below the text
    height = 13.5 * (lines + numeric) + 5
    sizes = Counter(column.year for column in columns)
    blocks = [column.year if sizes[column.year] > 1 else None for column in columns]
    looks = [styles.header(*each) for each in zip(columns, indents, blocks, strict=True)]
    writer.row([(column.header, look) for column, look in zip(columns, looks, strict=True)], height)
    first = writer.next_row
    edges = [block is not None and block != blocks[index - 1] for index, block in enumerate(blocks)]
    numbers = [styles.body(*each) for each in zip(columns, edges, indents, strict=True)]
    texts = [
        style if column.format is Format.TEXT else styles.shorthand(edge)
        for column, edge, style in zip(columns, edges, numbers, strict=True)
    ]
    if table.links:
        texts[0] = styles.line("cell_link")
    rows = table.rows or [(table.empty,) * len(columns)]  # Excel wants a row in every table
    own = dict(_own_styles(table, numbers, styles))
    writer.rows(rows, numbers, texts, _heights(table), own)
    return [_link(first + index, name, str(table.rows[index][0])) for index, name in enumerate(table.links)]


def _own_styles(table: Table, usual: Sequence[int], styles: Styles) -> Iterator[tuple[int, list[int]]]:
    """The styles of rows that are closed, or that hold a typed text which begins like a formula."""
    typed = [index for index, column in enumerate(table.columns) if column.typed]
    fillable = [index for index, column in enumerate(table.columns) if column.to_fill_in]
    for number, row in enumerate(table.rows if typed or fillable else ()):
        quoted = [index for index in typed if is_formula_like(row[index])]
        closed = fillable if number in table.closed else []
        if quoted or closed:
            own = list(usual)
            for index in {*quoted, *closed}:
                own[index] = styles.body(table.columns[index], closed=index in closed, quoted=index in quoted)
            yield number, own


def _heights(table: Table) -> list[float]:
    """Height of each row; 0 for the usual one."""
    wrapping = [(index, column.width) for index, column in enumerate(table.columns) if column.wrap]
    if not wrapping:
        return [0.0] * max(1, len(table.rows))
    lines = [max(_lines_of(str(row[index]), width) for index, width in wrapping) for row in table.rows]
    return [min(_TALLEST, _LINE_HEIGHT * count + 2) if count > 1 else 0.0 for count in lines] or [0.0]


@lru_cache(10_000)  # texts of rules repeat in thousands of rows
def _lines_of(text: str, width: float) -> int:
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


def _xml_table(table: Table, header_row: int) -> XmlTable:
    last = f"{column_letters(len(table.columns) - 1)}{header_row + max(1, len(table.rows))}"
    xml = XmlTable(displayName=table.name, ref=f"A{header_row}:{last}")
    xml.tableColumns = [TableColumn(id=i, name=column.header) for i, column in enumerate(table.columns, 1)]
    xml.autoFilter = AutoFilter(ref=xml.ref)
    xml.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    return xml
