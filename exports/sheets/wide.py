"""The wide tables: a row per gemeente, centrumstad or provincie, a block of columns per year."""

from __future__ import annotations

from collections.abc import Sequence

from exports.annexes.model import Measure
from exports.annexes.rules import PrefixSum
from exports.figures.collect import WideFigures
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, Entry
from exports.figures.meters import Meter
from exports.sheets.context import CITIES, PROVINCES, Context
from exports.sheets.head import head
from exports.sheets.wording import plain_name
from exports.xlsx.document import Format, Sheet, SheetColumn, Table

WIDTHS = {Format.EURO: 16, Format.ONE_DECIMAL: 13, Format.TWO_DECIMALS: 13, Format.SIX_DECIMALS: 16, Format.TEXT: 22}
NIS = SheetColumn("NIS-code", width=10, about="NIS-code van de gemeente, tekst van 5 cijfers")
PROVINCE = SheetColumn("Provincie", width=18, about="provincie van de gemeente")


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
        [("", meter) for meter in table.meters],
    )
    about = f"tabel per gemeente: {table.plan.heading}"
    return Sheet(table.plan.sheet, tuple(head(context, heading)), body, frozen_columns=2, about=about)


def level_sheet(context: Context, level: str) -> Sheet:
    """All wide tables of the annex side by side, for the centrumsteden or the provinces."""
    figures = context.figures
    cities = level == CENTRUMSTAD
    meters = level_meters(context, level)
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
    body = _table(context, plain_name("Niveau", name), first, places, meters)
    what = f"{len(places)} centrumsteden" if cities else "provincies"
    lines = head(context, f"{context.kind.name}, per {level}", totals=not cities)
    about = f"tabel voor de {what}, met alle kolommen"
    return Sheet(name, tuple(lines), body, frozen_columns=2 if cities else 1, about=about)


def level_meters(context: Context, level: str) -> list[tuple[str, Meter]]:
    """The measures of all wide tables for a level, each with what stands before its label in the header."""
    several = len(context.figures.tables) > 1
    return [
        (f"{table.plan.sheet}: " if several else "", meter)
        for table in context.figures.tables
        for meter in table.meters
        if level == CENTRUMSTAD or meter.measure.in_totals
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
    meters: Sequence[tuple[str, Meter]],
) -> Table:
    columns = list(first)
    for year in context.years:
        for prefix, meter in meters:
            stem = f"{prefix}{meter.measure.header}"
            header = f"{context.marks.label(year)}: {stem}{context.references(meter.label)}"
            made = measure_column(context, meter.measure, header, 11.5)
            columns.append(
                SheetColumn(
                    made.header,
                    made.format,
                    made.width,
                    year,
                    made.bold,
                    stem=stem,
                    year_status=context.marks.status(year),
                    about=made.about,
                )
            )
    figure = context.figures.figure
    rows: list[tuple[Entry, ...]] = [
        (*cells, *[figure(meter, level, code, year) for year in context.years for _, meter in meters])
        for level, code, cells in places
    ]
    return Table(name, tuple(columns), rows)
