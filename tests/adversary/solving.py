"""Bounds on hidden figures, by an integer program: the least and the most that all published figures allow."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import highspy
import numpy as np

from tests.adversary.atoms import Atom, Row
from tests.adversary.reading import Cell, width

ENOUGH = 3  # persons between least and most: four possible values, as many as the rule leaves
WORTHWHILE = 0.02  # of the figures left: random goals are tried until one in `PATIENCE` frees so many of them
PATIENCE = 4
MOST = 10**7


@dataclass(frozen=True)
class Bound:
    """The least and the most that a hidden figure can be; `room`: whether totals alone leave more."""

    cell: Cell
    low: int
    high: int
    room: bool


class Contradiction(Exception):
    """The assumed knowledge contradicts the published figures: what was assumed does not hold."""


@dataclass
class Line:
    """A row over the columns of a program."""

    terms: dict[int, int]
    lower: float
    upper: float

    def fix(self, column: int, value: int) -> None:
        shift = self.terms.pop(column) * value
        self.lower, self.upper = self.lower - shift, self.upper - shift

    def settled(self) -> dict[int, int]:
        """What the row says of its columns by itself: that all are 0, or what the only one is."""
        if not self.terms:
            if self.lower > 0 or self.upper < 0:
                raise Contradiction
            return {}
        signs = {factor > 0 for factor in self.terms.values()}
        if (self.upper == 0 and signs == {True}) or (self.lower == 0 and signs == {False}):
            return dict.fromkeys(self.terms, 0)
        if len(self.terms) == 1 and self.lower == self.upper:
            ((column, factor),) = self.terms.items()
            return {column: round(self.lower / factor)}
        return {}


class Knowledge:
    """Rows over atoms with what they say of single atoms put in, and the parts that share no atom."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.column: dict[Atom, int] = {}
        self.lines: list[Line] = []
        self.fixed: dict[int, int] = {}
        self.contradictions = 0
        for row in rows:
            terms: defaultdict[int, int] = defaultdict(int)
            for atom, factor in row.terms:
                terms[self.column.setdefault(atom, len(self.column))] += factor
            self.lines.append(Line({c: factor for c, factor in terms.items() if factor}, row.lower, row.upper))
        self._settle()
        self.part = self._parts()

    def _settle(self) -> None:
        at: defaultdict[int, list[Line]] = defaultdict(list)
        for line in self.lines:
            for column in line.terms:
                at[column].append(line)
        pending = list(self.lines)
        while pending:
            line = pending.pop()
            try:
                found = line.settled()
            except Contradiction:
                self.contradictions += 1
                continue
            for column, value in found.items():
                self.fixed[column] = value
                for other in at[column]:
                    if column in other.terms:
                        other.fix(column, value)
                        pending.append(other)
        self.lines = [line for line in self.lines if line.terms]

    def _parts(self) -> dict[int, int]:
        """Column -> a column that names its part."""
        parent = list(range(len(self.column)))

        def root(column: int) -> int:
            while parent[column] != column:
                parent[column] = parent[parent[column]]
                column = parent[column]
            return column

        for line in self.lines:
            first, *others = line.terms
            for column in others:
                parent[root(column)] = root(first)
        return {column: root(column) for column in range(len(parent)) if column not in self.fixed}


class Target:
    """A figure as the sum of the atoms that aren't known, and what is known of it."""

    def __init__(self, cell: Cell, atoms: Iterable[Atom], knowledge: Knowledge) -> None:
        columns = [knowledge.column[atom] for atom in atoms]
        self.cell = cell
        self.free = [column for column in columns if column not in knowledge.fixed]
        self.known = sum(knowledge.fixed.get(column, 0) for column in columns)
        self.low, self.high = (math.inf, -math.inf) if self.free else (self.known, self.known)

    def note(self, value: int) -> None:
        self.low, self.high = min(self.low, value), max(self.high, value)

    @property
    def open(self) -> bool:
        return not width(self.cell.measure, self.low, self.high) >= ENOUGH


