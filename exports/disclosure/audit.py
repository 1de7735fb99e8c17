"""The audit: how far a reader can work out the hidden cells from everything that is published.

The reader has the published cells (hidden ones are None), the equations and bounds between them, the threshold, and the
knowledge that a hidden count is at least 1. He has neither the true values nor a list of which cells were hidden for
being small and which to protect those. A hidden cell passes the audit in one of two ways:

- it is *large*: it can't be below the threshold. The least number is not, or the linear bound is not by a margin far
  above the solver's tolerance;
- it is *wide*: the lowest and highest value that it can have are at least `threshold - 1` apart.

A cell is proven wide by whole-number points that satisfy everything published (`InnerBounds`, checked in exact
arithmetic). For a cell without such a proof the exact lowest and highest value are found by integer programming, unless
propagation (`OuterBounds`) already gives the same bounds. Points may be passed in by whoever chose what to hide: they
only save time, since a point that doesn't satisfy the published system exactly is thrown away."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from exports.disclosure.bounds import InnerBounds, OuterBounds
from exports.disclosure.solver import Floats, Ints, Program, Row
from exports.disclosure.system import CellId, Published, Terms, connected, simplified


class AuditError(Exception):
    """The published figures contradict each other: no set of hidden values fits them."""


@dataclass(frozen=True)
class UnsafeCell:
    """A hidden cell that fails the audit: it can be small, and `lowest` and `highest` (in units of the cell) are too
    close. `avoidable`: hiding more cells would widen it."""

    cell: int
    name: CellId
    lowest: int
    highest: int
    avoidable: bool = True

    @property
    def determined(self) -> bool:
        """Whether it has one possible value, rather than a few."""
        return self.lowest == self.highest


@dataclass
class AuditReport:
    """Outcome of an audit: how many hidden cells it looked at, how many are wide and large, and those that fail."""

    hidden: int = 0
    wide: int = 0
    large: int = 0
    findings: list[UnsafeCell] = field(default_factory=list)
    informed_findings: int = 0
    """Findings against a reader who knows which figures changed since earlier releases, when the audit that counts was
    made against one who has to infer that."""

    @property
    def failures(self) -> list[UnsafeCell]:
        """Findings that forbid a public edition: determined cells, and those that hiding more would have widened."""
        return [item for item in self.findings if item.avoidable or item.determined]

    @property
    def passed(self) -> bool:
        """Whether a public edition is allowed."""
        return not self.failures

    def add(self, more: AuditReport) -> None:
        """Add what the audit of the same cells, by a reader who knows more, found beyond this one."""
        known = {item.cell for item in self.findings}
        found = [item for item in more.findings if item.cell not in known]
        self.findings = sorted((*self.findings, *found), key=lambda item: item.cell)
        self.wide -= len(found)


def audit(published: Published, points: Iterable[Ints] = (), changeable: Sequence[bool] | None = None) -> AuditReport:
    """Audit every hidden cell. `points` are whole assignments (one value per cell, shown cells included).

    `changeable` says which shown cells could still be hidden (default: all), to tell what is avoidable.
    Raises AuditError when the published figures contradict each other."""
    report = AuditReport()
    offered = list(points)
    outer = OuterBounds(published)
    for component, program in programs(published):
        inner = explore(published, component, program, offered)
        watched = sum(published.watched[cell] for cell in component)
        report.hidden += watched
        rest = np.flatnonzero(inner.unproven)
        report.wide += watched - len(rest)
        for variable in rest:
            finding = _settle(published, component[variable], int(variable), program, inner, outer)
            if finding is None:
                report.wide += 1
            elif finding.lowest >= published.large(finding.cell):
                report.large += 1
            else:
                report.findings.append(finding)
    if report.findings:
        report.findings = _avoidable(published, report.findings, changeable)
    return report


def programs(published: Published) -> Iterable[tuple[list[int], Program]]:
    """The hidden cells in groups that share an equation or bound: (cell numbers, the integer program over them).

    Raises AuditError when equations without hidden cells don't hold."""
    equations = [_reduced(published, terms) for terms in published.equations]
    bounds = [_reduced(published, terms) for terms in published.bounds]
    if any(not terms and constant for terms, constant in equations) or any(not t and c < 0 for t, c in bounds):
        raise AuditError("the published figures contradict each other: a total isn't the sum of its parts")
    rows = [terms for terms, _ in (*equations, *bounds) if terms]
    groups = [group for group in connected(len(published.shown), rows) if published.shown[group[0]] is None]
    where = {cell: (number, place) for number, group in enumerate(groups) for place, cell in enumerate(group)}
    split: tuple[list[list[Row]], ...] = ([[] for _ in groups], [[] for _ in groups])
    for into, source in zip(split, (equations, bounds), strict=True):
        for terms, constant in source:
            if terms:
                into[where[terms[0][0]][0]].append(
                    (tuple((where[cell][1], factor) for cell, factor in terms), constant)
                )
    for group, equal, least in zip(groups, *split, strict=True):
        yield group, Program([published.floors[cell] for cell in group], equal, least)


