"""The counts of one population in one year per municipality, from which every published cell follows.

`assemble` turns them into a system: a cell for every count that is published at some level, an equation for every total
and every level, and the bounds of the policy. A total that no table shows is a cell too, hidden from the start and in
no need of protection: a reader doesn't know it, but does know that two sets of parts add up to the same total (all
profile tables count the same people).

A row is all that one population counts in one year and place. Rows can be withheld (`exports.disclosure.withhold`):
then all their cells are hidden, zeros too, except what the usual edition publishes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exports.disclosure.geography import LEVELS, Geography, level_of
from exports.disclosure.policy import TOTAL, Bound, Policy, Same, Sum
from exports.disclosure.scope import AMOUNTS, Scope
from exports.disclosure.system import CellId, System
from exports.figures.reading import PublicationError

TableRow = tuple[str, int, str]
"""(population, year, place); amounts of money are in the row of their counts."""


@dataclass(frozen=True)
class WithheldRows:
    """Rows of which everything is hidden, zeros too, except the counts in `kept`: those of the usual edition."""

    rows: frozenset[TableRow] = frozenset()
    kept: Scope = field(default_factory=dict)

    def places(self, population: str, year: int) -> set[str]:
        """Places of the withheld rows of a population in a year."""
        name = population.removesuffix(AMOUNTS)
        return {place for other, when, place in self.rows if (other, when) == (name, year)}

    def keeps(self, cell: CellId) -> bool:
        """Whether the usual edition publishes this cell."""
        items: Mapping[str, set[str]] = self.kept.get((cell.population, cell.year), {})
        return level_of(cell.place) in items.get(cell.item, ())


NOTHING_WITHHELD = WithheldRows()


def row_of(cell: CellId) -> TableRow:
    """The row that a cell belongs to; an amount of money belongs to the row of its count."""
    return cell.population.removesuffix(AMOUNTS), cell.year, cell.place


@dataclass
class Block:
    """The counts of one population in one year: (NIS code, item) -> count.

    A count is in `unit`ths of a person (1, or more for means), and at least `floor` when it isn't 0. `sums` and
    `bounds` are the policy's rules for this population."""

    population: str
    year: int
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    unit: int = 1
    floor: int = 1

    def add(self, nis_code: str, item: str, count: int) -> None:
        """Add to a count."""
        key = (nis_code, item)
        self.counts[key] = self.counts.get(key, 0) + count

    def put(self, nis_code: str, item: str, count: int) -> None:
        """Set a count. Raises PublicationError when another mart of the same population gave another number."""
        key = (nis_code, item)
        if self.counts.setdefault(key, count) != count:
            raise PublicationError(
                f"{self.population} {self.year}: {item} of {nis_code} is {self.counts[key]} in one mart and {count} in "
                "another: the marts contradict each other, build again"
            )

    def complete(self) -> None:
        """Add the totals that the marts don't hold themselves, as the sums of their parts."""
        for total, parts in self.totals():
            for place in {nis_code for nis_code, _ in self.counts}:
                self.put(place, total, sum(self.counts.get((place, part), 0) for part in parts))

    def totals(self) -> list[tuple[str, tuple[str, ...]]]:
        """(total, its parts) of every sum. A sum whose total is a part elsewhere comes before that one."""
        names = sorted({item for _, item in self.counts})
        details: dict[str, list[str]] = {}
        for name in names:
            if "|" in name:
                details.setdefault(name.partition("|")[0], []).append(name)
        result = [(whole, tuple(parts)) for whole, parts in details.items()]
        names = sorted({name for name in (*names, *details) if "|" not in name})
        for rule in self.sums:
            parts: list[str] = []
            for part in rule.parts:
                parts += [name for name in names if name.startswith(part[:-1])] if part.endswith("/*") else [part]
            result.append((rule.total, tuple(parts)))
        return list(dict.fromkeys(result))


def assemble(
    blocks: Mapping[tuple[str, int], Block],
    scope: Scope,
    geography: Geography,
    policy: Policy,
    withheld: WithheldRows = NOTHING_WITHHELD,
) -> System:
    """The system of everything in `blocks`, whose totals must be complete. `scope` says what is published of it."""
    system = System(policy.threshold)
    known = {}
    for key, block in sorted(blocks.items()):
        known[key] = _known(block, scope.get(key, {}))
        _add_cells(system, block, scope.get(key, {}), known[key], geography, policy, withheld)
        _add_equations(system, block, known[key], geography)
    for rule in policy.same:
        for (population, year), block in sorted(blocks.items()):
            other = blocks.get((rule.other, year + rule.shift))
            if population == rule.population and other is not None:
                _add_same(system, rule, block, other, known, geography)
    for number, cell in enumerate(system.cells):
        if cell.population.endswith(AMOUNTS):
            leader = system.index.get(cell._replace(population=cell.population.removesuffix(AMOUNTS)))
            if leader is not None:
                system.follows[number] = leader
    return system


