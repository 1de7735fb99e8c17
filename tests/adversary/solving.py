"""Bounds on hidden figures, by an integer program: the least and the most that all published figures allow."""

import math
import random
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass

import highspy
import numpy as np

from tests.adversary.equations import Row
from tests.adversary.reading import Cell, Publication, width

ENOUGH = 3  # persons between least and most: four possible values, as many as the rule leaves
ROUNDS = 25  # random goals tried before a figure gets two programs of its own


@dataclass(frozen=True)
class Bound:
    """The least and the most that a hidden figure can be; `room`: whether totals alone leave more."""

    cell: Cell
    low: int
    high: int
    room: bool


class Program:
    """The figures of one component, with any goal."""

    def __init__(self, cells: list[Cell], rows: list[Row], seconds: float, maybe_zero: Set[Cell] = frozenset()) -> None:
        self.column = {cell: index for index, cell in enumerate(cells)}
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(cells), len(rows)
        lp.col_cost_ = np.zeros(len(cells))
        lp.col_lower_ = np.array([0.0 if cell in maybe_zero else 1.0 for cell in cells])
        lp.col_upper_ = np.full(len(cells), 1e5)
        lp.row_lower_ = np.array([row.lower for row in rows])
        lp.row_upper_ = np.array([row.upper for row in rows])
        starts, index, value = [0], [], []
        for row in rows:
            for cell, coefficient in row.terms:
                index.append(self.column[cell])
                value.append(coefficient)
            starts.append(len(index))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(starts), np.array(index)
        lp.a_matrix_.value_ = np.array(value, dtype=float)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(cells)
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.seconds = seconds
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.passModel(lp)
        self.size = len(cells)

    def solve(self, costs: dict[int, float], gap: float = 0.0) -> tuple[np.ndarray | None, float]:
        """A solution that makes the cost least (None: none found) and a proved lower bound of it."""
        whole = np.zeros(self.size)
        for column, cost in costs.items():
            whole[column] = cost
        self.highs.changeColsCost(self.size, np.arange(self.size, dtype=np.int32), whole)
        self.highs.setOptionValue("mip_rel_gap", gap)
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + self.seconds)
        self.highs.run()
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction
        info = self.highs.getInfo()
        found = math.isfinite(info.objective_function_value) and info.primal_solution_status == 2
        solution = np.round(np.array(self.highs.getSolution().col_value)) if found else None
        return solution, info.mip_dual_bound


class Contradiction(Exception):
    """The assumed knowledge contradicts the published figures: what was assumed does not hold."""


def reduced(pub: Publication, rows: list[Row]) -> list[Row]:
    """Rows over hidden figures alone, what is shown moved to the bounds."""
    left = []
    for row in rows:
        shown = sum(factor * (pub.values[cell] or 0) for cell, factor in row.terms if pub.values[cell] is not None)
        terms = tuple((cell, factor) for cell, factor in row.terms if pub.values[cell] is None)
        if terms:
            left.append(Row(terms, row.lower - shown, row.upper - shown, row.why))
    return left


def components(rows: list[Row]) -> list[tuple[list[Cell], list[Row]]]:
    parent: dict[Cell, Cell] = {}

    def root(cell: Cell) -> Cell:
        parent.setdefault(cell, cell)
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    for row in rows:
        first = root(row.terms[0][0])
        for cell, _ in row.terms[1:]:
            parent[root(cell)] = first
    grouped: dict[Cell, tuple[list[Cell], list[Row]]] = defaultdict(lambda: ([], []))
    for cell in list(parent):
        grouped[root(cell)][0].append(cell)
    for row in rows:
        grouped[root(row.terms[0][0])][1].append(row)
    return list(grouped.values())


def roomless(rows: list[Row]) -> set[Cell]:
    """Hidden figures whose own shown total leaves no four values, whatever else is hidden."""
    tight = set()
    for row in rows:
        if row.lower == row.upper and len({factor for _, factor in row.terms}) == 1:
            total = abs(row.lower / row.terms[0][1])
            if total - len(row.terms) < ENOUGH:
                tight |= {cell for cell, _ in row.terms}
    return tight


def attack(
    pub: Publication, rows: list[Row], targets: set[Cell], seconds: float = 10, sample: int = 10**9, seed: int = 1
) -> tuple[list[Bound], int, int]:
    """Bounds of the targets that can be confined, how many were tried, and how many contradictions were met."""
    left, chance, found, tried, contradictions = reduced(pub, rows), random.Random(seed), [], 0, 0
    tight = roomless(left)
    for cells, lines in components(left):
        wanted = [cell for cell in cells if cell in targets]
        if not wanted:
            continue
        program = Program(cells, lines, seconds, pub.maybe_zero - pub.never_zero)
        low = np.full(len(cells), 1e9)
        high = np.full(len(cells), -1e9)

        def note(solution: np.ndarray | None) -> None:
            if solution is not None:
                np.minimum(low, solution, out=low)  # noqa: B023
                np.maximum(high, solution, out=high)  # noqa: B023

        def open_cells() -> list[int]:
            columns = [program.column[cell] for cell in wanted]  # noqa: B023
            return [i for i in columns if width(cells[i].measure, low[i], high[i]) < ENOUGH]  # noqa: B023

        try:
            for turn in range(ROUNDS):
                pending = open_cells()
                if not pending:
                    break
                few = pending if turn % 2 else chance.sample(pending, max(1, len(pending) // 3))
                note(program.solve({i: chance.choice((-1.0, 1.0)) for i in few}, gap=0.05)[0])
            pending = open_cells()
            chance.shuffle(pending)
            tried += len(wanted) - max(0, len(pending) - sample)
            for i in pending[:sample]:
                if width(cells[i].measure, low[i], high[i]) >= ENOUGH:
                    continue
                solution, least = program.solve({i: 1.0})
                note(solution)
                solution, most = program.solve({i: -1.0})
                note(solution)
                least, most = math.ceil(least - 1e-6), math.floor(-most + 1e-6)
                if width(cells[i].measure, least, most) < ENOUGH:
                    found.append(Bound(cells[i], least, most, cells[i] not in tight))
        except Contradiction:
            contradictions += 1
    return found, tried, contradictions
