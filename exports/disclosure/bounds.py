"""What values a hidden cell can have: found from the inside with points, and from the outside by propagation.

`InnerBounds` holds whole-number points that agree with everything published (witnesses). Two such points with a cell
`width` apart prove that a reader can't confine it further. `OuterBounds` follows one equation after the other: cheap,
and never narrower than the truth. Where both meet, the bounds of a cell are known without solving for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.solver import Floats, Ints, Program
from exports.disclosure.system import Published, Terms, width

_PATIENCE = 4
"""So many solves without a newly proven cell, and the rest is looked at one by one."""
_TILT = 0.01
"""At most so much weighs a cell that is not asked for. The same in every solve, so that all that a new question does
not touch stays where the last answer left it: one solve continues from the other in a few steps. Without it those
cells may lie anywhere, and the solver drags them along."""


@dataclass
class InnerBounds:
    """The lowest and highest value of every variable of a program over the points found so far.

    One solve moves many cells at once: it raises (or lowers) the sum of the cells not proven yet, each no further than
    it needs to, so that cells that compete for the room of one total take turns. Solving for the minimum and maximum of
    every cell by itself, as audits of cell suppression usually do, takes thousands of solves where this takes some
    tens."""

    program: Program
    widths: Ints
    care: np.ndarray  # which variables need proof
    lowest: Ints = field(init=False)
    highest: Ints = field(init=False)
    points: list[Ints] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lowest = np.full(self.program.size, np.iinfo(np.int64).max // 4)
        self.highest = np.full(self.program.size, -np.iinfo(np.int64).max // 4)

    @property
    def unproven(self) -> np.ndarray:
        """Which variables that need proof have values that aren't `widths` apart yet (an array of booleans)."""
        return self.care & (self.highest - self.lowest < self.widths)

    def offer(self, point: Ints) -> bool:
        """Add a point if it satisfies the program and widens the range of an unproven variable. Returns whether."""
        wider = self.unproven & ((point < self.lowest) | (point > self.highest))
        useful = bool(np.any(wider)) and self.program.holds(point)
        if useful:
            np.minimum(self.lowest, point, out=self.lowest)
            np.maximum(self.highest, point, out=self.highest)
            self.points.append(point)
        return useful

    def explore(self) -> None:
        """Look for points until every variable is proven or several solves in a row prove nothing new."""
        random = np.random.default_rng(1)
        tilt = random.uniform(0, _TILT, self.program.size)
        idle = -2  # the first two points can't prove anything yet
        upward, lowering_pays = False, True
        while idle < _PATIENCE:
            todo = self.unproven
            before = int(todo.sum())
            if not before:
                return
            # Weights far apart: one cell rises all the way rather than several half.
            weights = np.where(todo, np.exp(random.uniform(0, 4, self.program.size)), 0.0)
            found = self._climb(todo, tilt - weights) if upward else self._sink(todo, tilt + weights)
            if found is not None:
                self.offer(found)
            gained = before - int(self.unproven.sum())
            if not upward and len(self.points) > 2 and gained * 50 < before:
                lowering_pays = False
            idle = 0 if gained else idle + 1
            upward = not upward or not lowering_pays

    def _climb(self, todo: np.ndarray, costs: Floats) -> Ints | None:
        top = (self.lowest + self.widths).astype(np.float64)
        result = self.program.optimum(costs, upper=np.where(todo, top, np.inf))
        return result[1] if result else None

    def _sink(self, todo: np.ndarray, costs: Floats) -> Ints | None:
        if not self.points:
            result = self.program.optimum(costs)
            if result and result[1] is None:
                result = self.program.optimum(costs * 0, integer=True)
        else:
            bottom = (self.highest - self.widths).astype(np.float64)
            result = self.program.optimum(costs, lower=np.where(todo, bottom, -np.inf))
        return result[1] if result else None


INFINITE = 1 << 60


class OuterBounds:
    """The lowest and highest value of every cell that follow from one equation after the other; of a shown cell its
    value.

    Cheap, and possibly wider than the exact bounds, never narrower. Bounds tightening as in constraint programming
    (e.g. Apt, Principles of Constraint Programming, 2003, chapter 6)."""

    def __init__(self, published: Published) -> None:
        self.published = published
        shown = published.shown
        hidden = {cell for cell, value in enumerate(shown) if value is None}
        self.lowest = [floor if value is None else value for value, floor in zip(shown, published.floors, strict=True)]
        self.highest = [INFINITE if value is None else value for value in shown]
        self.rows: list[tuple[Terms, bool]] = [
            (terms, equal)
            for rows, equal in ((published.equations, True), (published.bounds, False))
            for terms in rows
            if any(cell in hidden for cell, _ in terms)
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
        """Whether this hidden cell could be small and surely fails the audit."""
        low, unit, floor = self.lowest[cell], self.published.units[cell], self.published.floors[cell]
        threshold = self.published.threshold
        return low < threshold * unit and self.highest[cell] - low < width(threshold, unit, floor)

    def reasons(self, cell: int, depth: int) -> list[tuple[int, Terms]]:
        """The equations and bounds that confine a cell, up to `depth` steps away: (steps, terms).

        Step 0 are the rows that set its own bounds, step 1 those that set the bounds of the other cells in them, and so
        on."""
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
