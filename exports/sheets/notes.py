"""Toelichting and Definities: the notes and definitions of an annex."""

from __future__ import annotations

from exports.figures.reading import UNASSIGNED
from exports.sheets.context import DEFINITIONS, NOTES, Context
from exports.sheets.head import short_head
from exports.wording import UNALLOCATED, capital, geography, listed, long_date
from exports.xlsx.document import SHORTHAND, Sheet, SheetColumn, Table


def notes_sheet(context: Context) -> Sheet:
    """Toelichting: numbered notes, what is unavailable, the years, the municipalities, the signs."""
    rows: list[tuple[str, str, str]] = []
    for number, note in enumerate(context.notes, 1):
        columns = f"{'kolom' if len(note.measures) == 1 else 'kolommen'} {listed(note.measures)}"
        rows.append((f"nota {number}", note.text, columns if note.measures else note.about))
    for item in context.question.unavailable(context.annex):
        rows.append(("niet beschikbaar", f"{capital(item.what)}. {item.why}", "de hele bijlage"))
    rows.append(("voorlopige jaren", context.flags.correction_period.text, "jaren met [p]"))
    rows += [(f"breuk {year}", text, f"jaar {year}") for year, text in sorted(context.flags.breaks.items())]
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
