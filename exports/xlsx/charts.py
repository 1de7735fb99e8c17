"""Native charts: `exports.xlsx.document.Chart` to openpyxl, with the values cached so that any viewer can draw them."""

import math
from dataclasses import dataclass
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
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.utils import quote_sheetname

from exports.figures.identity import Entry
from exports.xlsx.cells import column_letters
from exports.xlsx.document import Chart, Series, Table
from exports.xlsx.styles import FALLING, SERIES_COLOURS

Place = tuple[int, int]
_MANY = 6  # series: their legend stands beside the plot, and leaves it its height
_CROWDED = 14  # categories: their names are smaller, so that programs leave none out
_LEGEND_CM = (1.0, 0.19)  # what a series takes of a line of the legend: by itself, and for each letter of its name
_LEGEND_LINE_CM = 15.0
_STACKED = dict.fromkeys(("stacked", "stacked_bars"), "stacked")
_GROUPING = _STACKED | dict.fromkeys(("percent", "percent_bars"), "percentStacked")
_BARS = ("bars", "stacked_bars", "percent_bars", "ranking")


@dataclass(frozen=True)
class Shown:
    """The table that a chart shows, the sheet on which it stands and the row (from 1) of its header."""

    table: Table
    sheet: str
    header_row: int


def build(chart: Chart, shown: Shown, width: float | None = None) -> BarChart | LineChart:
    """The chart over the table; `width` in cm where it is not the usual one."""
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
    numbers = [number for item in chart.series for number in _numbers(shown.table, item)]
    if any(number < 0 for number in numbers):
        xml.x_axis.tickLblPos = "low"  # names beside the plot, not in it
    else:
        xml.y_axis.scaling.min = 0  # a column that starts elsewhere exaggerates differences
    if chart.kind.startswith("percent"):
        xml.y_axis.scaling.max = 1
    if bars:
        xml.x_axis.scaling.orientation = "maxMin"  # first category on top
        xml.y_axis.crosses = "max"
    xml.x_axis.tickLblSkip = 1  # every place by its name
    xml.x_axis.txPr = RichText(bodyPr=RichTextProperties(), p=[_names(chart)])
    xml.legend.position = "r" if len(chart.series) > _MANY else "b"
    if len(chart.series) == 1:
        xml.legend = None
    xml.width, xml.height = size(chart)
    xml.width = width or xml.width
    for index, item in enumerate(chart.series):
        xml.series.append(_series(chart, shown, index, item))
    return xml


def size(chart: Chart) -> tuple[float, float]:
    """Width and height in cm; high enough for every name beside horizontal bars: else programs leave some out."""
    categories = _categories(chart)
    beside = len(chart.series) > _MANY
    names = sum(_LEGEND_CM[0] + _LEGEND_CM[1] * len(item.name) for item in chart.series)
    legend = 0.0 if len(chart.series) == 1 or beside else 0.6 * math.ceil(names / _LEGEND_LINE_CM)
    if chart.kind in _BARS:
        each = max(0.6, 0.24 * len(chart.series) + 0.2) if chart.kind in ("bars", "ranking") else 0.55
        return 26.0 if beside else 18.0, max(8.0, 2.6 + legend + each * categories)
    return (32.0 if categories * len(chart.series) > 60 else 18.0), 7.6 + max(0.0, legend - 0.6)


def _categories(chart: Chart) -> int:
    ends = [item.values for item in chart.series]
    return max((row2 - row1 + 1) * (col2 - col1 + 1) for (row1, col1), (row2, col2) in ends)


def _names(chart: Chart) -> Paragraph:
    """How the names of categories look."""
    looks = CharacterProperties(sz=700 if _categories(chart) > _CROWDED else 900)
    return Paragraph(pPr=ParagraphProperties(defRPr=looks), endParaRPr=CharacterProperties(lang="nl-BE"))


def _series(chart: Chart, shown: Shown, index: int, item: Series) -> XmlSeries:
    series = XmlSeries(idx=index, order=index)
    series.tx = SeriesLabel(v=item.name)
    names, values = _values(shown.table, *item.categories), _values(shown.table, *item.values)
    texts = StrData(ptCount=len(names), pt=[StrVal(idx=i, v=str(v)) for i, v in enumerate(names)])
    points = [NumVal(idx=i, v=float(v)) for i, v in enumerate(values) if isinstance(v, int | float | Decimal)]
    numbers = NumData(ptCount=len(values), pt=points)
    series.cat = AxDataSource(strRef=StrRef(f=_address(shown, *item.categories), strCache=texts))
    series.val = NumDataSource(numRef=NumRef(f=_address(shown, *item.values), numCache=numbers))
    series.spPr = GraphicalProperties(solidFill=SERIES_COLOURS[index % len(SERIES_COLOURS)])
    series.invertIfNegative = False
    if chart.kind == "ranking":
        falling = [place for place, number in enumerate(_numbers(shown.table, item)) if number < 0]
        series.dPt = [DataPoint(idx=place, spPr=GraphicalProperties(solidFill=FALLING)) for place in falling]
    return series


def _title(text: str, size: int) -> Title:
    """A chart or axis title of `size` hundredths of a point."""
    looks = CharacterProperties(sz=size, b=True)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=looks), r=[RegularTextRun(rPr=looks, t=text)])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _numbers(table: Table, series: Series) -> list[float]:
    return [float(v) for v in _values(table, *series.values) if isinstance(v, int | float | Decimal)]


def _values(table: Table, first: Place, last: Place) -> list[Entry]:
    return [
        table.columns[col].heading if row < 0 else table.rows[row][col]
        for row in range(first[0], last[0] + 1)
        for col in range(first[1], last[1] + 1)
    ]


def _address(shown: Shown, first: Place, last: Place) -> str:
    cells = [f"${column_letters(col)}${shown.header_row + 1 + row}" for row, col in (first, last)]
    return f"{quote_sheetname(shown.sheet)}!{cells[0] if first == last else ':'.join(cells)}"
