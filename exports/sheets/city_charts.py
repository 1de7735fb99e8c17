"""The thirteen centrumsteden side by side, in charts on the figures of their own sheet."""

from __future__ import annotations

from collections.abc import Sequence

from exports.annexes.model import ChartPlan
from exports.figures.identity import CENTRUMSTAD
from exports.sheets.context import CITIES, CITY_CHARTS, Context
from exports.sheets.head import head
from exports.sheets.wide import level_meters
from exports.sheets.wording import capital, counted, listed
from exports.xlsx.document import Chart, Series, Sheet, SheetColumn, Table

_FIRST = 3  # columns before the figures on the sheet of the centrumsteden
_NAME = 1  # the one with the name of the city


def city_charts_sheet(context: Context) -> Sheet:
    """A list of the charts, and the charts below it."""
    charts = [_chart(context, plan) for plan in context.kind.city_charts]
    columns = (SheetColumn("Grafiek", width=80, wrap=True), SheetColumn("Cijfers op blad", width=24))
    rows = [(chart.title, CITIES) for chart in charts]
    cities = counted(len(context.figures.centre_cities), "centrumstad", "centrumsteden")
    lines = head(context, f"{context.kind.name}, de {cities} naast elkaar", len(charts))
    table = Table("Grafieken", columns, rows)
    about = f"de {cities} naast elkaar, in beeld"
    return Sheet(CITY_CHARTS, tuple(lines), table, tuple(charts), about=about, data=False)


def _chart(context: Context, plan: ChartPlan) -> Chart:
    """A chart over the rows of the cities: several measures in the last year, or one in the first and the last."""
    years, marks = context.years, context.marks
    last = len(context.figures.centre_cities) - 1
    meters = level_meters(context, CENTRUMSTAD)
    prefix = f"{plan.sheet}: " if len(context.figures.tables) > 1 else ""
    at = [index for index, (before, meter) in enumerate(meters) if before == prefix and plan.shows(meter.label)]

    def series(name: str, year: int, meter: int) -> Series:
        column = _FIRST + years.index(year) * len(meters) + meter
        return Series(name, ((0, column), (last, column)), ((0, _NAME), (last, _NAME)))

    chosen: Sequence[int] = sorted({years[0], years[-1]})
    if plan.series == "years":
        made = tuple(series(marks.label(year), year, at[0]) for year in chosen)
    else:
        chosen = years[-1:]
        made = tuple(series(capital(meters[meter][1].label), years[-1], meter) for meter in at)
    title = f"{plan.title}, {listed([marks.label(year) for year in chosen])}"
    about = f"Staafdiagram met de centrumsteden naast elkaar: {title}. De cijfers staan op het blad {CITIES}."
    return Chart(plan.kind, title, "", plan.y_title, made, plan.number_format, about, context.kind.unit, CITIES)
