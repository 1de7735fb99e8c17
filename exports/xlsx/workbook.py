"""Writes a Document as an .xlsx file: the same document gives the same bytes, and a reader never sees half a file.

openpyxl makes everything around the rows (`exports.xlsx.frame`); `exports.xlsx.cells` makes the rows, which replace the
empty `sheetData` of each sheet while `exports.xlsx.archive` puts the parts in order.
"""

import datetime as dt
import io
import zipfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.writer.excel import ExcelWriter

from exports.xlsx.archive import Parts, packed, replace_file
from exports.xlsx.cells import sheet_rows
from exports.xlsx.document import Document
from exports.xlsx.forms import form_frame, form_rows
from exports.xlsx.frame import frame
from exports.xlsx.paper.blocks import block_frame, block_rows
from exports.xlsx.paper.layout import lay_out
from exports.xlsx.styles import Styles, use_font

CREATOR = "Datawarehouse TWE-OCMW"


def write(document: Document, path: Path) -> Path:
    """Write the document to `path`, replacing what is there in one step."""
    content = render_bytes(document)
    return replace_file(path, content)


def render_bytes(document: Document) -> bytes:
    """The document as the bytes of an .xlsx file."""
    book = Workbook(write_only=True)
    moment = dt.datetime.combine(document.created, dt.time())
    use_font(book)
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
    for name, formula in document.names.items():
        book.defined_names[name] = DefinedName(name, attr_text=formula, hidden=True)
    parts = Parts()
    styles: Styles | None = None
    for number, sheet in enumerate(document.sheets, 1):
        xml = book.create_sheet(sheet.name)
        xml.sheet_view.tabSelected = number == 1
        xml.sheet_state = "hidden" if sheet.hidden else "visible"
        styles = styles or Styles(xml)
        part = f"xl/worksheets/sheet{number}.xml"
        if sheet.form is not None:
            rows = form_rows(sheet.form, styles)
            form_frame(xml, sheet, sheet.form, styles)
            parts.rows[part], parts.remarks[part] = rows.xml, rows.remarks
            continue
        drawn = sheet.charts or [chart for block in sheet.blocks for chart in block.charts]
        if sheet.blocks:
            layout = lay_out(sheet)
            rows = block_rows(layout, styles)
            block_frame(xml, sheet, layout, rows)
        else:
            rows = sheet_rows(sheet, styles.looks(sheet))
            frame(xml, sheet, rows)
        parts.rows[part], parts.remarks[part] = rows.xml, rows.remarks
        if drawn:
            parts.chart_texts.append([chart.about or chart.title for chart in drawn])
    loose = io.BytesIO()
    # not Workbook.save(): that puts the clock's time in the properties
    ExcelWriter(book, zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED)).save()
    return packed(loose, parts, document.created)
