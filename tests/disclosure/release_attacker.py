"""An attacker of releases in memory: the public tables of one release, or of two, of a made-up world.

It is told which figures are the same in two stands, which no file says, so the unit tests hold the control of later
releases against it; `tests.adversary` attacks finished folders instead, with what stands in their files and nothing
else. Written apart from the audit, and from that one: its own model of how the annexes hang together, its own integer
program (highspy's modelling interface), one minimum and one maximum per hidden cell. What it reads of a figure is which
mart, column, category, place and year it is of, and its value: None where the public edition hides it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field

import highspy

from exports.figures.identity import FigureId

DETAILS = {f"months/{months}" for months in range(25, 100)}
Key = tuple[str, str, str, int]
"""(population, item, place, year): what the attacker takes a cell to count."""
Unknown = tuple[int, Key]
"""A hidden cell of one of the releases."""

FLANDERS = "vlaanderen"
POPULATION = {
    "mart_started_duration": "started",
    "mart_started_profile": "started",
    "mart_wage_subsidies": "subsidies",
    "mart_ended_duration": "ended",
    "mart_aftercare": "ended",
    "mart_outflow": "measured",
    "mart_competence": "measured",
    "mart_transmissions": "measured",
    "mart_intake": "screened",
}
BELOW = (
    # (smaller, larger) within a population
    ("with_either", "total"),
    ("with_training", "with_either"),
    ("with_workplace_learning", "with_either"),
    ("with_transmission", "total"),
    ("with_art60", "total"),
    ("timely_work", "with_art60"),
    ("with_wes", "with_art60"),
    ("with_ibo", "with_art60"),
    ("with_opleidingsstage", "with_art60"),
    ("with_coaching", "with_art60"),
    ("referred", "total"),
    ("meeting_criteria", "total"),
    ("referred_meeting", "meeting_criteria"),
    ("incomplete", "total"),
)


@dataclass
class View:
    """One release as a reader has it. `municipalities`: NIS code -> province."""

    cells: dict[Key, int | None]
    municipalities: Mapping[str, str]
    territory: Mapping[str, frozenset[str]] = field(default_factory=dict)
    withheld: Set[Key] = frozenset()
    """The hidden cells that can be 0, because their rows are hidden whole."""


def key_of(figure: FigureId) -> Key:
    """What a figure counts, in the attacker's own words."""
    place = f"provincie:{figure.place}" if figure.level == "provincie" else figure.place
    item = figure.measure
    if item in ("measured", "ended", "screened", "subsidies"):
        item = "total"
    elif item == "trajectories":
        item = figure.category.removesuffix("/*")
        item = item if "/" in item or item in ("executed", "early") else "total"
    return POPULATION[figure.mart], item, place, figure.year


