"""Which years and levels a figure book may show: what the annexes of the questions carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exports.annexes.model import Kind
from exports.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.questions import Question
from exports.reading import Facts


@dataclass(frozen=True)
class Scope:
    """(level, year) pairs of one annex kind. A centrumstad is carried as a gemeente, but only some of them are."""

    carried: frozenset[tuple[str, int]]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({year for _, year in self.carried}))

    def shows(self, level: str, year: int, is_centre_city: bool = False) -> bool:
        return (level, year) in self.carried or (
            level == GEMEENTE and is_centre_city and (CENTRUMSTAD, year) in self.carried
        )


def scope_of(kind: Kind, questions: Sequence[Question], facts: Facts) -> Scope:
    """What the questions carry of a kind under its default options. A question that is pinned to other dates than the
    publication's is answered from another publication, and so carries nothing of this one."""
    pairs: set[tuple[str, int]] = set()
    for question in questions:
        if question.as_of not in (None, facts.as_of) or question.geography_date not in (None, facts.geography_date):
            continue
        for annex in question.annexes:
            if annex.kind.key == kind.key and _default_options(annex.options, kind):
                pairs |= {(level, year) for level in annex.levels for year in annex.years}
    known = {GEMEENTE, CENTRUMSTAD, PROVINCIE, VLAANDEREN}
    return Scope(frozenset(pair for pair in pairs if pair[0] in known))


def _default_options(options: dict[str, str], kind: Kind) -> bool:
    return all(options.get(name, values[0]) == values[0] for name, values in kind.options.items())
