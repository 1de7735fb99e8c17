"""Integer programs over the hidden cells of one component, solved with HiGHS and checked in exact arithmetic.

HiGHS (highspy, MIT licence) works with floating-point numbers. Its optimum is rounded to whole numbers and counts
as a feasible point only when every equation and bound holds exactly."""

import ctypes
import os
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exports.disclosure.system import Terms, simplified

Row = tuple[Terms, int]
"""(terms, constant)."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
INFINITY = float("inf")
TIME_LIMIT = 120.0
"""Seconds for one program. They take milliseconds; a solver that lost its way is an error, never another answer."""


class SolverError(Exception):
    """HiGHS gave no answer to a program that is known to have one. Nothing is decided, so nothing may be published."""


class Program:
    """An integer program over variables 0..size-1, each a whole number of at least its floor.

    `equations` and `bounds` are (terms, constant): the sum of the terms plus the constant is 0, or at least 0."""

    def __init__(self, floors: Sequence[int], equations: Iterable[Row], bounds: Iterable[Row] = ()) -> None:
        self.floors: Ints = np.array(floors, dtype=np.int64)
        self.size = len(floors)
        self.last: Floats = np.zeros(0)  # what the solver answered last, before rounding
        equal, least = _distinct(equations), _distinct(bounds)
        rows, self._equations = [*equal, *least], len(equal)
        # As arrays: column of every term, its factor, where rows start, and their constants.
        self._index = np.array([cell for terms, _ in rows for cell, _ in terms], dtype=np.int32)
        self._factors: Ints = np.array([factor for terms, _ in rows for _, factor in terms], dtype=np.int64)
        self._starts = np.cumsum([0, *(len(terms) for terms, _ in rows)]).astype(np.int32)
        self._constants: Ints = np.array([constant for _, constant in rows], dtype=np.int64)
        self._integer = False
        self._highs: Any = None

    def holds(self, point: Ints) -> bool:
        """Whether the point satisfies everything, in whole numbers."""
        if np.any(point < self.floors):
            return False
        if not len(self._constants):  # reduceat needs a row
            return True
        sums = np.add.reduceat(self._factors * point[self._index], self._starts[:-1]) + self._constants
        return not np.any(sums[: self._equations]) and not np.any(sums[self._equations :] < 0)

    def optimum(
        self, costs: Floats, lower: Floats | float = -INFINITY, upper: Floats | float = INFINITY, integer: bool = False
    ) -> tuple[float, Ints | None] | None:
        """(value, point) of the minimum of `costs` times the variables in their bounds; None when nothing is feasible.

        The point is None when it isn't whole or not exact. Without `integer` the value is that of the linear
        relaxation: at most the true minimum."""
        highs = self._solver()
        columns = np.arange(self.size, dtype=np.int32)
        if integer != self._integer:
            highs.changeColsIntegrality(self.size, columns, np.full(self.size, int(integer), dtype=np.uint8))
            self._integer = integer
        least = np.maximum(self.floors.astype(np.float64), lower)
        most = np.full(self.size, upper, dtype=np.float64)
        if np.any(least > most):
            return None
        highs.changeColsCost(self.size, columns, np.ascontiguousarray(costs, dtype=np.float64))
        highs.changeColsBounds(self.size, columns, least, most)
        highs.setOptionValue("time_limit", highs.getRunTime() + TIME_LIMIT)  # its clock runs on from run to run
        with silenced():
            highs.run()
        status = highs.modelStatusToString(highs.getModelStatus())
        if status == "Infeasible":
            return None
        if status not in ("Optimal", "Empty"):
            raise SolverError(
                f"HiGHS stopped with {status!r} on a program of {self.size} cells and {len(self._constants)} rows; "
                "nothing was decided, so nothing may be published. Try again; if it stays, report it with the question"
            )
        self.last = np.array(highs.getSolution().col_value)
        point = np.rint(self.last).astype(np.int64)
        value = float(highs.getInfo().objective_function_value)
        return value, point if self.holds(point) else None

    def near(self, costs: Floats, lower: Floats | float = -INFINITY, upper: Floats | float = INFINITY) -> Ints | None:
        """A whole point near the last answer, when that wasn't whole: only cells that share a row with a broken one
        move. None when there is none so near. A large program has broken cells nearly always, and only few of them."""
        if not len(self.last):
            return None
        whole = np.rint(self.last)
        broken = np.abs(self.last - whole) > 1e-6
        if not broken.any():
            return None
        rows = np.logical_or.reduceat(broken[self._index], self._starts[:-1])
        free = broken.copy()
        free[self._index[np.repeat(rows, np.diff(self._starts))]] = True
        if 2 * free.sum() > self.size:
            return None  # most of the program again, which takes long
        with suppress(SolverError):  # without it the search goes on
            found = self.optimum(costs, np.where(free, lower, whole), np.where(free, upper, whole), integer=True)
            return found and found[1]
        return None

    def _solver(self) -> Any:
        if self._highs is None:
            import highspy

            model = highspy.HighsLp()
            model.num_col_, model.num_row_ = self.size, len(self._constants)
            model.col_cost_ = np.zeros(self.size)
            model.col_lower_ = np.zeros(self.size)
            model.col_upper_ = np.full(self.size, highspy.kHighsInf)
            sides = -self._constants.astype(np.float64)
            model.row_lower_ = sides.copy()
            sides[self._equations :] = highspy.kHighsInf
            model.row_upper_ = sides
            model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
            model.a_matrix_.start_ = self._starts
            model.a_matrix_.index_ = self._index
            model.a_matrix_.value_ = self._factors.astype(np.float64)
            self._highs = highspy.Highs()
            for option, value in {
                "output_flag": False,
                "threads": 1,
                "random_seed": 1,
                "simplex_dual_edge_weight_strategy": 1,  # Devex: cheapest for these programs
                "dual_simplex_cost_perturbation_multiplier": 0.0,  # it would move all that a new question leaves alone
                "mip_rel_gap": 0.0,
                "mip_abs_gap": 0.5,
            }.items():
                self._highs.setOptionValue(option, value)
            if self._highs.passModel(model) != highspy.HighsStatus.kOk:
                raise SolverError(f"HiGHS doesn't take a program of {self.size} cells")
        return self._highs


_silencing = Lock()
_silenced: list[tuple[int, int]] = []
"""One entry per solver at work: the copies of standard output and error to give back, the first of them."""


@contextmanager
def silenced() -> Generator[None]:
    """Keep off the terminal what HiGHS prints by itself, whatever its options say: it writes as C does, past Python.

    Several threads may be in it at once; the last one gives the output back."""
    with _silencing:
        if not _silenced:
            _flush()
            _silenced.append((os.dup(1), os.dup(2)))
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            os.close(nowhere)
        else:
            _silenced.append(_silenced[0])
    try:
        yield
    finally:
        with _silencing:
            kept = _silenced.pop()
            if not _silenced:
                _flush()  # what C still holds would come out afterwards
                for stream, copy in zip((1, 2), kept, strict=True):
                    os.dup2(copy, stream)
                    os.close(copy)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or none
            stream.flush()
    if (library := _c_library()) is not None:
        library.fflush(None)


@cache
def _c_library() -> ctypes.CDLL | None:
    with suppress(OSError, TypeError):  # Windows has none of that name
        return ctypes.CDLL(None)
    return None


def _distinct(rows: Iterable[Row]) -> list[Row]:
    """Rows with every cell once, and every row once: HiGHS never ends on a row that names a cell twice."""
    merged = ((simplified(terms), constant) for terms, constant in rows)
    return list(dict.fromkeys(row for row in merged if row[0]))
