"""The suppression pattern: which cells are hidden, as few and as cheap as can be found quickly.

1. Small cells are hidden, and what earlier releases hid stays hidden.
2. Every equation on its own, then propagation over all of them (`secondary.GreedySuppression`).
3. Cells hidden on the way that are no longer needed are shown again.
4. Points that prove what is left (`bounds.InnerBounds`); where a cell turns out confined, the cheapest cells to free it
   (`secondary.RepairProgram`).
The audit comes after that and uses nothing of it, except for the points, which it checks itself."""

import random
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.audit import explore, programs, whole_points
from exports.disclosure.bounds import InnerBounds, OuterBounds
from exports.disclosure.secondary import GreedySuppression, RepairProgram
from exports.disclosure.solver import Ints
from exports.disclosure.system import System, split


@dataclass
class Pattern:
    """The hidden cells of a system, and points that save the audit time."""

    hidden: set[int] = field(default_factory=set)
    points: list[Ints] = field(default_factory=list)


def suppress(system: System, workers: int = 2, start: Set[int] = frozenset()) -> Pattern:
    """The pattern for a whole system, part by part; the same for any number of workers. It hides the cells in `start`.

    Workers are threads: nearly all time is spent in the solver, which lets other threads run meanwhile."""
    pattern = Pattern()
    parts: list[tuple[list[int], list[Ints]]] = []
    pieces = sorted(split(system), key=lambda part: -len(part.cells))
    numbered = [(piece, [system.index[cell] for cell in piece.cells]) for piece in pieces]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for late in (False, True):  # what follows another cell waits until that one is settled
            turn = [(p, numbers) for p, numbers in numbered if any(c in system.follows for c in numbers) is late]
            forced = [
                {place for place, c in enumerate(numbers) if c in start or system.follows.get(c) in pattern.hidden}
                for _, numbers in turn
            ]
            answers = list(pool.map(_suppress_part, [piece for piece, _ in turn], forced))
            for (_, numbers), (hidden, points) in zip(turn, answers, strict=True):
                pattern.hidden |= {numbers[cell] for cell in hidden}
                parts.append((numbers, points))
    pattern.points = whole_points(np.array(system.values, dtype=np.int64), parts)
    return pattern


def _suppress_part(system: System, forced: set[int]) -> tuple[set[int], list[Ints]]:
    """The hidden cells of a part, `forced` among them, and points."""
    must = system.hidden_with(forced | {cell for cell in range(len(system.cells)) if system.is_small(cell)})
    if not any(system.watched[cell] for cell in must):
        return must, []
    greedy = GreedySuppression(system, set(must))
    greedy.run()
    greedy.loosen()
    greedy.trim(must)
    greedy.loosen()
    return greedy.hidden, _finish(system, greedy.hidden)


_BATCH = 8
"""So many confined cells of a component are freed before new points are looked for: what frees one frees others."""


def _finish(system: System, hidden: set[int]) -> list[Ints]:
    """Hide what is still needed (in `hidden`); the points that prove the pattern. More hidden keeps points valid."""
    points = [np.array(system.values, dtype=np.int64)]
    repair = RepairProgram(system)
    changeable = {cell for cell in range(len(system.cells)) if system.can_hide(cell)}
    most = hidden | changeable
    widest = OuterBounds(system.published(most))
    hopeless = {cell for cell in most if widest.narrow(cell)}  # earlier releases leave it no room, whatever is hidden
    settled: set[int] = set()  # never small, or beyond help, as far as hidden then
    stale = False
    explored: dict[tuple[int, ...], InnerBounds] = {}  # of the components; the same cells have the same program
    while True:
        added: set[int] = set()
        gathered: list[tuple[list[int], list[Ints]]] = []
        published, before, explored = system.published(hidden), explored, {}
        for component, program in programs(published):
            inner = before.get(tuple(component)) or explore(published, component, program, points, hopeless)
            explored[tuple(component)] = inner
            skip = settled | hopeless
            todo = [int(variable) for variable in np.flatnonzero(inner.unproven) if component[variable] not in skip]
            random.Random(len(component)).shuffle(todo)  # neighbours are mostly freed together
            tried = 0
            for variable in todo:
                cell = component[variable]
                lowest = _confined_from(system, cell, variable, inner)
                if lowest is None and not inner.unproven[variable]:
                    continue
                width = int(inner.widths[variable])
                more = None if lowest is None else repair.widen(cell, lowest, width, hidden, changeable)
                if more is None:
                    settled.add(cell)
                    continue
                added |= more
                hidden |= more
                tried += 1
                if tried == _BATCH:
                    break
            gathered.append((component, inner.points))
        points = whole_points(points[0], gathered)
        stale = stale or bool(added and settled)
        if not added:
            if not stale:
                return points
            settled.clear()  # with more hidden, what could not be small perhaps can
            stale = False


def _confined_from(system: System, cell: int, variable: int, inner: InnerBounds) -> int | None:
    """The lowest value of a cell that could be small and can't vary enough; None when it is fine."""
    costs = np.zeros(inner.program.size)
    costs[variable] = 1
    result = inner.minimum(costs)
    assert result is not None  # the true values are a solution
    lowest = int(np.ceil(result[0] - 1e-6))
    if lowest < system.large(cell) and inner.unproven[variable]:
        upper = np.full(inner.program.size, np.inf)
        upper[variable] = lowest + int(inner.widths[variable])
        inner.minimum(-costs, upper)
        if inner.unproven[variable]:
            return lowest
    return None
