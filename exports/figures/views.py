"""What an edition of an annex shows at a level: views, each with the indicators of one table and the periods of each.

Whatever lays figures out asks for the views of a level, so that all of an edition shows the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.figures.collect import Figures, WideFigures
from exports.figures.identity import CENTRUMSTAD, GEMEENTE
from exports.figures.periods import Period, single
from exports.figures.plan import Indicator


@dataclass(frozen=True)
class View:
    """A part of a table: `indicators` of `table`, each for every period, in reading order."""

    table: WideFigures
    indicators: tuple[Indicator, ...]
    periods: tuple[Period, ...]


def views(figures: Figures, level: str) -> tuple[View, ...]:
    """What is shown at a level, in the order of the annex's tables."""
    return tuple(_every_year(figures, level))


def _every_year(figures: Figures, level: str) -> Iterator[View]:
    """Everything that there is: all indicators by year. Some mean nothing for several municipalities together."""
    for table in figures.tables:
        own = (each for each in table.indicators if level in (GEMEENTE, CENTRUMSTAD) or each.measure.in_totals)
        yield View(table, tuple(own), single(figures.years))
