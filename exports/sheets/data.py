"""The tables to work with: Gegevens, the rows of the marts themselves, and Cijfers, a row for every figure that the
sheets show, which stands in the machine-readable copy alone. Where the policy says what is shown at which level, the
rows of the marts would tell more: Cijfers then stands on Gegevens too."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from exports.editions import displayed
from exports.figures.collect import Figures
from exports.figures.identity import (
    ARRONDISSEMENT,
    CENTRUMSTAD,
    GEMEENTE,
    PROVINCIE,
    VLAANDEREN,
    Changes,
    Entry,
    Figure,
)
from exports.figures.plan import Indicator
from exports.figures.reading import Municipality
from exports.figures.tidy import Tidy, TidyColumn
from exports.package import slug
from exports.sheets.context import DATA, PROVENANCE, Context
from exports.sheets.full.wide import MUNICIPALITY, NIS, PROVINCE, wide_enough
from exports.sheets.head import short_head
from exports.sheets.split import split_about, split_table
from exports.sheets.text_sheets import origin
from exports.statements import numbers
from exports.wording import plain_name
from exports.xlsx.document import NOT_APPLICABLE, Format, Sheet, SheetColumn, Table, TableBlock, text_columns

FIGURES = "Cijfers"
_CODES = "Codes zijn die van het datawarehouse, niet die van de leveringen; wat ze betekenen, staat bij Cijfer."


def data_sheet(context: Context) -> Sheet:
    """A block for each mart. It isn't printed: it has a row for every combination that occurs."""
    if context.plan is not None:
        return _shown_sheet(context)
    blocks = tuple(_block(context, tidy) for tidy in context.figures.tidy)
    rows = sum(len(block.table.rows) for block in blocks)
    texts = [
        f"Om zelf mee te rekenen: {numbers.count(rows)} rijen, één per combinatie die voorkomt. Dit blad wordt "
        "niet afgedrukt.",
        "Dezelfde rijen staan als CSV bij deze bijlage; datapackage.json beschrijft er elke kolom.",
    ]
    if isinstance(context.hidden, Changes):
        texts.append("Combinaties met enkel nullen staan er niet in.")
    elif any(len(block.table.rows) < len(tidy.rows) for block, tidy in zip(blocks, context.figures.tidy, strict=True)):
        texts.append("Combinaties waarvan ook een 0 verborgen is, staan er niet in.")
    elif not rows:
        texts.append("Geen rijen voor deze jaren: er is niets geteld.")
    about = "de getelde aantallen, om zelf mee te rekenen (wordt niet afgedrukt)"
    return Sheet(DATA, short_head(context, "Gegevens", *texts), blocks=blocks, about=about, printed=False)


def _shown_sheet(context: Context) -> Sheet:
    """What the tables show, a row for each figure, and nothing finer."""
    texts = [
        "Om zelf mee te rekenen: één rij per cijfer van de tabellen. Dit blad wordt niet afgedrukt.",
        "Dezelfde rijen staan als CSV bij deze bijlage; datapackage.json beschrijft er elke kolom.",
    ]
    if any(_codes(each) != NOT_APPLICABLE for table in context.figures.tables for each in table.indicators):
        texts.append(_CODES)
    what = "alle cijfers van de tabellen"
    if apart := split_table(context):
        texts.append(f"Niet op dit blad: {split_about(context)}. Dat staat apart, in {slug(apart[0].name)}.csv.")
        what += ", behalve die over waarom de ratio verschilt"
    blocks = [TableBlock(FIGURES, table, filtered=True) for table in figures_table(context).tables]
    about = f"{what}, om zelf mee te rekenen (wordt niet afgedrukt)"
    lines = short_head(context, "Gegevens", *texts)
    return Sheet(DATA, lines, blocks=tuple(blocks), about=about, data=False, printed=False)


def _block(context: Context, tidy: Tidy) -> TableBlock:
    columns = (
        SheetColumn(context.kind.year_header, Format.YEAR, 11),
        SheetColumn("Status van het jaar", width=22),
        NIS,
        MUNICIPALITY,
        PROVINCE,
        SheetColumn("Centrumstad", width=13),
        *map(_column, tidy.columns),
    )
    status = {year: context.flags.status(year) for year in context.years}
    known = {key: row for key, row in tidy.rows.items() if not _withheld(context, row)}
    rows: list[tuple[Entry, ...]] = [(year, status[year], *row[1:]) for (year, _, _), row in known.items()]
    name = tidy.mart.sheet
    return TableBlock(name, Table(plain_name(*name.split()), columns, rows), filtered=True)


def _column(item: TidyColumn) -> SheetColumn:
    width = wide_enough(item.header, item.format, 14) if item.column else 34
    return SheetColumn(item.header, item.format, width, about=item.description)


