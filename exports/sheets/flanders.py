"""The sheet of Flanders: for each table the figures below each other and the years beside each other, with charts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from exports.annexes.model import ChartPlan
from exports.editions import displayed
from exports.figures.identity import VLAANDEREN, Entry
from exports.figures.plan import Indicator
from exports.figures.views import View
from exports.sheets.blocks import band
from exports.sheets.context import TOTALS, Context
from exports.sheets.head import head, with_charts_said
from exports.sheets.split import split_about, split_blocks, split_sheet
from exports.wording import capital, period, plain_name
from exports.xlsx.document import Chart, Format, Series, Sheet, SheetColumn, Table, TableBlock

_YEAR_WIDTH = {Format.INTEGER: 9.0, Format.ONE_DECIMAL: 9.0, Format.TWO_DECIMALS: 11.0, Format.EURO: 15.0}
_ROOM = 100.0


def flanders_sheet(context: Context) -> Sheet:
    blocks = tuple(_blocks(context))
    about = with_charts_said(context, "cijfers voor heel Vlaanderen", blocks)
    if split_sheet(context) == TOTALS:
        blocks += tuple(split_blocks(context))
        about += f"; {split_about(context)}"
    lines = head(context, f"{context.kind.name}, Vlaanderen", blocks, totals=True, levels=[VLAANDEREN])
    return Sheet(TOTALS, lines, blocks=blocks, about=about, data=False)


def _blocks(context: Context) -> Iterator[TableBlock]:
    plans = list(context.kind.charts)
    for number, view in enumerate(context.views(VLAANDEREN), 1):
        body = _table(context, view, plain_name(TOTALS, str(number)))
        own = [plan for plan in plans if plan.sheet == view.table.plan.sheet and _at(view, plan)]
        own = own if len(view.periods) > 1 or len(context.years) == 1 else []
        plans = [plan for plan in plans if plan not in own]
        charts = tuple(_chart(context, view, plan) for plan in own)
        yield TableBlock(capital(view.table.plan.heading), body, charts=charts)


def _table(context: Context, view: View, name: str) -> Table:
    """A row for each figure, in its own format; a column for each period."""
    flags = context.flags.flanders
    width = max(_YEAR_WIDTH.get(each.measure.format, 9.0) for each in view.indicators)
    label = min(52.0, _ROOM - width * len(view.periods))
    shared = SheetColumn("aantal", Format.INTEGER, width, about=context.kind.unit)
    corner = f"Cijfer, per {context.kind.year_header.lower()}"  # figures stand below it, years beside it
    columns = [SheetColumn(corner, width=max(label, 30.0), wrap=True)]
    columns += [
        replace(shared, header=flags.label(each.key), year=each.key, year_status=flags.status(each.key))
        for each in view.periods
    ]
    rows: list[tuple[Entry, ...]] = [
        (band(context, each), *(context.figures.total(each, of.key) for of in view.periods)) for each in view.indicators
    ]
    formats = tuple(each.measure.format for each in view.indicators)
    return Table(name, tuple(columns), rows, formats=formats)


def _at(view: View, plan: ChartPlan) -> list[tuple[int, Indicator]]:
    """The rows that the chart shows."""
    return [(row, each) for row, each in enumerate(view.indicators) if plan.shows(each.label)]


def _is_seen(context: Context, view: View, indicator: Indicator) -> bool:
    """Whether its series has a bar: zeros are a name in the legend alone."""
    figures = (context.figures.total(indicator, each.key) for each in view.periods)
    return any(displayed(figure, context.hidden, indicator.measure.format) for figure in figures)


def _chart(context: Context, view: View, plan: ChartPlan) -> Chart:
    flags, last = context.flags.flanders, len(view.periods)
    at = _at(view, plan)
    provisional = [each.key for each in view.periods if each.key in flags.provisional]
    x_title = context.kind.year_header + (f" ({period(provisional)} voorlopig)" if provisional else "")
    if plan.series == "years":
        top, bottom = at[0][0], at[-1][0]
        series: Sequence[Series] = [
            Series(flags.label(each.key), ((top, column), (bottom, column)), ((top, 0), (bottom, 0)))
            for column, each in enumerate(view.periods, 1)
        ]
        x_title = ""
    else:
        drawn = [(row, each) for row, each in at if _is_seen(context, view, each)] or at[:1]
        series = [Series(capital(each.label), ((row, 1), (row, last)), ((-1, 1), (-1, last))) for row, each in drawn]
    span = " tot ".join(dict.fromkeys((view.periods[0].label, view.periods[-1].label)))
    about = f"Grafiek over Vlaanderen, {span}: {plan.title}. De cijfers staan in de tabel erboven."
    return Chart(plan.kind, plan.title, x_title, plan.y_title, tuple(series), plan.number_format, about)
