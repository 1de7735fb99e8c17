"""What must agree between annexes, and what is ranked: declared by an annex kind, worked out elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exports.annexes.rules import Cell, FigureRule


@dataclass(frozen=True)
class Link:
    """A population that another mart counts too: `rule` of this annex's groups must give, for every municipality, what
    `column` of `mart` adds up to over the rows that fit `where`, `lag` years earlier.

    `when_measured`: while the year isn't over at the as-of date, this annex may count fewer but never more.
    `category` is the category of the other figure's identity.
    """

    text: str
    rule: FigureRule
    mart: str
    column: str = "trajectories"
    where: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    lag: int = 0
    when_measured: bool = False


MEASURED_HAD_ENDED = Link(
    "gemeten trajecten = beëindigde trajecten van het jaar ervoor",
    Cell("measured"),
    "mart_ended_duration",
    category="*",
    lag=1,
    when_measured=True,
)
"""Holds for every annex that counts measured trajectories: they ended the year before, or the year is not over."""


@dataclass(frozen=True)
class Ranking:
    """The largest risers and fallers: the measure `by` in the last year, among places whose `size` is at least `floor`
    in that year (one person more makes a small place jump). All are labels of measures of the wide table `sheet`;
    `shown` stand beside it, and `before` too for the year before."""

    title: str
    sheet: str
    by: str
    size: str
    size_text: str
    floor: float
    shown: tuple[str, ...]
    before: tuple[str, ...]
    y_title: str
    count: int = 10
