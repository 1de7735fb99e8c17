"""One annex from a publication to a document with every figure in it, before an edition is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.editions import PUBLIEK, Edition, disclose, edition, shown
from exports.figures.collect import Figures, collect
from exports.figures.identity import Figure, Hidden, Value
from exports.figures.marks import year_marks
from exports.figures.reading import PublicationReader
from exports.questions.question import Annex, Question
from exports.sheets.context import Context
from exports.sheets.layout import document
from exports.xlsx.document import Document, Sheet


@dataclass(frozen=True)
class Built:
    """A document whose cells still know which figures they are; `hidden` is None when the edition hides nothing."""

    document: Document
    figures: Figures
    edition: Edition
    hidden: Hidden | None

    def disclosed(self) -> Document:
        """The document as the edition shows it."""
        return disclose(self.document, self.hidden)

    def shown_figures(self) -> Iterator[Figure]:
        """Every figure of every sheet; one that is shown in several places comes several times."""
        for sheet in self.document.sheets:
            for row in sheet.table.rows if sheet.table else ():
                yield from (cell for cell in row if isinstance(cell, Figure))

    def totals(self) -> dict[int, dict[str, Value]]:
        """The figures for Flanders by year and label, as the edition shows them."""
        several = len(self.figures.tables) > 1
        return {
            year: {
                f"{table.plan.sheet}: {meter.label}" if several else meter.label: shown(
                    self.figures.total(meter, year), self.hidden
                )
                for table in self.figures.tables
                for meter in table.meters
                if meter.measure.in_totals
            }
            for year in self.figures.years
        }


def build(
    publication: Path,
    question: Question,
    annex: Annex,
    years: Sequence[int] | None = None,
    *,
    edition_name: str = PUBLIEK,
    hidden: Hidden | None = None,
    policy: Sequence[str] = (),
    audit: Sequence[str] = (),
    extra_sheets: Sequence[Sheet] = (),
    withheld: Hidden | None = None,
) -> Built:
    """Arguments as of `exports.write_annex`."""
    chosen = tuple(sorted(set(years))) if years else annex.years
    made_for = edition(edition_name)
    conceal = hidden if made_for.name == PUBLIEK else None
    with PublicationReader(Path(publication)) as published:
        figures = collect(published, annex.kind, chosen, annex.options)
        marks = year_marks(annex, figures, published.facts.as_of)
        context = Context(
            published,
            question,
            annex,
            figures,
            marks,
            made_for,
            conceal,
            tuple(policy),
            tuple(audit),
            withheld if made_for.name == PUBLIEK else None,
        )
        return Built(document(context, extra_sheets), figures, made_for, conceal)