def _reduced(published: Published, terms: Terms) -> Row:
    """The hidden cells of a row, and what its shown cells add up to."""
    shown = published.shown
    constant = sum(value * factor for cell, factor in terms if (value := shown[cell]) is not None)
    return simplified([(cell, factor) for cell, factor in terms if shown[cell] is None]), constant


def explore(
    published: Published, component: list[int], program: Program, points: Iterable[Ints], skip: Container[int] = ()
) -> InnerBounds:
    """Bounds of the cells of one group from points: those in `points`, then new ones. Cells in `skip` need no proof."""
    care = np.array([published.watched[cell] and cell not in skip for cell in component])
    inner = InnerBounds(program, np.array([published.width(cell) for cell in component]), care)
    for point in points:
        inner.offer(point[component])
    inner.explore()
    if not inner.points and inner.unproven.any():
        raise AuditError(f"no whole numbers fit the published figures around {published.cells[component[0]]}")
    return inner


def _settle(
    published: Published, cell: int, variable: int, program: Program, inner: InnerBounds, outer: OuterBounds
) -> UnsafeCell | None:
    """Exact lowest and highest value of one cell, or a lowest that isn't small; None when they turn out wide enough."""
    lowest, highest = int(inner.lowest[variable]), int(inner.highest[variable])
    if outer.narrow(cell) and (outer.lowest[cell], outer.highest[cell]) == (lowest, highest):
        return UnsafeCell(cell, published.cells[cell], lowest, highest)
    costs = np.zeros(program.size)
    costs[variable] = 1
    least = inner.relaxed(costs)
    if least is not None and (bottom := ceil(least[0] - 1e-3)) >= published.large(cell):
        return UnsafeCell(cell, published.cells[cell], bottom, bottom)  # large, however much
    lowest = highest = _exact(inner, costs)
    if lowest < published.large(cell):
        needed = int(inner.widths[variable])
        upper = np.full(program.size, np.inf)
        upper[variable] = lowest + needed
        highest = -_exact(inner, -costs, upper)
        if highest - lowest >= needed:
            return None
    return UnsafeCell(cell, published.cells[cell], lowest, highest)


def _exact(inner: InnerBounds, costs: Floats, upper: Floats | float = np.inf) -> int:
    result = inner.minimum(costs, upper)
    if result is None:
        raise AuditError("no whole numbers fit the published figures")
    if result[1] is None:
        raise AuditError("the solver's answer could not be confirmed in whole numbers")
    return round(float(costs @ result[1]))


def _avoidable(published: Published, findings: list[UnsafeCell], changeable: Sequence[bool] | None) -> list[UnsafeCell]:
    """Settle the findings again with everything hidden that can be: what stays narrow has no room whatever is done."""
    kept = {cell for cell, can_change in enumerate(changeable or ()) if not can_change}
    open_ = replace(published, shown=[value if cell in kept else None for cell, value in enumerate(published.shown)])
    outer = OuterBounds(open_)
    result = [replace(finding, avoidable=False) for finding in findings if outer.narrow(finding.cell)]
    wanted = {finding.cell: finding for finding in findings if not outer.narrow(finding.cell)}
    for component, program in programs(open_):
        widths = np.array([published.width(cell) for cell in component])
        inner = InnerBounds(program, widths, np.zeros(len(component), dtype=bool))
        for place, cell in ((place, cell) for place, cell in enumerate(component) if cell in wanted):
            found = _settle(open_, cell, place, program, inner, outer)
            helped = found is None or found.lowest >= published.large(cell)
            result.append(replace(wanted[cell], avoidable=helped))
    return sorted(result, key=lambda finding: finding.cell)


def whole_points(base: Ints, gathered: Iterable[tuple[list[int], list[Ints]]]) -> list[Ints]:
    """Points of groups of cells put together to points of all cells (`base` for the cells of no group).

    Groups are independent of each other, so the n-th point of each goes into the n-th whole point."""
    parts = [(np.array(part), points) for part, points in gathered if points]
    result = [base.copy() for _ in range(max((len(points) for _, points in parts), default=1))]
    for number, whole in enumerate(result):
        for part, points in parts:
            whole[part] = points[min(number, len(points) - 1)]
    return result
