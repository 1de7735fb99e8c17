"""The sheets of text: Voorblad, with the question, and Toelichting: contents, notes, definitions, and where the figures
come from.

Of deliveries they tell in which years there were: what a single one adds would say what a hidden figure is."""

from collections.abc import Iterator, Sequence

from exports.editions import signs_in, signs_shown
from exports.figures.identity import GEMEENTE, Changes
from exports.figures.reading import UNASSIGNED
from exports.sheets.context import COVER, NOTES, Context
from exports.sheets.head import banners, contents_table, options, year_warnings
from exports.sheets.shown import less_detail, shared_rows, shown_blocks
from exports.sheets.split import split_about, split_sheet
from exports.wording import UNALLOCATED, ahead, capital, geography, listed, long_date, period, source_names
from exports.xlsx.document import (
    NOT_AVAILABLE,
    PROVISIONAL,
    SHORTHAND,
    Line,
    Sheet,
    SheetColumn,
    Table,
    TableBlock,
    text_columns,
)

_STATUS = {
    "ontwerp": "ontwerp: het antwoord is nog niet nagekeken",
    "voorlopig": "voorlopig: het antwoord is nog niet goedgekeurd",
    "definitief": "definitief: het antwoord is goedgekeurd",
}
"""Of the answer; that of its years is about measurements and corrections that are still to come."""


def cover_sheet(context: Context) -> Sheet:
    """All in column A, so that it reads from top to bottom."""
    question, annex = context.question, context.annex
    lines = [
        Line(f"Bijlage {annex.number}. {annex.full_title}", "title"),
        *banners(context.edition, context.facts.synthetic),
        Line("Vraag", "heading"),
        *_labelled("Schriftelijke vraag", question.title),
        *_labelled("Nummer", question.number),
        *_labelled("Datum", long_date(question.date) if question.date else None),
        *_labelled("Vraag van", str(question.year) if question.year and not question.date else None),
        *_labelled("Zitting", question.parliamentary_year),
        *_labelled("Vraagsteller", question.asked_by),
        *_labelled("Minister", question.minister),
        *_labelled("Situering", question.introduction),
    ]
    places = () if less_detail(context) else annex.levels
    for part in question.parts:
        if part.annex in (annex.number, None):
            lines += _labelled(f"Deelvraag {part.part}", part.question)
            words = part.answer or (
                annex.kind.presentation(annex.number, context.years, annex.options, places) if part.annex else None
            )
            lines += _labelled("Antwoord" if part.annex else "Antwoord (zonder bijlage)", words)
            lines += [line for at, point in enumerate(part.points, 1) for line in _labelled(f"Punt {at}", point)]
    lines += [Line("Cijfers", "heading"), *_figures(context)]
    lines += [
        Line("Lezen", "heading"),
        *_labelled("Contact", question.contact),
        *_labelled("Licentie", question.licence),
        *_labelled("Volgende bijwerking", question.next_update),
        Line(f"Naar het blad {NOTES}: alle bladen, nota's, definities en herkomst", "link", link=NOTES),
    ]
    return Sheet(COVER, tuple(lines), about="waarover deze bijlage gaat")


def _figures(context: Context) -> list[Line]:
    facts, flags, header = context.facts, context.flags, context.kind.year_header
    provisional = [year for year in context.years if year in flags.provisional]
    years = "definitief: voor elk jaar is de termijn voor metingen en correcties voorbij"
    if provisional:
        which = "elk jaar" if len(provisional) == len(context.years) else period(provisional)
        years = f"voorlopig {PROVISIONAL}: voor {which} kunnen er nog metingen of correcties komen"
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
        *_labelled("Status van de jaren", years),
        *_shown(context),
        *_labelled("Verklaring", _split(context)),
        *_labelled("Uitgave", f"publiek: {hides}" if context.public else context.edition.label),
    ]
    for text in (*year_warnings(context), ahead(context.publication, context.kind.sources)):
        lines += _labelled("Let op", text)
    for item in context.question.unavailable(context.annex):
        lines += _labelled("Niet beschikbaar", f"{item.what} (zie het blad {NOTES})")
    return lines


def _shown(context: Context) -> list[Line]:
    """What smaller places have less, a line for each level, and that municipalities share a row."""
    told = [("Getoond", text) if not at else text.split(": ", 1) for at, text in enumerate(less_detail(context))]
    told.append(("Eigen rij" if told else "Getoond", shared_rows(context)))
    return [line for label, text in told for line in _labelled(label, text)]


def _split(context: Context) -> str:
    """Where the ratio is explained in numbers: no contents name tables."""
    return f"{split_about(context)}: zie het blad {sheet}" if (sheet := split_sheet(context)) else ""


def _labelled(label: str, text: str | None) -> list[Line]:
    return [Line(text, label=label)] if text else []


