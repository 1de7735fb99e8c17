"""The audit of a pattern, part by part: of a part that did not change since it was audited the outcome is kept."""

from typing import Any

from exports.disclosure.audit import AuditReport, UnsafeCell, audit
from exports.disclosure.kept import KeptParts
from exports.disclosure.suppress import Pattern, Piece


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
