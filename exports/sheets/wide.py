"""The wide tables: a row per gemeente, centrumstad or provincie, a block of columns per year; and the charts of the
centrumsteden, on the figures of their sheet."""

from __future__ import annotations

from collections.abc import Sequence

from exports.annexes.model import ChartPlan
from exports.figures.collect import WideFigures
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, Entry
from exports.figures.plan import Indicator, Measure
from exports.figures.rules import PrefixSum
from exports.sheets.context import CITIES, CITY_CHARTS, PROVINCES, Context
from exports.sheets.head import head
from exports.wording import capital, counted, listed, plain_name
from exports.xlsx.document import Chart, Format, Series, Sheet, SheetColumn, Table

WIDTHS = {Format.EURO: 16, Format.ONE_DECIMAL: 13, Format.TWO_DECIMALS: 13, Format.SIX_DECIMALS: 16, Format.TEXT: 22}
NIS = SheetColumn("NIS-code", width=10, about="NIS-code van de gemeente, tekst van 5 cijfers")
PROVINCE = SheetColumn("Provincie", width=18, about="provincie van de gemeente")
_FIRST = 3  # columns before the figures on the sheet of the centrumsteden
_NAME = 1  # the one with the name of the city


def municipality_column(header: str = "Gemeente") -> SheetColumn:
    return SheetColumn(header, width=26, about="naam; koppel op de NIS-code, want namen kunnen terugkeren")


def municipality_sheet(context: Context, table: WideFigures) -> Sheet:
    """A wide table of the annex for every gemeente of the geography, zeros included."""
    places = [(item.nis_code, item.municipality, item.province) for item in context.figures.municipalities]
    several = len(context.figures.tables) > 1
    heading = f"{context.kind.name}, per gemeente" + (f": {table.plan.heading}" if several else "")
    body = _table(
        context,
        plain_name("Gemeenten", table.plan.sheet),
        (NIS, municipality_column(), PROVINCE),
        [(GEMEENTE, code, (code, name, province)) for code, name, province in places],
        [("", indicator) for indicator in table.indicators],
    )
    about = f"tabel per gemeente: {table.plan.heading}"
    return Sheet(table.plan.sheet, head(context, heading), body, frozen_columns=2, about=about)


def level_sheet(context: Context, level: str) -> Sheet:
    """All wide tables of the annex side by side, for the centrumsteden or the provinces."""
    figures = context.figures
    cities = level == CENTRUMSTAD
    indicators = level_indicators(context, level)
    first: tuple[SheetColumn, ...]
    places: list[tuple[str, str, tuple[Entry, ...]]]
    if cities:
        first = (NIS, municipality_column("Centrumstad"), PROVINCE)
        places = [
            (GEMEENTE, item.nis_code, (item.nis_code, item.municipality, item.province))
            for item in figures.centre_cities
        ]
    else:
        first = (SheetColumn("Provincie", width=22, about="provincie van de gemeente"),)
        places = [(PROVINCIE, name, (name,)) for name in figures.provinces]
    name = CITIES if cities else PROVINCES
    body = _table(context, plain_name("Niveau", name), first, places, indicators)
    what = f"{len(places)} centrumsteden" if cities else "provincies"
    lines = head(context, f"{context.kind.name}, per {level}", totals=not cities)
    about = f"tabel voor de {what}, met alle kolommen"
    return Sheet(name, lines, body, frozen_columns=2 if cities else 1, about=about)


def level_indicators(context: Context, level: str) -> list[tuple[str, Indicator]]:
    """The measures of all wide tables for a level, each with what stands before its label in the header."""
    several = len(context.figures.tables) > 1
    return [
        (f"{table.plan.sheet}: " if several else "", indicator)
        for table in context.figures.tables
        for indicator in table.indicators
        if level == CENTRUMSTAD or indicator.measure.in_totals
    ]


def measure_column(context: Context, measure: Measure, header: str, width: float) -> SheetColumn:
    """A column for a measure."""
    wide = wide_enough(header, measure.format, width)
    return SheetColumn(header, measure.format, wide, bold=isinstance(measure.rule, PrefixSum), about=measure.header)


def wide_enough(header: str, kind: Format, least: float) -> float:
    """A width for the figures of a column and for the longest word of its header."""
    return max(least, WIDTHS.get(kind, 0), 1.15 * max(len(piece) for piece in header.split()) + 1)


def _table(
    context: Context,
    name: str,
    first: tuple[SheetColumn, ...],
    places: Sequence[tuple[str, str, tuple[Entry, ...]]],
    indicators: Sequence[tuple[str, Indicator]],
) -> Table:
    columns = list(first)
    for year in context.years:
        for prefix, indicator in indicators:
            stem = f"{prefix}{indicator.measure.header}"
            header = f"{context.flags.label(year)}: {stem}{context.references(indicator.label)}"
            made = measure_column(context, indicator.measure, header, 11.5)
            columns.append(
                SheetColumn(
                    made.header,
                    made.format,
                    made.width,
                    year,
                    made.bold,
                    stem=stem,
                    year_status=context.flags.status(year),
                    about=made.about,
                )
            )
    figure = context.figures.figure
    rows: list[tuple[Entry, ...]] = [
        (*cells, *[figure(indicator, level, code, year) for year in context.years for _, indicator in indicators])
        for level, code, cells in places
    ]
    return Table(name, tuple(columns), rows)


def city_charts_sheet(context: Context) -> Sheet:
    """A list of the charts, and the charts below it."""
    charts = [_city_chart(context, plan) for plan in context.kind.city_charts]
    columns = (SheetColumn("Grafiek", width=80, wrap=True), SheetColumn("Cijfers op blad", width=24))
    rows = [(chart.title, CITIES) for chart in charts]
    cities = counted(len(context.figures.centre_cities), "centrumstad", "centrumsteden")
    lines = head(context, f"{context.kind.name}, de {cities} naast elkaar", len(charts))
    table = Table("Grafieken", columns, rows)
    about = f"de {cities} naast elkaar, in beeld"
    return Sheet(CITY_CHARTS, lines, table, tuple(charts), about=about, data=False)


def _city_chart(context: Context, plan: ChartPlan) -> Chart:
    """A chart over the rows of the cities: several measures in the last year, or one in the first and the last."""
    years, flags = context.years, context.flags
    last = len(context.figures.centre_cities) - 1
    indicators = level_indicators(context, CENTRUMSTAD)
    prefix = f"{plan.sheet}: " if len(context.figures.tables) > 1 else ""
    at = [
        index
        for index, (before, indicator) in enumerate(indicators)
        if before == prefix and plan.shows(indicator.label)
    ]

    def series(name: str, year: int, indicator: int) -> Series:
        column = _FIRST + years.index(year) * len(indicators) + indicator
        return Series(name, ((0, column), (last, column)), ((0, _NAME), (last, _NAME)))

    chosen: Sequence[int] = sorted({years[0], years[-1]})
    if plan.series == "years":
        made = tuple(series(flags.label(year), year, at[0]) for year in chosen)
    else:
        chosen = years[-1:]
        made = tuple(series(capital(indicators[indicator][1].label), years[-1], indicator) for indicator in at)
    title = f"{plan.title}, {listed([flags.label(year) for year in chosen])}"
    about = f"Staafdiagram met de centrumsteden naast elkaar: {title}. De cijfers staan op het blad {CITIES}."
    return Chart(plan.kind, title, "", plan.y_title, made, plan.number_format, about, context.kind.unit, CITIES)
