"""One population in one year: its counts per municipality, from which every published cell follows.

`assemble` turns blocks into a system: the counts at every level, an equation for every total and every level, and
the bounds of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from exports.disclosure.geography import CENTRE_CITIES, FLANDERS, Geography, level_of
from exports.disclosure.policy import Bound, Policy, Sum
from exports.disclosure.system import CellId, System
from exports.reading import PublicationError


@dataclass
class Block:
    """`counts`: (NIS code, item) -> count, in `unit`ths of a person; `local` items are shown per municipality only."""

    population: str
    year: int
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    unit: int = 1
    floor: int = 1
    local: set[str] = field(default_factory=set)

    def add(self, nis_code: str, item: str, count: int) -> None:
        """Add to a count."""
        key = (nis_code, item)
        self.counts[key] = self.counts.get(key, 0) + count

    def put(self, nis_code: str, item: str, count: int) -> None:
        """Set a count; two marts that share a population must agree about it."""
        key = (nis_code, item)
        if self.counts.setdefault(key, count) != count:
            raise PublicationError(
                f"{self.population} {self.year}: {item} of {nis_code} is {self.counts[key]} in one mart and {count} in "
                "another: the marts contradict each other, build again"
            )

    def parts(self, rule: Sum) -> tuple[str, ...]:
        """The items that add up to the total of `rule`."""
        names = {item: None for _, item in self.counts}
        result: list[str] = []
        for part in rule.parts:
            if part.endswith("/*"):
                result += sorted(name for name in names if name.startswith(part[:-1]) and name not in self.local)
            else:
                result.append(part)
        return tuple(result)

    def complete(self) -> None:
        """Work out the totals of the sums that the marts don't hold themselves."""
        for rule in self.sums:
            parts = self.parts(rule)
            for place in {nis_code for nis_code, _ in self.counts}:
                self.put(place, rule.total, sum(self.counts.get((place, part), 0) for part in parts))


def assemble(blocks: Iterable[Block], geography: Geography, policy: Policy) -> System:
    """The system of all blocks. Blocks must be complete."""
    system = System(policy.threshold)
    for block in blocks:
        _add_cells(system, block, geography, policy)
        _add_equations(system, block, geography)
    return system


def place_counts(block: Block, geography: Geography) -> dict[tuple[str, str], int]:
    """(place, item) -> count at every level."""
    counts: dict[tuple[str, str], int] = {}
    for (nis_code, item), count in block.counts.items():
        places = geography.above[nis_code][:1] if item in block.local else geography.above[nis_code]
        for place in places:
            counts[place, item] = counts.get((place, item), 0) + count
    return counts


def _add_cells(system: System, block: Block, geography: Geography, policy: Policy) -> None:
    totals = {rule.total for rule in block.sums}
    for (place, item), count in sorted(place_counts(block, geography).items()):
        if count == 0:
            continue
        cost = policy.costs[level_of(place)] * (policy.total_factor if item in totals or item == "total" else 1)
        number = system.add(
            CellId(block.population, block.year, place, item), count, cost=cost, unit=block.unit, floor=block.floor
        )
        if policy.exceptions and policy.allowed(block.population, place, item):
            system.exempt.add(number)


def _add_equations(system: System, block: Block, geography: Geography) -> None:
    places = sorted({place for place, _ in place_counts(block, geography)})
    items = sorted({item for _, item in block.counts} - block.local)

    def cell(place: str, item: str) -> CellId:
        return CellId(block.population, block.year, place, item)

    sums = [(rule.total, block.parts(rule)) for rule in block.sums]
    for item in sorted(block.local):  # item|detail
        whole = item.rpartition("|")[0]
        sums.append((whole, tuple(name for name in sorted(block.local) if name.rpartition("|")[0] == whole)))
    for total, parts in dict.fromkeys(sums):
        local = all(part in block.local for part in parts)
        for place in places:
            if not local or level_of(place) == "gemeente":
                system.equate(cell(place, total), [cell(place, part) for part in parts])
    for place, below in geography.sums:
        for item in items:
            system.equate(cell(place, item), [cell(part, item) for part in below])
    for item in items:
        system.imply(cell(FLANDERS, item), [cell(place, item) for place in (CENTRE_CITIES, *geography.others)])
    for rule in block.bounds:
        for place in places:
            if level_of(place) == "gemeente":
                system.bound([cell(place, i) for i in rule.lower], [cell(place, i) for i in rule.upper])