def explanation_sheet(context: Context, sheets: Sequence[Sheet]) -> Sheet:
    """Toelichting: what is on the `sheets` after this one, notes, definitions, origin."""
    back = Line(f"Terug naar het blad {COVER}", "link", link=COVER)
    title = Line(f"Bijlage {context.annex.number}. Toelichting", "title")
    definitions = [(term, capital(text)) for term, text in context.kind.definitions]
    shown = shown_blocks(context)
    blocks = (
        TableBlock("Inhoud", contents_table(sheets)),
        *shown[:1],
        TableBlock("Nota's, tekens en wat niet beschikbaar is", _notes(context, sheets)),
        TableBlock("Definities", Table("Definities", _texts("Begrip", "Definitie"), definitions)),
        *shown[1:],  # which municipalities share a row: long
        TableBlock("Herkomst en geheimhouding", Table("Oorsprong", _texts("Gegeven", "Waarde"), origin(context))),
    )
    lines = (title, *banners(context.edition, context.facts.synthetic), back)
    about = "inhoud, nota's, definities, herkomst en geheimhouding"
    return Sheet(NOTES, lines, blocks=blocks, about=about, data=False)


def _texts(first: str, second: str) -> tuple[SheetColumn, ...]:
    return text_columns({first: 28, second: 62}, wrap=(first, second))


def origin(context: Context) -> list[tuple[str, str]]:
    """What a reader needs to judge the figures, and to ask for them again."""
    facts = context.facts
    delivered = context.publication.delivered(context.kind.sources).values()
    years = sorted({day.year for item in delivered for day in (item.first, item.last)})
    nothing_hidden = context.hidden is None
    policy = context.policy or (["geen geheimhouding toegepast"] if nothing_hidden else [NOT_AVAILABLE])
    audit = context.audit or (["geen nazicht: er is niets verborgen"] if nothing_hidden else [NOT_AVAILABLE])
    return [
        ("Uitgave", context.edition.label),
        ("Stand op", facts.as_of.isoformat()),
        ("Geografie op", facts.geography_date.isoformat()),
        ("Jaren", listed([context.flags.label(year) for year in context.years])),
        ("Synthetische gegevens", "ja" if facts.synthetic else "nee"),
        ("Bronnen", listed(source_names(context.kind.sources))),
        (
            "Geleverd in de jaren",
            " tot en met ".join(dict.fromkeys(map(str, (years[0], years[-1])))) if years else "[x]",
        ),
        ("Controles", "elke rij van elke levering is gecontroleerd; een rij die geweigerd is, telt niet mee"),
        ("Versie van het datawarehouse", facts.code_version),
        *_numbered("Geheimhouding: regel", policy),
        *_numbered("Geheimhouding: nazicht", audit),
    ]


def _numbered(label: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    """A row per text, each with a label of its own, so that a reader can look one up."""
    return [(f"{label} {number}" if len(texts) > 1 else label, text) for number, text in enumerate(texts, 1)]


def _texts_with_signs(context: Context, notes: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """What speaks of signs outside the tables with figures."""
    yield from (line.text for line in cover_sheet(context).lines)
    yield from (text for row in (*notes, *origin(context)) for text in row)


def _of_rows(context: Context) -> str:
    if GEMEENTE not in context.annex.levels:
        return ""
    if not shared_rows(context):
        return " Elke gemeente heeft een rij, ook met enkel nullen."
    return (
        " Gemeenten met te weinig trajecten voor een eigen rij staan per arrondissement samen in een rij 'Overige "
        "gemeenten'; hun NIS-codes staan op het blad Gegevens. De andere hebben een rij, ook met enkel nullen."
    )


def _notes(context: Context, sheets: Sequence[Sheet]) -> Table:
    """Numbered notes, what is unavailable, the years, the municipalities, the signs that the workbook uses."""
    rows: list[tuple[str, str, str]] = []
    for number, note in enumerate(context.notes, 1):
        columns = f"{'cijfer' if len(note.measures) == 1 else 'cijfers'} {listed(note.measures)}"
        rows.append((f"nota {number}", note.text, columns if note.measures else note.about))
    for item in context.question.unavailable(context.annex):
        rows.append(("niet beschikbaar", f"{capital(item.what)}. {item.why}", "de hele bijlage"))
    if context.flags.provisional:
        rows.append(("voorlopige jaren", context.flags.correction_period.text, f"jaren met {PROVISIONAL}"))
    rows += [(f"breuk {year}", text, f"jaar {year}") for year, text in sorted(context.flags.breaks.items())]
    rows += [
        ("gemeente", "De gemeente is die van het OCMW, niet die van het thuisadres van de cliënt.", "alle tabellen"),
        (
            "geografie",
            f"{geography(context.publication)}. Een gefuseerde gemeente telt bij de gemeente waarin ze opging."
            f"{_of_rows(context)}",
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
    ]
    used = signs_shown(sheets, context.hidden) | signs_in(_texts_with_signs(context, rows))
    for sign, text in SHORTHAND.items():
        if sign in used:
            rows.append((f"teken {sign}", f"{capital(text)}.", "waar het teken staat"))
    widths = {"Onderwerp": 28, "Toelichting": 62, "Geldt voor": 26}
    return Table("Nota_s", text_columns(widths, wrap=tuple(widths)), rows)
