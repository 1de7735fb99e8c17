"""What a reader of the public edition works out of counts that are changed by cell keys, or hidden.

    python -m tests.disclosure.cell_key_attacker <data folder>

The reader knows the method and its table, that every total is the sum of its parts, over categories and over places,
and nothing else. For each count he has the lowest and the highest value that it can have, and narrows them down by all
sums until nothing changes: what he is left with is at least as wide as the truth allows. A sample is settled exactly,
by an integer programme over all the sums of a municipality and year.

Averaging: the tables of characteristics all count the same people, so each of their sums is another guess of the total.
The module tells how far the mean of the guesses is from the true total, and how often the likeliest value of a small
count, given what is shown of it and the frequencies of counts, is the true one."""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import mean

import highspy
import numpy as np

from exports.disclosure.cell_key.cells import Keyed
from exports.disclosure.cell_key.control import keyed
from exports.disclosure.cell_key.method import CELL_KEY
from exports.disclosure.cell_key.table import PerturbationTable
from exports.disclosure.control import Control
from exports.disclosure.counts import Block
from exports.disclosure.geography import LEVELS, level_of
from exports.disclosure.policy import TOTAL, load_policy
from exports.disclosure.scope import Scope, covers
from exports.disclosure.system import CellId
from exports.figures.identity import GEMEENTE
from exports.figures.reading import PublicationReader
from orchestration.answers import disclosure
from orchestration.store.settings import Settings
from orchestration.warehouse import key_sums
from orchestration.warehouse.publication import current

SMALL = range(1, 4)
WIDTH = 4
"""A count is confined when fewer values than this are possible."""
SAMPLE = 300
"""Small counts that are settled by an integer programme."""
_MOST = 2**31


@dataclass
class World:
    """The counts of one population and year at every level: level -> (place, item) -> a number. `sums` are (total,
    parts) over items."""

    true: dict[tuple[str, str], int]
    low: dict[tuple[str, str], int]
    high: dict[tuple[str, str], int]
    equations: list[tuple[tuple[str, str], list[tuple[str, str]]]] = field(default_factory=list)

    def narrowed(self) -> World:
        """With every bound that the sums give, until nothing changes."""
        for _ in range(50):
            before = sum(self.high.values()) - sum(self.low.values())
            for total, parts in self.equations:
                self._narrow(total, parts)
            if sum(self.high.values()) - sum(self.low.values()) == before:
                break
        return self

    def _narrow(self, total: tuple[str, str], parts: Sequence[tuple[str, str]]) -> None:
        low, high = self.low, self.high
        lows, highs = sum(low[part] for part in parts), sum(high[part] for part in parts)
        low[total], high[total] = max(low[total], lows), min(high[total], highs)
        for part in parts:
            down, up = low[part], high[part]
            low[part] = max(down, low[total] - (highs - up))
            high[part] = min(up, high[total] - (lows - down))
            lows, highs = lows + low[part] - down, highs + high[part] - up

    def exactly(self, place: str, cell: tuple[str, str]) -> tuple[int, int]:
        """The lowest and highest value of a cell by an integer programme over all sums of its place."""
        names = sorted(name for name in self.true if name[0] == place)
        at = {name: number for number, name in enumerate(names)}
        found = []
        for sign in (1, -1):
            model = highspy.Highs()
            model.setOptionValue("output_flag", False)
            for name in names:
                model.addVar(float(self.low[name]), float(self.high[name]))
                model.changeColIntegrality(at[name], highspy.HighsVarType.kInteger)
            for total, parts in self.equations:
                if total[0] == place and all(part[0] == place for part in parts):
                    columns = [at[total], *(at[part] for part in parts)]
                    model.addRow(0.0, 0.0, len(columns), columns, [1.0] + [-1.0] * len(parts))
            model.changeColCost(at[cell], float(sign))
            model.run()
            found.append(round(sign * model.getInfo().objective_function_value))
        return found[0], found[1]


