"""The gegevensbladen, and Velden, which explains their columns.

They have the rows of the marts themselves; or, where the policy says what is shown at which level, what the tables of
the public edition show, in rows: nothing in it is finer than a table."""

from collections.abc import Iterator

from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, LEVELS, PROVINCIE, VLAANDEREN, Entry, Figure
from exports.figures.tidy import Tidy, TidyColumn
from exports.sheets.context import FIELDS, Context
from exports.sheets.head import short_head
from exports.sheets.tables import NIS, PROVINCE, municipality_column, wide_enough
from exports.wording import plain_name
from exports.xlsx.document import NOT_APPLICABLE, Format, Sheet, SheetColumn, Table, text_columns

_COMMON_FIELDS = (
    ("nis_code", "NIS-code", "NIS-code van de gemeente (tekst van 5 cijfers)"),
    ("municipality", "Gemeente", "naam van de gemeente; namen kunnen terugkeren, koppel op de NIS-code"),
    ("province", "Provincie", "provincie van de gemeente"),
    ("is_centre_city", "Centrumstad", "ja voor de 13 centrumsteden"),
)


def data_sheets(context: Context) -> list[Sheet]:
    """The sheets with rows to compute with, and Velden."""
    if context.plan is not None:
        return [_shown_sheet(context), _sheet_of_fields(context, _SHOWN_FIELDS)]
    return [*(_data_sheet(context, tidy) for tidy in context.figures.tidy), _fields_sheet(context)]


_SHOWN_FIELDS = (
    ("Status van het jaar", "definitief, of voorlopig (met het teken [p]); van jaren samen: zodra een ervan het is"),
    ("Niveau", "gemeente, centrumstad, arrondissement, provincie of Vlaanderen"),
    ("NIS-code", "NIS-code van de gemeente (tekst van 5 cijfers); [z] bij de andere niveaus"),
    ("Gebied", "naam van het gebied; namen van gemeenten kunnen terugkeren, koppel op de NIS-code"),
    ("Tabel", "de tabel van deze bijlage waarin het cijfer staat"),
    ("Cijfer", "wat het cijfer telt, zoals in de kop van die tabel"),
    ("Waarde", "het cijfer"),
)


def _shown_sheet(context: Context) -> Sheet:
    kind, flags = context.kind, context.flags
    columns = (
        SheetColumn(kind.year_header, width=13),
        SheetColumn("Status van het jaar", width=22),
        SheetColumn("Niveau", width=15),
        NIS,
        SheetColumn("Gebied", width=26),
        SheetColumn("Tabel", width=22),
        SheetColumn("Cijfer", width=46),
        SheetColumn("Waarde", Format.GENERAL, 14),
    )
    rows: list[tuple[Entry, ...]] = []
    left_out = False
    for level in (each for each in LEVELS if each in context.annex.levels):
        of = flags.flanders if level == VLAANDEREN else flags
        for code, name in _places(context, level):
            place = code or (VLAANDEREN if level == VLAANDEREN else name)
            at = GEMEENTE if level == CENTRUMSTAD else level
            for view in context.views(level):
                for period in view.periods:
                    for indicator in view.indicators:
                        figure = context.figures.figure(indicator, at, place, period.key)
                        if figure.value == 0:
                            continue
                        if context.withheld is not None and context.withheld(figure.id):
                            left_out = True
                            continue
                        label, status = period.label, of.status(period.key)
                        told = (code or NOT_APPLICABLE, name, view.table.plan.sheet, indicator.measure.header)
                        rows.append((label, status, level, *told, figure))
    texts = ["Eén rij per cijfer dat niet 0 is, precies zoals de tabellen van deze bijlage het tonen."]
    if left_out:
        texts.append("Cijfers waarvan ook een 0 verborgen is, staan er niet in: zie het blad Herkomst.")
    elif not rows:
        texts.append("Geen rijen voor deze jaren: er is niets geteld.")
    lines = short_head(context, "Gegevens", *texts)
    about = "de cijfers van alle tabellen onder elkaar, om zelf mee te rekenen"
    return Sheet("Gegevens", lines, Table("Gegevens", columns, rows), frozen_columns=4, about=about)


