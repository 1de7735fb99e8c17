"""Secondary suppression: which larger cells to hide so that the small ones can't be worked out.

`GreedySuppression` looks at every equation on its own and at what propagation shows. `RepairProgram` finds the cheapest
way to free one confined cell with a linear program over all cells of a system.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from exports.disclosure.bounds import OuterBounds
from exports.disclosure.solver import Program
from exports.disclosure.system import System, Terms


class GreedySuppression:
    """Adds cells to `hidden` until every equation holds on its own.

    In one equation the hidden cells protect each other when a reader can shift enough between them. With the total
    shown, each can vary by the sum of what all of them have above their lowest possible value; that must be at least
    the width that the policy asks for. With cells on both sides hidden (total and parts) both can grow without end. A
    single hidden cell is determined. Every method for cell suppression starts from this necessary condition (Hundepool
    et al., 2012, section 4.4); what several equations give away together is left to `loosen`, the repair and the audit.
    """

    def __init__(self, system: System, hidden: set[int]) -> None:
        self.system = system
        self.hidden = hidden
        self.equations = system.equations
        self.rows: list[list[int]] = [[] for _ in system.cells]
        for number, terms in enumerate(self.equations):
            for cell, _ in terms:
                self.rows[cell].append(number)
        self.counts = [0] * len(self.equations)
        for number, terms in enumerate(self.equations):
            self.counts[number] = sum(cell in hidden for cell, _ in terms)
        self.queue: deque[int] = deque()

    def can_hide(self, cell: int) -> bool:
        """Whether the cell is shown and may be hidden: no earlier release shows it and no exception of the policy."""
        return cell not in self.hidden and self.system.fixed.get(cell) is not False and cell not in self.system.exempt

    def hide(self, cell: int) -> None:
        """Hide a cell, and queue the equations that it is in."""
        self.hidden.add(cell)
        for row in self.rows[cell]:
            self.counts[row] += 1
            self.queue.append(row)

    def holds(self, row: int, without: int | None = None) -> bool:
        """Whether the hidden cells of an equation, leaving out `without`, protect each other in it."""
        system = self.system
        slack = count = 0
        sides = 0
        need = 0
        for cell, factor in self.equations[row]:
            if cell in self.hidden and cell != without:
                count += 1
                sides |= 1 if factor > 0 else 2
                slack += system.values[cell] - system.floors[cell]
                need = max(need, system.width(cell))
        return not count or (count > 1 and (sides == 3 or slack >= need))

    def run(self, rows: Iterable[int] | None = None) -> None:
        """Hide the cheapest cell in every equation that doesn't hold, until all do."""
        self.queue = deque(range(len(self.equations)) if rows is None else rows)
        while self.queue:
            row = self.queue.popleft()
            while not self.holds(row):
                choices = [cell for cell, _ in self.equations[row] if self.can_hide(cell)]
                if not choices:
                    break  # the audit will say whether this matters
                self.hide(min(choices, key=lambda cell: (self.cost(cell, row), self.system.values[cell], cell)))

    def cost(self, cell: int, row: int) -> float:
        """The cost of hiding this cell, and of the cheapest cell that would then be needed in each of its other
        equations."""
        total = self.system.costs[cell]
        for other in self.rows[cell]:
            if other != row and not self.counts[other]:
                total += min(
                    (self.system.costs[next_] for next_, _ in self.equations[other] if next_ != cell), default=0
                )
        return total

    def loosen(self, depth: int = 4) -> int:
        """Hide more where propagation shows that a cell fails the audit, until it shows none. Returns how many cells
        were added."""
        start = len(self.hidden)
        hopeless: set[int] = set()
        while True:
            intervals = OuterBounds(self.system.published(self.hidden))
            narrow = sorted(
                c for c in self.hidden if c not in hopeless and intervals.narrow(c) and self.system.watched[c]
            )
            if not narrow:
                return len(self.hidden) - start
            touched: set[int] = set()  # one cell per cause and round: what it frees shows in the next round
            for cell in narrow:
                reasons = intervals.reasons(cell, depth)
                around = {other for _, terms in reasons for other, _ in terms}
                if cell in touched or not touched.isdisjoint(other for other in around if other in self.hidden):
                    continue
                best = self._best(reasons)
                if best is None:
                    hopeless.add(cell)
                    continue
                self.hide(best)
                touched |= {other for row in self.rows[best] for other, _ in self.equations[row]}
            self.run(list(self.queue))

    def _best(self, reasons: list[tuple[int, Terms]]) -> int | None:
        """The cheapest cell that could loosen one of these rows."""
        choices = [
            (self.cost(cell, -1) + distance / 4, self.system.values[cell], cell)
            for distance, terms in reasons
            for cell, _ in terms
            if self.can_hide(cell)
        ]
        return min(choices)[2] if choices else None

    def trim(self, keep: set[int]) -> None:
        """Show cells again, the costliest first, that no equation needs any more. Those in `keep` stay hidden."""
        spare = sorted(self.hidden - keep, key=lambda cell: (-self.system.costs[cell], -self.system.values[cell], cell))
        for cell in spare:
            if all(self.holds(row, cell) for row in self.rows[cell]):
                self.hidden.discard(cell)
                for row in self.rows[cell]:
                    self.counts[row] -= 1


_FREE = 1e-4  # hidden cells cost next to nothing, so that a move takes no detours
_DECADES = 10
"""Of cells that cost the same, the smaller count goes: ten times larger costs a tenth more."""


class RepairProgram:
    """Finds the cheapest shown cells to hide so that one confined cell gets room.

    A move is a change of the true values that keeps every equation. If moving the confined cell as far as it must be
    able to vary needs shown cells to move too, hiding those frees it. A linear program over all cells (for every cell
    one variable up and one down, in that order) minimises the cost of the shown cells that move; hidden cells move for
    next to nothing. The classic linear heuristic for cell suppression: Kelly, Golden & Assad (1992), Cell suppression:
    disclosure protection for sensitive tabular data, Networks 22(4); see also Fischetti & Salazar (2001)."""

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
        """The shown cells, out of `allowed`, to hide so that the values of `cell` can be `width` apart. None when
        nothing helps.

        `lowest` is the lowest value that the cell can have already; if it can't rise enough above that, it must get
        lower too."""
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
        """The cheapest shown cells to hide so that `cell` can differ by `change` from its true value. None when nothing
        helps."""
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
