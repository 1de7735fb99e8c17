"""The text sheets of an annex: cover, notes and definitions, explanation of fields, provenance."""

from __future__ import annotations

from collections.abc import Sequence

from exports.answering.sentences import opening
from exports.document import SHORTHAND, Column, Format, Line, Sheet, Table, Value
from exports.figures import Figures
from exports.questions import Annex, Question
from exports.reading import UNASSIGNED, Publication
from exports.wording import BANNER, geography, long_date, period, unfinished

COVER, NOTES, FIELDS, PROVENANCE = "Voorblad", "Toelichting", "Velden", "Herkomst"
_STATUS = {
    "ontwerp": "ontwerp: nog niet nagekeken",
    "voorlopig": "voorlopig: latere leveringen en correcties kunnen de cijfers nog wijzigen",
    "definitief": "definitief",
}
_COMMON_FIELDS = (
    ("nis_code", "NIS-code", "NIS-code van de gemeente (tekst van 5 cijfers)"),
    ("municipality", "Gemeente", "naam van de gemeente; namen kunnen terugkeren, koppel op de NIS-code"),
    ("province", "Provincie", "provincie van de gemeente"),
    ("is_centre_city", "Centrumstad", "ja voor de 13 centrumsteden"),
)


def banner(publication: Publication) -> list[Line]:
    """The banner of synthetic data, when the publication is made of it."""
    return [Line((BANNER,), "banner")] if publication.facts.synthetic else []


def _pair(label: str, text: Value) -> list[Line]:
    return [Line((label, text), "pair")] if text not in (None, "") else []


def cover(
    publication: Publication,
    question: Question,
    annex: Annex,
    years: Sequence[int],
    contents: Sequence[tuple[str, str]],
) -> Sheet:
    """Voorblad: what this is, for which question, as of when; then the sheets, linked."""
    facts = publication.facts
    parts = [part for part in question.parts if part.annex in (annex.number, None)]
    lines = [
        Line((f"Bijlage {annex.number}. {annex.title}",), "title"),
        *banner(publication),
        Line(("Vraag",), "heading"),
        *_pair("Schriftelijke vraag", question.title),
        *_pair("Nummer", question.number),
        *_pair("Datum", long_date(question.date) if question.date else None),
        *_pair("Jaar", str(question.year) if question.year and not question.date else None),
        *_pair("Zitting", question.parliamentary_year),
        *_pair("Vraagsteller", question.asked_by),
        *_pair("Minister", question.minister),
        *_pair("Situering", question.introduction),
    ]
    for part in parts:
        words = part.answer or (opening(annex.kind, annex.number, years) if part.annex else None)
        lines += [
            *_pair(f"Deelvraag {part.part}", part.question),
            *_pair("Antwoord" if part.annex else "Antwoord (zonder bijlage)", words),
        ]
    lines += [
        Line(("Cijfers",), "heading"),
        *_pair("Periode", f"{annex.kind.year_header} {period(years)}"),
        *_pair("Eenheid", annex.kind.unit),
        *_pair("Stand op", f"{long_date(facts.as_of)}: enkel wat tot en met die dag geleverd is, telt mee"),
        *_pair("Geografie", geography(publication)),
        *_pair("Status", _STATUS[question.status]),
    ]
    lines += [
        line for text in unfinished(years, facts.as_of) for line in _pair("Let op", text.removeprefix("Let op: "))
    ]
    missing = question.unavailable(annex)
    lines += [line for item in missing for line in _pair("Niet beschikbaar", f"{item.what} (zie {NOTES})")]
    lines += [Line(("Inhoud",), "heading")]
    lines += [Line((name, text), "pair", link=name) for name, text in contents]
    return Sheet(COVER, tuple(lines), widths=(24, 110))


