"""Measures with their identity: which figure of which mart a column of an annex shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exports.annexes.model import AnnexKind, Categories, Field, Mart, Measure, Wide
from exports.annexes.rules import Cell, FigureRule, Percentage, PrefixSum
from exports.figures.identity import FigureId

Signature = tuple[str, str, str]
"""(mart, measure, category): an identity without year and place."""


@dataclass(frozen=True)
class Meter:
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


def identity(signature: Signature, level: str, place: str, year: int) -> FigureId:
    mart, measure, category = signature
    return FigureId(mart, measure, year, level, place, category)


def part_ids(parts: tuple[Signature, ...], looks_back: bool, level: str, place: str, year: int) -> tuple[FigureId, ...]:
    """Identities of the parts in the year, and in the year before when the figure looks back."""
    if not parts:
        return ()
    years = (year, year - 1) if looks_back else (year,)
    return tuple(identity(part, level, place, each) for each in years for part in parts)


class Signatures:
    """Gives the signature of every rule of a kind, under the options chosen for it."""

    def __init__(self, kind: AnnexKind, options: Mapping[str, str]) -> None:
        self._kind = kind
        self.basis = {
            mart.name: "/".join(options.get(name, values[0]) for name, values in mart.options.items())
            for mart in kind.marts
        }

    def of_field(self, mart: Mart, item: Field) -> tuple[Signature, tuple[Signature, ...]]:
        """Signature of a measure of a mart without categories, and of what it is derived from."""
        basis = self.basis[mart.name]
        return (mart.name, item.column, basis), tuple((mart.name, name, basis) for name in item.derived_from)

    def of_rule(self, rule: FigureRule) -> tuple[Signature, tuple[Signature, ...], bool]:
        """Signature of what the rule works out, of its parts, and whether it looks at the year before."""
        if isinstance(rule, Cell):
            for mart in self._kind.marts:
                for item in mart.measures if mart.category is None else ():
                    if item.column == rule.key:
                        return *self.of_field(mart, item), item.looks_back
            return self._category(rule.key), (), False
        if isinstance(rule, PrefixSum):
            return self._category(f"{rule.prefix}*"), (), False
        if isinstance(rule, Percentage):
            above, below = (self.of_rule(Cell(key))[0] for key in (rule.numerator, rule.denominator))
            return (above[0], f"{above[1]}_pct", above[2]), (above, below), False
        raise TypeError(f"annex kind {self._kind.key}: a column can't be made by {rule}; identities don't know it")

    def _category(self, category: str) -> Signature:
        mart = next(mart for mart in self._kind.marts if mart.category is not None)
        return mart.name, mart.value, category

    def meters(
        self, plan: Wide, labels: Mapping[str, tuple[tuple[str, str], ...]], present: frozenset[str]
    ) -> tuple[Meter, ...]:
        """The columns of a wide table; `labels` are (code, label) pairs by set, `present` the cells that occur."""
        measures: list[Measure] = []
        for column in plan.columns:
            if isinstance(column, Categories):
                measures.extend(column.measures(labels[column.label_set], present))
            else:
                measures.append(column)
        return tuple(Meter(measure, *self.of_rule(measure.rule)) for measure in measures)
