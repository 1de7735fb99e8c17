"""The charts of the centre cities, each with the figures that it shows above it.

A chart shows whole figures alone: a city of which a part is hidden, or can't be computed, isn't in it, and is named
below its figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exports.annexes.model import ChartPlan
from exports.editions import displayed
from exports.figures.collect import WideFigures
from exports.figures.identity import GEMEENTE, Entry, Figure, is_hidden
from exports.figures.periods import Period
from exports.figures.plan import Indicator
from exports.figures.reading import Municipality
from exports.figures.views import View
from exports.sheets.blocks import band, figure_column
from exports.sheets.context import Context
from exports.wording import capital, listed, plain_name
from exports.xlsx.document import Chart, Series, SheetColumn, Table, TableBlock

_FEWEST = 2  # cities that are worth a chart
_HIDDEN = "een deel van de cijfers is vertrouwelijk"
_FIRST = 2  # columns before the figures
Shown = Sequence[tuple[View, Indicator, Period]]


@dataclass(frozen=True)
class CityCharts:
    """The blocks with charts, and a sentence for each chart that there is not."""

    blocks: tuple[TableBlock, ...]
    missing: tuple[str, ...]


def city_charts(context: Context, table: WideFigures, views: Sequence[View]) -> CityCharts:
    """The charts of a table."""
    blocks, missing = [], []
    for number, plan in enumerate(context.kind.city_charts, 1):
        if plan.sheet != table.plan.sheet or not (shown := _shown(plan, views)):
            continue
        block = _block(context, plan, shown, plain_name("Grafiek", str(number)))
        if block.charts:
            blocks.append(block)
        else:
            missing.append(
                f"Grafiek '{block.title}': vertrouwelijk. Van te weinig centrumsteden is elk cijfer getoond."
            )
    return CityCharts(tuple(blocks), tuple(missing))


def _shown(plan: ChartPlan, views: Sequence[View]) -> Shown:
    """Several figures of the last year, or one of the first and the last; of years added up where more is shown so."""
    every = [
        (view, indicator, period)
        for view in views
        for indicator in view.indicators
        if plan.shows(indicator.label)
        for period in view.periods
    ]
    by_year = [each for each in every if not each[0].pooled]
    pooled = [each for each in every if each[0].pooled]
    found = max(by_year, pooled, key=lambda shown: len({indicator.label for _, indicator, _ in shown}))
    periods = sorted({period for _, _, period in found})
    ends = {*(periods[:1] if plan.series == "years" else ()), *periods[-1:]}
    found = [each for each in found if each[2] in ends]
    return [each for each in found if each[1] is found[0][1]] if plan.series == "years" else found


def _block(context: Context, plan: ChartPlan, shown: Shown, name: str) -> TableBlock:
    by_year = plan.series == "years"
    flags = context.flags
    columns = [SheetColumn("NIS-code", width=9), SheetColumn("Centrumstad", width=21)]
    for view, indicator, period in shown:
        above = flags.label(period.key) if by_year else band(context, indicator)
        made = figure_column(context, view, indicator, period, above)
        columns.append(replace(made, band=band(context, indicator) if by_year else flags.label(period.key), bold=False))
    turned = any(column.turned for column in columns)
    columns[_FIRST:] = [replace(column, turned=turned) for column in columns[_FIRST:]]
    rows: list[tuple[Entry, ...]] = []
    hidden, unknown = [], []
    for city in context.figures.centre_cities:
        figures = _figures(context, city, shown)
        if context.public and any(is_hidden(figure, context.hidden) for figure in figures):
            hidden.append(city.municipality)
        elif any(isinstance(figure.value, str) for figure in figures):
            unknown.append(city.municipality)
        else:
            rows.append((city.nis_code, city.municipality, *figures))
    below = [
        f"Niet in de grafiek: {listed(names)} ({why})."
        for names, why in ((hidden, _HIDDEN), (unknown, "niet te berekenen"))
        if names
    ]
    title = f"{plan.title}, {listed([flags.label(each) for each in dict.fromkeys(p.key for _, _, p in shown)])}"
    charts = (_chart(context, plan, title, shown, rows),) if len(rows) >= _FEWEST else ()
    return TableBlock(title, Table(name, tuple(columns), rows), tuple(below), charts)


def _figures(context: Context, city: Municipality, shown: Shown) -> list[Figure]:
    return [context.figures.figure(indicator, GEMEENTE, city.nis_code, period.key) for _, indicator, period in shown]


def _chart(context: Context, plan: ChartPlan, title: str, shown: Shown, rows: Sequence[Sequence[Entry]]) -> Chart:
    by_year, last = plan.series == "years", len(rows) - 1
    every = [(column, indicator, period) for column, (_, indicator, period) in enumerate(shown, _FIRST)]
    drawn = [
        (column, indicator, period)
        for column, indicator, period in every
        if by_year or any(displayed(row[column], context.hidden, indicator.measure.format) for row in rows)
    ]  # a series of zeros is a name in the legend without a bar
    series = tuple(
        Series(
            context.flags.label(period.key) if by_year else capital(indicator.label),
            ((0, column), (last, column)),
            ((0, 1), (last, 1)),
        )
        for column, indicator, period in drawn or every[:1]
    )
    about = f"Staafdiagram met de centrumsteden onder elkaar: {title}. De cijfers staan in de tabel erboven."
    return Chart(plan.kind, title, "", plan.y_title, series, plan.number_format, about)
