"""Paper and placing: print settings of a sheet, and where its charts stand."""

from __future__ import annotations

import math

from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break

from exports import charts
from exports.cells import column_letters
from exports.document import Sheet, Table
from exports.styles import XmlSheet

_A4 = 9  # code of the paper size
_PAGE_CHARACTERS = 110  # width of an A4 page on its side at 100 %, in characters
_SMALLEST_SCALE = 0.6  # years share a page as long as they stay this readable
_ROW_CM, _CHARACTER_CM = 0.53, 0.19  # size of a row and of a character, about


def landscape(xml: XmlSheet) -> None:
    """A4 on its side with small margins."""
    xml.page_setup.orientation = "landscape"
    xml.page_setup.paperSize = _A4
    xml.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)


def fit_width(xml: XmlSheet) -> None:
    """One page wide, as many high as it takes."""
    xml.sheet_properties.pageSetUpPr.fitToPage = True
    xml.page_setup.fitToWidth, xml.page_setup.fitToHeight = 1, 0


def set_up(xml: XmlSheet, table: Table, header_row: int, sheet: Sheet) -> None:
    """Print settings: headers and frozen columns on every page; wide tables break between years."""
    xml.print_title_rows = f"{header_row}:{header_row}"
    groups: dict[int, float] = {}
    starts: dict[int, int] = {}
    for index, column in enumerate(table.columns):
        groups[column.group] = groups.get(column.group, 0) + column.width
        starts.setdefault(column.group, index)
    place = groups.pop(-1, 0.0)
    page = max(_PAGE_CHARACTERS / _SMALLEST_SCALE, place + max(groups.values(), default=0.0))
    if place + sum(groups.values()) <= page:
        fit_width(xml)
        return
    xml.print_title_cols = f"A:{column_letters(max(sheet.frozen_columns, 1) - 1)}"
    widest_year = max(groups.values())
    pages = math.ceil(len(groups) / max(1, int((page - place) / widest_year)))
    years_a_page = math.ceil(len(groups) / pages)  # evenly: 2 + 2 rather than 3 + 1
    for number, group in enumerate(groups):
        if number and number % years_a_page == 0:
            xml.col_breaks.append(Break(id=starts[group]))
    widest = place + years_a_page * widest_year
    xml.page_setup.scale = max(20, min(100, int(100 * _PAGE_CHARACTERS / widest)))


def place_charts(xml: XmlSheet, sheet: Sheet, header_row: int) -> None:
    """Charts next to each other under a low table, below each other beside a high one."""
    table = sheet.table
    assert table is not None
    beside = len(table.rows) > 8
    row = header_row if beside else header_row + len(table.rows) + 2
    column = len(table.columns) + 1 if beside else 0
    for chart in sheet.charts:
        built = charts.build(chart, sheet, header_row)
        xml.add_chart(built, f"{column_letters(column)}{row}")
        if beside:
            row += math.ceil(built.height / _ROW_CM) + 2
            continue
        covered = 0.0
        while covered < built.width + 1:
            covered += (table.columns[column].width if column < len(table.columns) else 8.5) * _CHARACTER_CM
            column += 1
