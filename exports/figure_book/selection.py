"""Which figures a figure book may show: those of its definition, or those that the annexes of questions show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exports.annexes.model import AnnexKind
from exports.figure_book.definition import Definition
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import Facts, PublicationReader
from exports.questions.question import Question


@dataclass(frozen=True)
class Selection:
    """Figures of one annex kind: every measure at every level and year; all measures when none is named."""

    kind: AnnexKind
    years: tuple[int, ...]
    levels: tuple[str, ...]
    measures: tuple[str, ...] = ()

    def has(self, measure: str) -> bool:
        """Whether the measure is selected: by its own name, or by that of its family (`position/`)."""
        return not self.measures or measure in self.measures or f"{measure.partition('/')[0]}/" in self.measures


@dataclass(frozen=True)
class KindSelection:
    """All that is selected of one annex kind, block by block."""

    selected: tuple[Selection, ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({year for item in self.selected for year in item.years}))

    @property
    def levels(self) -> frozenset[str]:
        return frozenset(level for item in self.selected for level in item.levels)

    def pairs(self, measure: str) -> frozenset[tuple[str, int]]:
        """(level, year) at which the measure is shown."""
        return frozenset(
            (level, year) for item in self.selected if item.has(measure) for level in item.levels for year in item.years
        )


def shows(pairs: frozenset[tuple[str, int]], level: str, year: int, is_centre_city: bool = False) -> bool:
    """Whether a place at this level is among the pairs of `KindSelection.pairs`. A centrumstad is shown as a gemeente,
    also where the gemeenten are not."""
    return (level, year) in pairs or (level == GEMEENTE and is_centre_city and (CENTRUMSTAD, year) in pairs)


def of_kind(kind: AnnexKind, selected: Iterable[Selection]) -> KindSelection:
    """What is selected of a kind."""
    known = {GEMEENTE, CENTRUMSTAD, PROVINCIE, VLAANDEREN}
    return KindSelection(tuple(item for item in selected if item.kind.key == kind.key and known & set(item.levels)))


def of_definition(definition: Definition, publication: PublicationReader) -> list[Selection]:
    """The figures of the book: of the years that its definition names, those of which the marts hold something."""
    selected = []
    for block in definition.blocks:
        rows = publication.rows(block.kind.marts[0].name, ("year",))
        if years := block.years.of((year for (year,) in rows), publication.facts.as_of):
            selected.append(Selection(block.kind, years, block.levels, block.measures))
    return selected


def of_questions(questions: Sequence[Question], facts: Facts) -> list[Selection]:
    """What the annexes of questions show under the default options. A question that is pinned to other dates than the
    publication's is answered from another publication, so none of its figures are selected here."""
    return [
        Selection(annex.kind, annex.years, annex.levels)
        for question in questions
        if question.as_of in (None, facts.as_of) and question.geography_date in (None, facts.geography_date)
        for annex in question.annexes
        if _default_options(annex.options, annex.kind)
    ]


def _default_options(options: dict[str, str], kind: AnnexKind) -> bool:
    return all(options.get(name, values[0]) == values[0] for name, values in kind.options.items())
