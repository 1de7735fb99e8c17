"""The published system as plain data: cells, the equations between them, and what a reader knows beforehand.

Only cells with a value other than 0 are in it: a 0 is shown, so it is a constant that drops out of every equation.
Except where whole rows are withheld (`exports.disclosure.withhold`): of their cells a reader doesn't know whether they
are 0, so their floor is 0 and the zeros among them are cells too.
An equation is a sum of cells with coefficients that is 0 (total - parts); a bound is such a sum that is at least 0.
This is the usual model of cell suppression: Hundepool et al., Statistical Disclosure Control (2012), ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

Terms = tuple[tuple[int, int], ...]
"""(cell number, coefficient) pairs."""


def simplified(terms: Sequence[tuple[int, int]]) -> Terms:
    """The same sum with every cell in it once."""
    factors: dict[int, int] = dict(terms)
    if len(factors) == len(terms) and 0 not in factors.values():
        return tuple(terms)  # nearly always
    factors.clear()
    for cell, factor in terms:
        factors[cell] = factors.get(cell, 0) + factor
    return tuple((cell, factor) for cell, factor in factors.items() if factor)


class CellId(NamedTuple):
    """One published count: trajectories started (population) in 2020 (year) in 11001 (place) of months/12 (item).

    Places are NIS codes, `provincie:<name>` and `vlaanderen`.
    """

    population: str
    year: int
    place: str
    item: str

    def __str__(self) -> str:
        return f"{self.population} {self.year} {self.place} {self.item}"


@dataclass(frozen=True)
class Published:
    """What a reader of the public edition has: nothing here depends on a hidden value.

    All sequences are by cell number. `shown`: the value, or None when hidden. `floors`: the lowest value that a hidden
    cell can have (1 for a count). `units`: what counts as one person in the cell (1, or the number of parts of a mean).
    `watched`: whether the cell must be protected, as all published cells must; totals that no table shows need not."""

    names: Sequence[CellId]
    shown: Sequence[int | None]
    floors: Sequence[int]
    units: Sequence[int]
    watched: Sequence[bool]
    equations: Sequence[Terms]
    bounds: Sequence[Terms]
    threshold: int


def width(threshold: int, unit: int, floor: int) -> int:
    """How far apart the lowest and highest possible value of a hidden small count must be: threshold - 1 persons.

    For a mean, which can be less than one person, more: so far that a reader who assumes at least 1 person finds as
    much."""
    return (threshold - 1) * unit + unit - max(floor, 1)


@dataclass
class System:
    """Cells with their true values, and the equations and bounds between them. Built up with `add`, `equate` and
    `bound`.

    `fixed` holds what earlier releases decided: True = hidden there, False = shown there, so known to everybody.
    `exempt`: cells that the policy allows to be shown. `follows`: a cell -> the cell with which it must be hidden (an
    amount of money with its count)."""

    threshold: int
    cells: list[CellId] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    floors: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    watched: list[bool] = field(default_factory=list)
    exempt: set[int] = field(default_factory=set)
    fixed: dict[int, bool] = field(default_factory=dict)
    equations: list[Terms] = field(default_factory=list)
    bounds: list[Terms] = field(default_factory=list)
    follows: dict[int, int] = field(default_factory=dict, compare=False)
    index: dict[CellId, int] = field(default_factory=dict)

    def add(
        self, cell: CellId, value: int, *, cost: float = 1.0, unit: int = 1, floor: int = 1, watched: bool = True
    ) -> int:
        """Add a cell and return its number. Raises ValueError for one that is there already, or is 0 and not in a
        withheld row."""
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

    def equate(self, total: CellId, parts: Iterable[CellId]) -> None:
        """Add: total = sum of parts; cells that are 0 drop out. Raises ValueError when the true values don't agree."""
        terms = self._terms([(total, 1), *((part, -1) for part in parts)])
        if terms:
            if sum(self.values[cell] * factor for cell, factor in terms):
                raise ValueError(f"{total}: the parts do not add up to the total")
            self.equations.append(terms)

    def bound(self, lower: Iterable[CellId], upper: Iterable[CellId]) -> None:
        """Add: sum of lower <= sum of upper. Left out when no cell of `lower` is there, or when it doesn't hold."""
        below = self._terms((cell, -1) for cell in lower)
        terms = self._terms((cell, 1) for cell in upper) + below
        if below and sum(self.values[cell] * factor for cell, factor in terms) >= 0:
            self.bounds.append(terms)

    def _terms(self, terms: Iterable[tuple[CellId, int]]) -> Terms:
        return tuple((self.index[cell], factor) for cell, factor in terms if cell in self.index)

    def copy(self) -> System:
        """The same system, to add to without changing this one."""
        return System(
            self.threshold,
            **{
                item.name: type(value)(value)
                for item in fields(self)
                if item.name != "threshold" and (value := getattr(self, item.name)) is not None
            },
        )

    def is_small(self, cell: int) -> bool:
        """Whether the true value is one that the policy hides."""
        return 0 < self.values[cell] < self.threshold * self.units[cell] and cell not in self.exempt

    def is_withheld(self, cell: int) -> bool:
        """Whether a reader can't tell that the cell isn't 0, because its whole row is hidden."""
        return self.floors[cell] == 0

    def width(self, cell: int) -> int:
        """How far apart the possible values of this cell must be."""
        return width(self.threshold, self.units[cell], self.floors[cell])

    def published(self, hidden: set[int]) -> Published:
        """What a reader has when the cells in `hidden` are hidden."""
        return Published(
            names=self.cells,
            shown=[None if cell in hidden else value for cell, value in enumerate(self.values)],
            floors=self.floors,
            units=self.units,
            watched=self.watched,
            equations=self.equations,
            bounds=self.bounds,
            threshold=self.threshold,
        )


def split(system: System) -> list[System]:
    """The parts of a system that share no equation or bound, each with its own cell numbers."""
    groups = connected(len(system.cells), [*system.equations, *system.bounds])
    where: dict[int, tuple[int, int]] = {}
    parts: list[System] = []
    for group in groups:
        part = System(system.threshold)
        for cell in group:
            where[cell] = (
                len(parts),
                part.add(
                    system.cells[cell],
                    system.values[cell],
                    cost=system.costs[cell],
                    unit=system.units[cell],
                    floor=system.floors[cell],
                    watched=system.watched[cell],
                ),
            )
        parts.append(part)
    for cell in system.exempt:
        part, number = where[cell]
        parts[part].exempt.add(number)
    for cell, hidden in system.fixed.items():
        part, number = where[cell]
        parts[part].fixed[number] = hidden
    for terms in system.equations:
        parts[where[terms[0][0]][0]].equations.append(tuple((where[cell][1], factor) for cell, factor in terms))
    for terms in system.bounds:
        parts[where[terms[0][0]][0]].bounds.append(tuple((where[cell][1], factor) for cell, factor in terms))
    return parts


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
