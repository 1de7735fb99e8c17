"""The list that goes with an answer: every figure in it, in reading order, with where it was looked up."""

from __future__ import annotations

from collections.abc import Sequence

from exports.answering.blocks import Block, figures_of
from exports.answering.lookups import Lookup
from exports.document import Column, Document, Format, Sheet, Table
from exports.house import lines, long_date
from exports.identity import Value
from exports.questions import Question
from exports.reading import Publication

SHEET = "Cijfers"


def document(publication: Publication, question: Question, blocks: Sequence[tuple[str, Block]]) -> Document:
    """One row per lookup: a figure of two lookups has two rows under one number."""
    rows: list[tuple[Value, ...]] = []
    number = 0
    for part, block in blocks:
        for figure in figures_of(block):
            number += 1
            rows += [
                (number, part, figure.text, str(figure.value), figure.rule, term, lookup.mart, _measure(lookup),
                 _filter(lookup), str(value))
                for term, (lookup, value) in enumerate(zip(figure.lookups, figure.terms, strict=True), 1)
            ]  # fmt: skip
    columns = (
        Column("Nr", Format.YEAR, 7),
        Column("Deelvraag", width=11),
        Column("Cijfer in de tekst", width=22),
        Column("Waarde", width=24),
        Column("Berekening", width=24),
        Column("Term", Format.YEAR, 7),
        Column("Tabel in het datawarehouse", width=26),
        Column("Kolom", width=34),
        Column("Filter", width=66),
        Column("Opgezocht", width=24),
    )
    heading = lines(
        f"Cijfers in het antwoord: {question.title}",
        publication.facts.synthetic,
        (
            f"Stand op {long_date(publication.facts.as_of)}; elke term is de som van de kolom over de rijen van de "
            "tabel die aan de filter voldoen.",
        ),
        (
            "som = term 1; aandeel = 100 x term 1 / term 2; gemiddelde = term 1 / term 2; wijziging = 100 x (term 1 / "
            "term 2 - 1); verschil in procentpunt = aandeel van term 1 en 2 min dat van term 3 en 4.",
        ),
    )
    sheet = Sheet(SHEET, heading, Table("Cijfers_antwoord", columns, rows))
    return Document(f"Cijfers in het antwoord: {question.title}", question.title, publication.facts.as_of, (sheet,))


def _measure(lookup: Lookup) -> str:
    return f"{lookup.measure} x {lookup.times}" if lookup.times else lookup.measure


def _filter(lookup: Lookup) -> str:
    return "; ".join(f"{column} {'is leeg' if value is None else f'= {value}'}" for column, value in lookup.where)
