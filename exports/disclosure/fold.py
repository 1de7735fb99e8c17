"""Takes variables out of a program where an equation has only two left: then one follows from the other.

Nearly half of the equations of a suppressed table hold two hidden cells, so that the solver gets a program of half the
size. Every variable becomes sign * root + offset (a union-find with signs and offsets); all in whole numbers, exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exports.disclosure.system import Terms

Floats = NDArray[np.float64]
Row = tuple[Terms, int]


class Fold:
    """Roots numbered 0..size-1, the rows in terms of them, and how variables follow from them."""

    def __init__(self, variables: int, equations: Sequence[Row], bounds: Sequence[Row]) -> None:
        self._parent = list(range(variables))
        self._sign = [1] * variables
        self._offset = [0] * variables
        rest = []
        for terms, constant in equations:
            if len(terms) != 2 or any(abs(factor) != 1 for _, factor in terms) or not self._join(terms, constant):
                rest.append((terms, constant))
        found = [self._find(variable) for variable in range(variables)]
        roots = sorted({root for root, _, _ in found})
        number = {root: place for place, root in enumerate(roots)}
        self.size = len(roots)
        self.root = np.array([number[root] for root, _, _ in found], dtype=np.int64)
        self.sign = np.array([sign for _, sign, _ in found], dtype=np.int64)
        self.offset = np.array([offset for _, _, offset in found], dtype=np.int64)
        self._up = np.flatnonzero(self.sign > 0)
        self._down = np.flatnonzero(self.sign < 0)
        self.equations = [row for row in map(self._row, rest) if row[0] or row[1]]
        self.bounds = [self._row(row) for row in bounds]

    def costs(self, costs: Floats) -> tuple[Floats, float]:
        """The costs of the roots, and the constant that comes with them."""
        return np.bincount(self.root, costs * self.sign, self.size).astype(np.float64), float(costs @ self.offset)

    def limits(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Lower and upper limits of the roots."""
        least = np.full(self.size, -np.inf)
        most = np.full(self.size, np.inf)
        up, down = self._up, self._down
        np.maximum.at(least, self.root[up], lower[up] - self.offset[up])
        np.minimum.at(most, self.root[up], upper[up] - self.offset[up])
        np.maximum.at(least, self.root[down], self.offset[down] - upper[down])
        np.minimum.at(most, self.root[down], self.offset[down] - lower[down])
        return least, most

    def unfold(self, roots: Floats) -> Floats:
        """All variables from the roots."""
        return roots[self.root] * self.sign + self.offset

    def _find(self, variable: int) -> tuple[int, int, int]:
        """(root, sign, offset) with variable = sign * root + offset; shortens the path on the way."""
        path = []
        while self._parent[variable] != variable:
            path.append(variable)
            variable = self._parent[variable]
        root = variable
        sign, offset = 1, 0
        for step in reversed(path):
            sign, offset = self._sign[step] * sign, self._sign[step] * offset + self._offset[step]
            self._parent[step], self._sign[step], self._offset[step] = root, sign, offset
        return root, sign, offset

    def _join(self, terms: Terms, constant: int) -> bool:
        """Let one of two variables follow from the other; False when they already have the same root."""
        (one, factor), (other, other_factor) = terms
        root, sign, offset = self._find(one)
        other_root, other_sign, other_offset = self._find(other)
        if root == other_root:
            return False
        constant += factor * offset + other_factor * other_offset
        turn = other_factor * other_sign
        self._parent[other_root] = root
        self._sign[other_root] = -factor * sign * turn
        self._offset[other_root] = -turn * constant
        return True

    def _row(self, row: Row) -> Row:
        terms: dict[int, int] = {}
        constant = row[1]
        for variable, factor in row[0]:
            root = int(self.root[variable])
            terms[root] = terms.get(root, 0) + factor * int(self.sign[variable])
            constant += factor * int(self.offset[variable])
        return tuple((root, factor) for root, factor in terms.items() if factor), constant
