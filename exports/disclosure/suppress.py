"""The suppression pattern of a part: which cells are hidden, as few and as cheap as can be found quickly.

1. Small cells are hidden, and what earlier releases hid stays hidden.
2. Every equation on its own, then propagation over all of them (`secondary.GreedySuppression`).
3. Cells hidden on the way that are no longer needed are shown again.
4. Points that prove what is left: of many cells at once (`bounds.InnerBounds`), then of one after the other, each by
   the smallest rise. Where a cell turns out confined, the cheapest cells to free it (`secondary.RepairProgram`).
5. A small part is also solved without the second step; the cheaper of both patterns holds, less what nothing needs,
   and in a smaller one still with other cells in the place of each.
The audit comes after that and uses nothing of it, except for the points, which it checks itself."""

import random
from dataclasses import dataclass

import numpy as np

from exports.disclosure.audit import explore, programs, whole_points
from exports.disclosure.bounds import InnerBounds, Minimum, OuterBounds
from exports.disclosure.secondary import GreedySuppression, RepairProgram
from exports.disclosure.solver import Ints
from exports.disclosure.system import System

_Way = tuple[float, set[int], list[Ints]]
"""(cost, hidden cells, points) of a pattern."""


def suppress_part(system: System, forced: set[int]) -> tuple[set[int], list[Ints]]:
    """The hidden cells of a part, `forced` among them, and points."""
    must = system.hidden_with(forced | {cell for cell in range(len(system.cells)) if system.is_small(cell)})
    if not any(system.watched[cell] for cell in must):
        return must, []
    greedy = GreedySuppression(system, set(must))
    greedy.run()
    greedy.loosen()
    greedy.trim(must)
    greedy.loosen()
    repair = RepairProgram(system)
    if len(system.cells) > _SMALL:
        return greedy.hidden, _finish(system, repair, greedy.hidden).points
    ways: list[_Way] = []
    for hidden in (greedy.hidden, set(must)):  # neither is always the cheaper one
        found = _finish(system, repair, hidden)
        points = found.points if found.stuck else _show_again(system, repair, hidden, must, found)
        ways.append((_cost(system, hidden), hidden, points))
    best = min(ways, key=lambda way: way[0])
    if len(system.cells) <= _SMALLER:
        best = _exchanged(system, repair, must, best)
    return best[1:]


_SMALL = 200
"""Parts with at most so many cells get more time, for fewer hidden cells."""
_SMALLER = 150
"""And with so many yet more. Of larger ones a national edition has dozens, of which it finds nothing better."""


def _cost(system: System, hidden: set[int]) -> float:
    return sum(system.costs[cell] for cell in hidden)


def _exchanged(system: System, repair: RepairProgram, must: set[int], best: _Way) -> _Way:
    """A cheaper pattern, if one is found by showing each cell that is hidden beside those in `must` for good, and
    hiding others in its place."""
    tried: set[int] = set()
    while left := sorted(best[1] - must - tried, key=lambda cell: (-system.costs[cell], cell)):
        cell, hidden = left[0], best[1] - {left[0]}
        tried.add(cell)
        shown = system.copy()
        shown.exempt.add(cell)
        found = _finish(shown, repair, hidden)
        if not found.stuck and _cost(system, hidden) <= best[0]:
            points = _show_again(system, repair, hidden, must, found)
            best = min(best, (_cost(system, hidden), hidden, points), key=lambda way: way[0])
    return best


@dataclass
class _Finished:
    """Points that prove a pattern; the cells that need no proof, since they can't be small; and whether some cells stay
    confined whatever is hidden."""

    points: list[Ints]
    large: set[int]
    stuck: bool


def _show_again(
    system: System, repair: RepairProgram, hidden: set[int], must: set[int], found: _Finished
) -> list[Ints]:
    """Show the cells again, the costliest first, without which every other hidden cell keeps its room. Returns points
    that prove what is left. With less hidden, a cell that can't be small can be so even less."""
    values = np.array(system.values, dtype=np.int64)
    widths = np.array([system.width(cell) for cell in range(len(values))])
    points = np.array([values, *found.points])
    for cell in sorted(hidden - must, key=lambda cell: (-system.costs[cell], -system.values[cell], cell)):
        fewer = hidden - {cell}
        care = np.array([system.watched[c] and c in fewer and c not in found.large for c in range(len(values))])
        kept = list(points[points[:, cell] == values[cell]])
        lowest, highest = np.min(kept, axis=0), np.max(kept, axis=0)
        while len(unproven := np.flatnonzero(care & (highest - lowest < widths))):
            if (new := repair.vary(int(unproven[0]), fewer)) is None:
                break
            kept += new
            lowest, highest = np.min([lowest, *new], axis=0), np.max([highest, *new], axis=0)
        else:
            hidden.discard(cell)
            points = np.array(kept)
    return list(points)


_BATCH = 8
"""So many confined cells of a component are freed before new points are looked for: what frees one frees others."""


