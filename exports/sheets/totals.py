"""The totals for Flanders, with the charts over the years."""

from __future__ import annotations

from collections.abc import Sequence

from exports.annexes.model import ChartPlan
from exports.figures.collect import WideFigures
from exports.figures.identity import Entry
from exports.figures.plan import Indicator
from exports.sheets.context import TOTALS, Context
from exports.sheets.head import head
from exports.sheets.wide import measure_column
from exports.wording import capital, period
from exports.xlsx.document import Chart, Format, Series, Sheet, SheetColumn, Table

Places = dict[tuple[str, str], int]
"""(sheet, label) of a measure -> its position in the totals table (row or column, from 0)."""


def totals_sheet(context: Context) -> Sheet:
    by_year = context.kind.totals == "by_year"
    body, places = (_by_year if by_year else _by_measure)(context)
    charts = []
    for plan in context.kind.charts:
        at = {label: place for (sheet, label), place in places.items() if sheet == plan.sheet and plan.shows(label)}
        charts.append(_chart(context, plan, at, by_year))
    lines = head(context, f"{context.kind.name}, Vlaanderen", len(charts), totals=True)
    frozen = 2 if by_year or len(context.figures.tables) > 1 else 1
    about = "totalen voor Vlaanderen over de jaren, met grafiek"
    return Sheet(TOTALS, lines, body, tuple(charts), frozen_columns=frozen, about=about)


def in_totals(table: WideFigures) -> list[Indicator]:
    return [indicator for indicator in table.indicators if indicator.measure.in_totals]


def _by_year(context: Context) -> tuple[Table, Places]:
    """A row per year: for measures with different units."""
    columns = [SheetColumn(context.kind.year_header, Format.YEAR, 12), SheetColumn("Status van het jaar", width=22)]
    places: Places = {}
    used: list[Indicator] = []
    for table in context.figures.tables:
        for indicator in in_totals(table):
            places[table.plan.sheet, indicator.label] = len(columns)
            header = capital(indicator.measure.header) + context.references(indicator.label)
            columns.append(measure_column(context, indicator.measure, header, 14))
            used.append(indicator)
    total = context.figures.total
    rows: list[tuple[Entry, ...]] = [
        (year, context.flags.flanders.status(year), *(total(indicator, year) for indicator in used))
        for year in context.years
    ]
    return Table("Totalen", tuple(columns), rows), places


def _by_measure(context: Context) -> tuple[Table, Places]:
    """A row per measure, a column per year: for counts by category."""
    several = len(context.figures.tables) > 1
    columns = [SheetColumn("Kenmerk", width=24)] if several else []
    columns.append(SheetColumn(f"Categorie ({context.kind.unit})", width=48))
    columns += [
        SheetColumn(
            context.flags.flanders.label(year),
            Format.INTEGER,
            13,
            year,
            stem="aantal",
            year_status=context.flags.flanders.status(year),
            about=context.kind.unit,
        )
        for year in context.years
    ]
    places: Places = {}
    rows: list[tuple[Entry, ...]] = []
    for table in context.figures.tables:
        for indicator in in_totals(table):
            places[table.plan.sheet, indicator.label] = len(rows)
            figures = [context.figures.total(indicator, year) for year in context.years]
            rows.append((*([table.plan.sheet] if several else []), capital(indicator.label), *figures))
    return Table("Totalen", tuple(columns), rows), places


def _chart(context: Context, plan: ChartPlan, at: dict[str, int], by_year: bool) -> Chart:
    """The chart over either layout of the table."""
    years, flags = context.years, context.flags.flanders
    provisional = [year for year in years if year in flags.provisional]
    x_title = context.kind.year_header
    if by_year:
        last = len(years) - 1
        series = [Series(capital(label), ((0, col), (last, col)), ((0, 0), (last, 0))) for label, col in at.items()]
        x_title += f" ({period(provisional)} voorlopig)" if provisional else ""
    else:
        label_column = 1 if len(context.figures.tables) > 1 else 0
        first, last = label_column + 1, label_column + len(years)
        if plan.series == "years":
            top, bottom = min(at.values()), max(at.values())
            series = [
                Series(flags.label(year), ((top, col), (bottom, col)), ((top, label_column), (bottom, label_column)))
                for col, year in enumerate(years, first)
            ]
            x_title = ""
        else:
            series = [
                Series(capital(label), ((row, first), (row, last)), ((-1, first), (-1, last)))
                for label, row in at.items()
            ]
    return Chart(plan.kind, plan.title, x_title, plan.y_title, tuple(series), plan.number_format, _about(plan, years))


def _about(plan: ChartPlan, years: Sequence[int]) -> str:
    span = str(years[0]) if len(years) == 1 else f"{years[0]} tot {years[-1]}"
    return f"Grafiek over Vlaanderen, {span}: {plan.title}. De cijfers staan in de tabel op dit blad."
