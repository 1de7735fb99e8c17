"""The counts of one population in one period per municipality, from which every published cell follows.

They are read from the marts of a publication; those of several years are the sums of the years."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from exports.disclosure.geography import Geography
from exports.disclosure.policy import TOTAL, Bound, MartPolicy, Policy, PolicyError, Same, Sum
from exports.disclosure.scope import AMOUNTS, Scope, item_of, marts, population_of
from exports.figures.periods import Period, is_pooled
from exports.figures.plan import Mart
from exports.figures.reading import UNALLOCATED, UNASSIGNED, Facts, Municipality, PublicationError
from exports.figures.together import Rows, members

MONTHS = 27_720
"""Lowest common multiple of 1..12: any mean over the months of a year is a whole number of 1/27720ths."""


class RowSource(Protocol):
    """Where the rows of marts come from (a part of `exports.figures.reading.PublicationReader`)."""

    def rows(
        self, relation: str, columns: Sequence[str], *, where: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]: ...


class PublicationSource(RowSource, Protocol):
    """What disclosure control reads of a publication."""

    @property
    def facts(self) -> Facts: ...

    @property
    def municipalities(self) -> tuple[Municipality, ...]: ...


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

    def join(self, rows: Rows) -> None:
        """Add up the counts of municipalities that share a row."""
        counts: Counter[tuple[str, str]] = Counter()
        for (nis_code, item), count in self.counts.items():
            counts[rows[nis_code].nis_code if nis_code in rows else nis_code, item] += count
        self.counts = counts

    def by_place(self, geography: Geography) -> dict[str, Counter[str]]:
        """Place, at every level -> item -> count."""
        result: dict[str, Counter[str]] = defaultdict(Counter)
        for (nis_code, item), count in self.counts.items():
            for place in geography.above[nis_code].values():
                result[place][item] += count
        return result

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


def count_of(counts: Mapping[str, int], item: str) -> int:
    """The count of an item of a place, which may be a class of categories."""
    return counts[item] if item in counts else sum(counts.get(part, 0) for part in members(item))


Blocks = dict[tuple[str, int], Block]
"""(population, year) -> its counts."""


def read_blocks(publication: RowSource, scope: Scope, policy: Policy, rows: Rows) -> Blocks:
    """The counts of the populations and periods in `scope`, with their totals, for the `rows` of municipalities that
    are shown. Raises PublicationError when the marts contradict each other."""
    blocks: Blocks = {}
    for mart_name, rules in policy.marts.items():
        if (mart := marts().get(mart_name)) is not None:
            for basis in next(iter(mart.options.values()), ("",)):
                _read(publication, mart, rules, basis, scope, blocks)
    for block in blocks.values():
        block.complete()
        if rows:
            block.join(rows)
    for population, period in sorted(key for key in scope if is_pooled(key[1])):
        years = [blocks[population, year] for year in Period.of(period).years if (population, year) in blocks]
        if years:
            blocks[population, period] = _added_up(population, period, years)
    return blocks


def _added_up(population: str, period: int, years: Sequence[Block]) -> Block:
    made = Block(population, period)
    for block in years:
        if block.floor != 1:
            raise PolicyError(f"policy.yml: means of {population} can't be added up over years; show them by year")
        made.counts.update(block.counts)
        made.sums += [rule for rule in block.sums if rule not in made.sums]
        made.bounds += [rule for rule in block.bounds if rule not in made.bounds]
    most = max(block.unit for block in years)
    made.unit = most if most == 1 else most * len(years)  # who is counted every month is counted every year
    return made


def geography_of(publication: PublicationSource, blocks: Blocks, rows: Rows) -> Geography:
    """The rows of municipalities of the publication. Raises PublicationError when the counts know others."""
    counted = {nis_code for block in blocks.values() for nis_code, _ in block.counts}
    known = {item.nis_code: item for item in rows.values() or publication.municipalities}
    if UNASSIGNED in counted:
        known.setdefault(UNASSIGNED, UNALLOCATED)
    if foreign := sorted(counted - known.keys()):
        raise PublicationError(
            f"the marts count municipalities that municipalities.parquet lacks: {', '.join(foreign)}; build again"
        )
    return Geography(tuple(known[code] for code in sorted(known)))


def _read(publication: RowSource, mart: Mart, rules: MartPolicy, basis: str, scope: Scope, blocks: Blocks) -> None:
    """Add the counts of one mart, under one of its options, to the blocks."""
    population = population_of(mart, rules, basis)
    periods = {Period.of(key) for name, key in scope if name in (population, population + AMOUNTS)}
    years = tuple(sorted({year for period in periods for year in period.years}))
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

    columns = ("year", "nis_code", *(item.column for item in mart.fields if item.column not in rules.derived))
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


def equal(rule: Same, block: Block, other: Block) -> bool:
    """Whether the two counts of the rule are the same number in every municipality. They aren't as long as one of them
    is incomplete, such as trajectories that are still to be measured."""
    codes = {nis_code for nis_code, _ in (*block.counts, *other.counts)}
    return all(block.counts[code, rule.item] == other.counts[code, rule.other_item] for code in codes)