class Attacker:
    """Collects what is known as rows over the hidden cells; every group of cells that hang together is one program."""

    def __init__(self, views: Iterable[View], unchanged: Callable[[Key, int], bool] = lambda key, view: True) -> None:
        self.views = list(views)
        self.rows: list[tuple[dict[Unknown, int], str, int]] = []
        self.hidden: list[Unknown] = [
            (number, key)
            for number, view in enumerate(self.views)
            for key, value in view.cells.items()
            if value is None
        ]
        for number, view in enumerate(self.views):
            self._read(number, view)
        for number in range(1, len(self.views)):
            self._compare(0, number, unchanged)
        self._programs = self._split()

    def _split(self) -> dict[Unknown, tuple[highspy.Highs, dict[Unknown, highspy.highs.highs_var]]]:
        leader = {cell: cell for cell in self.hidden}

        def lead(cell: Unknown) -> Unknown:
            while leader[cell] != cell:
                cell = leader[cell]
            return cell

        for factors, _, _ in self.rows:
            first, *others = factors
            for cell in others:
                leader[lead(cell)] = lead(first)
        programs: dict[Unknown, tuple[highspy.Highs, dict[Unknown, highspy.highs.highs_var]]] = {}
        result = {}
        for cell in self.hidden:
            if lead(cell) not in programs:
                programs[lead(cell)] = (highspy.Highs(), {})
                programs[lead(cell)][0].setOptionValue("output_flag", False)
            highs, variables = result[cell] = programs[lead(cell)]
            variables[cell] = highs.addIntegral(lb=int(cell[1] not in self.views[cell[0]].withheld), ub=100_000)
        for factors, sense, known in self.rows:
            highs, variables = result[next(iter(factors))]
            expression = sum(
                (factor * variables[cell] for cell, factor in factors.items()), 0 * variables[next(iter(factors))]
            )
            highs.addConstr(expression == known if sense == "=" else expression <= known)
        return result

    def _term(self, view: int, key: Key) -> Unknown | int:
        value = self.views[view].cells.get(key, 0)
        return (view, key) if value is None else value

    def _add(self, left: list[Unknown | int], right: list[Unknown | int], sense: str) -> None:
        """sum(left) = or <= sum(right)."""
        known = 0
        factors: dict[Unknown, int] = {}
        for terms, sign in ((left, 1), (right, -1)):
            for term in terms:
                if isinstance(term, int):
                    known -= sign * term
                else:
                    factors[term] = factors.get(term, 0) + sign
        factors = {cell: factor for cell, factor in factors.items() if factor}
        if factors:
            self.rows.append((factors, sense, known))
        else:
            assert known == 0 if sense == "=" else known >= 0, "the public tables contradict each other"

    def _read(self, number: int, view: View) -> None:
        items: dict[tuple[str, int], set[str]] = defaultdict(set)
        for population, item, _, year in view.cells:
            items[population, year].add(item)
        provinces: dict[str, list[str]] = defaultdict(list)
        for code, province in view.municipalities.items():
            provinces[f"provincie:{province}"].append(code)
        levels = {**provinces, FLANDERS: list(provinces)}
        places = [*view.municipalities, *levels]

        def terms(population: str, names: Iterable[str], place: str, year: int) -> list[Unknown | int]:
            return [self._term(number, (population, name, place, year)) for name in names]

        for (population, year), names in items.items():
            families: dict[str, list[str]] = defaultdict(list)
            for name in names:
                if "/" in name and name not in DETAILS:
                    families[name.partition("/")[0]].append(name)
            for place in view.municipalities:
                if names & DETAILS:
                    over = terms(population, sorted(names & DETAILS), place, year)
                    self._add(terms(population, ["months/25+"], place, year), over, "=")
            for place in places:
                for family, parts in families.items():
                    total = family if family in ("executed", "early") else "total"
                    self._add(terms(population, [total], place, year), terms(population, parts, place, year), "=")
                if "executed" in families:
                    both = terms(population, ["executed", "early"], place, year)
                    self._add(terms(population, ["total"], place, year), both, "=")
                if "referred" in names:
                    both = terms(population, ["referred_meeting", "referred_not_meeting"], place, year)
                    self._add(terms(population, ["referred"], place, year), both, "=")
                for small, large in BELOW:
                    if small in names and large in names:
                        self._add(terms(population, [small], place, year), terms(population, [large], place, year), "<")
                if "with_either" in names:
                    both = terms(population, ["with_training", "with_workplace_learning"], place, year)
                    self._add(terms(population, ["with_either"], place, year), both, "<")
                if population == "measured" and ("ended", year - 1) in items:
                    before = terms("ended", ["total"], place, year - 1)
                    self._add(terms(population, ["total"], place, year), before, "=")
            for name in names - DETAILS:
                for place, parts in levels.items():
                    below = [self._term(number, (population, name, part, year)) for part in parts]
                    self._add(terms(population, [name], place, year), below, "=")

    def _compare(self, one: int, other: int, unchanged: Callable[[Key, int], bool]) -> None:
        """The same count in two releases: equal in the same territory, a sum over what was merged."""
        first, second = self.views[one], self.views[other]
        by_land: dict[tuple[str, str, int, frozenset[str]], Key] = {}
        for key in first.cells:
            population, item, place, year = key
            by_land[population, item, year, first.territory[place]] = key
        for key in second.cells:
            population, item, place, year = key
            if not unchanged(key, other):
                continue
            same = by_land.get((population, item, year, second.territory[place]))
            if same is not None:
                self._add([self._term(one, same)], [self._term(other, key)], "=")
                continue
            parts = [
                candidate
                for candidate in first.municipalities
                if first.territory[candidate] and first.territory[candidate] <= second.territory[place]
            ]
            if place in second.municipalities and parts:
                covered = frozenset().union(*(first.territory[part] for part in parts))
                if all(code not in PRESENT or code in covered for code in second.territory[place]):
                    terms = [self._term(one, (population, item, part, year)) for part in parts]
                    self._add([self._term(other, key)], terms, "=")

    def interval(self, view: int, key: Key) -> tuple[int, int]:
        """Lowest and highest value that a hidden cell can have."""
        highs, variables = self._programs[view, key]
        result = []
        for optimise in (highs.minimize, highs.maximize):
            optimise(variables[view, key])
            status = highs.modelStatusToString(highs.getModelStatus())
            assert status == "Optimal", f"{key}: {status}"
            result.append(round(highs.variableValue(variables[view, key])))
        return result[0], result[1]


PRESENT: set[str] = set()
"""Codes that occur at all in the world attacked (a territory also holds codes that nobody has)."""