def possible(table: PerturbationTable, most: int = 40) -> dict[int, tuple[int, int]]:
    """Shown count -> the lowest and highest true count of which it can be shown, for those up to `most`."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for count in range(most + table.most + 1):
        for shown in table.possible(count):
            found[shown].append(count)
    return {shown: (min(counts), max(counts)) for shown, counts in found.items() if shown <= most}


Cell = tuple[str, str]
"""(place, item)"""


def worlds(made: Keyed, of: Callable[[Block, Cell], tuple[int, int]]) -> Iterator[tuple[Block, World]]:
    """The world of each population and year that counts every person once; `of` has the bounds of each count."""
    for block in made.counts.values():
        if block.unit == 1 and block.floor == 1:
            yield block, _world(made, block, of)


def changed(
    table: PerturbationTable, shown: Mapping[CellId, int], scope: Scope, cities: Set[str]
) -> Callable[[Block, Cell], tuple[int, int]]:
    """The bounds of each count as a reader of changed counts has them; what is in no table can be anything."""
    small = possible(table)

    def of(block: Block, cell: Cell) -> tuple[int, int]:
        named = CellId(block.population, block.year, *cell)
        if not covers(scope, named, cities):
            return 0, _MOST
        value = shown.get(named, 0)
        return small[value] if value in small else (value - table.most, value + table.most)

    return of


def hidden(control: Control) -> Callable[[Block, Cell], tuple[int, int]]:
    """As a reader of hidden counts has them."""
    system, secret = control.release.system, control.release.hidden

    def of(block: Block, cell: Cell) -> tuple[int, int]:
        named = CellId(block.population, block.year, *cell)
        number = system.index.get(named)
        if number is None:
            return (0, 0) if covers(control.scope, named, control.release.geography.cities) else (0, _MOST)
        return (system.floors[number], _MOST) if number in secret else (system.values[number], system.values[number])

    return of


def _world(made: Keyed, block: Block, of: Callable[[Block, Cell], tuple[int, int]]) -> World:
    counted = block.by_place(made.geography)
    true = {(place, item): count for place, counts in counted.items() for item, count in counts.items()}
    items = sorted({item for _, item in true} | {name for total, parts in block.totals() for name in (total, *parts)})
    places = {level: sorted(made.geography.parts(level, level)) for level in LEVELS}
    names = [(place, item) for level in LEVELS for place in places[level] for item in items]
    low, high = {}, {}
    for name in names:
        low[name], high[name] = of(block, name)
    world = World({name: true.get(name, 0) for name in names}, low, high)
    for total, parts in block.totals():
        for level in LEVELS:
            world.equations += [((place, total), [(place, part) for part in parts]) for place in places[level]]
    for below, above in pairwise(LEVELS):
        for place, lower in made.geography.parts(above, below).items():
            world.equations += [((place, item), [(part, item) for part in lower]) for item in items]
    return world


@dataclass
class Confined:
    """Small counts, how many are confined to fewer than four values, and how many to one; `widths` of the rest."""

    small: int = 0
    alone: int = 0
    """Confined by what is shown of them alone."""
    confined: int = 0
    determined: int = 0

    def line(self, name: str) -> str:
        def share(number: int) -> str:
            return f"{number:,} ({100 * number / self.small:.1f} %)" if self.small else "0"

        return (
            f"{name}: {self.small:,} small counts; confined by their own figure {share(self.alone)}, by all sums "
            f"{share(self.confined)}, determined {share(self.determined)}"
        )


def confined(found: Iterable[tuple[Block, World]], sample: int = 0) -> tuple[Confined, int, int]:
    """What the reader has of small counts; and of a sample of them, how many there were and how many an integer
    programme confines further than the sums one by one do."""
    result, settled = Confined(), []
    chance = random.Random(1)
    for _, world in found:
        small = [cell for cell, count in world.true.items() if count in SMALL]
        result.small += len(small)
        result.alone += sum(world.high[cell] - world.low[cell] + 1 < WIDTH for cell in small)
        world.narrowed()
        for cell in small:
            assert world.low[cell] <= world.true[cell] <= world.high[cell]
            width = world.high[cell] - world.low[cell] + 1
            result.confined += width < WIDTH
            result.determined += width == 1
            if sample and chance.random() < sample / 25_000:
                settled.append((width, world.exactly(cell[0], cell)))
    return result, len(settled), sum(high - low + 1 < width for width, (low, high) in settled)


def guesses(counts: Sequence[int], shown: Sequence[int]) -> tuple[float, float, float]:
    """How often the likeliest value of a small count is the true one: by the frequencies of counts alone, and with what
    is shown; and how often a value is more than nine times out of ten the true one."""
    frequency = Counter(counts)
    likely: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for count, one in zip(counts, shown, strict=True):
        likely[one][count] += 1
    best = {one: max(found, key=found.__getitem__) for one, found in likely.items()}
    sure = {one for one, found in likely.items() if max(found.values()) > 0.9 * found.total()}
    small = [(count, one) for count, one in zip(counts, shown, strict=True) if count in SMALL]
    prior = max(SMALL, key=lambda count: frequency[count])
    return (
        mean(count == prior for count, _ in small),
        mean(best[one] == count for count, one in small),
        mean(one in sure for _, one in small),
    )


def averages(
    found: Iterable[tuple[Block, World]], shown: Mapping[CellId, int], scope: Scope, cities: Set[str]
) -> tuple[float, float, int]:
    """How far what is shown of the total of a municipality is from the true one on average; how far the mean of that
    and of the sums of all tables that count the same people, each weighted by how much it tells; how many totals."""
    one, many = [], []
    for block, world in found:

        def names(place: str, items: Iterable[str], block: Block = block) -> list[CellId]:
            return [CellId(block.population, block.year, place, item) for item in items]

        sums = [parts for total, parts in block.totals() if total == TOTAL]
        for place in {place for place, _ in world.true if level_of(place) == GEMEENTE}:
            true, (total,) = world.true[place, TOTAL], names(place, [TOTAL])
            if not true or not covers(scope, total, cities):
                continue
            cells_of = (names(place, parts) for parts in sums)
            tables = [cells for cells in cells_of if all(covers(scope, cell, cities) for cell in cells)]
            told = [[shown[cell] for cell in cells if cell in shown] for cells in tables]
            guesses = [shown[total], *map(sum, told)]
            one.append(abs(guesses[0] - true))
            many.append(abs(np.average(guesses, weights=[1.0, *(1 / max(len(each), 1) for each in told)]) - true))
    return mean(one), float(mean(many)), len(one)


def report(data: Path) -> Iterator[str]:
    """The figures of docs/disclosure.md, for the usual control of the newest publication of a data folder."""
    settings = Settings(data=data)
    publication = current(settings.folder)
    assert publication
    control = disclosure.load(disclosure.ensure(settings, publication))
    sums = key_sums.of(settings.folder, publication.path).required
    policy = load_policy()
    with PublicationReader(publication.path) as reader, PublicationReader(sums.folder) as rows:
        for name in sorted(policy.perturbation):
            chosen = policy.model_copy(update={"method": CELL_KEY, "table": name})
            made = keyed(reader, rows, control.scope, chosen, sums.cells)
            system, shown = made.changed(control.scope)
            cities = made.geography.cities
            of = changed(made.table, shown, control.scope, cities)
            result, settled, further = confined(worlds(made, of), SAMPLE)
            yield result.line(name)
            yield f"  of a sample of {settled}, an integer programme confines {further} more"
            once = [number for number, unit in enumerate(system.units) if unit == 1]
            counts, values = [system.values[n] for n in once], [shown[system.cells[n]] for n in once]
            alike = sum(one == other for one, other in zip(counts, values, strict=True))
            yield f"  {len(counts):,} counts that are not 0; {100 - 100 * alike / len(counts):.1f} % changed"
            errors = [other - one for one, other in zip(counts, values, strict=True)]
            yield f"  mean deviation {mean(errors):+.4f}; of counts of 1 to 3 shown as 0: " + _zeros(counts, values)
            prior, best, sure = guesses(counts, values)
            yield f"  likeliest value of a small count right: {best:.1%} ({prior:.1%} by frequencies alone)"
            yield f"  one value nine times as likely as all others together: {sure:.1%}"
            apart, together, totals = averages(worlds(made, of), shown, control.scope, cities)
            yield f"  {totals:,} municipal totals: off by {apart:.2f}, the mean of all their tables by {together:.2f}"
        made = keyed(reader, rows, control.scope, policy.model_copy(update={"method": CELL_KEY}), sums.cells)
        yield confined(worlds(made, hidden(control)))[0].line("suppression")


def _zeros(counts: Sequence[int], values: Sequence[int]) -> str:
    small = [value for count, value in zip(counts, values, strict=True) if count in SMALL]
    return f"{small.count(0) / len(small):.1%}"


if __name__ == "__main__":
    for line in report(Path(sys.argv[1])):
        print(line, flush=True)
