"""Rows of which everything is hidden, zeros too, because what is shown already leaves no other way to hide enough.

A row is all that one population counts in one year and place. Of a withheld row a reader doesn't know what is 0; what
the usual edition publishes of it stays as it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exports.disclosure.geography import level_of
from exports.disclosure.scope import AMOUNTS, Scope
from exports.disclosure.system import CellId

Row = tuple[str, int, str]
"""(population, year, place); amounts of money are in the row of their counts."""


@dataclass(frozen=True)
class Withheld:
    """The withheld rows, and the scope of the usual edition (`kept`), of which nothing is withheld."""

    rows: frozenset[Row] = frozenset()
    kept: Scope = field(default_factory=dict)

    def places(self, population: str, year: int) -> set[str]:
        """Places of the rows of a population in a year."""
        name = population.removesuffix(AMOUNTS)
        return {place for other, when, place in self.rows if (other, when) == (name, year)}

    def keeps(self, cell: CellId) -> bool:
        """Whether the usual edition publishes this cell."""
        items: Mapping[str, set[str]] = self.kept.get((cell.population, cell.year), {})
        return level_of(cell.place) in items.get(cell.item, ())


NOTHING = Withheld()


def row_of(cell: CellId) -> Row:
    """The row that a cell is in."""
    return cell.population.removesuffix(AMOUNTS), cell.year, cell.place
