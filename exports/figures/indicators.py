"""Indicators: measures with their identity, that is which figure of which mart a column of an annex shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exports.figures.identity import FigureId, Signature, identity, part_ids
from exports.figures.plan import Categories, Field, FigurePlan, Mart, Measure, Wide
from exports.figures.rules import Cell, FigureRule, Percentage, PrefixSum


@dataclass(frozen=True)
class Indicator:
    """A measure, the signature of its figures, and of the figures that they are worked out from."""

    measure: Measure
    signature: Signature
    parts: tuple[Signature, ...] = ()
    looks_back: bool = False

    @property
    def label(self) -> str:
        return self.measure.label

    def id(self, level: str, place: str, year: int) -> FigureId:
        return identity(self.signature, level, place, year)

    def part_ids(self, level: str, place: str, year: int) -> tuple[FigureId, ...]:
        return part_ids(self.parts, self.looks_back, level, place, year)


class Signatures:
    """Gives the signature of every rule of a kind, under the options chosen for it."""

    def __init__(self, plan: FigurePlan, options: Mapping[str, str]) -> None:
        self._plan = plan
        self.basis = {
            mart.name: "/".join(options.get(name, values[0]) for name, values in mart.options.items())
            for mart in plan.marts
        }

    def of_field(self, mart: Mart, item: Field) -> tuple[Signature, tuple[Signature, ...]]:
        """Signature of a measure of a mart without categories, and of what it is derived from."""
        basis = self.basis[mart.name]
        return (mart.name, item.column, basis), tuple((mart.name, name, basis) for name in item.derived_from)

    def of_rule(self, rule: FigureRule) -> tuple[Signature, tuple[Signature, ...], bool]:
        """Signature of what the rule works out, of its parts, and whether it looks at the year before."""
        if isinstance(rule, Cell):
            for mart in self._plan.marts:
                for item in mart.measures if mart.category is None else ():
                    if item.column == rule.key:
                        return *self.of_field(mart, item), item.looks_back
            return self._category(rule.key), (), False
        if isinstance(rule, PrefixSum):
            return self._category(f"{rule.prefix}*"), (), False
        if isinstance(rule, Percentage):
            above, below = (self.of_rule(Cell(key))[0] for key in (rule.numerator, rule.denominator))
            return (above[0], f"{above[1]}_pct", above[2]), (above, below), False
        raise TypeError(f"annex kind {self._plan.key}: a column can't be made by {rule}; identities don't know it")

    def _category(self, category: str) -> Signature:
        mart = next((mart for mart in self._plan.marts if mart.category is not None), None)
        if mart is None:
            raise TypeError(f"annex kind {self._plan.key}: no mart counts {category!r}, as a column or as a category")
        return mart.name, mart.value, category

    def indicators(
        self, table: Wide, labels: Mapping[str, tuple[tuple[str, str], ...]], present: frozenset[str]
    ) -> tuple[Indicator, ...]:
        """The columns of a wide table; `labels` are (code, label) pairs by set, `present` the cells that occur."""
        measures: list[Measure] = []
        for column in table.columns:
            if isinstance(column, Categories):
                measures.extend(column.measures(labels[column.label_set], present))
            else:
                measures.append(column)
        return tuple(Indicator(measure, *self.of_rule(measure.rule)) for measure in measures)
