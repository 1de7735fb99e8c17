"""Witnesses: whole-number points that agree with everything published and together spread a cell wide enough.

Two such points with a cell `width` apart prove that a reader can't confine it further. One solve moves many cells at
once: it raises (or lowers) the sum of the cells not proven yet, each no further than it needs to be, so that cells that
compete for the room of one total take turns. Solving min and max for every cell by itself, as audits of cell
suppression usually do, takes thousands of solves where this takes some tens.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.solver import Floats, Ints, Program

_PATIENCE = 4
"""So many solves without a newly proven cell, and the rest is looked at one by one."""
_TILT = 0.01
"""At most so much weighs a cell that is not asked for. The same in every solve, so that all that a new question does
not touch stays where the last answer left it: one solve continues from the other in a few steps. Without it those
cells may lie anywhere, and the solver drags them along."""


@dataclass
class Spread:
    """The lowest and highest value of every variable over the points found so far, and whether that is wide enough."""

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
    def open(self) -> np.ndarray:
        """The variables not proven yet."""
        return self.care & (self.highest - self.lowest < self.widths)

    def offer(self, point: Ints) -> bool:
        """Take in a point if it is feasible and spreads an unproven variable further."""
        wider = self.open & ((point < self.lowest) | (point > self.highest))
        useful = bool(np.any(wider)) and self.program.holds(point)
        if useful:
            np.minimum(self.lowest, point, out=self.lowest)
            np.maximum(self.highest, point, out=self.highest)
            self.points.append(point)
        return useful

    def explore(self) -> None:
        """Look for points until all is proven or nothing new comes out."""
        random = np.random.default_rng(1)
        tilt = random.uniform(0, _TILT, self.program.size)
        idle = -2  # the first two points can't prove anything yet
        upward, lowering_pays = False, True
        while idle < _PATIENCE:
            todo = self.open
            before = int(todo.sum())
            if not before:
                return
            # Weights far apart: one cell rises all the way rather than several half.
            weights = np.where(todo, np.exp(random.uniform(0, 4, self.program.size)), 0.0)
            found = self._climb(todo, tilt - weights) if upward else self._sink(todo, tilt + weights)
            if found is not None:
                self.offer(found)
            gained = before - int(self.open.sum())
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
