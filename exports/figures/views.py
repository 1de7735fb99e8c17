"""What an edition of an annex shows at a level: views, each with the indicators of one table and the periods of each.

Whatever lays figures out asks for the views of a level, so that all of an edition shows the same. The full edition
shows everything by year; the public one what a `Plan` says of each mart: everything, totals, or classes, by year or by
period (`exports.disclosure.tables` makes the plan from the policy)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from exports.figures.collect import Figures, WideFigures
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, FigureId, Signature
from exports.figures.periods import Period, single
from exports.figures.plan import Indicator
from exports.figures.rules import CellSum
from exports.figures.together import CategoryClass


@dataclass(frozen=True)
class Detail:
    """A table of a mart at a level: its totals alone or all of it, with these classes, by year or by period."""

    totals: bool = False
    pooled: bool = False
    classes: tuple[CategoryClass, ...] = ()


class Plan(Protocol):
    """What is shown of the marts at each level."""

    def details(self, mart: str, level: str) -> Sequence[Detail]: ...

    def population(self, figure: FigureId) -> str | None:
        """The population that the figure counts whole, or is an amount of; None when it is a part of one."""
        ...

    def periods(self, years: Sequence[int]) -> tuple[Period, ...]: ...


@dataclass(frozen=True)
class View:
    """A part of a table: `indicators` of `table`, each for every period, in reading order."""

    table: WideFigures
    indicators: tuple[Indicator, ...]
    periods: tuple[Period, ...]
    totals: bool = False
    """Whether it shows totals of populations alone."""

    @property
    def pooled(self) -> bool:
        """Whether it shows years added up."""
        return any(period.first != period.last for period in self.periods)


def views(figures: Figures, level: str, plan: Plan | None = None) -> tuple[View, ...]:
    """What is shown at a level, in the order of the annex's tables; without a plan everything by year."""
    return tuple(_planned(figures, level, plan) if plan else _everything(figures, level))


def shown_by_year(figures: Figures, level: str, plan: Plan | None) -> set[Signature]:
    """The signatures of what is shown of each year by itself at a level."""
    return {each.signature for view in views(figures, level, plan) if not view.pooled for each in view.indicators}


def _everything(figures: Figures, level: str) -> Iterator[View]:
    for table in figures.tables:
        yield View(table, tuple(_of_level(table, level)), single(figures.years))


def _of_level(table: WideFigures, level: str) -> Iterator[Indicator]:
    """Some indicators mean nothing for several municipalities together."""
    return (each for each in table.indicators if level in (GEMEENTE, CENTRUMSTAD) or each.measure.in_totals)


def _planned(figures: Figures, level: str, plan: Plan) -> Iterator[View]:
    """Totals first, each once though several tables have it; then what else there is, by year and by period."""
    marts = list(dict.fromkeys(each.signature[0] for table in figures.tables for each in table.indicators))
    every = {mart: plan.details(mart, level) for mart in marts}
    for kind in (Detail(True), Detail(True, True), Detail(), Detail(False, True)):
        periods = plan.periods(figures.years) if kind.pooled else single(figures.years)
        seen: set[tuple[str, str]] = set()
        for table in figures.tables:
            shown: list[Indicator] = []
            for indicator in _of_level(table, level):
                for detail in every[indicator.signature[0]]:
                    if (detail.totals, detail.pooled) != (kind.totals, kind.pooled):
                        continue
                    made = _in_class(indicator, detail.classes)
                    if kind.totals:
                        of = plan.population(indicator.id(level, "", figures.years[0]))
                        if of is None or (of, indicator.signature[1]) in seen:
                            continue
                        seen.add((of, indicator.signature[1]))
                    if made not in shown:
                        shown.append(made)
            if shown and periods:
                yield View(table, tuple(shown), periods, kind.totals)


def _in_class(indicator: Indicator, classes: Sequence[CategoryClass]) -> Indicator:
    """The indicator, or that of the class that its category is in."""
    mart, measure, category = indicator.signature
    found = next((item for item in classes if category in item.categories), None)
    if found is None:
        return indicator
    made = replace(indicator.measure, label=found.label, rule=CellSum(found.categories))
    return replace(indicator, measure=made, signature=(mart, measure, found.name))
