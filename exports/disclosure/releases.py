"""Earlier releases as knowledge of the reader: the system of what is published now, joined with what was before.

A cell of an earlier release is the same cell as one of now when it counts the same thing in the same territory and has
the same value; then it stays as it was: shown, so known to everybody, or hidden, so hidden again. A figure that has
changed since is another cell, with its own equations. Under another geography a municipality equals the sum of those
that it took in, wherever the figures agree.

The audit of the joined system is made against one of two readers. The first knows of every hidden figure whether it
changed between two releases. The second has to infer it: a hidden figure looks the same in both, so where everything
around it looks the same he takes it to be unchanged; where a total or a figure beside it looks different, he can't tell
which of the hidden figures changed. A figure shown in one release and hidden in the other looks different."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from exports.disclosure.policy import Policy
from exports.disclosure.recoded import recoded, same_tables
from exports.disclosure.scope import AMOUNTS
from exports.disclosure.system import LEVELS, CellId, Geography, System, Terms, level_of, simplified, territories
from exports.figures.periods import Period

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
    """The new system, its cells first, joined with the earlier releases that share a population and year with it.

    With `sees_changes` the reader knows of every hidden figure whether it changed between releases; otherwise he infers
    it (see the module), given which cells are hidden in each."""
    union = _Union(new, policy)
    for release in earlier:
        union.join(release, sees_changes)
    for (one, other), cells in union.apart.items():
        union.link(union.layers[one], union.layers[other], cells)
        union.link_recoded(union.layers[one], union.layers[other], cells)
    return union.system


class _Union:
    """The new system (layer 0), joined with one earlier release after another."""

    def __init__(self, new: PublishedSystem, policy: Policy) -> None:
        self.system = new.system.copy()
        self.layers = [_Layer(new.view, dict(self.system.index))]
        self.apart: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
        """Of two layers the cells of each that are not linked with those of the other."""
        own = {cell.block for cell in self.system.cells}
        self.blocks = set(own)  # the populations and years, and those that `same` ties to them
        for rule in policy.same:
            self.blocks |= {(rule.other, year + rule.shift) for name, year in own if name == rule.population}
            self.blocks |= {(rule.population, year - rule.shift) for name, year in own if name == rule.other}
        self._rows: set[Terms] = set()
        self._populations = {population for population, _ in self.blocks}

    def join(self, release: PublishedSystem, sees_changes: bool) -> None:
        """Add the cells and equations of a release, unless it shares no population and year with the new system."""
        if not any(self._shares(cell) for cell in release.system.cells):
            return
        union, view, old = self.system, release.view, release.system
        for layer in self.layers:
            same_tables(layer.view.system.cells, [cell for cell in old.cells if cell.population in self._populations])
        apart = [(set(), set()) if sees_changes else possibly_changed(layer.view, view) for layer in self.layers]
        self.apart |= {(number, len(self.layers)): cells for number, cells in enumerate(apart)}
        twins: dict[Meaning, dict[int, set[int]]] = {}  # what it counts -> number in the union -> by which layers
        for place, layer in enumerate(self.layers):
            for cell, number in layer.cells.items():
                if cell.block in self.blocks and layer.view.system.index[cell] not in apart[place][0]:
                    twins.setdefault(layer.view.meaning(cell), {}).setdefault(number, set()).add(place)
        joined: dict[int, int] = {}
        for number, cell in enumerate(old.cells):
            if cell.block not in self.blocks:
                continue
            for mine, by in twins.get(view.meaning(cell), {}).items():
                if union.values[mine] == old.values[number] and any(number not in apart[place][1] for place in by):
                    break
            else:
                name = cell._replace(place=f"{cell.place} ({release.name} {view.as_of})")
                while name in union.index:
                    name = name._replace(place=f"{name.place}'")
                mine = union.add_from(old, number, name, watched=False)
            joined[number] = mine
            union.floors[mine] = max(union.floors[mine], old.floors[number])
            if old.watched[number]:  # a total that no table showed settles nothing
                union.watched[mine] = True
                union.fixed[mine] = number in view.hidden and union.fixed.get(mine) is not False
        for rows, old_rows in ((union.equations, old.equations), (union.bounds, old.bounds)):
            for terms in old_rows:
                if all(cell in joined for cell, _ in terms):
                    self._add(rows, [(joined[cell], factor) for cell, factor in terms])
        new = self.layers[0].view
        for number, cell in enumerate(new.system.cells):
            if not union.values[number] and view.implies_zero(new.meaning(cell)):
                union.watched[number], union.fixed[number] = True, False  # withholding it now would hide nothing
        self.layers.append(_Layer(view, {old.cells[number]: mine for number, mine in joined.items()}))

    def _shares(self, cell: CellId) -> bool:
        """Whether the cell is about a population and years that the new system is about."""
        if cell.block in self.blocks:
            return True
        years = set(Period.of(cell.year).years)
        return any(name == cell.population and years & set(Period.of(key).years) for name, key in self.blocks)

    def _add(self, rows: list[Terms], terms: Sequence[tuple[int, int]]) -> None:
        """Add a row once, when it holds for the true values and says something."""
        simple = simplified(terms)
        key = tuple(sorted(simple))
        if simple and key not in self._rows:
            total = sum(self.system.values[cell] * factor for cell, factor in simple)
            if total == 0 or (rows is self.system.bounds and total > 0):
                self._rows.add(key)
                rows.append(simple)

    def link(self, one: _Layer, other: _Layer, apart: tuple[set[int], set[int]]) -> None:
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
                    terms = [*((one.cells[cell], 1) for cell in mine), *((other.cells[cell], -1) for cell in theirs)]
                    self._add(self.system.equations, sorted(terms))

    def link_recoded(self, one: _Layer, other: _Layer, apart: tuple[set[int], set[int]]) -> None:
        """Equate categories of one that took the place of others of the other. Raises PolicyError; see `recoded`."""
        for mine, theirs in recoded(one.cells, other.cells, (one.view.territory, other.view.territory)):
            if not one.any_of(mine, apart[0]) and not other.any_of(theirs, apart[1]):
                terms = [*((one.cells[cell], 1) for cell in mine), *((other.cells[cell], -1) for cell in theirs)]
                self._add(self.system.equations, sorted(terms))


def _smallest(layer: _Layer) -> dict[tuple[str, int, str], dict[str, CellId]]:
    """(population, year, item) -> place -> cell, at the lowest level that the layer has of it."""
    result: dict[tuple[str, int, str], dict[str, dict[str, CellId]]] = {}
    for cell in layer.cells:
        levels = result.setdefault((cell.population, cell.year, cell.item), {})
        levels.setdefault(cell.level, {})[cell.place] = cell
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
