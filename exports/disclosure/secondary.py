"""Secondary suppression: which larger cells to hide so that the small ones can't be worked out.

`GreedySuppression` looks at every equation on its own and at what propagation shows. `RepairProgram` finds the cheapest
way to free one confined cell with a linear program over all cells of a system."""

from collections import deque
from collections.abc import Set

import numpy as np

from exports.disclosure.bounds import OuterBounds
from exports.disclosure.solver import Floats, Ints, Program
from exports.disclosure.system import System, Terms


class GreedySuppression:
    """Adds cells to `hidden` until every equation holds on its own.

    In one equation the hidden cells protect each other when a reader can shift enough between them. With the total
    shown, each can vary by the sum of what all of them have above their lowest possible value; that must be at least
    the width that the policy asks for. With cells on both sides hidden (total and parts) both can grow without end. A
    single hidden cell is determined. Every method for cell suppression starts from this necessary condition (Hundepool
    et al., 2012, section 4.4); what several equations give away together is left to `loosen`, repair and audit."""

    def __init__(self, system: System, hidden: set[int]) -> None:
        self.system = system
        self.hidden = hidden
        self.equations = system.equations
        self.rows: list[list[int]] = [[] for _ in system.cells]
        self.counts = [sum(cell in hidden for cell, _ in terms) for terms in self.equations]
        for number, terms in enumerate(self.equations):
            for cell, _ in terms:
                self.rows[cell].append(number)
        self.queue = deque(range(len(self.equations)))

    def can_hide(self, cell: int) -> bool:
        """Whether the cell is shown and may be hidden: no earlier release shows it and no exception of the policy."""
        return cell not in self.hidden and self.system.can_hide(cell)

    def hide(self, cell: int) -> None:
        """Hide a cell, and queue the equations that it is in."""
        self.hidden.add(cell)
        for row in self.rows[cell]:
            self.counts[row] += 1
            self.queue.append(row)

    def holds(self, row: int, without: int | None = None) -> bool:
        """Whether the hidden cells of an equation, leaving out `without`, protect those of each other that need it."""
        system = self.system
        found = [(cell, factor) for cell, factor in self.equations[row] if cell in self.hidden and cell != without]
        widths = [system.width(cell) for cell, _ in found if system.watched[cell]]
        if len(found) < 2 or not widths:
            return not widths
        if len({factor > 0 for _, factor in found}) == 2:
            return True
        return sum(system.values[cell] - system.floors[cell] for cell, _ in found) >= max(widths)

    def run(self) -> None:
        """Hide the cheapest cell in every queued equation that doesn't hold, until all do."""
        while self.queue:
            row = self.queue.popleft()
            while not self.holds(row):
                choices = [cell for cell, _ in self.equations[row] if self.can_hide(cell)]
                if not choices:
                    break  # the audit will say whether this matters
                self.hide(min(choices, key=lambda cell: (self.cost(cell, row), self.system.values[cell], cell)))

    def cost(self, cell: int, row: int) -> float:
        """The cost of hiding this cell, and of the cheapest cell that each of its other equations would then need."""
        costs = self.system.costs
        others = (self.equations[other] for other in self.rows[cell] if other != row and not self.counts[other])
        return costs[cell] + sum(min((costs[one] for one, _ in terms if one != cell), default=0) for terms in others)

    def loosen(self, depth: int = 4) -> None:
        """Hide more where propagation shows that a cell fails the audit, until it shows none."""
        hopeless: set[int] = set()
        while True:
            intervals = OuterBounds(self.system.published(self.hidden))
            confined = [c for c in self.hidden - hopeless if intervals.narrow(c) and self.system.watched[c]]
            if not confined:
                return
            touched: set[int] = set()  # one cell per cause and round: what it frees shows in the next round
            for cell in sorted(confined):
                reasons = intervals.reasons(cell, depth)
                around = {other for _, terms in reasons for other, _ in terms}
                if cell in touched or not touched.isdisjoint(other for other in around if other in self.hidden):
                    continue
                if (best := self._best(reasons)) is None:
                    hopeless.add(cell)
                else:
                    self.hide(best)
                    touched |= {other for row in self.rows[best] for other, _ in self.equations[row]}
            self.run()

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

        def moves(terms: Terms) -> Terms:
            return tuple(pair for cell, factor in terms for pair in ((cell, factor), (cell + self.size, -factor)))

        values = system.values
        self._larger = 1 + np.log10(np.maximum(values, 1).astype(np.float64)) / _DECADES
        self.program = Program(
            [0] * (2 * self.size),
            [(moves(terms), 0) for terms in system.equations],
            [(moves(terms), sum(values[cell] * factor for cell, factor in terms)) for terms in system.bounds],
        )

    def widen(self, cell: int, lowest: int, width: int, hidden: set[int], allowed: set[int]) -> set[int] | None:
        """The shown cells, out of `allowed`, to hide so that the values of `cell` can be `width` apart; None: no way.

        It can be as low as `lowest` already; if it can't rise enough above that, it must get lower too."""
        value = self.system.values[cell]
        for bottom in range(lowest, self.system.floors[cell] - 1, -self.system.units[cell]):
            top = bottom + width
            up = self.move(cell, top - value, hidden, allowed) if top > value else set()
            if up is not None:
                down = self.move(cell, bottom - value, hidden, allowed) if bottom < lowest else set()
                if down is not None:
                    return up | down
        return None

    def vary(self, cell: int, hidden: set[int]) -> list[Ints] | None:
        """The values of all cells in one or two worlds: in these and the true one `cell` is as far apart as it must be
        able to vary. None when no move of the hidden cells in whole numbers was found."""
        value, width = self.system.values[cell], self.system.width(cell)
        lowest = max(self.system.floors[cell], value - width)
        for bottom in range(value, lowest - 1, -self.system.units[cell]):
            changes = [change for change in (bottom - value, bottom + width - value) if change]
            points = [self.point(cell, change, hidden) for change in changes]
            found = [point for point in points if point is not None]
            if len(found) == len(changes):
                return found
            if bottom < value and points[0] is None:
                return None  # lower is even further
        return None

    def point(self, cell: int, change: int, hidden: set[int], allowed: Set[int] = frozenset()) -> Ints | None:
        """The values of all cells after the cheapest move of hidden ones, and of those in `allowed`, by which `cell`
        changes by `change`, or after a move near it that is in whole numbers. None when none was found."""
        moves = self._moves(cell, change, hidden, allowed, whole=True)
        return None if moves is None else np.array(self.system.values, dtype=np.int64) + moves.astype(np.int64)

    def move(self, cell: int, change: int, hidden: set[int], allowed: set[int]) -> set[int] | None:
        """The cheapest shown cells to hide so that `cell` can differ by `change` from its true value; None: no way."""
        moves = self._moves(cell, change, hidden, allowed)
        return None if moves is None else {int(moved) for moved in np.flatnonzero(np.abs(moves) > 1e-7)} - hidden

    def _moves(
        self, cell: int, change: int, hidden: set[int], allowed: Set[int], whole: bool = False
    ) -> Floats | Ints | None:
        """How far every cell moves when `cell` moves by `change` in the cheapest way; `whole`: in whole numbers, or
        near it."""
        system, size = self.system, self.size
        costs = np.full(size, _FREE)
        room = np.zeros((2, size))
        for number in hidden | allowed:
            room[:, number] = np.inf, system.values[number] - system.floors[number]
            if number not in hidden:
                costs[number] = system.costs[number] / system.units[number] * self._larger[number]
        side = 0 if change >= 0 else 1
        room[:, cell] = 0
        room[side, cell] = abs(change)
        lower = np.full(2 * size, -np.inf)
        lower[cell + side * size] = abs(change)
        both = np.concatenate([costs, costs])
        if (found := self.program.optimum(both, lower, room.ravel())) is None:
            return None
        moves: Floats | Ints | None = self.program.last
        if whole:
            moves = self.program.near(both, lower, room.ravel()) if found[1] is None else found[1]
        return None if moves is None else moves[:size] - moves[size:]
