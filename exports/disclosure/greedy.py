"""The first pattern of hidden cells: every equation on its own.

In one equation the hidden cells are safe from each other when a reader can shift enough between them: with the total
shown, each can vary by the sum of what all of them have above the lowest possible value; that must be at least the
width that the policy asks. With cells on both sides hidden (total and parts) both can grow together without end.
A single hidden cell is determined. This is the necessary condition that every method for cell suppression starts
from (Hundepool et al., 2012, section 4.4); what links equations is left to the audit and the repair after it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from exports.disclosure.propagate import Intervals
from exports.disclosure.system import System, Terms


class Greedy:
    """Grows a set of hidden cells until every equation holds on its own."""

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
        return cell not in self.hidden and self.system.fixed.get(cell) is not False and cell not in self.system.exempt

    def hide(self, cell: int) -> None:
        self.hidden.add(cell)
        for row in self.rows[cell]:
            self.counts[row] += 1
            self.queue.append(row)

    def holds(self, row: int, without: int | None = None) -> bool:
        """Whether the hidden cells of an equation (less one) are safe from each other in it."""
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
        """What hiding this cell costs, with what it brings about in its other equations."""
        total = self.system.costs[cell]
        for other in self.rows[cell]:
            if other != row and not self.counts[other]:
                total += min(
                    (self.system.costs[next_] for next_, _ in self.equations[other] if next_ != cell), default=0
                )
        return total

    def loosen(self, depth: int = 4) -> int:
        """Hide more where propagation shows a cell confined, until it shows none. Returns how many cells were added."""
        start = len(self.hidden)
        hopeless: set[int] = set()
        while True:
            intervals = Intervals(self.system, self.hidden)
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
        """Show cells again that no equation needs any more, the dearest first."""
        spare = sorted(self.hidden - keep, key=lambda cell: (-self.system.costs[cell], -self.system.values[cell], cell))
        for cell in spare:
            if all(self.holds(row, cell) for row in self.rows[cell]):
                self.hidden.discard(cell)
                for row in self.rows[cell]:
                    self.counts[row] -= 1
