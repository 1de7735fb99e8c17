"""What the public edition shows of a figure under cell keys."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from exports.disclosure.cell_key.change import most_change
from exports.disclosure.cell_key.formulas import FORMULAS, MEANS
from exports.disclosure.policy import Policy, PolicyError
from exports.disclosure.scope import AMOUNTS
from exports.disclosure.system import CellId, System
from exports.disclosure.words import chart_note_of, description_of, note_of
from exports.figures.identity import Changes, Figure, FigureId, Value
from exports.xlsx.document import NOT_APPLICABLE

_CENT = Decimal("0.01")


class ChangedFigures(Changes):
    """`cells` finds the counts behind a figure, and raises an error for one that was not controlled; `shown` has the
    changed counts, `true` the true ones."""

    def __init__(
        self, policy: Policy, cells: Callable[[FigureId], tuple[CellId, ...]], true: System, shown: Mapping[CellId, int]
    ) -> None:
        self._policy, self._cells, self._true, self._shown = policy, cells, true, shown

    def __call__(self, figure: FigureId) -> bool:
        """Only a mean of what can be few is left out: that of one person is a fact about a person. By the count that is
        shown: what the true one decides would tell of it."""
        if figure.measure not in MEANS or (table := self._policy.changes_by) is None:
            return False
        return 0 < self._count(self._cells(figure)[0]) < self._policy.threshold + most_change(table)

    def value(self, figure: Figure) -> Value:
        of, value = figure.id, figure.value
        if value is None or isinstance(value, str):  # a sign, which says that there is nothing
            return value
        if of.measure.endswith("_difference"):
            one, other = figure.parts[:2]
            return _like(value, 0 if one == other else self._number(one) - self._number(other))
        cells = self._cells(of)
        if cells[0].population.endswith(AMOUNTS):
            return self.following(value, of)
        if of.measure in MEANS:
            return value if self._count(cells[0]) else NOT_APPLICABLE
        if of.measure in self._policy.marts[of.mart].derived:
            if of.measure not in FORMULAS:
                raise PolicyError(f"policy.yml: {of.measure} has no formula for changed counts; add it to FORMULAS")
            made = FORMULAS[of.measure]([self._count(cell) for cell in cells])
            return NOT_APPLICABLE if made is None else made
        return self._count(cells[0])

    def following(self, value: Value, of: FigureId) -> Value:
        """An amount, or a sum over those that are counted, changed in proportion to its count."""
        cell = self._cells(of)[0]
        cell = cell._replace(population=cell.population.removesuffix(AMOUNTS))
        count, number = self._count(cell), self._true.index.get(cell)
        if value is None or isinstance(value, str | dt.date):
            return value
        if number is None or not count:
            return 0  # as where there is no row at all: a 0.00 would tell that there is one
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        made = exact * count / self._true.values[number]
        return float(made) if isinstance(value, float) else made.quantize(_CENT) or 0

    def described(self, marts: Collection[str]) -> Mapping[str, str | int]:
        return description_of(self._policy, self._per_person(marts))

    def note(self, marts: Collection[str]) -> str:
        return note_of(self._policy, self._per_person(marts))

    def chart_note(self, marts: Collection[str]) -> str:
        return chart_note_of(self._policy, self._per_person(marts))

    def _per_person(self, marts: Collection[str]) -> set[int]:
        return {number for name in marts for number in self._policy.marts[name].per_person_numbers}

    def _number(self, figure: FigureId) -> int:
        return self._count(self._cells(figure)[0])

    def _count(self, cell: CellId) -> int:
        return self._shown.get(cell, 0)


def _like(value: Value, number: int) -> Value:
    """The number as a value of the same kind: amounts stay decimals."""
    return type(value)(number) if isinstance(value, float | Decimal) else number
