"""Native charts: `exports.document.Chart` to openpyxl, with the values cached so that any viewer can draw them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.series import Series as XmlSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import quote_sheetname

from exports.cells import column_letters
from exports.document import Chart, Series, Sheet, Table, Value
from exports.styles import SERIES_COLOURS

Place = tuple[int, int]


def build(chart: Chart, sheet: Sheet, header_row: int) -> BarChart | LineChart:
    """The chart of a sheet whose table has its header in row `header_row` (from 1)."""
    assert sheet.table is not None
    # openpyxl's attributes are descriptors that type checkers can't follow: Any
    xml = cast(Any, LineChart() if chart.kind == "line" else BarChart())
    if chart.kind != "line":
        xml.type = "bar" if chart.kind == "bars" else "col"
        xml.grouping = {"stacked": "stacked", "percent": "percentStacked"}.get(chart.kind, "clustered")
        xml.overlap = 100 if chart.kind in ("stacked", "percent") else None
        xml.gapWidth = 60
    xml.title = _title(chart.title, 1200)
    if chart.x_title:
        xml.x_axis.title = _title(chart.x_title, 900)
    xml.y_axis.title = _title(chart.y_title, 900)
    xml.x_axis.delete = xml.y_axis.delete = False  # openpyxl leaves it out, and Excel then hides the axes
    xml.y_axis.number_format = "0%" if chart.kind == "percent" else chart.number_format
    xml.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350))
    if not any(value < 0 for item in chart.series for value in _numbers(sheet.table, item)):
        xml.y_axis.scaling.min = 0  # a column that starts elsewhere exaggerates differences
    if chart.kind == "bars":
        xml.x_axis.scaling.orientation = "maxMin"  # first category on top
        xml.y_axis.crosses = "max"
    xml.legend.position = "b"
    if len(chart.series) == 1:
        xml.legend = None
    points = max(_length(item.values) for item in chart.series) * len(chart.series)
    if chart.kind == "bars":
        xml.width, xml.height = 22, max(9, 3 + 0.28 * points)
    else:
        xml.width, xml.height = (32 if points > 60 else 18), 9.5
    for index, item in enumerate(chart.series):
        series = XmlSeries(idx=index, order=index)
        series.tx = SeriesLabel(strRef=_text_reference(sheet, header_row, item.name, item.name))
        series.cat = AxDataSource(strRef=_text_reference(sheet, header_row, *item.categories))
        series.val = NumDataSource(numRef=_number_reference(sheet, header_row, *item.values))
        series.spPr = GraphicalProperties(solidFill=SERIES_COLOURS[index % len(SERIES_COLOURS)])
        series.invertIfNegative = False
        xml.series.append(series)
    return xml


def _title(text: str, size: int) -> Title:
    """A chart or axis title of `size` hundredths of a point."""
    looks = CharacterProperties(sz=size, b=True)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=looks), r=[RegularTextRun(rPr=looks, t=text)])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _numbers(table: Table, series: Series) -> list[float]:
    return [float(v) for v in _values(table, *series.values) if isinstance(v, int | float | Decimal)]


def _length(places: tuple[Place, Place]) -> int:
    (row1, col1), (row2, col2) = places
    return (row2 - row1 + 1) * (col2 - col1 + 1)


def _values(table: Table, first: Place, last: Place) -> list[Value]:
    return [
        table.columns[col].header if row < 0 else table.rows[row][col]
        for row in range(first[0], last[0] + 1)
        for col in range(first[1], last[1] + 1)
    ]


def _address(sheet: Sheet, header_row: int, first: Place, last: Place) -> str:
    cells = [f"${column_letters(col)}${header_row + 1 + row}" for row, col in (first, last)]
    return f"{quote_sheetname(sheet.name)}!{cells[0] if first == last else ':'.join(cells)}"


def _text_reference(sheet: Sheet, header_row: int, first: Place, last: Place) -> StrRef:
    assert sheet.table is not None
    values = _values(sheet.table, first, last)
    cache = StrData(ptCount=len(values), pt=[StrVal(idx=index, v=str(v)) for index, v in enumerate(values)])
    return StrRef(f=_address(sheet, header_row, first, last), strCache=cache)


def _number_reference(sheet: Sheet, header_row: int, first: Place, last: Place) -> NumRef:
    assert sheet.table is not None
    values = _values(sheet.table, first, last)
    points = [NumVal(idx=i, v=float(v)) for i, v in enumerate(values) if isinstance(v, int | float | Decimal)]
    return NumRef(f=_address(sheet, header_row, first, last), numCache=NumData(ptCount=len(values), pt=points))
