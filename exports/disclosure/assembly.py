"""From the counts of populations to the system of all that is published of them.

A system has a cell for every count that is published at some level, an equation for every total, every level and every
sum of years, and the bounds of the policy. A total that no table shows is a cell too, hidden from the start and in no
need of protection: a reader doesn't know it, but does know that two sets of parts add up to the same total (all profile
tables count the same people).

Where a table shows more of the centre cities than of other municipalities, an arrondissement minus its cities gives
away the other municipalities together: the *rest*, which no table shows, which can be 0, and which needs protection
like any other count.

A row is all that one population counts in one period and place. Rows can be withheld (`exports.disclosure.withhold`):
then all their cells are hidden, zeros too, except what the usual edition publishes of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exports.disclosure.counts import Block, Blocks, PublicationSource, count_of, equal, geography_of, read_blocks
from exports.disclosure.geography import Geography, rest_of
from exports.disclosure.known import Ground, Knowledge, Term
from exports.disclosure.over_time import Running, UnseenYears
from exports.disclosure.plan import public_rows
from exports.disclosure.policy import REST_COST, TOTAL, Policy, Same
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.scope import AMOUNTS, Scope, WithheldRows, covers
from exports.disclosure.system import CellId, System
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, LEVELS
from exports.figures.periods import Period, is_pooled
from exports.figures.together import members


def collect(publication: PublicationSource, name: str, scope: Scope, policy: Policy) -> tuple[PublishedSystem, Blocks]:
    """What is to be published under this name, `scope`, with nothing hidden, and the counts that it was made from.
    Raises PublicationError when the marts contradict each other."""
    rows = public_rows(publication, policy)
    blocks = read_blocks(publication, scope, policy, rows)
    geography = geography_of(publication, blocks, rows)
    system, facts = assemble(blocks, scope, geography, policy), publication.facts
    return PublishedSystem(name, facts.as_of, facts.geography_date, geography, system, frozenset()), blocks


def assemble(
    blocks: Blocks, scope: Scope, geography: Geography, policy: Policy, withheld: WithheldRows | None = None
) -> System:
    """The system of everything in `blocks`, whose totals must be complete. `scope` says what is published of it."""
    made = _Assembly(geography, policy, withheld or WithheldRows())
    populations: dict[str, list[Block]] = {}
    for _, block in sorted(blocks.items()):
        populations.setdefault(block.population, []).append(block)
        made.add_cells(block, scope.get((block.population, block.year), {}))
    for of in populations.values():
        made.add_equations(of)
    for rule in policy.same:
        for (population, year), block in sorted(blocks.items()):
            other = blocks.get((rule.other, year + rule.shift))
            if population == rule.population and other is not None and not is_pooled(year):
                made.add_same(rule, block, other)
    made.add_over_time(blocks)
    index = made.system.index
    for cell, number in index.items():
        counted = cell._replace(population=cell.population.removesuffix(AMOUNTS))
        if counted != cell and counted in index:
            made.system.follows[number] = index[counted]
    return made.system


class _Assembly:
    """A system in the making."""

    def __init__(self, geography: Geography, policy: Policy, withheld: WithheldRows) -> None:
        self.system = System(policy.threshold)
        self.geography, self.policy, self.withheld = geography, policy, withheld
        self.grounds = [ground for ground in LEVELS if ground == CENTRUMSTAD or ground in geography.levels]
        self.places = {level: sorted(geography.parts(level, level)) for level in geography.levels}
        self.places[CENTRUMSTAD] = sorted(geography.cities)
        self.known: defaultdict[str, Knowledge] = defaultdict(Knowledge)
        """Population -> what a reader can reason about: what is published, and its totals."""

    def add_cells(self, block: Block, published: Mapping[str, set[str]]) -> None:
        """Add the cells of a block. `published`: item -> the levels at which it is published."""
        known, names = self.known[block.population], frozenset(name for _, name in block.counts)
        known.names[block.year] = names
        known.grounds[block.year] = grounds = {}
        for ground in self.grounds:
            items = {item for item, at in published.items() if ground in at}
            if items and ground == CENTRUMSTAD:  # beside what is known of all municipalities
                items |= {item for item, at in published.items() if GEMEENTE in at}
            grounds[ground] = Ground.of(items, block.sums, names)
        counts, totals = block.by_place(self.geography), {TOTAL, *(total for total, _ in block.totals())}
        rows = self.withheld.places(block.population, block.year)
        for ground in self.grounds:
            for place in self.places[ground]:
                for item in sorted(grounds[ground].items):
                    self._add_cell(block, published, ground, place, item, counts, totals, place in rows)

    def _add_cell(
        self,
        block: Block,
        published: Mapping[str, set[str]],
        ground: str,
        place: str,
        item: str,
        counts: Mapping[str, Counter[str]],
        totals: set[str],
        withheld: bool,
    ) -> None:
        cell = CellId(block.population, block.year, place, item)
        count = count_of(counts.get(place, {}), item)
        floor = 0 if withheld and not covers(self.withheld.kept, cell, self.geography.cities) else block.floor
        if cell in self.system.index or not (count or not floor):
            return
        watched = bool(count) and not {ground, cell.level}.isdisjoint(published.get(item, ()))
        cost = self.policy.cost(cell.level, place in self.geography.cities, item in totals) if count else 1
        number = self.system.add(cell, count, cost=cost, unit=block.unit, floor=floor, watched=watched)
        if count and self.policy.allowed(block.population, place, item):
            self.system.exempt.add(number)

    def add_equations(self, blocks: Sequence[Block]) -> None:
        """Add the equations and bounds of one population, all its periods."""
        known = self.known[blocks[0].population]
        for block in blocks:
            for ground in self.grounds:
                for total, parts in known.grounds[block.year][ground].rows:
                    for place in self.places[ground]:
                        self._equate(block, place, [(block.year, total)], [(block.year, part) for part in parts])
            self._add_levels(block, known)
            self._add_years(block, known)
            self._add_bounds(block, known)

    def _equate(self, block: Block, place: str, whole: Iterable[Term], parts: Iterable[Term]) -> None:
        """Equate counts of one place."""
        self.system.equate_sums(self._cells(block, place, whole), self._cells(block, place, parts))

    def _cells(self, block: Block, place: str, terms: Iterable[Term]) -> list[CellId]:
        return [CellId(block.population, period, place, item) for period, item in terms]

    def _add_levels(self, block: Block, known: Knowledge) -> None:
        """A place is the sum of those below it: each item with the nearest ground on either side that tells it."""
        period = block.year
        for low, ground in enumerate(self.grounds):
            for item in sorted(known.items(period, ground)):
                if ground == CENTRUMSTAD and item in known.items(period, GEMEENTE):
                    continue
                for above in self.grounds[max(low + 1, 2) :]:
                    if (whole := known.expressed(period, above, item)) is not None:
                        self._add_parts(block, item, ground, above, whole)
                        break
        for high, ground in enumerate(self.grounds):
            for item in sorted(known.items(period, ground)) if ground not in (GEMEENTE, CENTRUMSTAD) else ():
                for below in reversed([each for each in self.grounds[:high] if each != CENTRUMSTAD]):
                    if item in known.items(period, below):
                        break  # as above
                    if (parts := known.expressed(period, below, item)) is not None:
                        for place, inside in self.geography.parts(ground, below).items():
                            cells = [cell for part in inside for cell in self._cells(block, part, parts)]
                            self.system.equate_sums(self._cells(block, place, [(period, item)]), cells)
                        break

    def _add_parts(self, block: Block, item: str, ground: str, above: str, whole: tuple[Term, ...]) -> None:
        """Equate the places of a ground above with those of this one."""
        below = GEMEENTE if ground == CENTRUMSTAD else ground
        for place, inside in self.geography.parts(above, below).items():
            cities = [part for part in inside if part in self.geography.cities]
            parts: list[CellId] = []
            if ground == CENTRUMSTAD and not cities:
                continue
            for part in cities if ground == CENTRUMSTAD else inside:
                parts += self._cells(block, part, [(block.year, item)])
            if ground == CENTRUMSTAD and len(cities) < len(inside):
                parts.append(self._rest(block, item, place, set(inside) - set(cities)))
            self.system.equate_sums(self._cells(block, place, whole), parts)

    def _rest(self, block: Block, item: str, place: str, others: set[str]) -> CellId:
        cell = CellId(block.population, block.year, rest_of(place), item)
        if cell not in self.system.index:
            count = sum(block.counts[other, part] for other in others for part in members(item))
            self.system.add(cell, count, cost=REST_COST, unit=block.unit, floor=0, watched=count > 0)
        return cell

    def _add_years(self, block: Block, known: Knowledge) -> None:
        """What is added up over years equals its years, where those are known."""
        if not is_pooled(block.year):
            return
        for ground in self.grounds:
            for item in sorted(known.items(block.year, ground)):
                tellers = (ground, CENTRUMSTAD) if ground == GEMEENTE else (ground,)
                for teller in tellers:
                    if (years := known.by_year(block.year, teller, item)) is not None:
                        for place in self.places[teller]:
                            self._equate(block, place, [(block.year, item)], years)
                        break

    def _add_bounds(self, block: Block, known: Knowledge) -> None:
        for rule in block.bounds:
            items = {*rule.lower, *rule.upper}
            for ground in self.grounds:
                if items <= known.items(block.year, ground):
                    for place in self._bounded(ground):
                        lower, upper = ([(block.year, item) for item in side] for side in (rule.lower, rule.upper))
                        self.system.bound(self._cells(block, place, lower), self._cells(block, place, upper))
                    if ground != CENTRUMSTAD:
                        break  # those of higher levels follow

    def _bounded(self, ground: str) -> Iterator[str]:
        yield from self.places[ground]
        if ground == CENTRUMSTAD:
            yield from (rest_of(place) for level in self.geography.levels[1:] for place in self.places[level])

    def add_same(self, rule: Same, block: Block, other: Block) -> None:
        """Equate counts of two populations that are the same number (or bound them where one isn't complete yet)."""
        mine, theirs = self.known[block.population], self.known[other.population]
        complete = equal(rule, block, other)
        for ground in self.grounds:  # a reader puts the tables of each level side by side
            if rule.item in mine.items(block.year, ground) and rule.other_item in theirs.items(other.year, ground):
                for place in self.places[ground]:
                    first = CellId(block.population, block.year, place, rule.item)
                    second = CellId(other.population, other.year, place, rule.other_item)
                    if complete:
                        self.system.equate(first, [second])
                    else:
                        self.system.bound([first], [second])

    def add_over_time(self, blocks: Blocks) -> None:
        """Add what a reader knows over the years."""
        grounds = [ground for ground in self.grounds if ground != CENTRUMSTAD]
        if self.policy.running:
            Running(self.system, grounds, self.places, self.known).add(blocks, self.policy.running)
        for (population, period), block in sorted(blocks.items()):
            if is_pooled(period):
                years = {
                    year: blocks[population, year] for year in Period.of(period).years if (population, year) in blocks
                }
                known = self.known[population]
                UnseenYears(self.system, self.geography, grounds, self.places, known, block, years).add()