def place_counts(block: Block, geography: Geography) -> dict[str, dict[tuple[str, str], int]]:
    """Level -> (place, item) -> count; counts of 0 are left out."""
    result: dict[str, dict[tuple[str, str], int]] = {level: {} for level in LEVELS}
    for (nis_code, item), count in block.counts.items():
        if count:
            for level, place in geography.above[nis_code].items():
                counts = result[level]
                counts[place, item] = counts.get((place, item), 0) + count
    return result


def _known(block: Block, published: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Level -> the items that a reader can reason about: those published, and the totals that tie them together."""
    result: dict[str, set[str]] = {level: {item for item, at in published.items() if level in at} for level in LEVELS}
    for items in result.values():
        for total, parts in block.totals():
            if not items.isdisjoint(parts):
                items.update((total, *parts))
    return result


def _add_cells(
    system: System,
    block: Block,
    published: Mapping[str, Iterable[str]],
    known: Mapping[str, set[str]],
    geography: Geography,
    policy: Policy,
    withheld: WithheldRows,
) -> None:
    rows = withheld.places(block.population, block.year)
    totals = {TOTAL, *(total for total, _ in block.totals())}
    centres = geography.centre_cities
    for level, counts in place_counts(block, geography).items():
        for (place, item), count in sorted(counts.items()):
            if item not in known[level]:
                continue
            watched = level in published.get(item, ())
            cost = policy.cost(level, place in centres, item in totals)
            cell = CellId(block.population, block.year, place, item)
            floor = 0 if place in rows and not withheld.keeps(cell) else block.floor
            number = system.add(cell, count, cost=cost, unit=block.unit, floor=floor, watched=watched)
            if policy.exceptions and policy.allowed(block.population, place, item):
                system.exempt.add(number)
        for place in sorted(row for row in rows if level_of(row) == level):
            for item in sorted(known[level]):
                cell = CellId(block.population, block.year, place, item)
                if (place, item) not in counts and not withheld.keeps(cell):
                    system.add(cell, 0, unit=block.unit, floor=0, watched=False)


def _add_equations(system: System, block: Block, known: Mapping[str, set[str]], geography: Geography) -> None:
    def cells(place: str, items: Iterable[str]) -> list[CellId]:
        return [CellId(block.population, block.year, place, item) for item in items]

    places = {level: sorted(geography.parts(level, level)) for level in LEVELS}
    for level in LEVELS:
        for total, parts in block.totals():
            if total in known[level] and not known[level].isdisjoint(parts):
                for place in places[level]:
                    system.equate(*cells(place, [total]), cells(place, parts))
    for above, level in enumerate(LEVELS):
        for item in sorted(known[level]):
            lower = [below for below in LEVELS[:above] if item in known[below]]
            if lower:
                for place, parts in geography.parts(level, lower[-1]).items():
                    system.equate(*cells(place, [item]), [cell for part in parts for cell in cells(part, [item])])
    for rule in block.bounds:
        items = {*rule.lower, *rule.upper}
        level = next((level for level in LEVELS if items <= known[level]), None)
        for place in places[level] if level else ():  # those of higher levels follow
            system.bound(cells(place, rule.lower), cells(place, rule.upper))


def equal(rule: Same, block: Block, other: Block) -> bool:
    """Whether the two counts of the rule are the same number in every municipality. They aren't as long as one of them
    is incomplete, such as trajectories that are still to be measured."""
    codes = {nis_code for nis_code, _ in (*block.counts, *other.counts)}
    return all(block.counts.get((code, rule.item), 0) == other.counts.get((code, rule.other_item), 0) for code in codes)


def _add_same(
    system: System,
    rule: Same,
    block: Block,
    other: Block,
    known: Mapping[tuple[str, int], Mapping[str, set[str]]],
    geography: Geography,
) -> None:
    """Equate counts of two populations that are the same number (or bound them where one isn't complete yet)."""
    mine, theirs = known[block.population, block.year], known[other.population, other.year]
    complete = equal(rule, block, other)
    for level in LEVELS:  # a reader puts the tables of each level side by side
        if rule.item not in mine[level] or rule.other_item not in theirs[level]:
            continue
        for place in sorted(geography.parts(level, level)):
            first = CellId(block.population, block.year, place, rule.item)
            second = CellId(other.population, other.year, place, rule.other_item)
            if complete:
                system.equate(first, [second])
            else:
                system.bound([first], [second])
