"""Toelichting, Definities and Velden: the words of an annex."""

from __future__ import annotations

from exports.figures.reading import UNASSIGNED
from exports.sheets.context import DEFINITIONS, FIELDS, NOTES, Context
from exports.sheets.head import short_head
from exports.sheets.wording import UNALLOCATED, capital, geography, listed, long_date
from exports.xlsx.document import SHORTHAND, Sheet, SheetColumn, Table

_COMMON_FIELDS = (
    ("nis_code", "NIS-code", "NIS-code van de gemeente (tekst van 5 cijfers)"),
    ("municipality", "Gemeente", "naam van de gemeente; namen kunnen terugkeren, koppel op de NIS-code"),
    ("province", "Provincie", "provincie van de gemeente"),
    ("is_centre_city", "Centrumstad", "ja voor de 13 centrumsteden"),
)


def notes_sheet(context: Context) -> Sheet:
    """Toelichting: numbered notes, what is unavailable, the years, the municipalities, the signs."""
    rows: list[tuple[str, str, str]] = []
    for number, note in enumerate(context.notes, 1):
        columns = f"{'kolom' if len(note.measures) == 1 else 'kolommen'} {listed(note.measures)}"
        rows.append((f"nota {number}", note.text, columns if note.measures else note.about))
    for item in context.question.unavailable(context.annex):
        rows.append(("niet beschikbaar", f"{capital(item.what)}. {item.why}", "de hele bijlage"))
    rows.append(("voorlopige jaren", context.marks.closing.text, "jaren met [p]"))
    rows += [(f"breuk {year}", text, f"jaar {year}") for year, text in sorted(context.marks.breaks.items())]
    rows += [
        ("gemeente", "De gemeente is die van het OCMW, niet die van het thuisadres van de cliënt.", "alle tabellen"),
        (
            "geografie",
            f"{geography(context.publication)}. Een gefuseerde gemeente telt bij de gemeente waarin ze opging. Elke "
            "gemeente heeft een rij, ook met enkel nullen.",
            "alle tabellen",
        ),
    ]
    if any(item.nis_code == UNASSIGNED for item in context.figures.municipalities):
        rows.append(
            (
                "niet toewijsbaar",
                UNALLOCATED,
                "rij Niet toewijsbaar",
            )
        )
    rows.append(
        (
            "stand op",
            f"{long_date(context.facts.as_of)}. Wat later geleverd of gecorrigeerd is, telt niet mee; met dezelfde "
            "stand-datum geven we altijd dezelfde cijfers.",
            "alle tabellen",
        )
    )
    rows.append(("teken 0", "Nul: geteld, en er waren er geen.", "alle tabellen"))
    rows += [(f"teken {sign}", f"{capital(text)}.", "waar het teken staat") for sign, text in SHORTHAND.items()]
    columns = (
        SheetColumn("Onderwerp", width=20),
        SheetColumn("Toelichting", width=90, wrap=True),
        SheetColumn("Geldt voor", width=34, wrap=True),
    )
    lines = short_head(context, "Toelichting")
    about = "nota's, wat niet beschikbaar is, voorlopige jaren en tekens"
    return Sheet(NOTES, tuple(lines), Table("Toelichting", columns, rows), about=about, data=False)


def definitions_sheet(context: Context) -> Sheet:
    rows = [(term, capital(text)) for term, text in context.kind.definitions]
    columns = (SheetColumn("Begrip", width=30), SheetColumn("Definitie", width=110, wrap=True))
    lines = short_head(context, "Definities")
    table = Table("Definities", columns, rows)
    return Sheet(DEFINITIONS, tuple(lines), table, about="wat elk begrip betekent", data=False)


def fields_sheet(context: Context) -> Sheet:
    """Velden: every column of the tidy sheets with its name in the mart and its meaning."""
    rows: list[tuple[str, ...]] = []
    year_header = context.kind.year_header
    year_text = dict(context.kind.definitions).get(year_header, "het jaar waarover het cijfer gaat").rstrip(".")
    for tidy in context.figures.tidy:
        sheet, mart = tidy.mart.sheet, tidy.mart.name
        rows.append((sheet, year_header, mart, "year", year_text))
        rows.append(
            (sheet, "Status van het jaar", mart, "(niet in de tabel)", "definitief, of voorlopig (met het teken [p])")
        )
        rows += [(sheet, header, mart, column, text) for column, header, text in _COMMON_FIELDS]
        rows += [
            (sheet, item.header, mart, item.column or "(niet in de tabel)", item.description) for item in tidy.columns
        ]
    columns = (
        SheetColumn("Blad", width=22),
        SheetColumn("Kolom", width=38),
        SheetColumn("Tabel in het datawarehouse", width=26),
        SheetColumn("Naam in het datawarehouse", width=28),
        SheetColumn("Betekenis", width=80, wrap=True),
    )
    lines = short_head(
        context,
        "Velden van de gegevensbladen",
        "De gegevensbladen bevatten de rijen van het datawarehouse zelf, één rij per combinatie die voorkomt.",
    )
    about = "betekenis van de kolommen van de gegevensbladen"
    return Sheet(FIELDS, tuple(lines), Table("Velden", columns, rows), frozen_columns=2, about=about)
