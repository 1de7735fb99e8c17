"""The tables of figures, with their charts: the totals for Flanders, and the wide tables with a row per gemeente,
centrumstad or provincie and a block of columns per year."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from exports.annexes.model import ChartPlan
from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN, Entry
from exports.figures.periods import Period
from exports.figures.plan import Indicator, Measure
from exports.figures.reading import Municipality
from exports.figures.rules import PrefixSum
from exports.figures.views import View
from exports.sheets.context import ARRONDISSEMENTS, CITIES, CITY_CHARTS, MUNICIPALITY_TOTALS, PROVINCES, TOTALS, Context
from exports.sheets.head import head
from exports.wording import capital, counted, listed, period, plain_name
from exports.xlsx.document import Chart, Format, Series, Sheet, SheetColumn, Table

WIDTHS = {Format.EURO: 16, Format.ONE_DECIMAL: 13, Format.TWO_DECIMALS: 13, Format.SIX_DECIMALS: 16, Format.TEXT: 22}
NIS = SheetColumn("NIS-code", width=10, about="NIS-code van de gemeente, tekst van 5 cijfers")
PROVINCE = SheetColumn("Provincie", width=18, about="provincie van de gemeente")
_FIRST = 3  # columns before the figures on the sheet of the centrumsteden
_NAME = 1  # the one with the name of the city
TableRow = tuple[str, str, tuple[Entry, ...]]
"""A row before its figures: level and place, and the cells that name the place."""
Places = dict[tuple[str, str], int]
"""(sheet, label) of a measure -> its position in the totals table (row or column, from 0)."""


def municipality_column(header: str = "Gemeente") -> SheetColumn:
    return SheetColumn(header, width=26, about="naam; koppel op de NIS-code, want namen kunnen terugkeren")


def municipality_sheets(context: Context) -> list[Sheet]:
    """A sheet for the totals, where the edition shows these apart, and one for each table; every gemeente of the
    geography has a row, zeros included."""
    totals, tables = [], defaultdict(list)
    for view in context.views(GEMEENTE):
        if view.totals:
            totals.append(view)
        else:
            tables[view.table.plan.sheet].append(view)
    made = [_municipality_sheet(context, MUNICIPALITY_TOTALS, "totalen per jaar", totals)] if totals else []
    for name, shown in tables.items():
        made.append(_municipality_sheet(context, name, shown[0].table.plan.heading, shown))
    return made


def _municipality_sheet(context: Context, name: str, what: str, shown: Sequence[View]) -> Sheet:
    several = len(context.figures.tables) > 1 or any(view.totals or view.pooled for view in shown)
    added_up = listed([period.label for view in shown if view.pooled for period in view.periods])
    what += f", jaren samen ({added_up})" if added_up else ""
    heading = f"{context.kind.name}, per gemeente" + (f": {what}" if several else "")
    body = _table(
        context,
        plain_name("Gemeenten", name),
        (NIS, municipality_column(), PROVINCE),
        _rows(context.figures.municipalities),
        _columns([("", view) for view in shown]),
    )
    return Sheet(name, head(context, heading), body, frozen_columns=2, about=f"tabel per gemeente: {what}")


def _rows(places: Sequence[Municipality]) -> list[TableRow]:
    return [(GEMEENTE, item.nis_code, (item.nis_code, item.municipality, item.province)) for item in places]


def level_sheet(context: Context, level: str) -> Sheet:
    """All views of the centrumsteden, the arrondissementen or the provinces side by side."""
    figures = context.figures
    cities = level == CENTRUMSTAD
    if cities:
        first, places = (NIS, municipality_column("Centrumstad"), PROVINCE), _rows(figures.centre_cities)
    elif level == ARRONDISSEMENT:
        first = (SheetColumn("Arrondissement", width=22), PROVINCE)
        places = [(level, name, (name, province)) for name, province in figures.arrondissements.items()]
    else:
        first = (replace(PROVINCE, width=22),)
        places = [(level, name, (name,)) for name in figures.provinces]
    name = {CENTRUMSTAD: CITIES, ARRONDISSEMENT: ARRONDISSEMENTS, PROVINCIE: PROVINCES}[level]
    body = _table(context, plain_name("Niveau", name), first, places, level_columns(context, level))
    what = f"{len(places)} centrumsteden" if cities else name.lower()
    lines = head(context, f"{context.kind.name}, per {level}", totals=not cities)
    about = f"tabel voor de {what}, met alle kolommen"
    return Sheet(name, lines, body, frozen_columns=min(2, len(first)), about=about)


ViewColumn = tuple[int, str, Indicator]
"""A column of figures: the key of its period, what stands before its label in the header, and what it shows."""


def level_columns(context: Context, level: str) -> list[ViewColumn]:
    """The columns of all views of a level side by side."""
    several = len(context.figures.tables) > 1
    return _columns([(f"{view.table.plan.sheet}: " if several else "", view) for view in context.views(level)])


def _columns(shown: Sequence[tuple[str, View]]) -> list[ViewColumn]:
    """A block of columns for each period, with the figures of every view that has the period."""
    periods = sorted({period for _, view in shown for period in view.periods})
    return [
        (period.key, prefix, indicator)
        for period in periods
        for prefix, view in shown
        if period in view.periods
        for indicator in view.indicators
    ]


def measure_column(measure: Measure, header: str, width: float) -> SheetColumn:
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
    places: Sequence[TableRow],
    shown: Sequence[ViewColumn],
) -> Table:
    columns = list(first)
    for key, prefix, indicator in shown:
        stem = f"{prefix}{indicator.measure.header}"
        header = f"{context.flags.label(key)}: {stem}{context.references(indicator.label)}"
        made = measure_column(indicator.measure, header, 11.5)
        columns.append(replace(made, year=key, stem=stem, year_status=context.flags.status(key)))
    figure = context.figures.figure
    rows: list[tuple[Entry, ...]] = [
        (*cells, *[figure(indicator, level, code, key) for key, _, indicator in shown]) for level, code, cells in places
    ]
    return Table(name, tuple(columns), rows)


def city_charts_sheet(context: Context) -> Sheet:
    """A list of the charts, and the charts below it."""
    charts = [made for plan in context.kind.city_charts if (made := _city_chart(context, plan)) is not None]
    columns = (SheetColumn("Grafiek", width=80, wrap=True), SheetColumn("Cijfers op blad", width=24))
    rows = [(chart.title, CITIES) for chart in charts]
    cities = counted(len(context.figures.centre_cities), "centrumstad", "centrumsteden")
    lines = head(context, f"{context.kind.name}, de {cities} naast elkaar", len(charts))
    table = Table("Grafieken", columns, rows)
    about = f"de {cities} naast elkaar, in beeld"
    return Sheet(CITY_CHARTS, lines, table, tuple(charts), about=about, data=False)


def _city_chart(context: Context, plan: ChartPlan) -> Chart | None:
    """A chart over the rows of the cities: several measures in the last year, or one in the first and the last. None
    when the edition shows nothing of it."""
    flags = context.flags
    last = len(context.figures.centre_cities) - 1
    prefix = f"{plan.sheet}: " if len(context.figures.tables) > 1 else ""
    at = [
        (number, year, indicator)
        for number, (year, before, indicator) in enumerate(level_columns(context, CENTRUMSTAD), _FIRST)
        if before == prefix and plan.shows(indicator.label)
    ]

    def series(name: str, column: int) -> Series:
        return Series(name, ((0, column), (last, column)), ((0, _NAME), (last, _NAME)))

    periods = sorted({period for _, period, _ in at}, key=lambda period: (Period.of(period).last, period))
    if not periods:
        return None
    chosen: Sequence[int] = list(dict.fromkeys((periods[0], periods[-1])))
    if plan.series == "years":
        first = at[0][2]
        made = tuple(series(flags.label(period), n) for n, period, of in at if of is first and period in chosen)
    else:
        chosen = periods[-1:]
        made = tuple(series(capital(indicator.label), n) for n, period, indicator in at if period == periods[-1])
    title = f"{plan.title}, {listed([flags.label(year) for year in chosen])}"
    about = f"Staafdiagram met de centrumsteden naast elkaar: {title}. De cijfers staan op het blad {CITIES}."
    return Chart(plan.kind, title, "", plan.y_title, made, plan.number_format, about, context.kind.unit, CITIES)


def totals_sheet(context: Context) -> Sheet:
    by_year = context.kind.totals == "by_year"
    body, places = (_by_year if by_year else _by_measure)(context)
    charts = [_chart(context, plan, places, by_year) for plan in context.kind.charts]
    lines = head(context, f"{context.kind.name}, Vlaanderen", len(charts), totals=True)
    frozen = 2 if by_year or len(context.figures.tables) > 1 else 1
    about = "totalen voor Vlaanderen over de jaren, met grafiek"
    return Sheet(TOTALS, lines, body, tuple(charts), frozen_columns=frozen, about=about)


def _in_totals(context: Context) -> list[tuple[str, Indicator]]:
    """The measures that the totals show, each with the sheet of its wide table."""
    return [(view.table.plan.sheet, each) for view in context.views(VLAANDEREN) for each in view.indicators]


def _by_year(context: Context) -> tuple[Table, Places]:
    """A row per year: for measures with different units."""
    columns = [SheetColumn(context.kind.year_header, Format.YEAR, 12), SheetColumn("Status van het jaar", width=22)]
    places: Places = {}
    used = _in_totals(context)
    for sheet, indicator in used:
        places[sheet, indicator.label] = len(columns)
        header = capital(indicator.measure.header) + context.references(indicator.label)
        columns.append(measure_column(indicator.measure, header, 14))
    total = context.figures.total
    rows: list[tuple[Entry, ...]] = [
        (year, context.flags.flanders.status(year), *(total(indicator, year) for _, indicator in used))
        for year in context.years
    ]
    return Table("Totalen", tuple(columns), rows), places


def _by_measure(context: Context) -> tuple[Table, Places]:
    """A row per measure, a column per year: for counts by category."""
    several = len(context.figures.tables) > 1
    columns = [SheetColumn("Kenmerk", width=24)] if several else []
    columns.append(SheetColumn(f"Categorie ({context.kind.unit})", width=48))
    flags = context.flags.flanders
    shared = SheetColumn("aantal", Format.INTEGER, 13, stem="aantal", about=context.kind.unit)
    columns += [
        replace(shared, header=flags.label(year), year=year, year_status=flags.status(year)) for year in context.years
    ]
    used = _in_totals(context)
    places = {(sheet, indicator.label): row for row, (sheet, indicator) in enumerate(used)}
    rows: list[tuple[Entry, ...]] = [
        (
            *([sheet] if several else []),
            capital(indicator.label),
            *(context.figures.total(indicator, year) for year in context.years),
        )
        for sheet, indicator in used
    ]
    return Table("Totalen", tuple(columns), rows), places


def _chart(context: Context, plan: ChartPlan, places: Places, by_year: bool) -> Chart:
    """The chart over either layout of the table."""
    at = {label: place for (sheet, label), place in places.items() if sheet == plan.sheet and plan.shows(label)}
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
    span = str(years[0]) if len(years) == 1 else f"{years[0]} tot {years[-1]}"
    about = f"Grafiek over Vlaanderen, {span}: {plan.title}. De cijfers staan in de tabel op dit blad."
    return Chart(plan.kind, plan.title, x_title, plan.y_title, tuple(series), plan.number_format, about)
