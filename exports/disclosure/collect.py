"""The counts of everything that a question publishes, read from the marts of a publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from exports.disclosure.counts import Block, assemble
from exports.disclosure.geography import Geography, of
from exports.disclosure.policy import TOTAL, MartPolicy, Policy
from exports.disclosure.scope import AMOUNTS, Scope, item_of, marts, population_of
from exports.disclosure.system import System
from exports.figures.plan import Mart
from exports.figures.reading import UNASSIGNED, Facts, Municipality, PublicationError

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


@dataclass(frozen=True)
class Collected:
    """The system of everything that is published, and the counts per population and year that it was made from."""

    system: System
    geography: Geography
    blocks: dict[tuple[str, int], Block]


def collect(publication: PublicationSource, scope: Scope, policy: Policy) -> Collected:
    """Read the counts in `scope` from the marts. Raises PublicationError when the marts contradict each other."""
    blocks: dict[tuple[str, int], Block] = {}
    for name, rules in policy.marts.items():
        mart = marts().get(name)
        if mart is None:
            continue
        for basis in next(iter(mart.options.values()), ("",)):
            population = population_of(mart, rules, basis)
            names = (population, population + AMOUNTS)
            years = tuple(sorted({year for scoped, year in scope if scoped in names}))
            if years:
                _read(publication, mart, rules, population, basis, years, blocks)
    for block in blocks.values():
        block.complete()
    geography = of(_municipalities(publication, {nis for block in blocks.values() for nis, _ in block.counts}))
    return Collected(assemble(blocks, scope, geography, policy), geography, blocks)


def _municipalities(publication: PublicationSource, seen: set[str]) -> list[Municipality]:
    known = {item.nis_code: item for item in publication.municipalities}
    if UNASSIGNED in seen:
        known.setdefault(UNASSIGNED, Municipality(UNASSIGNED, "Niet toewijsbaar", "Niet toewijsbaar", False))
    foreign = sorted(seen - known.keys())
    if foreign:
        raise PublicationError(
            f"the marts count municipalities that municipalities.parquet lacks: {', '.join(foreign)}; build again"
        )
    return [known[code] for code in sorted(known)]


def _read(
    publication: PublicationSource,
    mart: Mart,
    rules: MartPolicy,
    population: str,
    basis: str,
    years: tuple[int, ...],
    blocks: dict[tuple[str, int], Block],
) -> None:
    columns = ("year", "nis_code", *(item.column for item in mart.fields))
    where: dict[str, Any] = {"year": years} | (dict.fromkeys(mart.options, basis) if basis else {})

    def block_of(name: str, year: int) -> Block:
        block = blocks.setdefault((name, year), Block(name, year))
        block.sums += [rule for rule in rules.sums if rule not in block.sums]
        block.bounds += [rule for rule in rules.bounds if rule not in block.bounds]
        if rules.means:  # a mean that isn't 0 is at least one person in one of twelve months
            block.unit, block.floor = MONTHS, MONTHS // 12
        else:
            block.unit = max(block.unit, rules.most_per_person(basis))
        return block

    for values in publication.rows(mart.name, columns, where=where):
        row = dict(zip(columns, values, strict=True))
        code, block = row["nis_code"], block_of(population, row["year"])
        if mart.category is not None:
            block.add(code, item_of(mart, mart.category(row)), row[mart.value])
            continue
        for column in rules.counts:
            block.put(code, rules.item(column), int(row[column]))
        for column in rules.means:
            block.put(code, rules.item(column), round((row[column] or 0) * MONTHS))
        if rules.amounts:
            # What an amount tells is the count behind it; where that is 0, somebody's correction.
            moved = any(row[column] for column in rules.amounts)
            count = block.counts.get((code, TOTAL), 0) or int(moved)
            block_of(population + AMOUNTS, row["year"]).put(code, TOTAL, count)
