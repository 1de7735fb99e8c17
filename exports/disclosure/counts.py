"""The counts of one population in one year per municipality, from which every published cell follows.

`collect` reads them from the marts of a publication. `assemble` turns them into a system: a cell for every count that
is published at some level, an equation for every total and every level, and the bounds of the policy. A total that no
table shows is a cell too, hidden from the start and in no need of protection: a reader doesn't know it, but does know
that two sets of parts add up to the same total (all profile tables count the same people).

A row is all that one population counts in one year and place. Rows can be withheld (`exports.disclosure.withhold`):
then all their cells are hidden, zeros too, except what the usual edition publishes of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from exports.disclosure.policy import TOTAL, Bound, MartPolicy, Policy, Same, Sum
from exports.disclosure.releases import PublishedSystem
from exports.disclosure.scope import AMOUNTS, Scope, WithheldRows, covers, item_of, marts, population_of
from exports.disclosure.system import CellId, Geography, System, level_of
from exports.figures.plan import Mart
from exports.figures.reading import UNALLOCATED, UNASSIGNED, Facts, Municipality, PublicationError

MONTHS = 27_720
"""Lowest common multiple of 1..12: any mean over the months of a year is a whole number of 1/27720ths."""


class PublicationSource(Protocol):
    """What disclosure control reads of a publication (a part of `exports.figures.reading.PublicationReader`)."""

    @property
    def facts(self) -> Facts: ...

    @property
    def municipalities(self) -> tuple[Municipality, ...]: ...

    def rows(
        self, relation: str, columns: Sequence[str], *, where: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]: ...


@dataclass
class Block:
    """The counts of one population in one year: (NIS code, item) -> count.

    A count is in `unit`ths of a person (1, or more for means), and at least `floor` when it isn't 0. `sums` and
    `bounds` are the policy's rules for this population."""

    population: str
    year: int
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    sums: list[Sum] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    unit: int = 1
    floor: int = 1

    def put(self, nis_code: str, item: str, count: int) -> None:
        """Set a count. Raises PublicationError when another mart of the same population gave another number."""
        if (before := self.counts.setdefault((nis_code, item), count)) != count:
            raise PublicationError(
                f"{self.population} {self.year}: {item} of {nis_code} is {before} in one mart and {count} in "
                "another: the marts contradict each other, build again"
            )

    def complete(self) -> None:
        """Add the totals that the marts don't hold themselves, as the sums of their parts."""
        for total, parts in self.totals():
            for place in {nis_code for nis_code, _ in self.counts}:
                self.put(place, total, sum(self.counts[place, part] for part in parts))

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


Blocks = dict[tuple[str, int], Block]
"""(population, year) -> its counts."""


def collect(publication: PublicationSource, name: str, scope: Scope, policy: Policy) -> tuple[PublishedSystem, Blocks]:
    """Read the counts in `scope` from the marts: what is to be published under this name, with nothing hidden, and the
    counts that it was made from. Raises PublicationError when the marts contradict each other."""
    blocks: Blocks = {}
    for mart_name, rules in policy.marts.items():
        if (mart := marts().get(mart_name)) is not None:
            for basis in next(iter(mart.options.values()), ("",)):
                _read(publication, mart, rules, basis, scope, blocks)
    for block in blocks.values():
        block.complete()
    geography = _geography(publication, {nis_code for block in blocks.values() for nis_code, _ in block.counts})
    system, facts = assemble(blocks, scope, geography, policy), publication.facts
    return PublishedSystem(name, facts.as_of, facts.geography_date, geography, system, frozenset()), blocks


def _geography(publication: PublicationSource, counted: set[str]) -> Geography:
    known = {item.nis_code: item for item in publication.municipalities}
    if UNASSIGNED in counted:
        known.setdefault(UNASSIGNED, UNALLOCATED)
    if foreign := sorted(counted - known.keys()):
        raise PublicationError(
            f"the marts count municipalities that municipalities.parquet lacks: {', '.join(foreign)}; build again"
        )
    return Geography(tuple(known[code] for code in sorted(known)))


def _read(
    publication: PublicationSource, mart: Mart, rules: MartPolicy, basis: str, scope: Scope, blocks: Blocks
) -> None:
    """Add the counts of one mart, under one of its options, to the blocks."""
    population = population_of(mart, rules, basis)
    years = tuple(sorted({year for name, year in scope if name in (population, population + AMOUNTS)}))
    if not years:
        return

    def block_of(name: str, year: int) -> Block:
        block = blocks.setdefault((name, year), Block(name, year))
        block.sums += [rule for rule in rules.sums if rule not in block.sums]
        block.bounds += [rule for rule in rules.bounds if rule not in block.bounds]
        if rules.means:  # a mean that isn't 0 is at least one person in one of twelve months
            block.unit, block.floor = MONTHS, MONTHS // 12
        else:
            block.unit = max(block.unit, rules.most_per_person(basis))
        return block

    columns = ("year", "nis_code", *(item.column for item in mart.fields))
    where: dict[str, Any] = {"year": years} | (dict.fromkeys(mart.options, basis) if basis else {})
    for values in publication.rows(mart.name, columns, where=where):
        row = dict(zip(columns, values, strict=True))
        code, block = row["nis_code"], block_of(population, row["year"])
        if mart.category is not None:
            block.counts[code, item_of(mart, mart.category(row))] += row[mart.value]
            continue
        for column in rules.counts:
            block.put(code, rules.item(column), int(row[column]))
        for column in rules.means:
            block.put(code, rules.item(column), round((row[column] or 0) * MONTHS))
        if rules.amounts:
            # What an amount tells is the count behind it; where that is 0, somebody's correction.
            moved = any(row[column] for column in rules.amounts)
            block_of(population + AMOUNTS, row["year"]).put(code, TOTAL, block.counts[code, TOTAL] or int(moved))


