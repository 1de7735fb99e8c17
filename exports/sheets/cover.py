"""Voorblad and Inhoud: what this is, for which question, as of when; then the sheets, linked."""

from __future__ import annotations

from collections.abc import Sequence

from exports.sheets.context import CONTENTS, COVER, NOTES, Context
from exports.sheets.head import banners, contents_table, options
from exports.wording import ahead, capital, geography, long_date, period, unfinished
from exports.xlsx.document import Line, Sheet

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
        *banners(context),
        Line("Vraag", "heading"),
        *_said("Schriftelijke vraag", question.title),
        *_said("Nummer", question.number),
        *_said("Datum", long_date(question.date) if question.date else None),
        *_said("Jaar", str(question.year) if question.year and not question.date else None),
        *_said("Zitting", question.parliamentary_year),
        *_said("Vraagsteller", question.asked_by),
        *_said("Minister", question.minister),
        *_said("Situering", question.introduction),
    ]
    for part in question.parts:
        if part.annex in (annex.number, None):
            lines += _said(f"Deelvraag {part.part}", part.question)
            words = part.answer or (
                annex.kind.presentation(annex.number, context.years, annex.options) if part.annex else None
            )
            lines += _said("Antwoord" if part.annex else "Antwoord (zonder bijlage)", words)
    lines += [Line("Cijfers", "heading"), *_figures(context)]
    lines += [
        Line("Lezen", "heading"),
        *_said("Contact", question.contact),
        *_said("Licentie", question.licence),
        *_said("Volgende bijwerking", question.next_update),
        Line(f"Naar het blad {CONTENTS}: alle bladen met een woord uitleg", "link", link=CONTENTS),
        Line(f"Naar het blad {NOTES}: nota's en wat niet beschikbaar is", "link", link=NOTES),
    ]
    return Sheet(COVER, tuple(lines), about="waarover deze bijlage gaat")


def _figures(context: Context) -> list[Line]:
    facts, flags = context.facts, context.flags
    provisional = [year for year in context.years if year in flags.provisional]
    years = f"voorlopig [p]: {period(provisional)}" if provisional else "alle jaren zijn definitief"
    hides = "cijfers die iemand herkenbaar kunnen maken, zijn vervangen door [c]"
    if context.hidden is None:
        hides = "er is geen geheimhouding toegepast"
    lines = [
        *_said(*_period(context)),
        *_said("Eenheid", context.kind.unit),
        *(line for text in options(context) for line in [_option(text)]),
        *_said("Stand op", f"{long_date(facts.as_of)}: enkel wat tot en met die dag geleverd is, telt mee"),
        *_said("Geografie", geography(context.publication)),
        *_said("Status van het antwoord", _STATUS[context.question.status]),
        *_said("Jaren", years),
        *_said("Uitgave", f"publiek: {hides}" if context.public else context.edition.label),
    ]
    for text in (*unfinished(context.years, facts.as_of), ahead(context.publication, context.kind.sources)):
        lines += _said("Let op", text)
    for item in context.question.unavailable(context.annex):
        lines += _said("Niet beschikbaar", f"{item.what} (zie het blad {NOTES})")
    return lines


def _period(context: Context) -> tuple[str, str]:
    """The years, under what they are years of: "Periode", or "Periode (startjaar)" where that says more."""
    header = context.kind.year_header
    return "Periode" if header == "Jaar" else f"Periode ({header.lower()})", period(context.years)


def _option(text: str) -> Line:
    label, _, value = text.partition(": ")
    return Line(value, label=capital(label))


def _said(label: str, text: str | None) -> list[Line]:
    return [Line(text, label=label)] if text else []


def contents_sheet(context: Context, sheets: Sequence[Sheet]) -> Sheet:
    """Inhoud: a line per sheet after this one, with a link."""
    lines = (
        Line(f"Inhoud van bijlage {context.annex.number}", "title"),
        *banners(context),
        Line(f"Terug naar het blad {COVER}", "link", link=COVER),
    )
    return Sheet(CONTENTS, lines, contents_table(sheets), about="alle bladen, met een link", data=False)
