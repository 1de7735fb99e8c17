"""What a reader sees change between two publications, and of which hidden figures he therefore can't know it.

A hidden figure looks the same in both. Where everything around it looks the same too, a sensible reader takes it to be
the same; where a total or another figure beside it looks different, he can't tell which of the hidden ones changed. A
figure that is shown in one of them and hidden in the other looks different: what is the same stays shown, or hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from exports.disclosure.geography import level_of
from exports.disclosure.system import CellId, System

Meaning = tuple[str, int, str, frozenset[str]]
"""(population, year, item, territory): what a cell counts, whatever the geography calls the place."""


@dataclass(frozen=True)
class ReaderView:
    """One publication as a reader has it: which of its cells are hidden, and the territory of each of its places."""

    as_of: dt.date
    system: System
    hidden: Set[int]
    territory: Mapping[str, frozenset[str]]

    def meaning(self, cell: CellId) -> Meaning:
        return cell.population, cell.year, cell.item, self.territory[cell.place]

    @cached_property
    def published(self) -> dict[Meaning, int]:
        """The cells of the tables, by what they count; all but the zeros and the withheld."""
        cells = enumerate(self.system.cells)
        watched, withheld = self.system.watched, self.system.is_withheld
        return {self.meaning(cell): number for number, cell in cells if watched[number] and not withheld(number)}

    @cached_property
    def _withheld(self) -> set[Meaning]:
        cells = enumerate(self.system.cells)
        return {self.meaning(cell) for number, cell in cells if self.system.is_withheld(number)}

    @cached_property
    def _tables(self) -> set[tuple[str, int, str, str]]:
        names = (cell for cell, watched in zip(self.system.cells, self.system.watched, strict=True) if watched)
        return {(cell.population, cell.year, cell.item, level_of(cell.place)) for cell in names}

    @cached_property
    def _levels(self) -> dict[frozenset[str], set[str]]:
        found: dict[frozenset[str], set[str]] = {}
        for place, territory in self.territory.items():
            found.setdefault(territory, set()).add(level_of(place))
        return found

    def shown(self, number: int) -> int | None:
        """The value of a cell as a reader sees it: None when it is hidden."""
        return None if number in self.hidden else self.system.values[number]

    def shows_zero(self, meaning: Meaning) -> bool:
        """Whether it publishes this count, and it is 0."""
        population, year, item, territory = meaning
        if meaning in self.published or meaning in self._withheld:
            return False
        return any((population, year, item, at) in self._tables for at in self._levels.get(territory, ()))

    def tells_zero(self, meaning: Meaning) -> bool:
        """Whether it shows a 0 for every place, of some level, that has a part of this territory."""
        population, year, item, territory = meaning
        by_level: dict[str, list[frozenset[str]]] = {}
        for place, land in self.territory.items():
            if not land.isdisjoint(territory):
                by_level.setdefault(level_of(place), []).append(land)
        return any(
            territory <= frozenset().union(*lands)
            and all(self.shows_zero((population, year, item, land)) for land in lands)
            for lands in by_level.values()
        )


def unsure(one: ReaderView, other: ReaderView) -> tuple[set[int], set[int]]:
    """The cells of each of which a reader can't know whether they are the same in the other.

    Those in an equation of which something looks different; none when both are of one stand, where nothing changed.
    """
    if one.as_of == other.as_of:
        return set(), set()
    changed = _different(one, other) | _different(other, one)
    return _beside(one, changed), _beside(other, changed)


def _different(one: ReaderView, other: ReaderView) -> set[Meaning]:
    found = set()
    for meaning, number in one.published.items():
        twin = other.published.get(meaning)
        # What one of them shows as 0 is at least 1 in the other, even when it is hidden there.
        if other.shows_zero(meaning) if twin is None else one.shown(number) != other.shown(twin):
            found.add(meaning)
    return found


def _beside(edition: ReaderView, changed: set[Meaning]) -> set[int]:
    cells = {number for number, cell in enumerate(edition.system.cells) if edition.meaning(cell) in changed}
    rows = (terms for terms in edition.system.equations if any(cell in cells for cell, _ in terms))
    return cells | {cell for terms in rows for cell, _ in terms}
