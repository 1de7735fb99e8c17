"""How one figure follows from a group: the cells of one municipality and year (or of Flanders and a year).

A rule gets the group and the same place's group of the year before (None when there is none) and gives a number, or
None when the figure is undefined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

Number = int | float | Decimal
Group = Mapping[str, Number | None]


class FigureRule(Protocol):
    """Anything that makes a figure from a group."""

    def value(self, group: Group, previous: Group | None) -> Number | None: ...


@dataclass(frozen=True)
class Cell:
    """The cell itself. A cell that isn't there counts 0: a mart has no rows for combinations that don't occur."""

    key: str

    def value(self, group: Group, previous: Group | None) -> Number | None:
        return group.get(self.key, 0)


@dataclass(frozen=True)
class PrefixSum:
    """The sum of all cells whose key starts with `prefix`."""

    prefix: str

    def value(self, group: Group, previous: Group | None) -> Number | None:
        return sum(number or 0 for key, number in group.items() if key.startswith(self.prefix))


@dataclass(frozen=True)
class CellSum:
    """The sum of these cells."""

    keys: tuple[str, ...]

    def value(self, group: Group, previous: Group | None) -> Number | None:
        return sum(group.get(key) or 0 for key in self.keys)


@dataclass(frozen=True)
class Percentage:
    """100 * numerator / denominator; undefined when the denominator is 0 or unknown."""

    numerator: str
    denominator: str

    def value(self, group: Group, previous: Group | None) -> Number | None:
        above, below = group.get(self.numerator), group.get(self.denominator)
        if above is None or not below:
            return None
        return 100 * float(above) / float(below)


@dataclass(frozen=True)
class YearOnYear:
    """Change of another rule's figure against the year before: relative in %, or absolute when `relative` is off."""

    of: FigureRule
    relative: bool = True

    def value(self, group: Group, previous: Group | None) -> Number | None:
        now = self.of.value(group, None)
        before = self.of.value(previous, None) if previous is not None else None
        if now is None or before is None or (self.relative and not before):
            return None
        now, before = float(now), float(before)
        return 100 * (now / before - 1) if self.relative else now - before


def add_up(groups: list[Group], weights: Mapping[str, str]) -> dict[str, Number | None]:
    """The group of all groups together: sums of the cells, except that a cell in `weights` is a mean and becomes the
    mean weighted with its weight cell. A cell unknown everywhere stays unknown; unknown parts don't count.
    """
    total: dict[str, Number | None] = {}
    for group in groups:
        for key, number in group.items():
            if key in weights:
                continue
            so_far = total.get(key)  # amounts stay decimals, and never meet floats
            total[key] = number if so_far is None else so_far + (number or 0)  # ty: ignore[unsupported-operator]
    for mean, weight in weights.items():
        known = [group for group in groups if group.get(mean) is not None]
        pairs = [(float(group[mean] or 0), float(group.get(weight) or 0)) for group in known]
        divisor = sum(part for _, part in pairs)
        total[mean] = sum(value * part for value, part in pairs) / divisor if divisor else None
    return total
