"""What a reader knows over the years, which no table adds up: bounds between counts of different years.

Who is in a trajectory had started it and had not ended it before (`running` in the policy). And where years are added
up, a municipality has no more women in a year than people, nor than its arrondissement has women: one with people in
one year alone has no more women in four years than its arrondissement has in that one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exports.disclosure.counts import Block, Blocks
from exports.disclosure.geography import Geography
from exports.disclosure.known import Knowledge, Term
from exports.disclosure.policy import TOTAL, RunningRule
from exports.disclosure.system import CellId, System
from exports.figures.identity import CENTRUMSTAD, GEMEENTE
from exports.figures.periods import Period, is_pooled


@dataclass(frozen=True)
class OverTime:
    """Adds the bounds to a system whose cells are there. `grounds`: from municipalities to Flanders; `places`: ground
    -> its places; `known`: population -> what a reader knows of it."""

    system: System
    geography: Geography
    grounds: Sequence[str]
    places: Mapping[str, Sequence[str]]
    known: Mapping[str, Knowledge]

    def add_running(self, blocks: Blocks, rule: RunningRule) -> None:
        """Nobody is counted who had not started, or who had ended in an earlier year."""
        start, end = rule.started, rule.ended
        if (first := min((year for name, year in blocks if start.is_of(name)), default=None)) is None:
            return
        for (population, year), block in sorted(blocks.items()):
            for counted in rule.counted if not is_pooled(year) else ():
                if not counted.is_of(population):
                    continue
                began = [(start.population, before, start.item) for before in range(first, year + 1)]
                gone = [(end.population, before, end.item) for before in range(first, year)]
                for place in self._knowing([*began, *gone, (population, year, counted.item)]):
                    terms = [(CellId(name, at, place, item), 1) for name, at, item in began]
                    terms += [(CellId(name, at, place, item), -1) for name, at, item in gone]
                    own, least = CellId(population, year, place, counted.item), 0
                    if block.unit == 1:
                        terms.append((own, -1))
                    elif count := self._sum(
                        [own]
                    ):  # months, or means: so many persons; of a small one a reader knows 1
                        small = count < self.system.threshold * block.unit
                        least = 1 if small else -(-count // block.unit)
                    self.system.at_least_over_time(terms, least)

    def _knowing(self, counts: Sequence[tuple[str, int, str]]) -> Iterator[str]:
        """The places of which a reader knows all these counts."""
        for ground in self.grounds:
            if ground == CENTRUMSTAD and GEMEENTE in self.grounds:
                continue
            if all(item in self.known[name].items(year, ground) for name, year, item in counts if name in self.known):
                yield from self.places[ground]

    def add_pooled(self, block: Block) -> None:
        """Bound what a place has of an item in several years by its people in some of them and by what the place above
        has of the item in the others: those bounds that don't follow from sums alone."""
        known, years = self.known[block.population], Period.of(block.year).years
        for low, ground in enumerate(self.grounds):
            if ground == CENTRUMSTAD or any(TOTAL not in known.items(year, ground) for year in years):
                continue
            for item in sorted(known.items(block.year, ground) - {TOTAL}):
                for above in self.grounds[max(low + 1, 2) :]:
                    parts = {year: known.expressed(year, above, item) for year in years}
                    if all(parts.values()):
                        for whole, inside in self.geography.parts(above, ground).items():
                            for place in inside:
                                self._bound_pooled(block, place, whole, item, parts)
                        break

    def _bound_pooled(
        self, block: Block, place: str, whole: str, item: str, parts: Mapping[int, Sequence[Term] | None]
    ) -> None:
        population = block.population
        pooled = CellId(population, block.year, place, item)
        own = {year: [CellId(population, year, place, TOTAL)] for year in parts}
        with_item = {year: [CellId(population, when, whole, of) for when, of in parts[year] or ()] for year in parts}
        all_above = {year: [CellId(population, year, whole, TOTAL)] for year in parts}
        fewer = [year for year in parts if self._sum(with_item[year]) < self._sum(own[year])]
        if fewer and len(fewer) < len(parts):
            most = [cell for year in parts for cell in (with_item if year in fewer else own)[year]]
            self.system.bound([pooled], most)
        forced = [
            year for year in parts if self._sum(own[year]) > self._sum(all_above[year]) - self._sum(with_item[year])
        ]
        if forced and len(forced) < len(parts):
            least = [cell for year in forced for cell in (*own[year], *with_item[year])]
            self.system.bound(least, [pooled, *(cell for year in forced for cell in all_above[year])])

    def _sum(self, cells: Sequence[CellId]) -> int:
        return sum(self.system.values[self.system.index[cell]] for cell in cells if cell in self.system.index)
