"""What stands around the rows of a sheet: view, Excel table, links, print settings, and where its charts stand."""

import math
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.table import AutoFilter, TableColumn, TableStyleInfo
from openpyxl.worksheet.table import Table as XmlTable

from exports.xlsx.cells import TEXT_WIDTH, SheetRows, column_letters
from exports.xlsx.charts import Shown, build
from exports.xlsx.document import Sheet, Table
from exports.xlsx.styles import XmlSheet

A4 = 9  # code of the paper size
_PAGE_CHARACTERS = 110  # width of an A4 page on its side at 100 %, in characters
_SMALLEST_SCALE = 0.6  # years share a page as long as they stay this readable
_PAGE_POINTS, _SMALLEST_TEXT = 740.0, 0.8  # height of a page at 100 %, and the scale down to which a text is one
_WIDE, _LONG = 8, 20  # columns and rows of a table that doesn't fit on a screen
_ROW_CM, _CHARACTER_CM = 0.53, 0.19  # size of a row and of a character, about
_BROAD = 180  # characters: charts beside a table that is wider would be off the screen
_LOW = 8  # rows: below a table that is no higher, charts are on the first screen
_MANY = 4  # charts that stand in rows, not in one column


def frame(xml: XmlSheet, sheet: Sheet, rows: SheetRows) -> None:
    """Put everything around the rows of the sheet in place."""
    table = sheet.table
    widths = (TEXT_WIDTH,) if table is None else tuple(column.width for column in table.columns)
    for index, width in enumerate(widths):
        xml.column_dimensions[column_letters(index)].width = width
    xml.sheet_view.showGridLines = False
    xml.page_setup.orientation = "landscape" if table else "portrait"
    xml.page_setup.paperSize = A4
    xml.page_margins = PageMargins(left=0.4, right=0.4, top=0.65, bottom=0.6, header=0.3, footer=0.3)
    every_page(xml, sheet)
    if table is not None:
        xml.freeze_panes = _panes(sheet, table)
        xml.tables.add(_xml_table(table, sheet.header_row))  # add_table() warns about what is done here
        _set_up(xml, table, sheet)
        shown = Shown(table, sheet.name, sheet.header_row)
        _place_charts(xml, [build(chart, shown) for chart in sheet.charts], sheet)
    else:
        fit_width(xml)
        if rows.height * _SMALLEST_TEXT <= _PAGE_POINTS:  # no last lines on a page of their own
            xml.page_setup.fitToHeight = 1
    # the view, columns and freeze panes must stand before the rows do; links come after them
    xml._get_writer()
    xml._hyperlinks.extend(
        Hyperlink(ref=f"A{row}", location=f"{quote_sheetname(name)}!A1", display=text) for row, name, text in rows.links
    )


def _panes(sheet: Sheet, table: Table) -> str | None:
    """What stays in sight: the header of a long table, the first columns of a wide one."""
    column = column_letters(sheet.frozen_columns if len(table.columns) > _WIDE or sheet.work_sheet else 0)
    return f"{column}{sheet.header_row + 1 if len(table.rows) > _LONG or sheet.work_sheet else 1}"


def _xml_table(table: Table, header_row: int) -> XmlTable:
    last = f"{column_letters(len(table.columns) - 1)}{header_row + max(1, len(table.rows))}"
    xml = XmlTable(displayName=table.name, ref=f"A{header_row}:{last}")
    xml.tableColumns = [TableColumn(id=i, name=column.header) for i, column in enumerate(table.columns, 1)]
    xml.autoFilter = AutoFilter(ref=xml.ref)
    xml.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    return xml


def fit_width(xml: XmlSheet) -> None:
    """One page wide, as many high as it takes."""
    xml.sheet_properties.pageSetUpPr.fitToPage = True
    xml.page_setup.fitToWidth, xml.page_setup.fitToHeight = 1, 0


