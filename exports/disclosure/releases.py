"""Earlier releases as knowledge of the reader: the system of what is published now, joined with what was before.

A cell of an earlier release is the same cell as one of now when it counts the same thing in the same territory and has
the same value; then it stays as it was: shown, so known to everybody, or hidden, so hidden again. A figure that has
changed since is another cell, with its own equations. Under another geography a municipality equals the sum of those
that it took in, wherever the figures agree.

The audit of the joined system is made against one of two readers. The first knows of every hidden figure whether it
changed between two releases. The second has to infer it: a hidden figure looks the same in both, so where everything
around it looks the same he takes it to be unchanged; where a total or a figure beside it looks different, he can't tell
which of the hidden figures changed. A figure shown in one release and hidden in the other looks different."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from exports.disclosure.geography import LEVELS, Geography, level_of, territories
from exports.disclosure.policy import Policy
from exports.disclosure.scope import AMOUNTS
from exports.disclosure.system import CellId, System, Terms, simplified

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
    """The cells of each view of which its reader can't know whether they are the same in the other view: (of one, of
    other).

    These are the cells that look different and those in an equation with one of them. None when both views have the
    same as-of date, since then nothing changed."""
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


def _beside(view: ReaderView, changed: set[Meaning]) -> set[int]:
    cells = {number for number, cell in enumerate(view.system.cells) if view.meaning(cell) in changed}
    rows = (terms for terms in view.system.equations if any(cell in cells for cell, _ in terms))
    return cells | {cell for terms in rows for cell, _ in terms}


Count = tuple[str, int, str]
"""(population, year, item)."""


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


@dataclass
class _Layer:
    """One publication in the union, and where its cells went."""

    view: ReaderView
    cells: dict[CellId, int]

    def any_of(self, cells: Iterable[CellId], numbers: Set[int]) -> bool:
        return any(self.view.system.index[cell] in numbers for cell in cells)


def with_earlier(
    new: PublishedSystem, earlier: Sequence[PublishedSystem], policy: Policy, *, sees_changes: bool = True
) -> System:
    """The new system joined with the earlier releases that share a population and year with it. The new cells come
    first.

    With `sees_changes` the reader knows of every hidden figure whether it changed between releases; otherwise he infers
    it (see the module), given which cells are hidden in each."""
    union = new.system.copy()
    layers = [_Layer(new.view, dict(union.index))]
    apart: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    scopes = _closure({(cell.population, cell.year) for cell in union.cells}, policy)
    seen: set[Terms] = set()
    for release in earlier:
        if any((cell.population, cell.year) in scopes for cell in release.system.cells):
            view = release.view
            for number, layer in enumerate(layers):
                apart[number, len(layers)] = (set(), set()) if sees_changes else possibly_changed(layer.view, view)
            between = [apart[number, len(layers)] for number in range(len(layers))]
            layers.append(_join(union, view, release.name, scopes, layers, between, seen))
            for number, cell in enumerate(new.system.cells):
                if not union.values[number] and view.implies_zero(layers[0].view.meaning(cell)):
                    union.watched[number], union.fixed[number] = True, False  # withholding it now would hide nothing
    for (one, other), cells in apart.items():
        _link(union, layers[one], layers[other], cells, seen)
    return union


def _closure(scopes: set[tuple[str, int]], policy: Policy) -> set[tuple[str, int]]:
    """The populations and years, and those that `same` ties to them."""
    result = set(scopes)
    for rule in policy.same:
        result |= {(rule.other, year + rule.shift) for name, year in scopes if name == rule.population}
        result |= {(rule.population, year - rule.shift) for name, year in scopes if name == rule.other}
    return result


def _join(
    union: System,
    view: ReaderView,
    title: str,
    scopes: set[tuple[str, int]],
    layers: list[_Layer],
    apart: list[tuple[set[int], set[int]]],
    seen: set[Terms],
) -> _Layer:
    """Add the cells and equations of a release to the union. `apart`: per layer, cells that are not linked."""
    old = view.system
    twins: dict[Meaning, dict[int, set[int]]] = {}  # what it counts -> number in the union -> by which layers
    for place, layer in enumerate(layers):
        for cell, number in layer.cells.items():
            if (cell.population, cell.year) in scopes and layer.view.system.index[cell] not in apart[place][0]:
                twins.setdefault(layer.view.meaning(cell), {}).setdefault(number, set()).add(place)
    joined: dict[int, int] = {}
    for number, cell in enumerate(old.cells):
        if (cell.population, cell.year) not in scopes:
            continue
        mine = next(
            (
                twin
                for twin, by in twins.get(view.meaning(cell), {}).items()
                if union.values[twin] == old.values[number] and any(number not in apart[place][1] for place in by)
            ),
            None,
        )
        if mine is None:
            name = cell._replace(place=f"{cell.place} ({title} {view.as_of})")
            while name in union.index:
                name = name._replace(place=f"{name.place}'")
            mine = union.add(
                name,
                old.values[number],
                cost=old.costs[number],
                unit=old.units[number],
                floor=old.floors[number],
                watched=False,
            )
        joined[number] = mine
        union.floors[mine] = max(union.floors[mine], old.floors[number])
        if old.watched[number]:  # a total that no table showed settles nothing
            union.watched[mine] = True
            union.fixed[mine] = number in view.hidden and union.fixed.get(mine) is not False
    for rows, old_rows in ((union.equations, old.equations), (union.bounds, old.bounds)):
        for terms in old_rows:
            if terms[0][0] in joined and all(cell in joined for cell, _ in terms):
                _add(union, rows, tuple((joined[cell], factor) for cell, factor in terms), seen)
    return _Layer(view, {old.cells[number]: mine for number, mine in joined.items()})


def _add(system: System, rows: list[Terms], terms: Terms, seen: set[Terms]) -> None:
    """Add a row once, when it holds for the true values and says something."""
    terms = simplified(terms)
    key = tuple(sorted(terms))
    if not terms or key in seen:
        return
    total = sum(system.values[cell] * factor for cell, factor in terms)
    if total == 0 or (rows is system.bounds and total > 0):
        seen.add(key)
        rows.append(terms)


def _link(system: System, one: _Layer, other: _Layer, apart: tuple[set[int], set[int]], seen: set[Terms]) -> None:
    """Equate places of two geographies that took each other in: per count, over territories that overlap."""
    lands, others = one.view.territory, other.view.territory
    left_parts, right_parts = _smallest(one), _smallest(other)
    for count in sorted(left_parts.keys() & right_parts.keys()):
        if count[0].endswith(AMOUNTS):
            continue  # an amount changes without its count, which makes equal counts of no use to a reader
        left, right = left_parts[count], right_parts[count]
        owner = {code: place for place in left for code in lands[place]}
        joins = {place: {owner[code] for code in others[place] if code in owner} for place in right}
        for lefts, rights in _components(joins):
            mine, theirs = [left[place] for place in lefts], [right[place] for place in rights]
            if not one.any_of(mine, apart[0]) and not other.any_of(theirs, apart[1]):
                terms = (*((one.cells[cell], 1) for cell in mine), *((other.cells[cell], -1) for cell in theirs))
                _add(system, system.equations, tuple(sorted(terms)), seen)


def _smallest(layer: _Layer) -> dict[Count, dict[str, CellId]]:
    """Count -> place -> cell, at the lowest level that the layer has of it."""
    result: dict[Count, dict[str, dict[str, CellId]]] = {}
    for cell in layer.cells:
        levels = result.setdefault((cell.population, cell.year, cell.item), {})
        levels.setdefault(level_of(cell.place), {})[cell.place] = cell
    return {count: next(levels[level] for level in LEVELS if level in levels) for count, levels in result.items()}


def _components(joins: dict[str, set[str]]) -> list[tuple[list[str], list[str]]]:
    """Groups of left and right places that overlap, from right place -> left places."""
    group: dict[str, tuple[list[str], list[str]]] = {}  # left place -> its group
    groups: dict[int, tuple[list[str], list[str]]] = {}
    for place, lefts in joins.items():
        merged: tuple[list[str], list[str]] = ([], [place])
        for left in sorted(lefts):
            known = group.get(left)
            if known is None:
                merged[0].append(left)
            elif groups.pop(id(known), None) is not None:
                merged[0].extend(known[0])
                merged[1].extend(known[1])
        groups[id(merged)] = merged
        group.update(dict.fromkeys(merged[0], merged))
    return [(lefts, rights) for lefts, rights in groups.values() if lefts]
