"""The published system as plain data: cells, the equations between them, and what a reader knows beforehand.

Only cells other than 0 are in it: a 0 is shown, a constant that drops out of every equation. Except where whole rows
are withheld (`exports.disclosure.withhold`): a reader doesn't know which of their cells are 0, so all have floor 0.
An equation is a sum of cells with coefficients that is 0 (total - parts); a bound is such a sum that is at least 0.
This is the usual model of cell suppression: Hundepool et al., Statistical Disclosure Control (2012), ch. 4."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

from exports.disclosure.geography import level_of

Terms = tuple[tuple[int, int], ...]
"""(cell number, coefficient) pairs."""


class CellId(NamedTuple):
    """One published count: trajectories started (population) in 2020 (year) in 11001 (place) of months/12 (item)."""

    population: str
    year: int
    place: str
    item: str

    @property
    def level(self) -> str:
        """The level of its place."""
        return level_of(self.place)

    @property
    def block(self) -> tuple[str, int]:
        """(population, year)."""
        return self.population, self.year

    def __str__(self) -> str:
        return f"{self.population} {self.year} {self.place} {self.item}"


def simplified(terms: Sequence[tuple[int, int]]) -> Terms:
    """The same sum with every cell in it once."""
    factors: dict[int, int] = dict(terms)
    if len(factors) == len(terms) and 0 not in factors.values():
        return tuple(terms)  # nearly always
    factors.clear()
    for cell, factor in terms:
        factors[cell] = factors.get(cell, 0) + factor
    return tuple((cell, factor) for cell, factor in factors.items() if factor)


@dataclass
class _Cells:
    """Cells, and the equations and bounds between them: what a reader knows of a system whatever is hidden in it.

    All lists but the last two are by cell number. `floors`: the lowest value that a hidden cell can have (1 for a
    count). `units`: what counts as one person in the cell (1, or the number of parts of a mean). `watched`: whether the
    cell must be protected, as all published cells must; totals that no table shows need not."""

    threshold: int
    cells: list[CellId] = field(default_factory=list)
    floors: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    watched: list[bool] = field(default_factory=list)
    equations: list[Terms] = field(default_factory=list)
    bounds: list[Terms] = field(default_factory=list)

    def large(self, cell: int) -> int:
        """The lowest value that is not small: the threshold, in units of the cell."""
        return self.threshold * self.units[cell]

    def width(self, cell: int) -> int:
        """How far apart the possible values of a hidden small count must be: threshold - 1 persons. For a mean, which
        can be less than one person, more: so far that a reader who assumes at least 1 person finds as much."""
        return self.large(cell) - max(self.floors[cell], 1)


@dataclass
class Published(_Cells):
    """What a reader of the public edition has: nothing here depends on a hidden value."""

    shown: list[int | None] = field(default_factory=list)
    """The values, None when hidden."""


@dataclass
class OverYears:
    """What a reader knows of counts of several years, by the names of the cells. `unseen`: counts that no table shows,
    with their values; `sums`: pairs of sums that are equal; `bounds`: sums and what each is at least."""

    unseen: dict[CellId, int] = field(default_factory=dict)
    sums: list[tuple[list[CellId], list[CellId]]] = field(default_factory=list)
    bounds: list[tuple[list[tuple[CellId, int]], int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.unseen or self.bounds)


@dataclass
class System(_Cells):
    """Cells with their true values. Built up with `add`, `equate` and `bound`.

    `fixed` holds what earlier releases decided: True = hidden there, False = shown there, so known to everybody.
    `exempt`: cells that the policy allows to be shown. `follows`: a cell -> the cell with which it must be hidden (an
    amount of money with its count)."""

    values: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    exempt: set[int] = field(default_factory=set)
    fixed: dict[int, bool] = field(default_factory=dict)
    follows: dict[int, int] = field(default_factory=dict, compare=False)
    index: dict[CellId, int] = field(default_factory=dict)
    over_time: OverYears = field(default_factory=OverYears, compare=False)
    """What a reader knows over the years. It ties together what is independent otherwise, so it is left out until that
    is solved (`exports.disclosure.over_time.joined`)."""

    def add(
        self, cell: CellId, value: int, *, cost: float = 1.0, unit: int = 1, floor: int = 1, watched: bool = True
    ) -> int:
        """Add a cell and return its number. Raises ValueError when it is there already, or is 0 and not withheld."""
        if (value == 0 and floor) or cell in self.index:
            raise ValueError(f"{cell}: cells are added once, and only when they are not 0 or withheld")
        number = self.index[cell] = len(self.cells)
        self.cells.append(cell)
        self.values.append(value)
        self.floors.append(floor)
        self.units.append(unit)
        self.costs.append(cost)
        self.watched.append(watched)
        return number

    def add_from(self, other: System, number: int, cell: CellId, watched: bool) -> int:
        """Add a cell of another system, under this name."""
        unit, floor = other.units[number], other.floors[number]
        return self.add(cell, other.values[number], cost=other.costs[number], unit=unit, floor=floor, watched=watched)

    def equate(self, total: CellId, parts: Iterable[CellId]) -> None:
        """Add: total = sum of parts; cells that are 0 drop out. Raises ValueError when the true values don't agree."""
        self.equate_sums([total], parts)

    def equate_sums(self, whole: Sequence[CellId], parts: Iterable[CellId]) -> None:
        """The same of two sums."""
        terms = simplified(self._terms([*((cell, 1) for cell in whole), *((part, -1) for part in parts)]))
        if terms:
            if self._sum(terms):
                raise ValueError(f"{', '.join(map(str, whole))}: the parts do not add up to the total")
            self.equations.append(terms)

    def bound(self, lower: Iterable[CellId], upper: Iterable[CellId]) -> None:
        """Add: sum of lower <= sum of upper, as `at_least`."""
        self.at_least([*((cell, 1) for cell in upper), *((cell, -1) for cell in lower)])

    def at_least(self, terms: Iterable[tuple[CellId, int]]) -> None:
        """Add: the sum of these terms is at least 0. Left out when nothing is subtracted, or when it doesn't hold."""
        row = self._terms(terms)
        if any(factor < 0 for _, factor in row) and self._sum(row) >= 0:
            self.bounds.append(row)

    def _sum(self, row: Terms) -> int:
        return sum(self.values[cell] * factor for cell, factor in row)

    def _terms(self, terms: Iterable[tuple[CellId, int]]) -> Terms:
        return tuple((self.index[cell], factor) for cell, factor in terms if cell in self.index)

    def copy(self) -> System:
        """The same system, to add to without changing this one."""
        return replace(self, **{item.name: copy(getattr(self, item.name)) for item in fields(self)})

    def can_hide(self, cell: int) -> bool:
        """Whether the cell may be hidden: no earlier release shows it, and no exception of the policy."""
        return self.fixed.get(cell) is not False and cell not in self.exempt

    def hidden_with(self, cells: Set[int]) -> set[int]:
        """These cells, but for those that earlier releases show, and all that these hid or that no table shows."""
        hidden = {cell for cell in cells if self.fixed.get(cell) is not False}
        hidden |= {cell for cell, watched in enumerate(self.watched) if not watched}
        return hidden | {cell for cell, before in self.fixed.items() if before}

    def is_small(self, cell: int) -> bool:
        """Whether the true value is one that the policy hides."""
        return 0 < self.values[cell] < self.large(cell) and cell not in self.exempt

    def is_withheld(self, cell: int) -> bool:
        """Whether a reader can't tell that the cell isn't 0, because its whole row is hidden."""
        return self.floors[cell] == 0

    def published(self, hidden: Set[int]) -> Published:
        """What a reader has when the cells in `hidden` are hidden."""
        known = {item.name: getattr(self, item.name) for item in fields(_Cells)}
        return Published(**known, shown=[None if cell in hidden else value for cell, value in enumerate(self.values)])