class Program:
    """The rows of one part, with any goal."""

    def __init__(self, lines: list[Line], seconds: float) -> None:
        columns = sorted({column for line in lines for column in line.terms})
        self.index = {column: index for index, column in enumerate(columns)}
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(columns), len(lines)
        lp.col_cost_, lp.col_lower_ = np.zeros(len(columns)), np.zeros(len(columns))
        lp.col_upper_ = np.full(len(columns), float(MOST))
        lp.row_lower_ = np.array([line.lower for line in lines])
        lp.row_upper_ = np.array([line.upper for line in lines])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *(len(line.terms) for line in lines)])
        lp.a_matrix_.index_ = np.array([self.index[column] for line in lines for column in line.terms])
        lp.a_matrix_.value_ = np.array([float(factor) for line in lines for factor in line.terms.values()])
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.passModel(lp)
        self.seconds = seconds

    def solve(self, targets: Iterable[tuple[Target, float]], gap: float = 0.0) -> tuple[np.ndarray | None, float]:
        """A solution that makes targets times costs least (None: none found) and a proved lower bound of it."""
        costs = np.zeros(len(self.index))
        for target, cost in targets:
            for column in target.free:
                costs[self.index[column]] += cost
        self.highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        self.highs.setOptionValue("mip_rel_gap", gap)
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + self.seconds)
        self.highs.run()
        if self.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction
        info = self.highs.getInfo()
        found = math.isfinite(info.objective_function_value) and info.primal_solution_status == 2
        return (np.array(self.highs.getSolution().col_value) if found else None), info.mip_dual_bound

    def value(self, target: Target, solution: np.ndarray) -> int:
        return target.known + round(sum(solution[self.index[column]] for column in target.free))


@dataclass
class Attack:
    """What came of it."""

    found: list[Bound] = field(default_factory=list)
    within_reach: int = 0
    """Targets of which something is known."""
    tried: int = 0
    contradictions: int = 0


def attack(
    rows: Iterable[Row],
    targets: dict[Cell, list[Atom]],
    seconds: float = 10,
    sample: int = 10**9,
    seed: int = 1,
) -> Attack:
    """Bounds of the targets, each with its atoms, that can be confined."""
    knowledge, chance, made = Knowledge(rows), random.Random(seed), Attack()
    made.contradictions = knowledge.contradictions
    parts: defaultdict[int, list[Target]] = defaultdict(list)
    for cell, atoms in targets.items():
        if not knowledge.column.keys() >= set(atoms):
            continue
        made.within_reach += 1
        target = Target(cell, atoms, knowledge)
        if target.free:
            parts[knowledge.part[target.free[0]]].append(target)
        else:
            made.tried += 1
            made.found.append(Bound(cell, target.known, target.known, True))
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for line in knowledge.lines:
        part = knowledge.part[next(iter(line.terms))]
        if part in parts:
            lines[part].append(line)
    for part, wanted in parts.items():
        try:
            _confine(Program(lines[part], seconds), wanted, lines[part], chance, sample, made)
        except Contradiction:
            made.contradictions += 1
    return made


def _confine(
    program: Program, wanted: list[Target], lines: list[Line], chance: random.Random, sample: int, made: Attack
) -> None:
    def note(solution: np.ndarray | None) -> None:
        if solution is not None:
            for target in wanted:
                target.note(program.value(target, solution))

    idle, turn, pending = 0, 0, [target for target in wanted if target.open]
    while pending and idle < PATIENCE:
        few = pending if turn % 2 else chance.sample(pending, max(1, len(pending) // 3))
        note(program.solve([(target, chance.choice((-1.0, 1.0))) for target in few], gap=0.05)[0])
        left = [target for target in pending if target.open]
        idle = 0 if len(left) < len(pending) * (1 - WORTHWHILE) else idle + 1
        turn, pending = turn + 1, left
    chance.shuffle(pending)
    made.tried += len(wanted) - max(0, len(pending) - sample)
    for target in pending[:sample]:
        if not target.open:
            continue
        solution, least = program.solve([(target, 1.0)])
        note(solution)
        solution, most = program.solve([(target, -1.0)])
        note(solution)
        low, high = target.known + math.ceil(least - 1e-6), target.known + math.floor(-most + 1e-6)
        if width(target.cell.measure, low, high) < ENOUGH:
            made.found.append(Bound(target.cell, low, high, _has_room(target, lines)))


def _has_room(target: Target, lines: list[Line]) -> bool:
    """Whether every shown sum that it is part of leaves four values, whatever else is hidden."""
    least = {next(iter(line.terms)): line.lower for line in lines if len(line.terms) == 1}
    return not any(
        line.lower == line.upper
        and set(line.terms.values()) == {1}
        and line.terms.keys() >= set(target.free)
        and line.upper - sum(max(0, least.get(column, 0)) for column in line.terms) < ENOUGH
        for line in lines
    )
