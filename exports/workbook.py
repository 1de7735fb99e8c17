"""Writes a Document as an .xlsx file: the same document gives the same bytes, and a reader never sees half a file.

openpyxl makes everything around the rows; `exports.cells` makes the rows, which replace the empty `sheetData` of
each sheet while the archive is put in order (entries sorted, all with the document's date).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import os
import re
import tempfile
import zipfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import AutoFilter, TableColumn, TableStyleInfo
from openpyxl.worksheet.table import Table as XmlTable
from openpyxl.writer.excel import ExcelWriter

from exports.cells import RowWriter, column_letters
from exports.document import Document, Format, Line, Sheet, Table
from exports.paper import fit_width, landscape, place_charts, set_up
from exports.styles import Styles, XmlSheet

CREATOR = "Datawarehouse TWE-OCMW"
LANGUAGE = "nl-BE"
_TAIL = re.compile(rb"<drawing |<tableParts")
_EMPTY_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>\s*</sheetData>")


def write(document: Document, path: Path) -> Path:
    """Write the document to `path`, replacing what is there in one step."""
    content = render_bytes(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)  # mkstemp keeps the file to its owner; an annex is for sharing
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def render_bytes(document: Document) -> bytes:
    """The document as the bytes of an .xlsx file."""
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(
        title=document.title,
        subject=document.subject,
        creator=CREATOR,
        lastModifiedBy=CREATOR,
        language=LANGUAGE,
        created=dt.datetime.combine(document.created, dt.time()),
        modified=dt.datetime.combine(document.created, dt.time()),
    )
    rows: dict[str, bytes] = {}
    remarks: dict[str, bytes] = {}
    styles: Styles | None = None
    for number, sheet in enumerate(document.sheets, 1):
        xml = book.create_sheet(sheet.name)
        styles = styles or Styles(xml)
        part = f"xl/worksheets/sheet{number}.xml"
        rows[part], header_row = _sheet(xml, sheet, styles)
        remarks[part] = _digits_are_text(sheet.table, header_row) if sheet.table else b""
    loose = io.BytesIO()
    # not Workbook.save(): that puts the clock's time in the properties
    ExcelWriter(book, zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED)).save()
    return _packed(loose, rows, remarks, document.created)


def _packed(loose: io.BytesIO, rows: dict[str, bytes], remarks: dict[str, bytes], date: dt.date) -> bytes:
    """The archive with the rows and remarks in place, entries in order and all of one date."""
    moment = (max(date.year, 1980), date.month, date.day, 0, 0, 0)
    packed = io.BytesIO()
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(packed, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name in rows:
                pieces = _EMPTY_ROWS.split(content)
                if len(pieces) != 2:
                    raise RuntimeError(f"{name}: openpyxl wrote something else than an empty sheet")
                content = rows[name].join(pieces)
                content = _TAIL.sub(remarks[name] + rb"\g<0>", content, count=1)
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            target.writestr(entry, content)
    return packed.getvalue()


def _digits_are_text(table: Table, header_row: int) -> bytes:
    """Tells Excel that codes and years written as text are meant so: else each gets a green warning triangle."""
    areas = []
    if any(column.header.isdigit() for column in table.columns):
        areas.append(f"A{header_row}:{column_letters(len(table.columns) - 1)}{header_row}")
    for index, column in enumerate(table.columns):
        if column.format is Format.TEXT and table.rows and str(table.rows[0][index]).isdigit():
            letters = column_letters(index)
            areas.append(f"{letters}{header_row + 1}:{letters}{header_row + len(table.rows)}")
    if not areas:
        return b""
    area = f'<ignoredError sqref="{" ".join(areas)}" numberStoredAsText="1"/>'
    return f"<ignoredErrors>{area}</ignoredErrors>".encode()


def _sheet(xml: XmlSheet, sheet: Sheet, styles: Styles) -> tuple[bytes, int]:
    """Set up the sheet around its rows; gives the rows and the number of the table's header row (0: no table)."""
    header_row = 0
    writer = RowWriter()
    table = sheet.table
    widths = sheet.widths if table is None else tuple(column.width for column in table.columns)
    for index, width in enumerate(widths):
        xml.column_dimensions[column_letters(index)].width = width
    xml.sheet_view.showGridLines = False
    landscape(xml)
    links = _lines(writer, sheet.lines, styles, widths)
    if table is not None:
        header_row = writer.next_row
        xml.freeze_panes = f"{column_letters(sheet.frozen_columns)}{header_row + 1}"
        _table(writer, table, styles)
        xml.tables.add(_xml_table(table, header_row))  # add_table() warns about what is done here
        set_up(xml, table, header_row, sheet)
        place_charts(xml, sheet, header_row)
    else:
        fit_width(xml)
    # the view, columns and freeze panes must stand before the rows do; links come after them
    xml._get_writer()
    xml._hyperlinks.extend(links)
    return writer.xml(), header_row


def _lines(writer: RowWriter, lines: tuple[Line, ...], styles: Styles, widths: tuple[float, ...]) -> list[Hyperlink]:
    links = []
    for line in lines:
        if line.style == "pair":
            label = "link" if line.link else "label"
            if line.link:
                place = f"{quote_sheetname(line.link)}!A1"
                links.append(Hyperlink(ref=f"A{writer.next_row}", location=place, display=line.link))
            cells = [(line.cells[0], styles.line(label)), *((text, styles.line("text")) for text in line.cells[1:])]
            height = 15 * max(
                (math.ceil(len(str(text)) * 0.95 / width) for text, width in zip(line.cells, widths, strict=False)),
                default=1,
            )
            writer.row(cells, height=float(height))
        else:
            height = {"title": 24.0, "heading": 24.0, "banner": 20.0}.get(line.style)
            writer.row([(text, styles.line(line.style)) for text in line.cells], height=height)
    return links


def _table(writer: RowWriter, table: Table, styles: Styles) -> None:
    columns = table.columns
    lines = max(_wrapped(column.header, column.width) for column in columns)
    writer.row([(column.header, styles.header(column)) for column in columns], height=13.5 * (lines + 1) + 4)
    edges = [column.group >= 0 and column.group != columns[index - 1].group for index, column in enumerate(columns)]
    numbers = [styles.body(column, edge) for column, edge in zip(columns, edges, strict=True)]
    texts = [
        style if column.format is Format.TEXT else styles.shorthand(edge)
        for column, edge, style in zip(columns, edges, numbers, strict=True)
    ]
    writer.rows(table.rows or [(None,) * len(columns)], numbers, texts)  # Excel wants a row in every table


def _wrapped(text: str, width: float) -> int:
    """Lines that `text` takes in a column of `width`, wrapped at blanks, each a bit wider than average text."""
    lines, used = 1, 0.0
    room = max(width - 1, 4)
    for word in text.split(" "):
        length = len(word) * 1.05
        if used and used + 1 + length > room:
            lines, used = lines + 1, 0.0
        used += length + (1 if used else 0)
        while used > room:
            lines, used = lines + 1, used - room
    return lines


def _xml_table(table: Table, header_row: int) -> XmlTable:
    last = f"{column_letters(len(table.columns) - 1)}{header_row + max(1, len(table.rows))}"
    xml = XmlTable(displayName=table.name, ref=f"A{header_row}:{last}")
    xml.tableColumns = [TableColumn(id=i, name=column.header) for i, column in enumerate(table.columns, 1)]
    xml.autoFilter = AutoFilter(ref=xml.ref)
    xml.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    return xml