def notes(publication: Publication, question: Question, annex: Annex, figures: Figures) -> Sheet:
    """Toelichting: numbered notes, definitions, what is unavailable, municipalities, signs."""
    kind = annex.kind
    texts = [*kind.notes, *annex.footnotes, *question.footnotes, kind.totals_note]
    lines = [Line(("Toelichting",), "title"), *banner(publication), Line(("Nota's",), "heading")]
    for number, text in enumerate(texts, 1):
        lines += _pair(f"Nota {number}", text)
    lines.append(Line(("Definities",), "heading"))
    for term, text in kind.definitions:
        lines += _pair(term, text[0].upper() + text[1:])
    missing = question.unavailable(annex)
    if missing:
        lines.append(Line(("Wat niet beschikbaar is",), "heading"))
        for item in missing:
            lines += _pair(item.what[0].upper() + item.what[1:], item.why)
    lines += [
        Line(("Gemeenten en stand",), "heading"),
        *_pair("Gemeente", "De gemeente is die van het OCMW, niet die van het thuisadres van de cliënt."),
        *_pair(
            "Geografie",
            f"{geography(publication)}. Een gefuseerde gemeente telt bij de gemeente waarin ze opging. Elke gemeente "
            "heeft een rij, ook met enkel nullen.",
        ),
    ]
    if any(item.nis_code == UNASSIGNED for item in figures.municipalities):
        lines += _pair(
            "Niet toewijsbaar",
            "Cijfers onder een NIS-code die pas na de gekozen geografie ontstond. Ze zijn niet over de vroegere "
            "gemeenten te verdelen; ze tellen wel mee in het totaal.",
        )
    lines += [
        *_pair(
            "Stand op",
            f"{long_date(publication.facts.as_of)}. Wat later geleverd of gecorrigeerd is, telt niet mee; met dezelfde "
            "stand-datum geven we altijd dezelfde cijfers.",
        ),
        Line(("Tekens",), "heading"),
        *_pair("0", "nul: geteld, en er waren er geen"),
    ]
    for text in SHORTHAND.values():
        sign, meaning = text.split(" = ", 1)
        lines += _pair(sign, meaning)
    return Sheet(NOTES, tuple(lines), widths=(34, 110))


def fields(publication: Publication, annex: Annex, figures: Figures) -> Sheet:
    """Velden: every column of the tidy sheets with its name in the mart and its meaning."""
    rows: list[tuple[Value, ...]] = []
    for tidy in figures.tidy:
        sheet, mart = tidy.mart.sheet, tidy.mart.name
        rows.append((sheet, annex.kind.year_header, mart, "year", _year_text(annex)))
        rows += [(sheet, header, mart, column, text) for column, header, text in _COMMON_FIELDS]
        rows += [
            (sheet, item.header, mart, item.column or "(label, niet in de mart)", item.description)
            for item in tidy.fields
        ]
    columns = (
        Column("Blad", width=22),
        Column("Kolom", width=38),
        Column("Tabel in het datawarehouse", width=26),
        Column("Naam in het datawarehouse", width=28),
        Column("Betekenis", width=90),
    )
    lines = (
        Line(("Velden van de gegevensbladen",), "title"),
        *banner(publication),
        Line(("De gegevensbladen bevatten de rijen van het datawarehouse zelf, één rij per combinatie die voorkomt.",)),
        Line(()),
    )
    return Sheet(FIELDS, lines, Table("Velden", columns, rows), frozen_columns=2)


def _year_text(annex: Annex) -> str:
    text = dict(annex.kind.definitions).get(annex.kind.year_header, "het jaar waarover het cijfer gaat")
    return text.rstrip(".")


def provenance(publication: Publication, question: Question, annex: Annex) -> Sheet:
    """Herkomst: enough to make the same workbook again, byte for byte."""
    facts = publication.facts
    columns = (
        Column("Bestand", width=44),
        Column("Bron", width=24),
        Column("Geleverd op", Format.DATE, 13),
        Column("Rijen gelezen", Format.INTEGER, 12),
        Column("Rijen aanvaard", Format.INTEGER, 12),
        Column("Rijen in quarantaine", Format.INTEGER, 12),
        Column("SHA-256", width=68),
    )
    rows: list[tuple[Value, ...]] = [
        (item.file_name, item.source, item.delivered_on, item.rows_read, item.rows_accepted, item.rows_quarantined,
         item.sha256)
        for item in publication.deliveries(annex.kind.sources)
    ]  # fmt: skip
    lines = (
        Line(("Herkomst",), "title"),
        *banner(publication),
        *_pair("Stand op", facts.as_of.isoformat()),
        *_pair("Geografie op", facts.geography_date.isoformat()),
        *_pair("Versie van de code", facts.code_version),
        *_pair("Rekenmotor", facts.engine),
        *_pair("Vraagbestand", question.source_name),
        *_pair("SHA-256 van het vraagbestand", question.source_sha256),
        *_pair("Tabellen", ", ".join(mart.name for mart in annex.kind.marts)),
        *_pair("Bronnen", ", ".join(annex.kind.sources)),
        Line(()),
        Line(("Aanvaarde leveringen van die bronnen tot en met de stand-datum:" if rows else
              "Er zijn geen aanvaarde leveringen van die bronnen tot en met de stand-datum.",)),
    )  # fmt: skip
    return Sheet(PROVENANCE, lines, Table("Leveringen", columns, rows))
