"""What an edition of an annex shows at a level: views, each with the indicators of one table and the periods of each.

Whatever lays figures out asks for the views of a level, so that all of an edition shows the same. The full edition
shows everything by year; the public one what a `Plan` says of each mart: everything, totals, or classes, by year or by
period (`exports.disclosure.tables` makes the plan from the policy)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from exports.figures.collect import Figures, WideFigures
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, VLAANDEREN, FigureId, Signature
from exports.figures.periods import Period, single
from exports.figures.plan import Indicator
from exports.figures.rules import CellSum
from exports.figures.together import CategoryClass


@dataclass(frozen=True)
class Detail:
    """A table of a mart at a level: its totals alone or all of it, with these classes, by year or by period. `only`: of
    a mart without categories the measures that are shown beside the totals."""

    totals: bool = False
    pooled: bool = False
    classes: tuple[CategoryClass, ...] = ()
    only: tuple[str, ...] | None = None


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
    """The signatures of what is shown of each year by itself at a level. A total that tables have under names of their
    own is shown under each."""
    by_year = [view for view in views(figures, level, plan) if not view.pooled]
    shown = {each.signature for view in by_year for each in view.indicators}
    if plan is None:
        return shown
    totals = _Totals(figures, level, plan)
    known = {totals.of(each) for view in by_year for each in view.indicators} - {None}
    every = (each for table in figures.tables for each in _of_level(table, level))
    return shown | {each.signature for each in every if totals.of(each) in known}


def _everything(figures: Figures, level: str) -> Iterator[View]:
    for table in figures.tables:
        yield View(table, tuple(_of_level(table, level)), single(figures.years))


def _of_level(table: WideFigures, level: str) -> Iterator[Indicator]:
    """Some indicators mean nothing for several municipalities together."""
    return (each for each in table.indicators if level in (GEMEENTE, CENTRUMSTAD) or each.measure.in_totals)


_Total = tuple[str, str]
"""(population, measure) of what counts a population whole."""


class _Totals:
    """Which indicators of an annex are totals. Below Flanders one that several tables have stands apart, once."""

    def __init__(self, figures: Figures, level: str, plan: Plan) -> None:
        self._level, self._plan, self._year = level, plan, figures.years[0]
        tables = [{self.of(each) for each in table.indicators} - {None} for table in figures.tables]
        held = Counter(total for table in tables for total in table)
        self._several = {total for total, times in held.items() if times > 1} if level != VLAANDEREN else set()

    def of(self, indicator: Indicator) -> _Total | None:
        """None for what counts a part."""
        population = self._plan.population(indicator.id(self._level, "", self._year))
        return None if population is None else (population, indicator.signature[1])

    def apart(self, indicator: Indicator) -> bool:
        """Whether it doesn't stand with its parts."""
        return self.of(indicator) in self._several


def _planned(figures: Figures, level: str, plan: Plan) -> Iterator[View]:
    """Totals first, each once though several tables have it; then what else there is, by year and by period."""
    marts = list(dict.fromkeys(each.signature[0] for table in figures.tables for each in table.indicators))
    every, found = {mart: plan.details(mart, level) for mart in marts}, _Totals(figures, level, plan)
    for totals, pooled in ((True, False), (True, True), (False, False), (False, True)):
        periods = plan.periods(figures.years) if pooled else single(figures.years)
        seen: set[_Total | None] = set()
        for table in figures.tables:
            shown: list[Indicator] = []
            for indicator in _of_level(table, level):
                for detail in every[indicator.signature[0]]:
                    if detail.pooled != pooled or (detail.totals and not totals):
                        continue
                    of = found.of(indicator)
                    if detail.only is not None and of is None and indicator.signature[1] not in detail.only:
                        continue
                    if totals:
                        if of is None or of in seen or not (detail.totals or found.apart(indicator)):
                            continue
                        seen.add(of)
                        shown.append(indicator)
                    elif not found.apart(indicator):
                        made = _in_class(indicator, detail.classes, table)
                        shown += [made] if made is not None and made not in shown else []
            if shown and periods:
                yield View(table, tuple(shown), periods, totals)


def _in_class(indicator: Indicator, classes: Sequence[CategoryClass], table: WideFigures) -> Indicator | None:
    """The indicator, or that of the class that its category is in; None for a class of all categories, which says what
    the table's own total of them says."""
    mart, measure, category = indicator.signature
    found = next((item for item in classes if category in item.categories), None)
    if found is None:
        return indicator
    family = category.partition("/")[0]
    others = {each.signature[2] for each in table.indicators} - {*found.categories}
    if f"{family}/*" in others and not any(each.startswith(f"{family}/") for each in others - {f"{family}/*"}):
        return None
    made = replace(indicator.measure, label=found.label, rule=CellSum(found.categories))
    return replace(indicator, measure=made, signature=(mart, measure, found.name))