def _set_up(xml: XmlSheet, table: Table, sheet: Sheet) -> None:
    """Print settings: headers and frozen columns on every page; wide tables break between years; charts share a page
    with their table."""
    if sheet.charts:
        fit_width(xml)
        xml.page_setup.fitToHeight = 1
        return
    xml.print_title_rows = f"{sheet.header_row}:{sheet.header_row}"
    if sheet.work_sheet:  # fitted to the width of one page, a wide one could not be read
        xml.page_setup.scale = int(100 * _SMALLEST_SCALE)
        xml.print_title_cols = f"A:{column_letters(sheet.frozen_columns - 1)}" if sheet.frozen_columns else None
        return
    place = sum(column.width for column in table.columns if column.year is None)
    page = _PAGE_CHARACTERS / _SMALLEST_SCALE
    if sum(column.width for column in table.columns) <= page or not any(column.year for column in table.columns):
        fit_width(xml)
        return
    first = max(sheet.frozen_columns, 1)
    xml.print_title_cols = f"A:{column_letters(first - 1)}"
    pages = _pages(table, first, page - place)
    last = sheet.header_row + max(1, len(table.rows))
    # The lines above the table stand on the first page only: on later ones they would be cut off at the frozen columns.
    areas = [f"A1:{column_letters(pages[0][1])}{last}"]
    areas += [f"{column_letters(start)}{sheet.header_row}:{column_letters(end)}{last}" for start, end in pages[1:]]
    xml.print_area = ",".join(areas)
    widest = place + max(_width(table, start, end) for start, end in [(first, pages[0][1]), *pages[1:]])
    xml.page_setup.scale = max(20, min(100, int(100 * _PAGE_CHARACTERS / widest)))


def _width(table: Table, start: int, end: int) -> float:
    return sum(column.width for column in table.columns[start : end + 1])


def _pages(table: Table, first: int, room: float) -> list[tuple[int, int]]:
    """First and last column of each page beside the frozen columns: whole years while they fit, as even as can be; a
    year that is wider than the room is cut in parts of about the same width."""
    years: dict[int, list[int]] = {}
    for index, column in enumerate(table.columns[first:], first):
        if column.year is not None:
            years.setdefault(column.year, []).append(index)
    widest = max(_width(table, columns[0], columns[-1]) for columns in years.values())
    if widest <= room:
        blocks = list(years.values())
        a_page = math.ceil(len(blocks) / math.ceil(len(blocks) / max(1, int(room / widest))))  # 2 + 2, not 3 + 1
        return [(part[0][0], part[-1][-1]) for part in (blocks[i : i + a_page] for i in range(0, len(blocks), a_page))]
    parts = math.ceil(widest / room)
    found = []
    for columns in years.values():
        a_part = math.ceil(len(columns) / parts)
        found += [(part[0], part[-1]) for part in (columns[i : i + a_part] for i in range(0, len(columns), a_part))]
    return found


def every_page(xml: XmlSheet, sheet: Sheet) -> None:
    """On every page but the first, which begins with them: the sheet's title, where it is broad enough for both, and
    what it says in red. Below every page: the sheet's name, its footer and the page's number."""
    titles = [line.text for line in sheet.lines if line.style == "title"][:1]
    banners = [line.text for line in sheet.lines if line.style == "banner"]
    if sheet.form is not None:
        banners = [sheet.form.banner]
        xml.firstHeader.right.text, xml.firstHeader.right.size = _plain(sheet.form.banner, 160), 8
    upright = xml.page_setup.orientation == "portrait"  # both do not stand beside each other
    if not upright:
        (title, *_) = wrap(" - ".join(titles), 80) or [""]  # it leaves spaces alone that don't break
        xml.oddHeader.left.text, xml.oddHeader.left.size = _plain(title, 80), 8
    banner = _plain(" - ".join(banners), 160)  # Excel takes 255 characters in all
    xml.oddHeader.right.text, xml.oddHeader.right.size = banner, 7 if upright else 8
    xml.HeaderFooter.differentFirst = True
    for footer in (xml.firstFooter, xml.oddFooter):
        footer.left.text, footer.left.size = _plain(sheet.name, 80), 8
        if sheet.footer:
            footer.center.text, footer.center.size = _plain(sheet.footer, 80), 8
        footer.right.text, footer.right.size = "&P / &N", 8


def _plain(text: str, longest: int) -> str | None:
    """Text for above or below a page, where & starts a code."""
    return text[:longest].replace("&", "&&") or None


def _place_charts(xml: XmlSheet, built: Sequence[Any], sheet: Sheet) -> None:
    """Charts where a reader of the table sees them: below a low table, beside a high one; two or three in a row."""
    table = sheet.table
    if table is None or not built:
        return
    beside = len(table.rows) > _LOW and sum(column.width for column in table.columns) <= _BROAD
    across = 1 if beside and len(built) < _MANY else 3 if len(built) >= _MANY and not beside else 2
    row = sheet.header_row if beside else sheet.header_row + max(1, len(table.rows)) + 2
    first = len(table.columns) + 1 if beside else 0
    for start in range(0, len(built), across):
        column = first
        for chart in built[start : start + across]:
            xml.add_chart(chart, f"{column_letters(column)}{row}")
            covered = 0.0
            while covered < chart.width + 0.5:
                covered += (table.columns[column].width if column < len(table.columns) else 8.5) * _CHARACTER_CM
                column += 1
        row += math.ceil(max(chart.height for chart in built[start : start + across]) / _ROW_CM) + 2