def assemble(
    blocks: Blocks, scope: Scope, geography: Geography, policy: Policy, withheld: WithheldRows | None = None
) -> System:
    """The system of everything in `blocks`, whose totals must be complete. `scope` says what is published of it."""
    made = _Assembly(geography, policy, withheld or WithheldRows())
    for key, block in sorted(blocks.items()):
        made.add_block(block, scope.get(key, {}))
    for rule in policy.same:
        for (population, year), block in sorted(blocks.items()):
            other = blocks.get((rule.other, year + rule.shift))
            if population == rule.population and other is not None:
                made.add_same(rule, block, other)
    index = made.system.index
    for cell, number in index.items():
        counted = cell._replace(population=cell.population.removesuffix(AMOUNTS))
        if counted != cell and counted in index:
            made.system.follows[number] = index[counted]
    return made.system


def equal(rule: Same, block: Block, other: Block) -> bool:
    """Whether the two counts of the rule are the same number in every municipality. They aren't as long as one of them
    is incomplete, such as trajectories that are still to be measured."""
    codes = {nis_code for nis_code, _ in (*block.counts, *other.counts)}
    return all(block.counts[code, rule.item] == other.counts[code, rule.other_item] for code in codes)


class _Assembly:
    """A system in the making."""

    def __init__(self, geography: Geography, policy: Policy, withheld: WithheldRows) -> None:
        self.system = System(policy.threshold)
        self.geography, self.policy, self.withheld = geography, policy, withheld
        self.centre_cities = {item.nis_code for item in geography.municipalities if item.is_centre_city}
        self.places = {level: sorted(geography.parts(level, level)) for level in geography.levels}
        self.known: dict[tuple[str, int], dict[str, set[str]]] = {}
        """(population, year) -> level -> items that a reader can reason about: those published, and their totals."""

    def add_block(self, block: Block, published: Mapping[str, set[str]]) -> None:
        """Add the cells and equations of a block. `published`: item -> the levels at which it is published."""
        known = {level: {item for item, at in published.items() if level in at} for level in self.geography.levels}
        self.known[block.population, block.year] = known
        for items in known.values():
            for total, parts in block.totals():
                if not items.isdisjoint(parts):
                    items.update((total, *parts))
        self._add_cells(block, published, known)
        self._add_equations(block, known)

    def _add_cells(self, block: Block, published: Mapping[str, set[str]], known: Mapping[str, set[str]]) -> None:
        rows = self.withheld.places(block.population, block.year)
        totals = {TOTAL, *(total for total, _ in block.totals())}
        for level, counts in self._place_counts(block).items():
            for (place, item), count in sorted(counts.items()):
                if item not in known[level]:
                    continue
                watched = level in published.get(item, ())
                cost = self.policy.cost(level, place in self.centre_cities, item in totals)
                cell = CellId(block.population, block.year, place, item)
                floor = 0 if place in rows and not covers(self.withheld.kept, cell) else block.floor
                number = self.system.add(cell, count, cost=cost, unit=block.unit, floor=floor, watched=watched)
                if self.policy.allowed(block.population, place, item):
                    self.system.exempt.add(number)
            for place in sorted(row for row in rows if level_of(row) == level):
                for item in sorted(known[level]):
                    cell = CellId(block.population, block.year, place, item)
                    if (place, item) not in counts and not covers(self.withheld.kept, cell):
                        self.system.add(cell, 0, unit=block.unit, floor=0, watched=False)

    def _place_counts(self, block: Block) -> dict[str, Counter[tuple[str, str]]]:
        """Level -> (place, item) -> count; counts of 0 are left out."""
        result: dict[str, Counter[tuple[str, str]]] = {level: Counter() for level in self.geography.levels}
        for (nis_code, item), count in block.counts.items():
            if count:
                for level, place in self.geography.above[nis_code].items():
                    result[level][place, item] += count
        return result

    def _add_equations(self, block: Block, known: Mapping[str, set[str]]) -> None:
        def cells(place: str, items: Iterable[str]) -> list[CellId]:
            return [CellId(block.population, block.year, place, item) for item in items]

        for level in self.geography.levels:
            for total, parts in block.totals():
                if total in known[level] and not known[level].isdisjoint(parts):
                    for place in self.places[level]:
                        self.system.equate(*cells(place, [total]), cells(place, parts))
        for above, level in enumerate(self.geography.levels):
            for item in sorted(known[level]):
                if lower := [below for below in self.geography.levels[:above] if item in known[below]]:
                    for place, parts in self.geography.parts(level, lower[-1]).items():
                        self.system.equate(
                            *cells(place, [item]), [cell for part in parts for cell in cells(part, [item])]
                        )
        for rule in block.bounds:
            items = {*rule.lower, *rule.upper}
            level = next((level for level in self.geography.levels if items <= known[level]), None)
            for place in self.places[level] if level else ():  # those of higher levels follow
                self.system.bound(cells(place, rule.lower), cells(place, rule.upper))

    def add_same(self, rule: Same, block: Block, other: Block) -> None:
        """Equate counts of two populations that are the same number (or bound them where one isn't complete yet)."""
        mine, theirs = self.known[block.population, block.year], self.known[other.population, other.year]
        complete = equal(rule, block, other)
        for level in self.geography.levels:  # a reader puts the tables of each level side by side
            if rule.item in mine[level] and rule.other_item in theirs[level]:
                for place in self.places[level]:
                    first = CellId(block.population, block.year, place, rule.item)
                    second = CellId(other.population, other.year, place, rule.other_item)
                    if complete:
                        self.system.equate(first, [second])
                    else:
                        self.system.bound([first], [second])
