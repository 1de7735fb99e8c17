"""The gegevensbladen, with the rows of the marts themselves, and Velden, which explains their columns."""

from decimal import Decimal

from exports.editions import displayed
from exports.figures.identity import Changes, Entry, Figure
from exports.figures.tidy import Tidy, TidyColumn
from exports.sheets.context import FIELDS, Context
from exports.sheets.head import short_head
from exports.sheets.tables import NIS, PROVINCE, municipality_column, wide_enough
from exports.wording import plain_name
from exports.xlsx.document import Format, Sheet, SheetColumn, Table, text_columns

_COMMON_FIELDS = (
    ("nis_code", "NIS-code", "NIS-code van de gemeente (tekst van 5 cijfers)"),
    ("municipality", "Gemeente", "naam van de gemeente; namen kunnen terugkeren, koppel op de NIS-code"),
    ("province", "Provincie", "provincie van de gemeente"),
    ("is_centre_city", "Centrumstad", "ja voor de 13 centrumsteden"),
)


def data_sheet(context: Context, tidy: Tidy) -> Sheet:
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
    if isinstance(context.hidden, Changes):
        texts.append("Combinaties met enkel nullen staan er niet in.")
    elif len(known) < len(tidy.rows):
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
    if isinstance(changes := context.hidden, Changes):  # a row of zeros would tell that they were not 0 before
        shown = [displayed(cell, changes) for cell in row if isinstance(cell, Figure)]
        return not any(isinstance(value, int | float | Decimal) and value for value in shown)
    withheld = context.withheld
    return withheld is not None and any(withheld(cell.id) for cell in row if isinstance(cell, Figure))


def fields_sheet(context: Context) -> Sheet:
    """Velden: every column of the tidy sheets with its name in the mart and its meaning."""
    rows: list[tuple[str, ...]] = []
    year_header = context.kind.year_header
    year_text = dict(context.kind.definitions).get(year_header, "het jaar waarover het cijfer gaat").rstrip(".")
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
