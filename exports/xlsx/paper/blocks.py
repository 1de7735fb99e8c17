"""Sheets of blocks: their rows, and what stands around them. `paper.layout` says where everything stands."""

from collections.abc import Iterator, Sequence
from typing import Any

from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import AutoFilter, TableColumn, TableStyleInfo
from openpyxl.worksheet.table import Table as XmlTable

from exports.xlsx import charts
from exports.xlsx.cells import RowWriter, SheetLooks, SheetRows, column_letters, digits_are_text
from exports.xlsx.document import Sheet
from exports.xlsx.frame import A4, every_page
from exports.xlsx.paper.layout import Layout, PlacedBlock, TextRow
from exports.xlsx.styles import Styles, XmlSheet

_CHARACTER_CM = 0.196
Links = list[tuple[int, str, str]]


def block_rows(layout: Layout, styles: Styles) -> SheetRows:
    """Everything of the sheet that stands in cells."""
    writer, links, areas = RowWriter(), Links(), list[str]()
    for row in layout.lines:
        _row(writer, row, styles, links)
    for item in layout.blocks:
        table, looks = item.block.table, styles.table_looks(item.block.table, not item.block.filtered)
        for row in item.above:
            _row(writer, row, styles, links, looks)
        headings = zip([column.heading for column in table.columns], looks.header, strict=True)
        writer.row(list(headings), item.header_height)
        links += [(writer.next_row + at, name, str(table.rows[at][0])) for at, name in enumerate(table.links)]
        rows = table.rows or [(table.empty,) * len(table.columns)]
        writer.rows(rows, looks.numbers, looks.texts, item.heights, looks.own or {})
        for row in item.below:
            _row(writer, row, styles, links)
        areas += digits_are_text(table, item.shown.header_row)
    ignored = f'<ignoredErrors><ignoredError sqref="{" ".join(areas)}" numberStoredAsText="1"/></ignoredErrors>'
    return SheetRows(writer.xml(), ignored.encode() if areas else b"", tuple(links))


def _row(writer: RowWriter, row: TextRow, styles: Styles, links: Links, looks: SheetLooks | None = None) -> None:
    if row.band and looks is not None:
        writer.row(list(zip(row.band, looks.bands, strict=True)), row.height)
        return
    if row.link:
        links.append((writer.next_row, row.link, row.text))
    writer.row([(row.text or None, styles.line(row.style))], row.height)


def block_frame(xml: XmlSheet, sheet: Sheet, layout: Layout, rows: SheetRows) -> None:
    """Put everything around the rows of the sheet in place."""
    for index, width in enumerate(layout.widths):
        xml.column_dimensions[column_letters(index)].width = width
    xml.sheet_view.showGridLines = False
    xml.page_setup.orientation, xml.page_setup.paperSize = "portrait", A4
    xml.page_setup.scale = round(100 * layout.scale)
    xml.page_margins = PageMargins(left=0.4, right=0.4, top=0.65, bottom=0.6, header=0.3, footer=0.3)
    if sheet.printed:
        every_page(xml, sheet)
        # text that runs on over the last column would else make a page of its own
        xml.print_area = f"A1:{column_letters(max(0, len(layout.widths) - 1))}{layout.last_row}"
    else:  # an empty cell, beyond all text, with nothing above or below it: no page
        xml.print_area = f"{column_letters(len(layout.widths) + 1)}1"
    if len(layout.blocks) == 1:
        header = layout.blocks[0].shown.header_row
        if sheet.printed and not layout.blocks[0].block.charts:
            xml.print_title_rows = f"{header}:{header}"
        xml.freeze_panes = f"A{header + 1}"
    if sheet.printed:
        for row in layout.breaks:
            xml.row_breaks.append(Break(id=row))
    for item in layout.blocks:
        xml.tables.add(_xml_table(item))
    for chart, row in _charts(layout):
        xml.add_chart(chart, f"A{row}")
    # the view, columns and panes must stand before the rows do; links come after them
    xml._get_writer()
    xml._hyperlinks.extend(
        Hyperlink(ref=f"A{row}", location=f"{quote_sheetname(name)}!A1", display=text) for row, name, text in rows.links
    )


def _charts(layout: Layout) -> Iterator[tuple[Any, int]]:
    """The charts, each with the row in which it begins: as wide as the sheet."""
    width = sum(layout.widths) * _CHARACTER_CM - 0.3
    for item in layout.blocks:
        for chart, row in zip(item.block.charts, item.chart_rows, strict=True):
            yield charts.build(chart, item.shown, width), row


def _xml_table(item: PlacedBlock) -> XmlTable:
    """Under bands the headers in sight repeat: the Excel table then begins below them, and knows its columns by their
    whole names."""
    table, header_row = item.block.table, item.shown.header_row
    banded = _is_banded(table.columns)
    last = f"{column_letters(len(table.columns) - 1)}{item.last_table_row}"
    xml = XmlTable(displayName=table.name, ref=f"A{header_row + banded}:{last}")
    xml.headerRowCount = 0 if banded else 1
    xml.tableColumns = [TableColumn(id=i, name=column.header) for i, column in enumerate(table.columns, 1)]
    if item.block.filtered:
        xml.autoFilter = AutoFilter(ref=xml.ref)
    xml.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    return xml


def _is_banded(columns: Sequence[Any]) -> bool:
    return any(column.band for column in columns)
