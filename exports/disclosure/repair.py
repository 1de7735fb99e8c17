"""The cheapest way to free one confined cell, found with a linear program over all cells of a system.

A move is a change of the true values that keeps every equation. If moving the confined cell up by what it lacks needs
shown cells to move too, hiding those frees it. The program minimises the cost of the moves of shown cells; hidden
cells move for free. This is the classic linear heuristic for cell suppression: Kelly, Golden & Assad (1992), Cell
suppression: disclosure protection for sensitive tabular data, Networks 22(4); see also Fischetti & Salazar (2001).
"""

from __future__ import annotations

import numpy as np

from exports.disclosure.solver import Program
from exports.disclosure.system import System

_FREE = 1e-4  # hidden cells cost next to nothing, so that a move takes no detours
_DECADES = 10
"""Of cells that cost the same, the smaller count goes: ten times larger costs a tenth more."""


class Repair:
    """Moves as a program: for every cell one variable up and one down (in that order)."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.size = len(system.cells)
        shift = self.size

        def moves(terms: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
            return tuple(pair for cell, factor in terms for pair in ((cell, factor), (cell + shift, -factor)))

        values = system.values
        self._larger = 1 + np.log10(np.maximum(values, 1).astype(np.float64)) / _DECADES
        self.program = Program(
            [0] * (2 * self.size),
            [(moves(terms), 0) for terms in system.equations],
            [(moves(terms), sum(values[cell] * factor for cell, factor in terms)) for terms in system.bounds],
        )

    def widen(self, cell: int, lowest: int, width: int, hidden: set[int], allowed: set[int]) -> set[int] | None:
        """The shown cells, out of `allowed`, to hide so that `cell` can vary by `width`. None when nothing helps.

        `lowest` is what the cell can be already: if it can't rise enough above that, it must fall below it too.
        """
        value = self.system.values[cell]
        floor = self.system.floors[cell]
        step = self.system.units[cell]
        for bottom in range(lowest, floor - 1, -step):
            top = bottom + width
            up = self.move(cell, top - value, hidden, allowed) if top > value else set()
            if up is None:
                continue
            down = self.move(cell, bottom - value, hidden, allowed) if bottom < lowest else set()
            if down is not None:
                return up | down
        return None

    def move(self, cell: int, change: int, hidden: set[int], allowed: set[int]) -> set[int] | None:
        """The cheapest cells to hide so that `cell` can change by this much. None when it can't."""
        system, size = self.system, self.size
        costs = np.full(size, _FREE)
        room = np.zeros((2, size))
        for number in range(size):
            if number in hidden or number in allowed:
                room[0, number] = np.inf
                room[1, number] = system.values[number] - system.floors[number]
                if number not in hidden:
                    costs[number] = system.costs[number] / system.units[number] * self._larger[number]
        side = 0 if change >= 0 else 1
        room[:, cell] = 0
        room[side, cell] = abs(change)
        lower = np.full(2 * size, -np.inf)
        lower[cell + side * size] = abs(change)
        result = self.program.optimum(np.concatenate([costs, costs]), lower=lower, upper=room.ravel())
        if result is None:
            return None
        solution = self.program.last
        moved = np.abs(solution[:size] - solution[size:]) > 1e-7
        return {int(number) for number in np.flatnonzero(moved)} - hidden
