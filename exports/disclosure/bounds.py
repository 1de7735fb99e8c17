"""What values a hidden cell can have: found from the inside with points, and from the outside by propagation.

`InnerBounds` holds whole-number points that agree with everything published. Two such points with a cell
`width` apart prove that a reader can't confine it further. `OuterBounds` follows one equation after the other: cheap,
and never narrower than the truth. Where both meet, the bounds of a cell are known without solving for it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.solver import Floats, Ints, Program
from exports.disclosure.system import Published, Terms

_PATIENCE = 4
"""After so many solves without a newly proven cell the rest is looked at one by one."""
_TILT = 0.01
"""Largest weight of a cell that needs no proof any more. The weights are the same in every solve, so that such cells
stay where the last solve left them, and one solve continues from the other in a few steps."""

Optimum = tuple[float, Ints | None] | None
"""(value, point) as from `Program.optimum`."""
Minimum = Callable[..., Optimum]
"""Of costs, with upper bounds."""


@dataclass
class InnerBounds:
    """The lowest and highest value of every variable of a program over the points found so far.

    One solve moves many cells at once: it raises (or lowers) the sum of the cells not proven yet, each no further than
    it needs to, so that cells that compete for the room of one total take turns. Solving for the minimum and maximum of
    every cell by itself, as audits of cell suppression usually do, takes thousands of solves; this takes some tens."""

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
            self._search(todo, tilt - weights if upward else tilt + weights, upward)
            gained = before - int(self.unproven.sum())
            if not upward and len(self.points) > 2 and gained * 50 < before:
                lowering_pays = False
            idle = 0 if gained else idle + 1
            upward = not upward or not lowering_pays

    def _search(self, todo: np.ndarray, costs: Floats, upward: bool) -> None:
        """Move the variables in `todo` up or down, no further than they need to, and offer the point."""
        least: Floats | float = -np.inf
        most: Floats | float = np.inf
        if upward:
            most = np.where(todo, self.lowest + self.widths, np.inf)
        elif self.points:
            least = np.where(todo, self.highest - self.widths, -np.inf)
        result = self.program.optimum(costs, least, most)
        if result is None:
            return
        point = self.program.near(costs, least, most) if result[1] is None else result[1]
        if point is None and not self.points:
            _, point = self.program.optimum(costs * 0, integer=True) or (0, None)
        if point is not None:
            self.offer(point)

    def relaxed(self, costs: Floats, upper: Floats | float = np.inf) -> Optimum:
        """The minimum of the linear relaxation: at most that over whole numbers. Offers its point when it is whole."""
        result = self.program.optimum(costs, upper=upper)
        if result is not None and result[1] is not None:
            self.offer(result[1])
        return result

    def minimum(self, costs: Floats, upper: Floats | float = np.inf) -> Optimum:
        """The minimum over whole numbers: of the linear relaxation when its optimum is whole, else by branching. Offers
        the point that has it. (value, point) as from `Program.optimum`."""
        result = self.relaxed(costs, upper)
        if result is None or result[1] is not None:
            return result
        result = self.program.optimum(costs, upper=upper, integer=True)
        if result is not None and result[1] is not None:
            self.offer(result[1])
        return result


INFINITE = 1 << 60


class OuterBounds:
    """The lowest and highest value of every cell that follow from one equation after the other (shown: its value).

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
        self._run()

    def _run(self) -> None:
        queue = list(range(len(self.rows)))
        waiting, steps = set(queue), 0
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
        ranges = [
            (self.lowest[cell], self.highest[cell]) if factor > 0 else (-self.highest[cell], -self.lowest[cell])
            for cell, factor in terms
        ]
        bottoms, tops = [low for low, _ in ranges if low > -INFINITE], [high for _, high in ranges if high < INFINITE]
        bottom, top = sum(bottoms), sum(tops)
        open_bottoms, open_tops = len(ranges) - len(bottoms), len(ranges) - len(tops)
        changed = []
        for (cell, factor), (low, high) in zip(terms, ranges, strict=True):
            if low == high:
                continue
            at_least, at_most = low, high
            # Minus the most, or the least, that the others can be; it is finite when no other is infinite.
            if open_tops == (high >= INFINITE):
                at_least = max(low, (high if high < INFINITE else 0) - top)
            if equal and open_bottoms == (low <= -INFINITE):
                at_most = min(high, (low if low > -INFINITE else 0) - bottom)
            if (at_least, at_most) != (low, high):
                changed.append(cell)
                lowest, highest = (at_least, at_most) if factor > 0 else (-at_most, -at_least)
                if lowest > self.lowest[cell]:
                    self.lowest[cell], self.why[cell, False] = lowest, row
                if highest < self.highest[cell]:
                    self.highest[cell], self.why[cell, True] = highest, row
        return changed

    def narrow(self, cell: int) -> bool:
        """Whether this hidden cell could be small and surely fails the audit."""
        low, published = self.lowest[cell], self.published
        return low < published.large(cell) and self.highest[cell] - low < published.width(cell)

    def reasons(self, cell: int, depth: int) -> list[tuple[int, Terms]]:
        """The equations and bounds that confine a cell, up to `depth` steps away: (steps, terms).

        Step 0 are the rows that set its own bounds, step 1 those that set the bounds of the other cells in them."""
        found: dict[int, int] = {}
        layer, seen = [cell], {cell}
        for distance in range(depth):
            rows = dict.fromkeys(
                self.why[key] for one in layer for key in ((one, True), (one, False)) if key in self.why
            )
            rows = [row for row in rows if row not in found]
            found.update(dict.fromkeys(rows, distance))
            beside = dict.fromkeys(other for row in rows for other, _ in self.rows[row][0])
            layer = [other for other in beside if other not in seen]
            seen.update(layer)
        return [(distance, self.rows[row][0]) for row, distance in found.items()]