def _withheld(context: Context, row: tuple[Entry, ...]) -> bool:
    """Whether the mere presence of the row would reveal that a withheld figure is not 0."""
    if isinstance(changes := context.hidden, Changes):  # a row of zeros would tell that they were not 0 before
        shown = [displayed(cell, changes) for cell in row if isinstance(cell, Figure)]
        return not any(isinstance(value, int | float | Decimal) and value for value in shown)
    withheld = context.withheld
    return withheld is not None and any(withheld(cell.id) for cell in row if isinstance(cell, Figure))


def figures_table(context: Context) -> Sheet:
    """A row for every figure that the sheets of the levels show."""
    abouts = {
        "Niveau": "vlaanderen, provincie, arrondissement, centrumstad of gemeente",
        "NIS-code": "NIS-code van de gemeente of centrumstad, of de codes van gemeenten die samen staan; anders [z]",
        "Gebied": "naam van het gebied",
        "Arrondissement": "arrondissement van het gebied; voor Vlaanderen en provincies [z]",
        "Provincie": "provincie van het gebied; voor Vlaanderen [z]",
        "Tabel": "onderdeel van de bijlage",
        "Cijfer": "wat geteld of berekend is",
        "Codes": "codes van de getelde categorieën in het datawarehouse, met een komma ertussen; [z] voor een totaal "
        "en zonder categorieën",
        "Eenheid": "eenheid van het cijfer",
        "Periode": "jaar, of eerste en laatste jaar van jaren samen",
        "Status": "van de jaren, niet van het antwoord: definitief, of voorlopig (met het teken [p]); breuk in de "
        "reeks (met het teken [b])",
    }
    widths = {"Gebied": 26, "Arrondissement": 18, "Provincie": 18, "Tabel": 22, "Cijfer": 46, "Status": 22}
    columns = [SheetColumn(header, width=widths.get(header, 14), about=about) for header, about in abouts.items()]
    columns.append(SheetColumn("Waarde", Format.GENERAL, about="het cijfer, of een teken in de plaats ervan"))
    rows = list(_figures(context))
    about = "alle cijfers van de bladen, één per rij"
    return Sheet(FIGURES, (), Table(FIGURES, tuple(columns), rows), about=about)


def _figures(context: Context) -> Iterator[tuple[Entry, ...]]:
    figures = context.figures
    for level, places in _places(figures).items():
        flags = context.flags.flanders if level == VLAANDEREN else context.flags
        for view in context.views(level) if level in context.annex.levels else ():
            for indicator in view.indicators:
                unit = indicator.measure.header.rpartition("(")[2].rstrip(")")
                what = (view.table.plan.sheet, indicator.label, _codes(indicator), unit)
                for period in view.periods:
                    when = (period.label, flags.status(period.key))
                    for own, place, names in places:
                        figure: Entry = figures.figure(indicator, own, place, period.key)
                        if isinstance(context.hidden, Changes):  # the column has figures of any format
                            figure = displayed(figure, context.hidden, indicator.measure.format)
                        yield (level, *names, *what, *when, figure)


def _codes(indicator: Indicator) -> str:
    """The codes of the categories that are counted; the name of the figure says of which family they are."""
    codes = indicator.signature[2].partition("/")[2]
    return codes if codes not in ("", "*") else NOT_APPLICABLE


def _places(figures: Figures) -> dict[str, list[tuple[str, str, tuple[str, str, str, str]]]]:
    """By level: level and place as in an identity, and what names the place: code, name, arrondissement, province."""
    none = NOT_APPLICABLE

    def own(municipalities: Sequence[Municipality]) -> list[tuple[str, str, tuple[str, str, str, str]]]:
        return [
            (GEMEENTE, of.nis_code, (of.nis_code, of.municipality, of.arrondissement, of.province))
            for of in municipalities
        ]

    return {
        VLAANDEREN: [(VLAANDEREN, VLAANDEREN, (none, "Vlaanderen", none, none))],
        PROVINCIE: [(PROVINCIE, name, (none, name, none, name)) for name in figures.provinces],
        ARRONDISSEMENT: [
            (ARRONDISSEMENT, name, (none, name, name, province)) for name, province in figures.arrondissements.items()
        ],
        CENTRUMSTAD: own(figures.centre_cities),
        GEMEENTE: own(figures.municipalities),
    }


def origin_table(context: Context) -> Sheet:
    """For the copy of an edition that has the origin among its notes."""
    table = Table("Herkomst", text_columns({"Gegeven": 28, "Waarde": 62}), origin(context))
    return Sheet(PROVENANCE, (), table, about="stand, versies, geheimhouding")
