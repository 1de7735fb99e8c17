"""The sheets of text: Voorblad and Inhoud, with the question and the sheets; Toelichting and Definities, with notes and
definitions."""

from collections.abc import Sequence

from exports.figures.identity import Changes
from exports.figures.reading import UNASSIGNED
from exports.sheets.context import CONTENTS, COVER, DEFINITIONS, NOTES, Context
from exports.sheets.head import banners, contents_table, options, short_head
from exports.wording import UNALLOCATED, ahead, capital, geography, listed, long_date, period, unfinished
from exports.xlsx.document import SHORTHAND, Line, Sheet, Table, text_columns

_STATUS = {
    "ontwerp": "ontwerp: nog niet nagekeken",
    "voorlopig": "voorlopig: latere leveringen en correcties kunnen de cijfers nog wijzigen",
    "definitief": "definitief",
}


def cover_sheet(context: Context) -> Sheet:
    """All in column A, so that it reads from top to bottom."""
    question, annex = context.question, context.annex
    lines = [
        Line(f"Bijlage {annex.number}. {annex.title}", "title"),
        *banners(context.edition, context.facts.synthetic),
        Line("Vraag", "heading"),
        *_labelled("Schriftelijke vraag", question.title),
        *_labelled("Nummer", question.number),
        *_labelled("Datum", long_date(question.date) if question.date else None),
        *_labelled("Jaar", str(question.year) if question.year and not question.date else None),
        *_labelled("Zitting", question.parliamentary_year),
        *_labelled("Vraagsteller", question.asked_by),
        *_labelled("Minister", question.minister),
        *_labelled("Situering", question.introduction),
    ]
    for part in question.parts:
        if part.annex in (annex.number, None):
            lines += _labelled(f"Deelvraag {part.part}", part.question)
            words = part.answer or (
                annex.kind.presentation(annex.number, context.years, annex.options) if part.annex else None
            )
            lines += _labelled("Antwoord" if part.annex else "Antwoord (zonder bijlage)", words)
    lines += [Line("Cijfers", "heading"), *_figures(context)]
    lines += [
        Line("Lezen", "heading"),
        *_labelled("Contact", question.contact),
        *_labelled("Licentie", question.licence),
        *_labelled("Volgende bijwerking", question.next_update),
        Line(f"Naar het blad {CONTENTS}: alle bladen met een woord uitleg", "link", link=CONTENTS),
        Line(f"Naar het blad {NOTES}: nota's en wat niet beschikbaar is", "link", link=NOTES),
    ]
    return Sheet(COVER, tuple(lines), about="waarover deze bijlage gaat")


def _figures(context: Context) -> list[Line]:
    facts, flags, header = context.facts, context.flags, context.kind.year_header
    provisional = [year for year in context.years if year in flags.provisional]
    years = f"voorlopig [p]: {period(provisional)}" if provisional else "alle jaren zijn definitief"
    hides = "cijfers die iemand herkenbaar kunnen maken, zijn vervangen door [c]"
    if isinstance(context.hidden, Changes):
        hides = "elk aantal is licht gewijzigd, zodat niemand te herkennen is: zie bij elke tabel en het blad Herkomst"
    elif context.hidden is None:
        hides = "er is geen geheimhouding toegepast"
    lines = [
        *_labelled("Periode" if header == "Jaar" else f"Periode ({header.lower()})", period(context.years)),
        *_labelled("Eenheid", context.kind.unit),
        *(line for header, label in options(context) for line in _labelled(capital(header), label)),
        *_labelled("Stand op", f"{long_date(facts.as_of)}: enkel wat tot en met die dag geleverd is, telt mee"),
        *_labelled("Geografie", geography(context.publication)),
        *_labelled("Status van het antwoord", _STATUS[context.question.status]),
        *_labelled("Jaren", years),
        *_labelled("Uitgave", f"publiek: {hides}" if context.public else context.edition.label),
    ]
    for text in (*unfinished(context.years, facts.as_of), ahead(context.publication, context.kind.sources)):
        lines += _labelled("Let op", text)
    for item in context.question.unavailable(context.annex):
        lines += _labelled("Niet beschikbaar", f"{item.what} (zie het blad {NOTES})")
    return lines


def _labelled(label: str, text: str | None) -> list[Line]:
    return [Line(text, label=label)] if text else []


def contents_sheet(context: Context, sheets: Sequence[Sheet]) -> Sheet:
    """Inhoud: a line per sheet after this one, with a link."""
    lines = (
        Line(f"Inhoud van bijlage {context.annex.number}", "title"),
        *banners(context.edition, context.facts.synthetic),
        Line(f"Terug naar het blad {COVER}", "link", link=COVER),
    )
    return Sheet(CONTENTS, lines, contents_table(sheets), about="alle bladen, met een link", data=False)


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
        rows.append(("niet toewijsbaar", UNALLOCATED, "rij Niet toewijsbaar"))
    rows += [
        (
            "stand op",
            f"{long_date(context.facts.as_of)}. Wat later geleverd of gecorrigeerd is, telt niet mee; met dezelfde "
            "stand-datum geven we altijd dezelfde cijfers.",
            "alle tabellen",
        ),
        ("teken 0", "Nul: geteld, en er waren er geen.", "alle tabellen"),
        *((f"teken {sign}", f"{capital(text)}.", "waar het teken staat") for sign, text in SHORTHAND.items()),
    ]
    widths = {"Onderwerp": 20, "Toelichting": 90, "Geldt voor": 34}
    columns = text_columns(widths, wrap=("Toelichting", "Geldt voor"))
    about = "nota's, wat niet beschikbaar is, voorlopige jaren en tekens"
    table = Table("Toelichting", columns, rows)
    return Sheet(NOTES, short_head(context, "Toelichting"), table, about=about, data=False)


def definitions_sheet(context: Context) -> Sheet:
    rows = [(term, capital(text)) for term, text in context.kind.definitions]
    columns = text_columns({"Begrip": 30, "Definitie": 110}, wrap=("Definitie",))
    table = Table("Definities", columns, rows)
    return Sheet(DEFINITIONS, short_head(context, "Definities"), table, about="wat elk begrip betekent", data=False)