def split(system: System) -> list[System]:
    """The parts of a system that share no equation or bound, each with its own cell numbers."""
    groups = connected(len(system.cells), [*system.equations, *system.bounds])
    group_of = {cell: number for number, group in enumerate(groups) for cell in group}
    rows: list[tuple[list[Terms], list[Terms]]] = [([], []) for _ in groups]
    for kind, of in enumerate((system.equations, system.bounds)):
        for terms in of:
            rows[group_of[terms[0][0]]][kind].append(terms)
    return [_part(system, group, *of) for group, of in zip(groups, rows, strict=True)]


def _part(system: System, cells: Iterable[int], equations: Iterable[Terms], bounds: Iterable[Terms]) -> System:
    """These cells, with rows between them."""
    part, where = System(system.threshold), {}
    for cell in cells:
        number = where[cell] = part.add_from(system, cell, system.cells[cell], system.watched[cell])
        if cell in system.exempt:
            part.exempt.add(number)
        if cell in system.fixed:
            part.fixed[number] = system.fixed[cell]
    part.equations, part.bounds = (
        [tuple((where[cell], factor) for cell, factor in terms) for terms in rows] for rows in (equations, bounds)
    )
    return part


def connected(size: int, rows: Iterable[Terms]) -> list[list[int]]:
    """Cells 0..size-1 in groups that share a row, each group in order (union-find)."""
    parent = list(range(size))

    def root(cell: int) -> int:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for terms in rows:
        first = root(terms[0][0])
        for cell, _ in terms[1:]:
            parent[root(cell)] = first
    groups: dict[int, list[int]] = {}
    for cell in range(size):
        groups.setdefault(root(cell), []).append(cell)
    return list(groups.values())
