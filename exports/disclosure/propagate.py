"""Interval propagation: bounds of the hidden cells that follow from one equation after the other.

Cheap and not complete: the true interval of a cell can be narrower (that is what the audit finds), never wider. The
suppression uses it to see most unsafe cells without a solver. Bounds tightening as in constraint programming
(e.g. Apt, Principles of Constraint Programming, 2003, chapter 6).
"""

from __future__ import annotations

from collections.abc import Iterable

from exports.disclosure.system import System, Terms

INFINITE = 1 << 60


class Intervals:
    """Lowest and highest value of every cell as far as propagation tells; for shown cells both are the value."""

    def __init__(self, system: System, hidden: set[int]) -> None:
        self.system = system
        self.lowest = list(system.values)
        self.highest = list(system.values)
        for cell in hidden:
            self.lowest[cell] = system.floors[cell]
            self.highest[cell] = INFINITE
        self.rows: list[tuple[Terms, bool]] = [
            (open_, equal)
            for rows, equal in ((system.equations, True), (system.bounds, False))
            for terms in rows
            if (open_ := terms) and any(cell in hidden for cell, _ in terms)
        ]
        self.of: dict[int, list[int]] = {}
        self.why: dict[tuple[int, bool], int] = {}  # (cell, of its highest value) -> the row that tightened it last
        for number, (terms, _) in enumerate(self.rows):
            for cell, _ in terms:
                if cell in hidden:
                    self.of.setdefault(cell, []).append(number)
        self._run(range(len(self.rows)))

    def _run(self, start: Iterable[int]) -> None:
        queue = list(start)
        waiting = set(queue)
        steps = 0
        limit = 60 * len(self.rows) + 1000  # bounds can creep by one for a long time; what is left the audit sees
        while queue and steps < limit:
            following: list[int] = []
            for row in queue:
                waiting.discard(row)
                steps += 1
                for cell in self._tighten(row, *self.rows[row]):
                    for other in self.of[cell]:
                        if other != row and other not in waiting:
                            waiting.add(other)
                            following.append(other)
            queue = following

    def _tighten(self, row: int, terms: Terms, equal: bool) -> list[int]:
        """Tighten the cells of one row: sum of terms = 0 (equal) or >= 0. Returns the cells that changed."""
        lowest, highest = self.lowest, self.highest
        top = bottom = 0  # of the sum, without infinite parts
        tops = bottoms = 0  # how many parts are infinite
        for cell, factor in terms:
            low, high = (lowest[cell], highest[cell]) if factor > 0 else (-highest[cell], -lowest[cell])
            if high >= INFINITE:
                tops += 1
            else:
                top += high
            if low <= -INFINITE:
                bottoms += 1
            else:
                bottom += low
        changed = []
        for cell, factor in terms:
            low, high = lowest[cell], highest[cell]
            if low == high:
                continue
            plus = factor > 0
            mine_top, mine_bottom = (high, low) if plus else (-low, -high)
            at_least: int | None = None  # of factor * cell: minus the most that the others can be
            if tops == 0:
                at_least = -(top - mine_top)
            elif tops == 1 and mine_top >= INFINITE:
                at_least = -top
            at_most: int | None = None
            if equal:
                if bottoms == 0:
                    at_most = -(bottom - mine_bottom)
                elif bottoms == 1 and mine_bottom <= -INFINITE:
                    at_most = -bottom
            if not plus:
                at_least, at_most = (
                    None if at_most is None else -at_most,
                    None if at_least is None else -at_least,
                )
            if at_least is not None and at_least > low:
                lowest[cell] = at_least
                self.why[cell, False] = row
                changed.append(cell)
            if at_most is not None and at_most < high:
                highest[cell] = at_most
                self.why[cell, True] = row
                if not changed or changed[-1] != cell:
                    changed.append(cell)
        return changed

    def narrow(self, cell: int) -> bool:
        """Whether this hidden cell could be small and is certainly confined too much."""
        system = self.system
        low = self.lowest[cell]
        return low < system.threshold * system.units[cell] and self.highest[cell] - low < system.width(cell)

    def reasons(self, cell: int, depth: int) -> list[tuple[int, Terms]]:
        """The rows that confine a cell, with their distance: those behind its own bounds, then behind theirs."""
        found: dict[int, int] = {}
        layer = [cell]
        seen = {cell}
        for distance in range(depth):
            following = []
            for one in layer:
                for top in (True, False):
                    row = self.why.get((one, top))
                    if row is None or row in found:
                        continue
                    found[row] = distance
                    for other, _ in self.rows[row][0]:
                        if other not in seen:
                            seen.add(other)
                            following.append(other)
            layer = following
        return [(distance, self.rows[row][0]) for row, distance in found.items()]
