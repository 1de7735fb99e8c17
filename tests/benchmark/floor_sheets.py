"""Sheets by plain openpyxl, in write-only mode: lines of text, one Excel table, charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.chart import BarChart, Reference, Series
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo

NAVY, BLUE, RED = "1F3864", "2F5597", "9C0006"
_WRAP = Alignment(wrap_text=True, vertical="top")
_FONTS = {
    "title": Font(size=15, bold=True, color=NAVY),
    "small": Font(size=10, color="404040"),
    "banner": Font(size=12, bold=True, color=RED),
    "heading": Font(size=12, bold=True, color=BLUE),
}
_RULE = Border(bottom=Side(style="hair", color="BFBFBF"))


@dataclass(frozen=True)
class Column:
    """`number_format` is Excel's; `group` numbers the years, which get alternating header shades."""

    header: str
    number_format: str = "@"
    width: float = 11
    group: int = -1
    bold: bool = False


@dataclass(frozen=True)
class Chart:
    """A bar chart of the sheet's table: the series are columns (or rows) by their place in the table, from 0."""

    kind: str
    title: str
    y_title: str
    by_row: bool
    places: Sequence[int]
    labels: int
    first: int
    """Column of the labels, and the first column of figures."""


@dataclass(frozen=True)
class Sheet:
    """Lines (objects with cells, style and link), then at most one table, then its charts."""

    name: str
    lines: Sequence[Any]
    table: str = ""
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Any]] = ()
    frozen: int = 0
    widths: Sequence[float] = ()
    charts: Sequence[Chart] = field(default_factory=list)


def write_sheet(book: Workbook, sheet: Sheet) -> None:
    """Appends the sheet to a write-only workbook."""
    xml: Any = book.create_sheet(sheet.name)
    header_row = len(sheet.lines) + 1
    for index, width in enumerate(sheet.widths or [c.width for c in sheet.columns], 1):
        xml.column_dimensions[get_column_letter(index)].width = width
    xml.sheet_view.showGridLines = False
    xml.page_setup.orientation, xml.page_setup.paperSize = "landscape", 9
    xml.sheet_properties.pageSetUpPr.fitToPage = True
    xml.page_setup.fitToHeight = 0
    if sheet.columns:
        xml.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}{header_row + 1}"
        xml.print_title_rows = f"{header_row}:{header_row}"
    for line in sheet.lines:
        xml.append([_text(xml, line, index, value) for index, value in enumerate(line.cells)])
    if not sheet.columns:
        return
    xml.append([_header(xml, column) for column in sheet.columns])
    _body(xml, sheet)
    last = f"{get_column_letter(len(sheet.columns))}{header_row + max(1, len(sheet.rows))}"
    table: Any = Table(displayName=sheet.table, ref=f"A{header_row}:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    table._initialise_columns()  # as openpyxl's manual says for write-only sheets
    for xml_column, column in zip(table.tableColumns, sheet.columns, strict=True):
        xml_column.name = column.header
    xml.tables.add(table)  # add_table() warns about what the lines above do
    for number, chart in enumerate(sheet.charts):
        xml.add_chart(
            _chart(xml, chart, sheet, header_row), f"{get_column_letter(len(sheet.columns) + 2)}{4 + 24 * number}"
        )


def _text(xml: Any, line: Any, index: int, value: Any) -> Any:
    cell = WriteOnlyCell(xml, value=value)
    if line.style == "pair":
        cell.font, cell.alignment = Font(bold=index == 0), _WRAP
        if line.link and index == 0:
            cell.font = Font(underline="single", color="0563C1")
            cell.hyperlink = Hyperlink(ref="A1", location=f"'{line.link}'!A1")
    elif line.style in _FONTS:
        cell.font = _FONTS[line.style]
    return cell


def _header(xml: Any, column: Column) -> Any:
    cell = WriteOnlyCell(xml, value=column.header)
    cell.font = Font(size=10, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=NAVY if column.group % 2 else BLUE)
    cell.alignment = _WRAP
    return cell


def _body(xml: Any, sheet: Sheet) -> None:
    """Every row is written when it is appended, so that one styled cell per column serves for all of them."""
    cells = []
    for column in sheet.columns:
        cell = WriteOnlyCell(xml)
        cell.number_format, cell.border, cell.font = column.number_format, _RULE, Font(bold=column.bold)
        cells.append(cell)
    sign = WriteOnlyCell(xml)
    sign.number_format, sign.border, sign.alignment = "@", _RULE, Alignment(horizontal="right")
    numeric = [column.number_format != "@" for column in sheet.columns]
    for row in sheet.rows or [[None] * len(cells)]:
        line = []
        for cell, value, number in zip(cells, row, numeric, strict=True):
            if number and isinstance(value, str):
                shown = WriteOnlyCell(xml, value=value)
                shown._style = sign._style
                line.append(shown)
            else:
                cell.value = value
                line.append(cell)
        xml.append(line)


def _chart(xml: Any, chart: Chart, sheet: Sheet, header_row: int) -> BarChart:
    made: Any = BarChart()
    made.type = "bar" if chart.kind == "bars" else "col"
    made.grouping = {"stacked": "stacked", "percent": "percentStacked"}.get(chart.kind, "clustered")
    made.overlap = 100 if chart.kind in ("stacked", "percent") else None
    made.title, made.y_axis.title = chart.title, chart.y_title
    made.x_axis.delete = made.y_axis.delete = False
    made.width, made.height = 18, 11
    top, bottom = header_row + 1 + min(chart.places, default=0), header_row + 1 + max(chart.places, default=0)
    if chart.by_row:  # a series is a row of the table, or a year of those rows
        categories = Reference(xml, chart.first + 1, header_row, len(sheet.columns))
        for place in chart.places:
            row = header_row + 1 + place
            made.series.append(
                Series(
                    Reference(xml, chart.first + 1, row, len(sheet.columns)), title=str(sheet.rows[place][chart.labels])
                )
            )
    elif chart.labels >= 0:
        categories = Reference(xml, chart.labels + 1, top, max_row=bottom)
        for column in range(chart.first, len(sheet.columns)):
            made.series.append(
                Series(Reference(xml, column + 1, top, max_row=bottom), title=sheet.columns[column].header)
            )
    else:  # a series is a column of the table, a category a year
        last = header_row + len(sheet.rows)
        categories = Reference(xml, 1, header_row + 1, max_row=last)
        for column in chart.places:
            made.series.append(
                Series(Reference(xml, column + 1, header_row + 1, max_row=last), title=sheet.columns[column].header)
            )
    made.set_categories(categories)
    return made
