"""What every sheet of an annex is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from exports.annexes.model import AnnexKind, Note
from exports.editions import PUBLIEK, Edition
from exports.figures.collect import Figures
from exports.figures.identity import Hidden
from exports.figures.marks import YearMarks
from exports.figures.reading import Facts, PublicationReader
from exports.questions.question import Annex, Question

COVER, CONTENTS, NOTES, DEFINITIONS = "Voorblad", "Inhoud", "Toelichting", "Definities"
TOTALS, CITY_CHARTS, CITIES, PROVINCES, RANKING = (
    "Vlaanderen",
    "Grafieken centrumsteden",
    "Centrumsteden",
    "Provincies",
    "Stijgers en dalers",
)
FIELDS, RECONCILIATION = "Velden", "Aansluiting"
CHECKS, DELIVERIES, PROVENANCE = "Controles", "Leveringen", "Herkomst"


@dataclass(frozen=True)
class Context:
    """One edition of one annex. `policy` says by which rule figures are hidden, `audit` what the check of it found.

    `withheld` tells of which figures not even may be seen that they aren't 0.
    """

    publication: PublicationReader
    question: Question
    annex: Annex
    figures: Figures
    marks: YearMarks
    edition: Edition
    hidden: Hidden | None = None
    policy: tuple[str, ...] = ()
    audit: tuple[str, ...] = ()
    withheld: Hidden | None = None

    @property
    def kind(self) -> AnnexKind:
        return self.annex.kind

    @property
    def facts(self) -> Facts:
        return self.publication.facts

    @property
    def years(self) -> tuple[int, ...]:
        return self.figures.years

    @property
    def public(self) -> bool:
        return self.edition.name == PUBLIEK

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """The notes in order: note n is the n-th."""
        own = (Note(text) for text in (*self.annex.footnotes, *self.question.footnotes))
        return (*self.kind.notes, *own, Note(self.kind.totals_note, totals=True))

    def general_notes(self, totals: bool) -> list[str]:
        """References to the notes on a whole table: "[nota 3]"."""
        return [
            f"[nota {number}]"
            for number, note in enumerate(self.notes, 1)
            if not note.measures and (totals or not note.totals)
        ]

    def references(self, label: str) -> str:
        """References to the notes of a measure, to put behind its header: " [nota 2]", or nothing."""
        return "".join(f" [nota {number}]" for number, note in enumerate(self.notes, 1) if label in note.measures)