def _places(context: Context, level: str) -> Iterator[tuple[str, str]]:
    """NIS code and name of the places of a level."""
    figures = context.figures
    if level in (GEMEENTE, CENTRUMSTAD):
        places = figures.municipalities if level == GEMEENTE else figures.centre_cities
        yield from ((item.nis_code, item.municipality) for item in places)
    elif level == VLAANDEREN:
        yield "", "Vlaanderen"
    else:
        yield from (
            ("", name) for name in {ARRONDISSEMENT: figures.arrondissements, PROVINCIE: figures.provinces}[level]
        )


def _sheet_of_fields(context: Context, fields: tuple[tuple[str, str], ...]) -> Sheet:
    year = context.kind.year_header
    text = f"{_year_text(context)}; 2020-2023: die jaren samen"
    rows = [("Gegevens", header, about) for header, about in ((year, text), *fields)]
    columns = text_columns({"Blad": 22, "Kolom": 38, "Betekenis": 100}, wrap=("Betekenis",))
    lines = short_head(context, "Velden van het gegevensblad", "Het gegevensblad bevat de cijfers van de tabellen.")
    about = "betekenis van de kolommen van het gegevensblad"
    return Sheet(FIELDS, lines, Table("Velden", columns, rows), frozen_columns=2, about=about)


def _year_text(context: Context) -> str:
    return dict(context.kind.definitions).get(context.kind.year_header, "het jaar waarover het cijfer gaat").rstrip(".")


def _data_sheet(context: Context, tidy: Tidy) -> Sheet:
    columns = (
        SheetColumn(context.kind.year_header, Format.YEAR, 11),
        SheetColumn("Status van het jaar", width=22),
        NIS,
        municipality_column(),
        PROVINCE,
        SheetColumn("Centrumstad", width=13),
        *map(_column, tidy.columns),
    )
    status = {year: context.flags.status(year) for year in context.years}
    known = {key: row for key, row in tidy.rows.items() if not _withheld(context, row)}
    rows: list[tuple[Entry, ...]] = [(year, status[year], *row[1:]) for (year, _, _), row in known.items()]
    texts = [f"Eén rij per combinatie die voorkomt; betekenis van de kolommen: zie het blad {FIELDS}."]
    if len(known) < len(tidy.rows):
        texts.append("Combinaties waarvan ook een 0 verborgen is, staan er niet in: zie het blad Herkomst.")
    elif not rows:
        texts.append("Geen rijen voor deze jaren: er is niets geteld.")
    lines = short_head(context, f"Gegevens ({tidy.mart.name})", *texts)
    body = Table(plain_name(*tidy.mart.sheet.split()), columns, rows)
    about = f"rijen van het datawarehouse ({tidy.mart.name}), om zelf mee te rekenen"
    return Sheet(tidy.mart.sheet, lines, body, frozen_columns=4, about=about)


def _column(item: TidyColumn) -> SheetColumn:
    width = wide_enough(item.header, item.format, 14) if item.column else 34
    return SheetColumn(item.header, item.format, width, about=item.description)


def _withheld(context: Context, row: tuple[Entry, ...]) -> bool:
    """Whether the mere presence of the row would reveal that a withheld figure is not 0."""
    withheld = context.withheld
    return withheld is not None and any(withheld(cell.id) for cell in row if isinstance(cell, Figure))


def _fields_sheet(context: Context) -> Sheet:
    """Velden: every column of the tidy sheets with its name in the mart and its meaning."""
    rows: list[tuple[str, ...]] = []
    year_header = context.kind.year_header
    year_text = _year_text(context)
    for tidy in context.figures.tidy:
        sheet, mart = tidy.mart.sheet, tidy.mart.name
        fields = (
            ("year", year_header, year_text),
            ("", "Status van het jaar", "definitief, of voorlopig (met het teken [p])"),
            *_COMMON_FIELDS,
            *((item.column, item.header, item.description) for item in tidy.columns),
        )
        rows += [(sheet, header, mart, column or "(niet in de tabel)", text) for column, header, text in fields]
    widths = {"Blad": 22, "Kolom": 38, "Tabel in het datawarehouse": 26, "Naam in het datawarehouse": 28}
    columns = text_columns({**widths, "Betekenis": 80}, wrap=("Betekenis",))
    lines = short_head(
        context,
        "Velden van de gegevensbladen",
        "De gegevensbladen bevatten de rijen van het datawarehouse zelf, één rij per combinatie die voorkomt.",
    )
    about = "betekenis van de kolommen van de gegevensbladen"
    return Sheet(FIELDS, lines, Table("Velden", columns, rows), frozen_columns=2, about=about)
