"""A system part by part: what is hidden of it, and the audit of that.

Parts share no equation or bound. Of a part that did not change since it was solved or audited the outcome is kept."""

from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from exports.disclosure.audit import AuditReport, UnsafeCell, audit, whole_points
from exports.disclosure.kept import KeptParts
from exports.disclosure.solver import Ints
from exports.disclosure.suppress import suppress_part
from exports.disclosure.system import System, split


@dataclass
class Piece:
    """A part of a system and what is hidden in it. `numbers`: the number of each of its cells in the whole system."""

    system: System
    numbers: list[int]
    forced: set[int] = field(default_factory=set)
    """Cells that are hidden whatever else is (by their numbers in the part, as in `hidden`)."""
    hidden: set[int] = field(default_factory=set)
    solved: bool = True
    """Whether points belong to what is hidden: not when that was given."""

    @property
    def facts(self) -> list[object]:
        """Everything that its suppression and audit follow from, but for `forced` and `hidden`."""
        part = self.system
        known = (part.values, part.floors, part.units, part.costs, part.watched, part.equations, part.bounds)
        return [part.threshold, *known, sorted(part.exempt), sorted(part.fixed.items())]

    @cached_property
    def points(self) -> list[Ints]:
        """Points that save the audit time; looked for again when the hidden cells were kept."""
        values = np.array(self.system.values, dtype=np.int64)
        return whole_points(values, [(list(range(len(values))), self._found[1])]) if self.solved else []

    @cached_property
    def _found(self) -> tuple[set[int], list[Ints]]:
        return suppress_part(self.system, self.forced)

    def suppress(self, kept: KeptParts) -> None:
        """Find what to hide, or take it from what is kept."""
        facts = ["suppress", *self.facts, sorted(self.forced)]
        self.hidden = set(kept.outcome(facts, lambda: sorted(self._found[0])))


@dataclass
class Pattern:
    """The hidden cells of a system, and its parts."""

    hidden: set[int]
    pieces: list[Piece]
    values: Sequence[int]

    @property
    def points(self) -> list[Ints]:
        """Points of the whole system that save the audit time."""
        return whole_points(np.array(self.values, dtype=np.int64), [(p.numbers, p.points) for p in self.pieces])

    def hide(self, more: Set[int]) -> None:
        """Hide these cells too. Points stay valid."""
        self.hidden |= more
        for piece in self.pieces:
            piece.hidden |= {place for place, number in enumerate(piece.numbers) if number in more}


def pieces(system: System) -> list[Piece]:
    """The parts of a system, the largest first."""
    parts = sorted(split(system), key=lambda part: -len(part.cells))
    return [Piece(part, [system.index[cell] for cell in part.cells]) for part in parts]


def given(system: System, hidden: set[int]) -> Pattern:
    """The pattern that hides these cells and no others."""
    found = pieces(system)
    for piece in found:
        piece.hidden = {place for place, number in enumerate(piece.numbers) if number in hidden}
        piece.solved = False
    return Pattern(hidden, found, system.values)


def suppress(system: System, workers: int = 2, start: Set[int] = frozenset(), kept: KeptParts | None = None) -> Pattern:
    """The pattern for a whole system, part by part; the same for any number of workers. It hides the cells in `start`.

    Workers are threads: nearly all time is spent in the solver, which lets other threads run meanwhile."""
    kept = kept or KeptParts()
    pattern = Pattern(set(), pieces(system), system.values)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for late in (False, True):  # what follows another cell waits until that one is settled
            turn = [p for p in pattern.pieces if any(c in system.follows for c in p.numbers) is late]
            for piece in turn:
                piece.forced = {
                    place
                    for place, c in enumerate(piece.numbers)
                    if c in start or system.follows.get(c) in pattern.hidden
                }
            for _ in pool.map(lambda piece: piece.suppress(kept), turn):
                pass  # takes the errors of the workers
            for piece in turn:
                pattern.hidden |= {piece.numbers[cell] for cell in piece.hidden}
    return pattern


def audit_parts(pattern: Pattern, kept: KeptParts) -> AuditReport:
    """The audit of everything that a pattern hides: the same as that of the whole system at once."""
    report = AuditReport()
    for piece in pattern.pieces:
        # Points change no verdict, but may change by which of two proofs a cell passes.
        facts = ["audit", *piece.facts, sorted(piece.hidden), sorted(piece.forced), piece.solved]
        found = kept.outcome(facts, lambda piece=piece: _audit(piece))
        report.hidden += found["hidden"]
        report.wide += found["wide"]
        report.large += found["large"]
        for cell, lowest, highest, avoidable in found["findings"]:
            name = piece.system.cells[cell]
            report.findings.append(UnsafeCell(piece.numbers[cell], name, lowest, highest, avoidable))
    report.findings.sort(key=lambda finding: finding.cell)
    return report


def _audit(piece: Piece) -> dict[str, Any]:
    part = piece.system
    changeable = [cell not in part.fixed and cell not in part.exempt for cell in range(len(part.cells))]
    report = audit(part.published(piece.hidden), piece.points, changeable)
    findings = [[item.cell, item.lowest, item.highest, item.avoidable] for item in report.findings]
    return {"hidden": report.hidden, "wide": report.wide, "large": report.large, "findings": findings}
