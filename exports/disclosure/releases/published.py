"""One publication as a reader has it, and what he can tell of what changed between two of them."""

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from exports.disclosure.geography import Geography, level_of, territories
from exports.disclosure.system import CellId, System

Meaning = tuple[str, int, str, frozenset[str]]
"""(population, year, item, territory): what a cell counts, whatever the geography calls the place."""


@dataclass(frozen=True)
class ReaderView:
    """One publication as a reader has it: its system, which cells are hidden, and the territory of each place."""

    as_of: dt.date
    system: System
    hidden: Set[int]
    territory: Mapping[str, frozenset[str]]

    def meaning(self, cell: CellId) -> Meaning:
        """What a cell counts, whatever its geography calls the place."""
        return cell.population, cell.year, cell.item, self.territory[cell.place]

    @cached_property
    def published(self) -> dict[Meaning, int]:
        """The cells that tables publish, by what they count. Zeros and withheld rows are not among them."""
        cells = enumerate(self.system.cells)
        watched, withheld = self.system.watched, self.system.is_withheld
        return {self.meaning(cell): number for number, cell in cells if watched[number] and not withheld(number)}

    @cached_property
    def _withheld(self) -> set[Meaning]:
        return {self.meaning(cell) for number, cell in enumerate(self.system.cells) if self.system.is_withheld(number)}

    @cached_property
    def _tables(self) -> set[tuple[str, int, str, str]]:
        names = (cell for cell, watched in zip(self.system.cells, self.system.watched, strict=True) if watched)
        return {(cell.population, cell.year, cell.item, cell.level) for cell in names}

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
        """Whether a table publishes this count and shows a 0."""
        population, year, item, territory = meaning
        if meaning in self.published or meaning in self._withheld:
            return False
        return any((population, year, item, at) in self._tables for at in self._levels.get(territory, ()))

    def implies_zero(self, meaning: Meaning) -> bool:
        """Whether this count must be 0, because at some level every place that overlaps the territory shows a 0."""
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


def possibly_changed(one: ReaderView, other: ReaderView) -> tuple[set[int], set[int]]:
    """(cells of one, of other) of which a reader can't know whether they are the same in the other view.

    These are the cells that look different and those in an equation with one of them. None when both views have the
    same as-of date, since then nothing changed."""
    if one.as_of == other.as_of:
        return set(), set()
    changed = _different(one, other) | _different(other, one)
    return _beside(one, changed), _beside(other, changed)


def _different(one: ReaderView, other: ReaderView) -> set[Meaning]:
    def differs(meaning: Meaning, number: int) -> bool:
        twin = other.published.get(meaning)
        # What one of them shows as 0 is at least 1 in the other, even when it is hidden there.
        return other.shows_zero(meaning) if twin is None else one.shown(number) != other.shown(twin)

    return {meaning for meaning, number in one.published.items() if differs(meaning, number)}


def _beside(view: ReaderView, changed: set[Meaning]) -> set[int]:
    cells = {number for number, cell in enumerate(view.system.cells) if view.meaning(cell) in changed}
    rows = (terms for terms in view.system.equations if any(cell in cells for cell, _ in terms))
    return cells | {cell for terms in rows for cell, _ in terms}


@dataclass(frozen=True)
class PublishedSystem:
    """What was published under a name, or is about to be: its system, and the numbers of the cells that are hidden."""

    name: str
    as_of: dt.date
    geography_date: dt.date
    geography: Geography
    system: System
    hidden: frozenset[int]

    @property
    def view(self) -> ReaderView:
        """The same as a reader has it."""
        return ReaderView(self.as_of, self.system, self.hidden, territories(self.geography, self.geography_date))

    def tallies(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """(population, level) -> numbers of counts: other than 0, small, hidden."""
        system, counts = self.system, {}
        for number, cell in enumerate(system.cells):
            if system.watched[number]:
                counted, small, hidden = counts.get((cell.population, cell.level), (0, 0, 0))
                row = (counted + 1, small + system.is_small(number), hidden + (number in self.hidden))
                counts[cell.population, cell.level] = row
        return counts
