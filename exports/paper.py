"""Paper and placing: print settings of a sheet, and where its charts stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break

from exports.cells import column_letters
from exports.document import Sheet, Table
from exports.styles import XmlSheet

_A4 = 9  # code of the paper size
_PAGE_CHARACTERS = 110  # width of an A4 page on its side at 100 %, in characters
_SMALLEST_SCALE = 0.6  # years share a page as long as they stay this readable
_ROW_CM, _CHARACTER_CM = 0.53, 0.19  # size of a row and of a character, about
_WIDE = 180  # characters: charts beside a table that is wider would be off the screen
_LOW = 8  # rows: below a table that is no higher, charts are on the first screen
_MANY = 4  # charts that stand in rows, not in one column


def landscape(xml: XmlSheet) -> None:
    """A4 on its side with small margins."""
    xml.page_setup.orientation = "landscape"
    xml.page_setup.paperSize = _A4
    xml.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)


def fit_width(xml: XmlSheet) -> None:
    """One page wide, as many high as it takes."""
    xml.sheet_properties.pageSetUpPr.fitToPage = True
    xml.page_setup.fitToWidth, xml.page_setup.fitToHeight = 1, 0


def set_up(xml: XmlSheet, table: Table, sheet: Sheet) -> None:
    """Print settings: headers and frozen columns on every page; wide tables break between years; charts share a page
    with their table."""
    if sheet.charts:
        fit_width(xml)
        xml.page_setup.fitToHeight = 1
        return
    xml.print_title_rows = f"{sheet.header_row}:{sheet.header_row}"
    groups: dict[int | None, float] = {}
    starts: dict[int | None, int] = {}
    for index, column in enumerate(table.columns):
        groups[column.year] = groups.get(column.year, 0) + column.width
        starts.setdefault(column.year, index)
    place = groups.pop(None, 0.0)
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


def place_charts(xml: XmlSheet, built: Sequence[Any], sheet: Sheet) -> None:
    """Charts where a reader of the table sees them: below a low table, beside a high one; two or three in a row."""
    table = sheet.table
    if table is None or not built:
        return
    beside = len(table.rows) > _LOW and sum(column.width for column in table.columns) <= _WIDE
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
