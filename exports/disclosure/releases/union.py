"""Earlier releases as knowledge of the reader: the system of what is published now, joined with what was before.

A cell of an earlier release is the same cell as one of now when it counts the same thing in the same territory and has
the same value; then it stays as it was: shown, so known to everybody, or hidden, so hidden again. A figure that has
changed since is another cell, with its own equations. Under another geography a municipality equals the sum of those
that it took in, wherever the figures agree.

The audit of the joined system is made against one of two readers. The first knows of every hidden figure whether it
changed between two releases. The second has to infer it: a hidden figure looks the same in both, so where everything
around it looks the same he takes it to be unchanged; where a total or a figure beside it looks different, he can't tell
which of the hidden figures changed. A figure shown in one release and hidden in the other looks different."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from exports.disclosure.geography import LEVELS
from exports.disclosure.policy import REST_COST, Policy
from exports.disclosure.releases.published import Meaning, PublishedSystem, ReaderView, possibly_changed
from exports.disclosure.releases.recoded import inside, recoded, same_tables
from exports.disclosure.scope import AMOUNTS
from exports.disclosure.system import CellId, System, Terms, simplified
from exports.figures.periods import Period, is_pooled


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
        union.link_periods(union.layers[one], union.layers[other], cells)
        union.link_periods(union.layers[other], union.layers[one], (cells[1], cells[0]))
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
        same_tables(self.system.cells, self.system.cells)
        self.link_periods(self.layers[0], self.layers[0], (set(), set()))

    def join(self, release: PublishedSystem, sees_changes: bool) -> None:
        """Add the cells and equations of a release, unless it shares no population and year with the new system."""
        shared = {block for block in {cell.block for cell in release.system.cells} if self._shares(*block)}
        if not shared:
            return
        union, view, old = self.system, release.view, release.system
        for layer in self.layers:
            same_tables(layer.view.system.cells, [cell for cell in old.cells if cell.population in self._populations])
        apart = [(set(), set()) if sees_changes else possibly_changed(layer.view, view) for layer in self.layers]
        self.apart |= {(number, len(self.layers)): cells for number, cells in enumerate(apart)}
        twins: dict[Meaning, dict[int, set[int]]] = {}  # what it counts -> number in the union -> by which layers
        for place, layer in enumerate(self.layers):
            for cell, number in layer.cells.items():
                if layer.view.system.index[cell] not in apart[place][0]:
                    twins.setdefault(layer.view.meaning(cell), {}).setdefault(number, set()).add(place)
        joined: dict[int, int] = {}
        for number, cell in enumerate(old.cells):
            if cell.block not in shared:
                continue
            alike = twins.get(view.meaning(cell), {}).items()
            # A province with one arrondissement counts what that counts; each is itself first of all.
            for mine, by in sorted(alike, key=lambda one, cell=cell: union.cells[one[0]] != cell):
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

    def _shares(self, population: str, period: int) -> bool:
        """Whether the new system is about this population and some of these years."""
        years = set(Period.of(period).years)
        return any(name == population and not years.isdisjoint(Period.of(key).years) for name, key in self.blocks)

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

    def link_periods(self, one: _Layer, other: _Layer, apart: tuple[set[int], set[int]]) -> None:
        """Equate what one adds up over years with the periods within that the other has, and the years that are left:
        these no table shows, and they need protection like any other count."""
        system = self.system
        wholes = [
            (cell, number) for cell, number in one.cells.items() if is_pooled(cell.year) and system.watched[number]
        ]
        if not wholes:
            return
        parts: dict[tuple[str, str, frozenset[str]], dict[int, CellId]] = {}
        for cell, number in other.cells.items():
            if system.watched[number]:
                key = cell.population, cell.item, other.view.territory[cell.place]
                parts.setdefault(key, {})[cell.year] = cell
        for cell, number in wholes:
            known = parts.get((cell.population, cell.item, one.view.territory[cell.place]), {})
            cells = [known[key] for key in inside(cell.year, known)]
            if not cells or one.any_of([cell], apart[0]) or other.any_of(cells, apart[1]):
                continue
            terms = [(number, 1), *((other.cells[part], -1) for part in cells)]
            years = sum(len(Period.of(part.year).years) for part in cells)
            left = sum(system.values[part] * factor for part, factor in terms)
            if years < len(Period.of(cell.year).years) and left >= 0:
                labels = ", ".join(Period.of(part.year).label for part in cells)
                name = cell._replace(place=f"{cell.place} (without {labels})")
                while name in system.index:
                    name = name._replace(place=f"{name.place}'")
                unit = system.units[number]
                rest = system.add(name, left, cost=REST_COST, unit=unit, floor=0, watched=left > 0)
                terms.append((rest, -1))
            self._add(system.equations, terms)


def _smallest(layer: _Layer) -> dict[tuple[str, int, str], dict[str, CellId]]:
    """(population, year, item) -> place -> cell, at the lowest level that the layer has of it."""
    result: dict[tuple[str, int, str], dict[str, dict[str, CellId]]] = {}
    for cell in (cell for cell in layer.cells if cell.level in LEVELS):  # the rest of a place is in no table
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