def _finish(system: System, repair: RepairProgram, hidden: set[int]) -> _Finished:
    """Hide what is still needed (in `hidden`). More hidden keeps points valid."""
    points = [np.array(system.values, dtype=np.int64)]
    changeable = {cell for cell in range(len(system.cells)) if system.can_hide(cell)}
    most = hidden | changeable
    widest = OuterBounds(system.published(most))
    hopeless = {cell for cell in most if widest.narrow(cell)}  # earlier releases leave it no room, whatever is hidden
    large: set[int] = set()  # never small, as far as hidden then
    stuck: set[int] = set()  # confined, and nothing that is hidden helps
    later: set[int] = set()  # confined as far as a quick look goes; what frees others frees most of them
    stale = exact = False
    explored: dict[tuple[int, ...], InnerBounds] = {}  # of the components; the same cells have the same program
    while True:
        added: set[int] = set()
        gathered: list[tuple[list[int], list[Ints]]] = []
        left = False
        published, before, explored = system.published(hidden), explored, {}
        for component, program in programs(published):
            inner = before.get(tuple(component)) or explore(published, component, program, points, hopeless)
            explored[tuple(component)] = inner
            skip = large | stuck | hopeless | (set() if exact else later)
            todo = [int(variable) for variable in np.flatnonzero(inner.unproven) if component[variable] not in skip]
            random.Random(len(component)).shuffle(todo)  # neighbours are mostly freed together
            tried = 0
            for variable in todo:
                cell = component[variable]
                lowest, more = _freed(system, repair, component, variable, inner, hidden, changeable, exact)
                if lowest is None:
                    if inner.unproven[variable]:
                        large.add(cell)
                    continue
                if not more:
                    (later if more is not None and not exact else stuck).add(cell)
                    if more is None:
                        continue
                added |= more
                hidden |= more
                tried += 1
                if tried == _BATCH:
                    left = True
                    break
            gathered.append((component, inner.points))
        points = whole_points(points[0], gathered)
        stale = stale or bool(added and large | stuck)
        if added:
            later.clear()
            exact = False
        elif left:
            continue
        elif later - stuck and not exact:
            exact = True
        elif stale:
            large.clear()  # with more hidden, what could not be small perhaps can
            stuck.clear()
            stale = exact = False
        else:
            return _Finished(points, large, bool(stuck or hopeless & hidden))


def _freed(
    system: System,
    repair: RepairProgram,
    component: list[int],
    variable: int,
    inner: InnerBounds,
    hidden: set[int],
    changeable: set[int],
    exact: bool,
) -> tuple[int | None, set[int] | None]:
    """The lowest value of a cell that could be small and for which no room was found (None where it is fine), and what
    to hide to free it (None where nothing helps; without `exact` nothing where only branching could tell).

    Nearly every cell can rise, and the smallest rise is quickly found. The rest by linear bounds. Where these are not
    those over whole numbers, a small move in whole numbers is looked for, and when there is none the cell counts as
    confined: branching would take far longer, and little is hidden for nothing. The `exact` bounds are for cells that
    hiding more for a linear move would not free."""
    cell, width = component[variable], int(inner.widths[variable])
    if inner.unproven[variable] and (rise := repair.point(cell, width, hidden)) is not None:
        inner.offer(rise[component])
    if not inner.unproven[variable]:
        return None, None
    lowest, sure = _confined_from(system, cell, variable, inner, inner.relaxed)
    if lowest is not None and not sure:
        for point in repair.vary(cell, hidden) or ():
            inner.offer(point[component])
    if lowest is None or not inner.unproven[variable]:
        return None, None
    more = repair.widen(cell, lowest, width, hidden, changeable)
    if more or sure:
        return lowest, more
    if more is not None and (near := repair.point(cell, width, hidden, changeable)) is not None:
        if beyond := {int(moved) for moved in np.flatnonzero(near != system.values)} - hidden:
            return lowest, beyond
        inner.offer(near[component])
        return None, None
    if more is not None and not exact:
        return lowest, more
    lowest, _ = _confined_from(system, cell, variable, inner, inner.minimum)
    return lowest, None if lowest is None else repair.widen(cell, lowest, width, hidden, changeable)


def _confined_from(
    system: System, cell: int, variable: int, inner: InnerBounds, minimum: Minimum
) -> tuple[int | None, bool]:
    """The lowest value of a cell that could be small and can't vary enough, None when it is fine; and whether that is
    sure, since both bounds are those over whole numbers."""
    costs = np.zeros(inner.program.size)
    costs[variable] = 1
    result = minimum(costs)
    assert result is not None  # the true values are a solution
    lowest = int(np.ceil(result[0] - 1e-6))
    if lowest < system.large(cell) and inner.unproven[variable]:
        upper = np.full(inner.program.size, np.inf)
        upper[variable] = lowest + int(inner.widths[variable])
        most = minimum(-costs, upper)
        if inner.unproven[variable]:
            return lowest, bool(result[1] is not None and most and most[1] is not None)
    return None, True
