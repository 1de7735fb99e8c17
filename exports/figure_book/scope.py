"""Which figures a figure book may show: those of its definition, or those that the annexes of questions carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exports.annexes.model import AnnexKind
from exports.figure_book.definition import ChartBlock, Definition
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import Facts, PublicationReader
from exports.questions.question import Question


@dataclass(frozen=True)
class Carried:
    """Figures of one annex kind: every measure at every level and year; all measures when none is named."""

    kind: AnnexKind
    years: tuple[int, ...]
    levels: tuple[str, ...]
    measures: tuple[str, ...] = ()

    def has(self, measure: str) -> bool:
        """Whether the measure is meant: by its own name, or by that of its family (`position/`)."""
        return not self.measures or measure in self.measures or f"{measure.partition('/')[0]}/" in self.measures


@dataclass(frozen=True)
class Scope:
    """All that is carried of one annex kind. A centrumstad is carried as a gemeente, but only some of them are."""

    carried: tuple[Carried, ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({year for item in self.carried for year in item.years}))

    @property
    def levels(self) -> frozenset[str]:
        return frozenset(level for item in self.carried for level in item.levels)

    def pairs(self, measure: str) -> frozenset[tuple[str, int]]:
        """(level, year) at which the measure is shown."""
        return frozenset(
            (level, year) for item in self.carried if item.has(measure) for level in item.levels for year in item.years
        )


def shows(pairs: frozenset[tuple[str, int]], level: str, year: int, is_centre_city: bool = False) -> bool:
    """Whether a place at this level is among the pairs of `Scope.pairs`."""
    return (level, year) in pairs or (level == GEMEENTE and is_centre_city and (CENTRUMSTAD, year) in pairs)


def scope_of(kind: AnnexKind, carried: Iterable[Carried]) -> Scope:
    """What is carried of a kind."""
    known = {GEMEENTE, CENTRUMSTAD, PROVINCIE, VLAANDEREN}
    return Scope(tuple(item for item in carried if item.kind.key == kind.key and known & set(item.levels)))


def of_definition(definition: Definition, publication: PublicationReader) -> list[Carried]:
    """The figures of the book. Years that run on end with the last one that was over on the as-of date (one that is
    still running would look like a fall), and hold only those of which the marts know something."""
    return [
        Carried(block.kind, years, block.levels, block.measures)
        for block in definition.blocks
        if (years := _years(block, publication))
    ]


def _years(block: ChartBlock, publication: PublicationReader) -> tuple[int, ...]:
    if block.years:
        return block.years
    rows = publication.rows(block.kind.marts[0].name, ("year",))
    as_of = publication.facts.as_of
    years = sorted({year for (year,) in rows if year >= block.open_from and dt.date(year, 12, 31) <= as_of})
    return tuple(years[-1:] if block.last_only else years)


def of_questions(questions: Sequence[Question], facts: Facts) -> list[Carried]:
    """What the annexes of questions carry under the default options. A question that is pinned to other dates than the
    publication's is answered from another publication, and so carries nothing of this one."""
    return [
        Carried(annex.kind, annex.years, annex.levels)
        for question in questions
        if question.as_of in (None, facts.as_of) and question.geography_date in (None, facts.geography_date)
        for annex in question.annexes
        if _default_options(annex.options, annex.kind)
    ]


def _default_options(options: dict[str, str], kind: AnnexKind) -> bool:
    return all(options.get(name, values[0]) == values[0] for name, values in kind.options.items())
