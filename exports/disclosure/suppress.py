"""The suppression pattern: which cells are hidden, as few and as cheap as can be found quickly.

1. Small cells are hidden, and what earlier releases hid stays hidden.
2. Every equation on its own, then propagation over all of them (`secondary.GreedySuppression`).
3. Cells hidden on the way that are no longer needed are shown again.
4. Points that prove what is left (`bounds.InnerBounds`); where a cell turns out confined, the cheapest cells to free it
   (`secondary.RepairProgram`).
The audit comes after that and uses nothing of it, except for the points, which it checks itself."""

from __future__ import annotations

import random
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from exports.disclosure.audit import explore, programs, whole_points
from exports.disclosure.bounds import InnerBounds, OuterBounds
from exports.disclosure.secondary import GreedySuppression, RepairProgram
from exports.disclosure.solver import Floats, Ints
from exports.disclosure.system import System, split


@dataclass
class Pattern:
    """The hidden cells of a system, which of them are `small` by the policy, and points that save the audit time."""

    hidden: set[int] = field(default_factory=set)
    small: set[int] = field(default_factory=set)
    points: list[Ints] = field(default_factory=list)


def suppress(system: System, workers: int = 2, start: Set[int] = frozenset()) -> Pattern:
    """The pattern for a whole system, part by part; the same for any number of workers. Cells in `start` are hidden
    anyway.

    Workers are threads: nearly all time is spent in the solver, which lets other threads run meanwhile."""
    pattern = Pattern()
    parts: list[tuple[list[int], list[Ints]]] = []
    pieces = sorted(split(system), key=lambda part: -len(part.cells))
    numbers = [[system.index[cell] for cell in part.cells] for part in pieces]
    following = [any(cell in system.follows for cell in cells) for cells in numbers]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for late in (False, True):  # what follows another cell waits until that one is settled
            turn = [number for number, follows in enumerate(following) if follows is late]
            forced = [_followers(system, numbers[number], pattern.hidden, start) for number in turn]
            answers = list(pool.map(_suppress_part, [pieces[number] for number in turn], forced))
            for number, (small, hidden, points) in zip(turn, answers, strict=True):
                pattern.small |= {numbers[number][cell] for cell in small}
                pattern.hidden |= {numbers[number][cell] for cell in hidden}
                parts.append((numbers[number], points))
    pattern.points = whole_points(np.array(system.values, dtype=np.int64), parts)
    return pattern


def unchanged(system: System, hidden: Set[int]) -> Pattern:
    """The pattern that hides nothing beyond `hidden` and what earlier releases hid, to be audited as it is."""
    before = {cell for cell, kept in system.fixed.items() if kept}
    unknown = {cell for cell, watched in enumerate(system.watched) if not watched}
    return Pattern({cell for cell in hidden if system.fixed.get(cell) is not False} | before | unknown)


def _followers(system: System, cells: list[int], hidden: set[int], start: Set[int]) -> set[int]:
    """The cells of a part (by their number in it) that must be hidden because the cell that they follow is."""
    return {place for place, cell in enumerate(cells) if cell in start or system.follows.get(cell) in hidden}


def _suppress_part(system: System, forced: set[int]) -> tuple[set[int], set[int], list[Ints]]:
    cells = range(len(system.cells))
    known = {cell for cell, hidden in system.fixed.items() if not hidden}
    small = {cell for cell in cells if system.is_small(cell)} - known
    before = {cell for cell, hidden in system.fixed.items() if hidden}
    must = small | before | (forced - known) | {cell for cell in cells if not system.watched[cell]}
    if not any(system.watched[cell] for cell in must):
        return small, must, []
    greedy = GreedySuppression(system, set(must))
    greedy.run()
    greedy.loosen()
    greedy.trim(must)
    greedy.loosen()
    return small, greedy.hidden, _finish(system, greedy.hidden)


_BATCH = 8
"""So many confined cells of a component are freed before new witnesses are looked for: what frees one frees others."""


def _finish(system: System, hidden: set[int]) -> list[Ints]:
    """Hide what is still needed (in `hidden`); the points that prove the pattern. More hidden keeps points valid."""
    points = [np.array(system.values, dtype=np.int64)]
    repair = RepairProgram(system)
    most = hidden | _changeable(system, hidden)
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
                if lowest is None:
                    if inner.unproven[variable]:
                        settled.add(cell)
                    continue
                width = int(inner.widths[variable])
                more = repair.widen(cell, lowest, width, hidden, _changeable(system, hidden))
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


def _changeable(system: System, hidden: set[int]) -> set[int]:
    """The shown cells that may be hidden: all but those already released and those the policy excepts."""
    return {
        cell
        for cell in range(len(system.cells))
        if cell not in hidden and cell not in system.exempt and system.fixed.get(cell) is not False
    }


def _confined_from(system: System, cell: int, variable: int, inner: InnerBounds) -> int | None:
    """The lowest value of a cell that could be small and can't vary enough; None when it is fine."""
    costs = np.zeros(inner.program.size)
    costs[variable] = 1
    lowest = int(np.ceil(_optimum(inner, costs) - 1e-6))
    if lowest >= system.threshold * system.units[cell] or not inner.unproven[variable]:
        return None
    upper = np.full(inner.program.size, np.inf)
    upper[variable] = lowest + int(inner.widths[variable])
    _optimum(inner, -costs, upper)
    return lowest if inner.unproven[variable] else None


def _optimum(inner: InnerBounds, costs: Floats, upper: Floats | None = None) -> float:
    """The minimum over whole numbers; offers the point that has it."""
    for integer in (False, True):
        result = inner.program.optimum(costs, upper=upper, integer=integer)
        assert result is not None  # the true values are a solution
        if result[1] is not None:
            inner.offer(result[1])
            break
    return result[0]
