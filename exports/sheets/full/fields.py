"""Velden: every column of the data sheet with its name in the mart and its meaning."""

from exports.sheets.context import DATA, FIELDS, Context
from exports.sheets.head import short_head
from exports.xlsx.document import Sheet, Table, text_columns

_COMMON = (
    ("nis_code", "NIS-code", "NIS-code van de gemeente (tekst van 5 cijfers)"),
    ("municipality", "Gemeente", "naam van de gemeente; namen kunnen terugkeren, koppel op de NIS-code"),
    ("province", "Provincie", "provincie van de gemeente"),
    ("is_centre_city", "Centrumstad", "ja voor de 13 centrumsteden"),
)


def fields_sheet(context: Context) -> Sheet:
    rows: list[tuple[str, ...]] = []
    year_header = context.kind.year_header
    year_text = dict(context.kind.definitions).get(year_header, "het jaar waarover het cijfer gaat").rstrip(".")
    for tidy in context.figures.tidy:
        table, mart = tidy.mart.sheet, tidy.mart.name
        fields = (
            ("year", year_header, year_text),
            ("", "Status van het jaar", "definitief, of voorlopig (met het teken [p])"),
            *_COMMON,
            *((item.column, item.header, item.description) for item in tidy.columns),
        )
        rows += [(table, header, mart, column or "(niet in de tabel)", text) for column, header, text in fields]
    widths = {"Tabel": 22, "Kolom": 38, "Tabel in het datawarehouse": 26, "Naam in het datawarehouse": 28}
    columns = text_columns({**widths, "Betekenis": 80}, wrap=("Betekenis",))
    lines = short_head(
        context,
        "Velden van de gegevens",
        f"Het blad {DATA} bevat de rijen van het datawarehouse zelf, één rij per combinatie die voorkomt.",
    )
    about = f"betekenis van de kolommen van het blad {DATA}"
    return Sheet(FIELDS, lines, Table("Velden", columns, rows), frozen_columns=2, about=about)
