"""What a reader knows over the years, which no table adds up: bounds between counts of different years.

Who is in a trajectory had started it and had not ended it before (`running` in the policy). And where years are added
up, a municipality has no more women in a year than people, nor than its arrondissement has women: one with people in
one year alone has no more women in four years than its arrondissement has in that one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from exports.disclosure.bounds import OuterBounds
from exports.disclosure.counts import Block, Blocks
from exports.disclosure.geography import Geography
from exports.disclosure.known import Knowledge, Term
from exports.disclosure.policy import TOTAL, RunningRule
from exports.disclosure.system import CellId, OverYears, System
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
                    elif count := self._sum([own]):
                        # Months, or means: so many persons; of a small one a reader knows 1.
                        small = count < self.system.threshold * block.unit
                        least = 1 if small else -(-count // block.unit)
                    self._at_least(terms, least)

    def _at_least(self, terms: Sequence[tuple[CellId, int]], least: int) -> None:
        known = self.system.index
        self.system.over_time.bounds.append(([term for term in terms if term[0] in known], least))

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


@dataclass
class UnseenYears:
    """Counts of several years that bounds tie to others (`with_art60 <= total`). Each is the sum of counts by year that
    no table shows, under the same bounds; and the places together have of each what the place above has in that year.

    `block`: the count of several years; `years`: the blocks of those years; `grounds`: from municipalities to
    Flanders; `items`: ground -> what is unseen there."""

    system: System
    geography: Geography
    grounds: Sequence[str]
    places: Mapping[str, Sequence[str]]
    known: Knowledge
    block: Block
    years: Mapping[int, Block]
    items: dict[str, set[str]] = field(default_factory=dict)

    def add(self) -> None:
        """Add them to what the system has over the years."""
        tied = {item for rule in self.block.bounds for item in (*rule.lower, *rule.upper)}
        for low in reversed(range(len(self.grounds))):
            ground = self.grounds[low]
            self.items[ground] = set()
            for item in sorted(tied & self.known.items(self.block.year, ground)):
                above = next((each for each in self.grounds[low + 1 :] if self._by_year(each, item)), None)
                if above is not None and not self._by_year(ground, item):
                    self.items[ground].add(item)
                    self._add_item(ground, above, item)
            if self.items[ground]:
                self._add_bounds(ground)

    def _terms(self, year: int, ground: str, item: str) -> Sequence[Term]:
        unseen = item in self.items.get(ground, ())
        return [(year, item)] if unseen else self.known.expressed(year, ground, item) or ()

    def _by_year(self, ground: str, item: str) -> bool:
        return all(self._terms(year, ground, item) for year in self.years)

    def _cells(self, place: str, terms: Iterable[Term]) -> list[CellId]:
        return [CellId(self.block.population, year, place, item) for year, item in terms]

    def _add_item(self, ground: str, above: str, item: str) -> None:
        over_time = self.system.over_time
        for place in self.places[ground]:
            whole, parts = [(self.block.year, item)], [(year, item) for year in self.years]
            over_time.sums.append((self._cells(place, whole), self._cells(place, parts)))
        for year, of in self.years.items():
            counts = of.by_place(self.geography)
            for place in self.places[ground]:
                over_time.unseen[self._cells(place, [(year, item)])[0]] = counts.get(place, Counter())[item]
            for place, inside in self.geography.parts(above, ground).items():
                parts = [cell for part in inside for cell in self._cells(part, [(year, item)])]
                over_time.sums.append((self._cells(place, self._terms(year, above, item)), parts))

    def _add_bounds(self, ground: str) -> None:
        for rule in self.block.bounds:
            for year in self.years:
                lower, upper = ([self._terms(year, ground, item) for item in side] for side in (rule.lower, rule.upper))
                for place in self.places[ground] if all((*lower, *upper)) else ():
                    more = [(cell, 1) for terms in upper for cell in self._cells(place, terms)]
                    less = [(cell, -1) for terms in lower for cell in self._cells(place, terms)]
                    self.system.over_time.bounds.append(([*more, *less], 0))


_FEW = 5_000
"""So many hidden cells are all proven over the years; of more, those that need it most."""


def joined(system: System, hidden: Set[int]) -> System:
    """The system with what a reader knows over the years as equations and bounds like any other; its cells keep their
    numbers. Left out is what doesn't hold. What a sum is at least is a cell that is known.

    `hidden` are cells that are protected without it. Of many, only those need proof that it bears upon, as far as one
    equation after the other shows: the others' `watched` is False."""
    made, known = system.copy(), system.over_time
    made.over_time = OverYears()
    for cell, value in known.unseen.items():
        if cell not in made.index:
            made.add(cell, value, floor=0, watched=False)
    for whole, parts in known.sums:
        made.equate_sums(whole, parts)
    for place, (terms, least) in enumerate(known.bounds):
        row = [(made.index[cell], factor) for cell, factor in terms if cell in made.index]
        if sum(made.values[cell] * factor for cell, factor in row) < least:
            continue
        if least:
            row.append((made.add(CellId("at least", place, "", ""), least), -1))
            made.exempt.add(row[-1][0])
        if any(factor < 0 for _, factor in row):
            made.bounds.append(tuple(row))
    if len(hidden) > _FEW:
        before = OuterBounds(system.published(hidden))
        after = OuterBounds(made.published(made.hidden_with(hidden)))
        for cell in hidden:
            same = (before.lowest[cell], before.highest[cell]) == (after.lowest[cell], after.highest[cell])
            if same or after.lowest[cell] >= made.large(cell):
                made.watched[cell] = False
    return made
