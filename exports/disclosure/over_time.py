"""What a reader knows over the years, which no table adds up.

Who is in a trajectory had started it and had not ended it before (`running` in the policy). And where a place shows
years together alone, its counts by year are there all the same: they make up what it shows, and with those of the other
places what the place above has in that year. A municipality with people in one year alone has no more women in four
years than its arrondissement in that one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain

from exports.disclosure.bounds import OuterBounds
from exports.disclosure.counts import Block, Blocks, count_of
from exports.disclosure.geography import Geography, rest_of
from exports.disclosure.known import Ground, Knowledge, Term
from exports.disclosure.policy import RunningRule
from exports.disclosure.system import CellId, OverYears, System, connected
from exports.figures.identity import CENTRUMSTAD, GEMEENTE
from exports.figures.periods import is_pooled


@dataclass(frozen=True)
class Running:
    """Adds the rule that nobody is counted who had not started, or who had ended in an earlier year, to a system whose
    cells are there. `grounds`: from municipalities to Flanders; `places`: ground -> its places; `known`: population ->
    what a reader knows of it."""

    system: System
    grounds: Sequence[str]
    places: Mapping[str, Sequence[str]]
    known: Mapping[str, Knowledge]

    def add(self, blocks: Blocks, rule: RunningRule) -> None:
        """Add it for every year and place of which a reader knows all these counts."""
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
                    elif (number := self.system.index.get(own)) is not None:
                        # Months, or means: so many persons; of a small count a reader knows 1.
                        count = self.system.values[number]
                        small = count < self.system.threshold * block.unit
                        least = 1 if small else -(-count // block.unit)
                    self._at_least(terms, least)

    def _at_least(self, terms: Sequence[tuple[CellId, int]], least: int) -> None:
        known = self.system.index
        self.system.over_time.bounds.append(([term for term in terms if term[0] in known], least))

    def _knowing(self, counts: Sequence[tuple[str, int, str]]) -> Iterator[str]:
        for ground in self.grounds:
            if all(item in self.known[name].items(year, ground) for name, year, item in counts if name in self.known):
                yield from self.places[ground]


@dataclass
class UnseenYears:
    """Counts of several years of which a place shows no years. Each is the sum of counts by year that no table shows,
    under the same sums and bounds as any year; and the places together have of each what the place above has.

    `block`: the counts of several years; `years`: the blocks of those years; `grounds`: from municipalities to
    Flanders; `items`: ground -> what is unseen there by year."""

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
        of_years = {year: block.by_place(self.geography) for year, block in self.years.items()}
        for low in reversed(range(len(self.grounds))):
            ground = self.grounds[low]
            self.items[ground] = set()
            for item in sorted(set().union(*(self._of(each).items for each in _tellers(ground)))):
                above = next((each for each in self.grounds[low + 1 :] if self._by_year(each, item)), None)
                if above is not None and not self._by_year(ground, item):
                    self.items[ground].add(item)
                    self._add_item(ground, above, item, of_years)
            for teller in _tellers(ground) if self.items[ground] else ():
                self._add_rows(ground, teller)
            if self.items[ground]:
                self._add_bounds(ground)

    def _of(self, ground: str) -> Ground:
        return self.known.grounds[self.block.year].get(ground) or Ground(set())

    def _terms(self, year: int, ground: str, item: str) -> Sequence[Term]:
        unseen = item in self.items.get(ground, ())
        return [(year, item)] if unseen else self.known.expressed(year, ground, item) or ()

    def _by_year(self, ground: str, item: str) -> bool:
        return all(self._terms(year, ground, item) for year in self.years)

    def _cells(self, place: str, terms: Iterable[Term]) -> list[CellId]:
        return [CellId(self.block.population, year, place, item) for year, item in terms]

    def _equate(self, whole: list[CellId], parts: list[CellId]) -> None:
        self.system.over_time.sums.append((whole, parts))

    def _add_item(self, ground: str, above: str, item: str, of_years: Mapping[int, Mapping[str, Counter[str]]]) -> None:
        period, by_year = [(self.block.year, item)], [(year, item) for year in self.years]
        teller = next(each for each in _tellers(ground) if item in self._of(each).items)
        for place in self.places[teller]:
            self._equate(self._cells(place, period), self._cells(place, by_year))
        for year, counts in of_years.items():
            for place in self.places[ground]:
                cell = CellId(self.block.population, year, place, item)
                self.system.over_time.unseen[cell] = count_of(counts.get(place, {}), item)
        for place, inside in self.geography.parts(above, ground).items():
            for year in self.years:
                parts = [cell for part in inside for cell in self._cells(part, [(year, item)])]
                self._equate(self._cells(place, self._terms(year, above, item)), parts)
            rest = CellId(self.block.population, self.block.year, rest_of(place), item)
            if teller != ground and rest in self.system.index:
                others = [part for part in inside if part not in self.geography.cities]
                self._equate([rest], [cell for part in others for cell in self._cells(part, by_year)])

    def _add_rows(self, ground: str, teller: str) -> None:
        """The sums of a year: a total of its parts, and a class of the smaller ones that years together show."""
        pooled, names = self._of(teller), self.known.names[self.block.year]
        rows = list(pooled.rows)
        for item in sorted(set().union(*(self.known.items(year, teller) for year in self.years)) - pooled.items):
            if parts := pooled.expressed(item, names):
                rows.append((item, parts))
        for year in self.years:
            for total, of_it in rows:
                whole = self.known.expressed(year, teller, total) or self._terms(year, ground, total)
                parts = [self._terms(year, ground, part) for part in of_it]
                if whole and all(parts) and not self.items[ground].isdisjoint(of_it):
                    for place in self.places[teller]:
                        self._equate(self._cells(place, whole), self._cells(place, chain(*parts)))

    def _add_bounds(self, ground: str) -> None:
        for rule in self.block.bounds:
            for year in self.years:
                lower, upper = ([self._terms(year, ground, item) for item in side] for side in (rule.lower, rule.upper))
                for place in self.places[ground] if all((*lower, *upper)) else ():
                    more = [(cell, 1) for cell in self._cells(place, chain(*upper))]
                    less = [(cell, -1) for cell in self._cells(place, chain(*lower))]
                    self.system.over_time.bounds.append(([*more, *less], 0))


def _tellers(ground: str) -> tuple[str, ...]:
    """Where to look for what is known on a ground: of municipalities the centre cities may tell more."""
    return (ground, CENTRUMSTAD) if ground == GEMEENTE else (ground,)


_FEW = 5_000
"""So many hidden cells are all proven over the years; of more, in an edition that hides nearly all, those that one
equation after the other confines."""


def joined(system: System, hidden: Set[int]) -> System:
    """The system with what a reader knows over the years as equations and bounds like any other; its cells keep their
    numbers. A bound that doesn't hold is left out. What a sum is at least is a cell that is known.

    `hidden` are cells that are protected without it. Those in a part that none of it reaches need no proof (`watched`
    is False). Of many, only those do that one equation after the other confines."""
    made, known = system.copy(), system.over_time
    made.over_time = OverYears()
    for cell, value in known.unseen.items():
        if cell not in made.index:
            made.add(cell, value, floor=0, watched=False)
    for whole, parts in known.sums:
        made.equate_sums(whole, parts)
    for place, (terms, least) in enumerate(known.bounds):
        at_least = CellId("at least", place, "", "")
        if least:
            made.exempt.add(made.add(at_least, least))
        made.at_least([*terms, (at_least, -1)])
    new = chain(made.equations[len(system.equations) :], made.bounds[len(system.bounds) :])
    reached = {cell for terms in new for cell, _ in terms}
    ties = (((cell, 1), (before, -1)) for cell, before in made.follows.items())  # an amount is hidden as its count is
    for part in connected(len(made.cells), chain(made.equations, made.bounds, ties)):
        if reached.isdisjoint(part):
            _need_no_proof(made, hidden & set(part))
    if len(hidden) > _FEW:
        bounds = OuterBounds(made.published(made.hidden_with(hidden)))
        _need_no_proof(made, {cell for cell in hidden if not bounds.narrow(cell)})
    return made


def _need_no_proof(system: System, hidden: Set[int]) -> None:
    """These cells count as hidden, and nobody looks how far."""
    for cell in hidden:
        system.watched[cell] = False
