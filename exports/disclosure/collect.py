"""From a publication and a question to everything that is published together, as one system.

The figures are read from the marts with the keys that the annexes use themselves (`exports.annexes`), for the years
that they report, and the year before where a change against it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from exports.annexes.model import Kind, Mart
from exports.disclosure.blocks import Block, assemble
from exports.disclosure.geography import Geography, of
from exports.disclosure.policy import MartPolicy, Policy, PolicyError
from exports.disclosure.system import CellId, System
from exports.reading import UNASSIGNED, Facts, Municipality

MONTHS = 27_720
"""Lowest common multiple of 1..12: any mean over the months of a year is a whole number of 1/27720ths."""


class Source(Protocol):
    """What is read of a publication (`exports.reading.Publication`)."""

    @property
    def facts(self) -> Facts: ...

    @property
    def municipalities(self) -> tuple[Municipality, ...]: ...

    def rows(
        self, relation: str, columns: Sequence[str], *, where: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]: ...


class Wanted(NamedTuple):
    """One annex that is published: its kind, the years it reports and its options."""

    kind: Kind
    years: tuple[int, ...]
    options: Mapping[str, str] = {}


@dataclass
class Collected:
    """The system, and what stands beside it: amounts in cents per (population, year) and (NIS code, column), and the
    marts that each block came from."""

    system: System
    geography: Geography
    blocks: dict[tuple[str, int], Block] = field(default_factory=dict)
    amounts: dict[tuple[str, int], dict[tuple[str, str], int]] = field(default_factory=dict)
    marts: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)


def population_of(mart: Mart, policy: MartPolicy, options: Mapping[str, str]) -> str:
    """Name of the population that a mart counts under these options."""
    return policy.population.format_map({name: options.get(name, all_[0]) for name, all_ in mart.options.items()})


def mart_policy(policy: Policy, mart: str) -> MartPolicy:
    """The policy of a mart. Raises PolicyError when it has none: nothing is published without one."""
    if mart not in policy.marts:
        raise PolicyError(f"policy.yml says nothing about {mart}; add a block under `marts`, or leave the annex out")
    return policy.marts[mart]


def collect(publication: Source, wanted: Sequence[Wanted], policy: Policy) -> Collected:
    """Read all marts of the wanted annexes. Raises PolicyError or PublicationError."""
    blocks: dict[tuple[str, int], Block] = {}
    amounts: dict[tuple[str, int], dict[tuple[str, str], int]] = {}
    marts: dict[tuple[str, int], tuple[str, ...]] = {}
    years: dict[tuple[str, str], tuple[Mart, Mapping[str, str], set[int]]] = {}
    for kind, asked, options in wanted:
        for mart in kind.marts:
            rules = mart_policy(policy, mart.name)
            shifts = {0, *(source.shift for sources in rules.derived.values() for source in sources)}
            entry = years.setdefault((mart.name, population_of(mart, rules, options)), (mart, options, set()))
            entry[2].update(year + shift for year in asked for shift in shifts)
    for (name, population), (mart, options, asked_years) in years.items():
        chosen = {option: options.get(option, values[0]) for option, values in mart.options.items()}
        columns = ("year", "nis_code", *(item.column for item in mart.fields))
        rows = publication.rows(name, columns, where={"year": tuple(sorted(asked_years)), **chosen})
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        _read(mart, policy.marts[name], population, named, blocks, amounts)
        for year in sorted(asked_years):
            marts[population, year] = (*marts.get((population, year), ()), name)
    for block in blocks.values():
        block.complete()
    geography = of(_municipalities(publication, {nis for block in blocks.values() for nis, _ in block.counts}))
    system = assemble((blocks[key] for key in sorted(blocks)), geography, policy)
    link_years(system, blocks, policy)
    return Collected(system, geography, blocks, amounts, marts)


def _municipalities(publication: Source, seen: set[str]) -> list[Municipality]:
    known = {item.nis_code: item for item in publication.municipalities}
    if UNASSIGNED in seen:
        known.setdefault(UNASSIGNED, Municipality(UNASSIGNED, "Niet toewijsbaar", "Niet toewijsbaar", False))
    return [known[code] for code in sorted(known)]


def _read(
    mart: Mart,
    rules: MartPolicy,
    population: str,
    rows: list[dict[str, Any]],
    blocks: dict[tuple[str, int], Block],
    amounts: dict[tuple[str, int], dict[tuple[str, str], int]],
) -> None:
    details = detailed_keys(mart, rows)
    for row in rows:
        key = (population, row["year"])
        block = blocks.get(key)
        if block is None:
            block = blocks[key] = Block(population, row["year"])
        for rule in rules.sums:
            if rule not in block.sums:
                block.sums.append(rule)
        for bound in rules.bounds:
            if bound not in block.bounds:
                block.bounds.append(bound)
        nis_code = row["nis_code"]
        if mart.cell_key:
            item = mart.cell_key(row)
            block.add(nis_code, item, row[mart.value])
            if item in details:
                detail = detail_item(mart, row)
                block.local.add(detail)
                block.add(nis_code, detail, row[mart.value])
            continue
        for column in (item.column for item in mart.fields if item.column not in mart.keys):
            value = row[column]
            if value is None or column in rules.derived:
                continue
            if column in rules.amounts:
                amounts.setdefault(key, {})[nis_code, column] = int(Decimal(value) * 100)
            elif column in rules.means:
                block.put(nis_code, column, round(value * MONTHS))
            else:
                block.put(nis_code, rules.item(column), int(value))
    if rules.means:
        for (name, _), block in blocks.items():
            if name == population:
                _set_unit(block)


def _set_unit(block: Block) -> None:
    """Means over months count in 1/27720ths of a person and are at least 1/12; when all are whole, they count whole."""
    if all(count % MONTHS == 0 for count in block.counts.values()):
        block.counts = {key: count // MONTHS for key, count in block.counts.items()}
    else:
        block.unit, block.floor = MONTHS, MONTHS // 12


def detailed_keys(mart: Mart, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Cell keys of the wide table that take in more than one row of the mart: its tidy sheet shows those one by one."""
    if mart.cell_key is None or not mart.keys:
        return set()
    seen: dict[str, set[tuple[Any, ...]]] = {}
    for row in rows:
        seen.setdefault(mart.cell_key(row), set()).add(tuple(row[name] for name in mart.keys))
    return {key for key, values in seen.items() if len(values) > 1}


def detail_item(mart: Mart, row: Mapping[str, Any]) -> str:
    """Name of the cell for one row of the tidy sheet where the wide table takes several together."""
    assert mart.cell_key is not None
    return f"{mart.cell_key(row)}|{'|'.join(str(row[name]) for name in mart.keys)}"


def link_years(system: System, blocks: Mapping[tuple[str, int], Block], policy: Policy) -> None:
    """Equate counts of two populations that are the same number (or bound them where one isn't complete yet)."""
    for rule in policy.same:
        for (population, year), block in sorted(blocks.items()):
            other = blocks.get((rule.other, year + rule.shift))
            if population != rule.population or other is None:
                continue
            codes = {nis_code for nis_code, _ in (*block.counts, *other.counts)}
            complete = all(
                block.counts.get((code, rule.item), 0) == other.counts.get((code, rule.other_item), 0) for code in codes
            )
            for code in sorted(codes):
                mine = CellId(population, year, code, rule.item)
                theirs = CellId(rule.other, year + rule.shift, code, rule.other_item)
                if complete:
                    system.equate(mine, [theirs])
                else:
                    system.bound([mine], [theirs])
