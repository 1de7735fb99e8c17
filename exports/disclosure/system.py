"""The published system as plain data: places, cells, the equations between them, and what a reader knows beforehand.

Only cells other than 0 are in it: a 0 is shown, a constant that drops out of every equation. Except where whole rows
are withheld (`exports.disclosure.withhold`): a reader doesn't know which of their cells are 0, so all have floor 0.
An equation is a sum of cells with coefficients that is 0 (total - parts); a bound is such a sum that is at least 0.
This is the usual model of cell suppression: Hundepool et al., Statistical Disclosure Control (2012), ch. 4.

Territories make places of two geographies comparable. The territory of a municipality under a geography is the set of
all codes since 2017 that resolve to it on that date (a code resolves forward along its successors; a code that came
later can't be placed and counts as `99999`), by the project's own seed `municipalities.csv`, as in the warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from copy import copy
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import NamedTuple

from exports.figures.identity import ARRONDISSEMENT, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import UNASSIGNED, Municipality
from exports.figures.together import codes_of
from orchestration.store.municipalities import code_on, read_codes

LEVELS = (GEMEENTE, ARRONDISSEMENT, PROVINCIE, VLAANDEREN)
"""From the parts to the whole. The centrumsteden are municipalities; no table adds them up."""
Terms = tuple[tuple[int, int], ...]
"""(cell number, coefficient) pairs."""


def place_of(level: str, place: str) -> str:
    """The place of a figure: a NIS code, `arrondissement:<name>`, `provincie:<name>` or `vlaanderen`."""
    return f"{level}:{place}" if level in (ARRONDISSEMENT, PROVINCIE) else place


def rest_of(place: str) -> str:
    """The municipalities of a place that are no centre cities, together: no table shows them."""
    return f"overige:{place}"


def level_of(place: str) -> str:
    """The level of a place; that of a rest is `overige`, which is none of `LEVELS`."""
    return VLAANDEREN if place == VLAANDEREN else place.partition(":")[0] if ":" in place else GEMEENTE


@dataclass(frozen=True)
class Geography:
    """The municipalities of one publication, and the arrondissements, provinces and Flanders above them."""

    municipalities: tuple[Municipality, ...]

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels that it has: what was kept before arrondissements were shown doesn't know them."""
        known = all(item.arrondissement for item in self.municipalities)
        return tuple(level for level in LEVELS if known or level != ARRONDISSEMENT)

    @cached_property
    def cities(self) -> frozenset[str]:
        """The NIS codes of the centre cities."""
        return frozenset(item.nis_code for item in self.municipalities if item.is_centre_city)

    @cached_property
    def above(self) -> dict[str, dict[str, str]]:
        """NIS code -> its place at every level, itself first."""
        return {
            item.nis_code: {
                level: place_of(level, name)
                for level, name in (
                    (GEMEENTE, item.nis_code),
                    (ARRONDISSEMENT, item.arrondissement),
                    (PROVINCIE, item.province),
                    (VLAANDEREN, VLAANDEREN),
                )
                if level in self.levels
            }
            for item in self.municipalities
        }

    def parts(self, whole: str, part: str) -> dict[str, list[str]]:
        """Places of level `whole` -> the places of level `part` that add up to them."""
        result: dict[str, dict[str, None]] = {}
        for places in self.above.values():
            result.setdefault(places[whole], {})[places[part]] = None
        return {place: list(below) for place, below in result.items()}


def territories(geography: Geography, on: dt.date) -> dict[str, frozenset[str]]:
    """Every place of the geography -> the NIS codes of its territory. `on` is the geography date."""
    known = read_codes()
    result: dict[str, set[str]] = {}
    above = {code: places for row, places in geography.above.items() for code in codes_of(row)}
    for code in known:
        for place in above.get(code_on(code, on, known) or UNASSIGNED, {}).values():
            result.setdefault(place, set()).add(code)
    for code, places in above.items():  # a code that the seed doesn't know stands for itself
        for place in places.values():
            result.setdefault(place, set()).update(() if code in known else (code,))
    for level in LEVELS:
        for place, inside in geography.parts(level, GEMEENTE).items() if level in geography.levels else ():
            others = (result.get(code, set()) for code in inside if code not in geography.cities)
            result[rest_of(place)] = set().union(*others)
    return {place: frozenset(codes) for place, codes in result.items()}


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
            if sum(self.values[cell] * factor for cell, factor in terms):
                raise ValueError(f"{', '.join(map(str, whole))}: the parts do not add up to the total")
            self.equations.append(terms)

    def bound(self, lower: Iterable[CellId], upper: Iterable[CellId]) -> None:
        """Add: sum of lower <= sum of upper, as `at_least`."""
        self.at_least([*((cell, 1) for cell in upper), *((cell, -1) for cell in lower)])

    def at_least(self, terms: Iterable[tuple[CellId, int]]) -> None:
        """Add: the sum of these terms is at least 0. Left out when nothing is subtracted, or when it doesn't hold."""
        row = self._terms(terms)
        if any(factor < 0 for _, factor in row) and sum(self.values[cell] * factor for cell, factor in row) >= 0:
            self.bounds.append(row)

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
    where: dict[int, tuple[System, int]] = {}
    parts: list[System] = []
    for group in connected(len(system.cells), [*system.equations, *system.bounds]):
        part = System(system.threshold)
        parts.append(part)
        for cell in group:
            number = part.add_from(system, cell, system.cells[cell], system.watched[cell])
            where[cell] = part, number
            if cell in system.exempt:
                part.exempt.add(number)
            if cell in system.fixed:
                part.fixed[number] = system.fixed[cell]
    for kind in ("equations", "bounds"):
        for terms in getattr(system, kind):
            part, _ = where[terms[0][0]]
            getattr(part, kind).append(tuple((where[cell][1], factor) for cell, factor in terms))
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
