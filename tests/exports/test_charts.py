"""Every chart of every annex, held against the table that it stands with: read from the finished file."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from exports.xlsx.charts import size
from exports.xlsx.document import Chart, Series
from tests.exports.tiny_publication import ANNEXES, annex_of

YEARS = (2022, 2023)
Area = tuple[int, int, int, int]


def area_of(reference: str, sheet: Worksheet) -> Area:
    """First column and row, last column and row of a reference to the sheet itself."""
    name, _, area = reference.rpartition("!")
    assert name.strip("'") == sheet.title, "a chart shows the table that it stands with"
    return range_boundaries(area.replace("$", ""))


def table_above(chart: Any, sheet: Worksheet) -> Area:
    """Where the body of the last table above the chart is."""
    row = chart.anchor._from.row + 1
    bodies = []
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        bodies.append((left, top + table.headerRowCount, right, bottom))
    return max((body for body in bodies if body[3] < row), key=lambda body: body[3])


def texts(sheet: Worksheet, area: Area) -> list[str]:
    left, top, right, bottom = area
    return [str(cell.value) for row in sheet.iter_rows(top, bottom, left, right) for cell in row]


def heading(sheet: Worksheet, column: int, row: int, wanted: str) -> str:
    """What stands right above a column, or else in the band above it, which begins at a column to the left."""
    (own,) = texts(sheet, (column, row, column, row))
    if own == wanted:
        return own
    pieces = list[str]()
    while any(sheet.cell(row - 1, at).value for at in range(3, sheet.max_column + 1)):
        row -= 1
        pieces += [str(next(filter(None, (sheet.cell(row, at).value for at in range(column, 2, -1))), ""))]
    band = " ".join(filter(None, reversed(pieces)))
    return band if band else own


@pytest.mark.parametrize("edition", ["publiek", "volledig"])
@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_every_chart_shows_the_table_that_it_stands_with(publication, tmp_path, question, number, edition):
    path = annex_of(publication, tmp_path, question, number, YEARS, edition=edition).path
    charts = 0
    for sheet in load_workbook(path):
        for chart in sheet._charts:
            charts += 1
            left, top, right, bottom = table_above(chart, sheet)
            for series in chart.series:
                values = area_of(series.val.numRef.f, sheet)
                assert left < values[0] <= values[2] <= right and top <= values[1] <= values[3] <= bottom
                cached = [point.v for point in series.val.numRef.numCache.pt]
                assert [float(text) for text in texts(sheet, values)] == [float(value) for value in cached]
                names = area_of(series.cat.strRef.f, sheet)
                assert texts(sheet, names) == [point.v for point in series.cat.strRef.strCache.pt]
                if values[0] == values[2] and values[1] != values[3]:  # a column: its header names the series
                    assert (names[1], names[3]) == (values[1], values[3]) and names[0] < values[0]
                    named = heading(sheet, values[0], top - 1, series.tx.v)
                else:
                    assert (names[0], names[2]) == (values[0], values[2]) and names[1] == names[3] == top - 1
                    (named,) = texts(sheet, (1, values[1], 1, values[1]))
                if chart.title and series.tx.v != named:  # the only series of a ranking has the name of the chart
                    assert re.sub(r" \[nota \d+\]| \([a-z]+\)$", "", named) in (series.tx.v, capital(series.tx.v)) or (
                        len(chart.series) == 1
                    )
    assert charts >= 1


@pytest.mark.parametrize("kind", ["bars", "ranking"])
def test_horizontal_bars_leave_room_for_every_name(kind):
    series = Series("2023", ((0, 1), (12, 1)), ((0, 0), (12, 0)))
    _, height = size(Chart(kind, "Titel", "", "aantal", (series,)))
    assert height >= 2.6 + 13 * 0.6, "LibreOffice leaves names out that would stand closer"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def test_a_legend_of_long_names_takes_no_room_from_the_bars():
    names = ["Aan het werk", "Opleiding, werkzoekend of leefloon", "Ziekte, pensioen, ander gewest of onbekend"]

    def height(shown: list[str]) -> float:
        series = tuple(Series(name, ((0, 2), (12, 2)), ((0, 1), (12, 1))) for name in shown)
        return size(Chart("percent_bars", "Titel", "", "aandeel", series))[1]

    assert height(names) >= height([name[:8] for name in names]) + 0.5
