"""Native charts: `exports.xlsx.document.Chart` to openpyxl, with the values cached so that any viewer can draw them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import Series as XmlSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import quote_sheetname

from exports.figures.identity import Entry
from exports.xlsx.cells import column_letters
from exports.xlsx.document import Chart, Series, Sheet, Table
from exports.xlsx.styles import FALLING, SERIES_COLOURS

Place = tuple[int, int]
_MANY = 6  # series: their legend stands beside the plot, and leaves it its height
_GROUPING = {
    "stacked": "stacked",
    "stacked_bars": "stacked",
    "percent": "percentStacked",
    "percent_bars": "percentStacked",
}
_BARS = ("bars", "stacked_bars", "percent_bars", "ranking")


def build(chart: Chart, sheet: Sheet) -> BarChart | LineChart:
    """The chart over the table of `sheet`."""
    assert sheet.table is not None
    # openpyxl's attributes are descriptors that type checkers can't follow: Any
    xml = cast(Any, LineChart() if chart.kind == "line" else BarChart())
    bars = chart.kind in _BARS
    if chart.kind != "line":
        xml.type = "bar" if bars else "col"
        xml.grouping = _GROUPING.get(chart.kind, "clustered")
        xml.overlap = 100 if chart.kind in _GROUPING else None
        xml.gapWidth = 50
    xml.title = _title(chart.title, 1200)
    xml.x_axis.title = _title(chart.x_title, 900) if chart.x_title else None
    xml.y_axis.title = _title(chart.y_title, 900)
    xml.x_axis.delete = xml.y_axis.delete = False  # openpyxl leaves it out, and Excel then hides the axes
    xml.y_axis.number_format = "0%" if chart.kind.startswith("percent") else chart.number_format
    xml.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9", w=6350))
    numbers = [number for item in chart.series for number in _numbers(sheet.table, item)]
    if not any(number < 0 for number in numbers):
        xml.y_axis.scaling.min = 0  # a column that starts elsewhere exaggerates differences
    if chart.kind.startswith("percent"):
        xml.y_axis.scaling.max = 1
    if any(number < 0 for number in numbers):
        xml.x_axis.tickLblPos = "low"  # names beside the plot, not in it
    if bars:
        xml.x_axis.scaling.orientation = "maxMin"  # first category on top
        xml.y_axis.crosses = "max"
    xml.legend.position = "r" if len(chart.series) > _MANY else "b"
    xml.x_axis.tickLblSkip = 1  # every place by its name
    if len(chart.series) == 1:
        xml.legend = None
    xml.width, xml.height = size(chart)
    for index, item in enumerate(chart.series):
        xml.series.append(_series(chart, sheet, index, item))
    return xml


def size(chart: Chart) -> tuple[float, float]:
    """Width and height in cm."""
    categories = max(_length(item.values) for item in chart.series)
    beside = len(chart.series) > _MANY
    legend = 0.0 if len(chart.series) == 1 or beside else 0.6 * (1 + len(chart.series) // 5)
    if chart.kind in _BARS:
        each = 0.34 * len(chart.series) + 0.2 if chart.kind == "bars" else 0.55
        return 26.0 if beside else 18.0, max(8.0, 2.6 + legend + each * categories)
    return (32.0 if categories * len(chart.series) > 60 else 18.0), 9.5 + max(0.0, legend - 0.6)


def _series(chart: Chart, sheet: Sheet, index: int, item: Series) -> XmlSeries:
    assert sheet.table is not None
    series = XmlSeries(idx=index, order=index)
    series.tx = SeriesLabel(v=item.name)
    series.cat = AxDataSource(strRef=_text_reference(sheet, *item.categories))
    series.val = NumDataSource(numRef=_number_reference(sheet, *item.values))
    series.spPr = GraphicalProperties(solidFill=SERIES_COLOURS[index % len(SERIES_COLOURS)])
    series.invertIfNegative = False
    if chart.kind == "ranking":
        falling = [place for place, number in enumerate(_numbers(sheet.table, item)) if number < 0]
        series.dPt = [DataPoint(idx=place, spPr=GraphicalProperties(solidFill=FALLING)) for place in falling]
    return series


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


def _values(table: Table, first: Place, last: Place) -> list[Entry]:
    return [
        table.columns[col].header if row < 0 else table.rows[row][col]
        for row in range(first[0], last[0] + 1)
        for col in range(first[1], last[1] + 1)
    ]


def _address(sheet: Sheet, first: Place, last: Place) -> str:
    cells = [f"${column_letters(col)}${sheet.header_row + 1 + row}" for row, col in (first, last)]
    return f"{quote_sheetname(sheet.name)}!{cells[0] if first == last else ':'.join(cells)}"


def _text_reference(sheet: Sheet, first: Place, last: Place) -> StrRef:
    assert sheet.table is not None
    values = _values(sheet.table, first, last)
    cache = StrData(ptCount=len(values), pt=[StrVal(idx=index, v=str(v)) for index, v in enumerate(values)])
    return StrRef(f=_address(sheet, first, last), strCache=cache)


def _number_reference(sheet: Sheet, first: Place, last: Place) -> NumRef:
    assert sheet.table is not None
    values = _values(sheet.table, first, last)
    points = [NumVal(idx=i, v=float(v)) for i, v in enumerate(values) if isinstance(v, int | float | Decimal)]
    return NumRef(f=_address(sheet, first, last), numCache=NumData(ptCount=len(values), pt=points))
