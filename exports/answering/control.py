"""The list that goes with an answer: every figure in it, in reading order, with where it was looked up."""

from __future__ import annotations

from collections.abc import Sequence

from exports.editions import disclose
from exports.figures.identity import Value
from exports.figures.reading import PublicationReader
from exports.questions.question import Question
from exports.sheets.head import front, lines
from exports.statements.lookups import Block, Lookup, figures_of
from exports.wording import geography, long_date
from exports.xlsx.document import NOT_APPLICABLE, Document, Format, Sheet, SheetColumn, Table

SHEET = "Cijfers"


def document(publication: PublicationReader, question: Question, blocks: Sequence[tuple[str, Block]]) -> Document:
    """One row per lookup: a figure of two lookups has two rows under one number."""
    rows: list[tuple[Value, ...]] = []
    number = 0
    for part, block in blocks:
        for figure in figures_of(block):
            number += 1
            where = f"deelvraag {part}" if part else NOT_APPLICABLE
            rows += [
                (
                    number,
                    where,
                    figure.text,
                    figure.value,
                    figure.rule,
                    term,
                    lookup.mart,
                    _measure(lookup),
                    _filter(lookup),
                    value,
                )
                for term, (lookup, value) in enumerate(zip(figure.lookups, figure.terms, strict=True), 1)
            ]
    columns = (
        SheetColumn("Nr. (in de tekst)", Format.YEAR, 9),
        SheetColumn("Deelvraag", width=15),
        SheetColumn("Cijfer in de tekst", width=22),
        SheetColumn("Waarde (onafgerond)", Format.SIX_DECIMALS, 24),
        SheetColumn("Berekening", width=24),
        SheetColumn("Term (nr.)", Format.YEAR, 9),
        SheetColumn("Tabel in het datawarehouse", width=26),
        SheetColumn("Kolom", width=34),
        SheetColumn("Filter", width=66),
        SheetColumn("Opgezocht (onafgerond)", Format.SIX_DECIMALS, 24),
    )
    title, synthetic = f"Cijfers in het antwoord: {question.title}", publication.facts.synthetic
    stand = f"Stand op {long_date(publication.facts.as_of)}; {geography(publication)}."
    heading = lines(
        title,
        synthetic,
        (
            f"{stand} Elke term is de som van de kolom over de rijen van de tabel die aan de filter voldoen.",
            "som = term 1; aandeel = 100 x term 1 / term 2; gemiddelde = term 1 / term 2; wijziging = 100 x (term 1 / "
            "term 2 - 1); verschil in procentpunt = aandeel van term 1 en 2 min dat van term 3 en 4.",
        ),
    )
    about = "elk cijfer van het antwoord, met de tabel, de kolom en de filter waaruit het komt"
    sheet = Sheet(SHEET, heading, Table("Cijfers_antwoord", columns, rows), frozen_columns=3, about=about)
    made = Document(
        title,
        question.title,
        publication.facts.as_of,
        (front(title, synthetic, (stand,), [sheet]), sheet),
        description=stand,
        status=question.status,
        keywords="TWE, OCMW, antwoord",
    )
    return disclose(made, None)


def _measure(lookup: Lookup) -> str:
    return f"{lookup.measure} x {lookup.times}" if lookup.times else lookup.measure


def _filter(lookup: Lookup) -> str:
    return "; ".join(f"{column} {'is leeg' if value is None else f'= {value}'}" for column, value in lookup.where)
