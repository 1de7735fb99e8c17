"""From a cell of a table, as the annexes declare it, to the counts that it shows or is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exports.annexes.model import Kind, Mart
from exports.annexes.rules import Cell, Change, Percentage, Rule, Sum
from exports.disclosure.collect import detail_item, mart_policy, population_of
from exports.disclosure.geography import FLANDERS
from exports.disclosure.policy import MartPolicy, Policy, PolicyError
from exports.disclosure.system import CellId


@dataclass(frozen=True)
class Sources:
    """What a figure shows or is computed from: counts, and amounts as (population, year, place)."""

    counts: tuple[CellId, ...] = ()
    amounts: tuple[tuple[str, int, str], ...] = ()

    def __add__(self, other: Sources) -> Sources:
        return Sources(self.counts + other.counts, self.amounts + other.amounts)


class Lookup:
    """Finds the sources of the figures of one annex (kind and options). What it doesn't understand is an error."""

    def __init__(self, policy: Policy, kind: Kind, options: Mapping[str, str]) -> None:
        self.kind = kind
        self.marts = [(mart, mart_policy(policy, mart.name)) for mart in kind.marts]
        self.populations = {mart.name: population_of(mart, rules, options) for mart, rules in self.marts}

    def figure(self, rule: Rule, place: str, year: int) -> Sources:
        """Sources of a column of a wide or totals table, for one place and year."""
        if isinstance(rule, Cell):
            mart, rules = self._mart_of(rule.key)
            return self._column(mart, rules, rule.key, place, year)
        if isinstance(rule, Sum):
            mart, rules = self._mart_of(rule.prefix)
            return Sources((CellId(self.populations[mart.name], year, place, self._total(rules, rule.prefix)),))
        if isinstance(rule, Percentage):
            return self.figure(Cell(rule.numerator), place, year) + self.figure(Cell(rule.denominator), place, year)
        if isinstance(rule, Change):
            return self.figure(rule.of, place, year) + self.figure(rule.of, place, year - 1)
        raise PolicyError(f"annex kind {self.kind.key}: no disclosure rule for a figure made by {type(rule).__name__}")

    def row(self, mart: Mart, row: Mapping[str, Any], column: str, detailed: bool) -> Sources:
        """Sources of a measure in a row of a tidy sheet; `detailed` when the wide table takes this row with others."""
        rules = next(rules for other, rules in self.marts if other.name == mart.name)
        place, year = row["nis_code"], row["year"]
        if mart.cell_key is None:
            return self._column(mart, rules, column, place, year)
        item = detail_item(mart, row) if detailed else mart.cell_key(row)
        return Sources((CellId(self.populations[mart.name], year, place, item),))

    def _column(self, mart: Mart, rules: MartPolicy, key: str, place: str, year: int) -> Sources:
        population = self.populations[mart.name]
        if key in rules.derived:
            return Sources(
                tuple(
                    CellId(population, year + source.shift, FLANDERS if source.in_flanders else place, source.item)
                    for source in rules.derived[key]
                )
            )
        if key in rules.amounts:
            return Sources(amounts=((population, year, place),))
        return Sources((CellId(population, year, place, rules.item(key)),))

    def _mart_of(self, key: str) -> tuple[Mart, MartPolicy]:
        family = key.partition("/")[0]
        for mart, rules in self.marts:
            if mart.cell_key is None:
                if any(item.column == key for item in mart.fields if item.column not in mart.keys):
                    return mart, rules
            elif not key or ("/" in key and any(part == f"{family}/*" for rule in rules.sums for part in rule.parts)):
                return mart, rules
        raise PolicyError(f"policy.yml: no mart of annex kind {self.kind.key} has sums or counts for {key!r}")

    def _total(self, rules: MartPolicy, prefix: str) -> str:
        if not prefix:
            return "total"
        for rule in rules.sums:
            if rule.parts == (f"{prefix}*",):
                return rule.total
        raise PolicyError(
            f"policy.yml: annex kind {self.kind.key} shows the sum of {prefix}*, which has no name in `sums`"
        )
