"""The charts of the centre cities. A chart shows columns of a table of the cities and stands below it; where no table
has all its columns beside each other, it gets a table of its own.

A chart shows whole figures alone: a city of which a part is hidden, or can't be computed, isn't in it, stands below the
others in the table, and is named below that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from exports.annexes.model import ChartPlan
from exports.editions import displayed
from exports.figures.collect import WideFigures
from exports.figures.identity import GEMEENTE, Entry, Figure, is_hidden
from exports.figures.periods import Period
from exports.figures.plan import Indicator
from exports.figures.views import View
from exports.sheets.blocks import band, figure_column
from exports.sheets.context import Context
from exports.wording import capital, listed, plain_name
from exports.xlsx.document import Chart, Series, SheetColumn, Table, TableBlock
from exports.xlsx.paper.letters import longest_word

_FEWEST = 2  # cities that are worth a chart
_HIDDEN = "een deel van de cijfers is vertrouwelijk"
_FIRST = 2  # columns before the figures
Shown = Sequence[tuple[View, Indicator, Period]]
_Row = tuple[Entry, ...]


def with_charts(
    context: Context, table: WideFigures, views: Sequence[View], blocks: Sequence[TableBlock]
) -> list[TableBlock]:
    """The blocks of the cities with the charts of a table; a sentence for each chart that there is not."""
    made, missing = list(blocks), []
    for number, plan in enumerate(context.kind.city_charts, 1):
        if plan.sheet != table.plan.sheet or not (shown := _shown(plan, views)):
            continue
        cities = _Cities.of(context, shown)
        title = f"{plan.title}, {listed(list(dict.fromkeys(context.flags.label(p.key) for _, _, p in shown)))}"
        if len(cities.drawn) < _FEWEST:
            missing.append(f"Grafiek '{title}': vertrouwelijk. Van te weinig centrumsteden is elk cijfer getoond.")
            continue
        for at, block in enumerate(made):
            if not block.charts and (columns := cities.columns_of(block)):
                rows = cities.first_in(block)
                drawn = _chart(context, plan, title, shown, rows[: len(cities.drawn)], columns)
                body = replace(block.table, rows=rows)
                below = (*block.below, *cities.left_out(lower=True))
                made[at] = replace(block, table=body, below=below, charts=(*block.charts, drawn))
                break
        else:
            made.append(_block(context, plan, title, shown, cities, plain_name("Grafiek", str(number))))
    made[-1:] = [replace(last, below=(*last.below, *missing)) for last in made[-1:]]
    return made


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


@dataclass(frozen=True)
class _Cities:
    """The rows of the cities with the figures of a chart: those that are drawn, and those that are not since a figure
    is hidden, or can't be computed."""

    drawn: Sequence[_Row]
    hidden: Sequence[_Row]
    unknown: Sequence[_Row]

    @classmethod
    def of(cls, context: Context, shown: Shown) -> "_Cities":
        drawn, hidden, unknown = list[_Row](), list[_Row](), list[_Row]()
        for city in context.figures.centre_cities:
            figures = [
                context.figures.figure(indicator, GEMEENTE, city.nis_code, period.key) for _, indicator, period in shown
            ]
            row = (city.nis_code, city.municipality, *figures)
            if context.public and any(is_hidden(figure, context.hidden) for figure in figures):
                hidden.append(row)
            else:
                (unknown if any(isinstance(figure.value, str) for figure in figures) else drawn).append(row)
        return cls(drawn, hidden, unknown)

    def columns_of(self, block: TableBlock) -> list[int]:
        """The columns of the block that have the figures of the chart; none when it lacks some."""
        own = self.drawn[0]
        row = next((row for row in block.table.rows if row[0] == own[0]), ())
        at = {cell.id: number for number, cell in enumerate(row) if isinstance(cell, Figure)}
        wanted = [cell.id for cell in own if isinstance(cell, Figure)]
        return [at[id_] for id_ in wanted] if at.keys() >= {*wanted} else []

    def first_in(self, block: TableBlock) -> list[_Row]:
        """The rows of the block, first those that are drawn."""
        codes = {row[0] for row in self.drawn}
        return sorted(block.table.rows, key=lambda row: row[0] not in codes)

    def left_out(self, lower: bool) -> Iterator[str]:
        """Which cities aren't in the chart, and why; `lower`: they stand below the others in the table."""
        where = "Niet in de grafiek, en daarom onderaan in de tabel" if lower else "Niet in de grafiek"
        for rows, why in ((self.hidden, _HIDDEN), (self.unknown, "niet te berekenen")):
            if rows:
                yield f"{where}: {listed([str(row[1]) for row in rows])} ({why})."


def _block(context: Context, plan: ChartPlan, title: str, shown: Shown, cities: _Cities, name: str) -> TableBlock:
    """A table for the chart alone."""
    by_year, flags = plan.series == "years", context.flags
    columns = [SheetColumn("NIS-code", width=9), SheetColumn("Centrumstad", width=16)]
    for view, indicator, period in shown:
        year, what = flags.label(period.key), band(context, indicator)
        made = figure_column(context, view, indicator, period, year if by_year else what)
        columns.append(
            replace(made, width=max(made.width, longest_word(made.shown)), band=what if by_year else year, bold=False)
        )
    numbers = list(range(_FIRST, len(columns)))
    chart = _chart(context, plan, title, shown, cities.drawn, numbers)
    return TableBlock(title, Table(name, tuple(columns), cities.drawn), tuple(cities.left_out(lower=False)), (chart,))


def _chart(
    context: Context, plan: ChartPlan, title: str, shown: Shown, rows: Sequence[_Row], columns: Sequence[int]
) -> Chart:
    by_year, last = plan.series == "years", len(rows) - 1
    every = [(column, indicator, period) for column, (_, indicator, period) in zip(columns, shown, strict=True)]
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
