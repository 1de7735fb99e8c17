"""Atoms: the smallest groups of people that published figures are sums of.

An atom is a count of one year, one place and one class of categories, at least 0. Every figure is the sum of its atoms:
a class of its categories, a period of its years, a province of its municipalities, a total of the categories of any
family. Nothing else is assumed, so whatever follows from the figures together follows from these equations.

Places are the finest rows shown, and above them those of each level that shows something. At each level the categories
are divided as far as it, or the level above, tells them apart: finer ones could be dealt out over the places in any way
that adds up, so nothing follows from them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from tests.adversary.meaning import Meaning, arrondissements, expanded
from tests.adversary.reading import Publication

LEVELS = ("g:", "a:", "p:", "v")
ELSEWHERE = "?"
"""What Flanders counts and no municipality has."""
Class = frozenset[str]
ALL: Class = frozenset()


class Atom(NamedTuple):
    """Those of `whole` in a class of a family of categories, or all of them."""

    release: tuple[str, str]
    whole: str
    year: int
    area: str
    family: str = ""
    codes: Class = ALL


@dataclass(frozen=True)
class Row:
    """lower <= sum of coefficient x atom <= upper."""

    terms: tuple[tuple[Atom, int], ...]
    lower: float
    upper: float
    why: str


def row(plus: Iterable[Atom], minus: Iterable[Atom], lower: float, upper: float, why: str) -> Row:
    return Row((*((atom, 1) for atom in plus), *((atom, -1) for atom in minus)), lower, upper, why)


def level_of(area: str) -> int:
    return next(level for level, prefix in enumerate(LEVELS) if area.startswith(prefix))


def divided(classes: Iterable[Class], every: Class) -> tuple[Class, ...]:
    """The coarsest division of all categories in which each of these classes is a union of parts."""
    classes = tuple(classes)
    parts: defaultdict[tuple[bool, ...], set[str]] = defaultdict(set)
    for code in every:
        parts[tuple(code in each for each in classes)].add(code)
    return tuple(sorted((frozenset(part) for part in parts.values()), key=sorted))


def finer(one: tuple[Class, ...], other: tuple[Class, ...]) -> bool:
    return all(any(part <= whole for whole in other) for part in one)


@dataclass
class Family:
    """The categories of one family in one release."""

    every: Class
    shown: dict[int, set[Class]] = field(default_factory=lambda: defaultdict(set))
    """Level -> the classes that figures are about."""
    years: set[int] = field(default_factory=set)

    @cached_property
    def told(self) -> tuple[tuple[Class, ...], ...]:
        """Per level the classes of which something is known: what is told apart both there or below, and there or
        above."""
        found = []
        for level in range(len(LEVELS)):
            below, above = (
                divided([each for at in levels for each in self.shown.get(at, ())], self.every)
                for levels in (range(level + 1), range(level, len(LEVELS)))
            )
            nested = above if finer(below, above) else below if finer(above, below) else None
            found.append(nested or divided((*below, *above), self.every))
        return tuple(found)


@dataclass
class Whole:
    """A population: its families, and where and when something is shown of it."""

    families: dict[str, Family] = field(default_factory=dict)
    areas: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    years: set[int] = field(default_factory=set)
    divisions: dict[tuple[str, int], tuple[Class, ...]] = field(default_factory=dict)
    """(family, level) -> the classes of its atoms; none where nothing is told apart."""

    def above(self, level: int) -> int | None:
        """The next level that shows something."""
        return next((each for each in range(level + 1, len(LEVELS)) if self.areas.get(each)), None)

    def divide(self) -> None:
        for name, family in self.families.items():
            for level in range(len(LEVELS)):
                above = self.above(level)
                parts = (*family.told[level], *(family.told[above] if above is not None else ()))
                self.divisions[name, level] = divided(parts, family.every) if len(family.told[level]) > 1 else ()


class Release:
    """The atoms of one release, and what its figures are as sums of them."""

    def __init__(self, pub: Publication, release: tuple[str, str], meanings: Mapping[str, Meaning]) -> None:
        self.pub, self.release, self.meanings = pub, release, meanings
        self.cells = [cell for cell in pub.values if cell.release == release]
        self.known: dict[frozenset[Atom], int] = {}
        """What is shown, as sums of atoms."""
        self.units = self._finest()
        """Municipality -> the finest row that it is in."""
        self._province: dict[str, str] = {}
        for (geography, area), province in pub.province.items():
            if geography == release[1]:
                for unit in self.places(area):
                    self._province[unit] = self._province[self._arrondissement(unit)] = province
        self.wholes: defaultdict[str, Whole] = defaultdict(Whole)
        self._collect_families()
        for cell in self.cells:
            whole, means = self.wholes[meanings[cell.measure].whole], meanings[cell.measure]
            level = level_of(cell.area)
            whole.areas[level].update(self.places(cell.area))
            whole.years.update(cell.years)
            if means.family:
                family = whole.families[means.family]
                family.shown[level].add(expanded(means.codes, family.every))
                family.years.update(cell.years)
        for whole in self.wholes.values():
            if whole.areas[0]:  # a table may show the centre cities alone; the others are there all the same
                whole.areas[0] |= set(self.units.values())
            whole.divide()
            for level in range(3):
                if whole.areas[level] and (above := whole.above(level)) is not None:
                    whole.areas[above] |= {self._parent(area, above) for area in whole.areas[level]}
            if release in pub.unallocated and "99999" not in self.units and whole.areas[3]:
                whole.areas[max((level for level in range(3) if whole.areas[level]), default=0)].add(ELSEWHERE)

    def _finest(self) -> dict[str, str]:
        within: defaultdict[str, set[str]] = defaultdict(set)
        for area in {cell.area for cell in self.cells if cell.area.startswith("g:")}:
            for code in area[2:].split(","):
                within[code].add(area)
        together: defaultdict[frozenset[str], list[str]] = defaultdict(list)
        for code, areas in within.items():
            together[frozenset(areas)].append(code)
        return {code: f"g:{','.join(sorted(codes))}" for codes in together.values() for code in codes}

    def _collect_families(self) -> None:
        codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for measure in {cell.measure for cell in self.cells}:
            means = self.meanings[measure]
            if means.family:
                codes[means.whole, means.family] |= {code for code in means.codes if not code.endswith("*")}
        for (whole, family), known in codes.items():
            self.wholes[whole].families[family] = Family(expanded(frozenset(known), frozenset(known)))

    def places(self, area: str) -> list[str]:
        """The finest rows of an area of municipalities; another area itself."""
        if not area.startswith("g:"):
            return [area]
        return sorted({self.units[code] for code in area[2:].split(",") if code in self.units})

    def _arrondissement(self, unit: str) -> str:
        return f"a:{arrondissements().get(unit[2:].partition(',')[0], 'Niet toewijsbaar')}"

    def _parent(self, area: str, level: int) -> str:
        """The area of a higher level that an area is in."""
        if level == 3 or area == ELSEWHERE:
            return "v"
        return self._arrondissement(area) if level == 1 else self._province[area]

    def sum(self, measure: str, years: Iterable[int], area: str) -> list[Atom] | None:
        """The atoms of a figure, whether published or not; None when they aren't there."""
        means = self.meanings.get(measure)
        if means is None or means.whole not in self.wholes:
            return None
        whole, level = self.wholes[means.whole], level_of(area)
        family = whole.families.get(means.family)
        places, years = self.places(area), tuple(years)
        if not whole.areas[level].issuperset(places) or not (family or whole).years.issuperset(years):
            return None
        name, blocks = "", [ALL]
        if family is not None and (codes := expanded(means.codes, family.every)) != family.every:
            name = means.family
            blocks = [each for each in whole.divisions[name, level] if each <= codes]
            if frozenset().union(*blocks) != codes:
                return None
        return [self._atom(means.whole, y, at, name, codes) for y in years for at in places for codes in blocks]

    def _atom(self, whole: str, year: int, area: str, family: str = "", codes: Class = ALL) -> Atom:
        return Atom(self.release, whole, year, area, family, codes)

    def rows(self) -> Iterator[Row]:
        """Every figure as the sum of its atoms, and how atoms hang together."""
        for cell in self.cells:
            atoms = self.sum(cell.measure, cell.years, cell.area)
            assert atoms, f"{cell} has no atoms"
            value = self.pub.values[cell]
            if value is not None:
                self.known[frozenset(atoms)] = value
                yield row(atoms, (), value, value, "figure")
            else:
                least = 0 if cell in self.pub.maybe_zero and cell not in self.pub.never_zero else 1
                yield row(atoms, (), least, math.inf, "hidden")
        for name, whole in self.wholes.items():
            for level, areas in sorted(whole.areas.items()):
                yield from self._categories(name, whole, level)
                if areas and "equivalent" not in name:  # means over months that differ
                    yield from self._levels(name, whole, level)

    def _equal(self, sum_: list[Atom], parts: list[Atom], why: str) -> Row:
        """Where the sum is shown, parts that add up to it hang together with nothing else."""
        value = self.known.get(frozenset(sum_))
        return row(parts, sum_, 0, 0, why) if value is None else row(parts, (), value, value, why)

    def _categories(self, name: str, whole: Whole, level: int) -> Iterator[Row]:
        """A total is the sum of any family of categories."""
        for key, family in whole.families.items():
            if classes := whole.divisions[key, level]:
                for area in whole.areas[level]:
                    for year in family.years:
                        parts = [self._atom(name, year, area, key, codes) for codes in classes]
                        yield self._equal([self._atom(name, year, area)], parts, "categories")

    def _levels(self, name: str, whole: Whole, level: int) -> Iterator[Row]:
        """A place is the sum of those of the next level below it, in all that is told of it."""
        if (above := whole.above(level)) is None:
            return
        inside: defaultdict[str, list[str]] = defaultdict(list)
        for area in whole.areas[level]:
            inside[self._parent(area, above)].append(area)
        for area, places in inside.items():
            for year in whole.years:
                parts = [self._atom(name, year, place) for place in places]
                yield self._equal([self._atom(name, year, area)], parts, "places")
            for key, family in whole.families.items():
                mine, theirs = whole.divisions[key, above], whole.divisions[key, level]
                for codes in family.told[above] if mine and theirs else ():
                    for year in family.years:
                        sum_ = [self._atom(name, year, area, key, each) for each in mine if each <= codes]
                        parts = [
                            self._atom(name, year, at, key, each) for at in places for each in theirs if each <= codes
                        ]
                        yield self._equal(sum_, parts, "places")
