"""What a control decides for one document: which of its figures are hidden, and how many.

A control covers all documents at once, so nearly every delivery makes another control. Its outcome for a document is
the same as long as what the document shows is hidden in the same places; then the document need not be written again.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from exports.disclosure.control import Control
from exports.disclosure.scope import AMOUNTS, Scope, covers, with_counts
from exports.disclosure.words import share_lines
from exports.figures.identity import CENTRUMSTAD, LEVELS


@dataclass(frozen=True)
class Outcome:
    """`digest` is that of the hidden figures of the document and of all that it says of the control; `audit` are the
    lines for its provenance."""

    digest: str
    audit: tuple[str, ...]


@dataclass
class _Group:
    """The counts of one item, year and level: how many there are, and those that are hidden or withheld."""

    counts: int = 0
    hidden: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)


def outcomes(control: Control, scopes: Mapping[str, Scope]) -> dict[str, Outcome]:
    """Document -> outcome of the control for it; `scopes`: document -> the counts that it shows."""
    if control.shown is not None:
        return {name: _changed_outcome(control, scope) for name, scope in scopes.items()}
    release, system = control.release, control.release.system
    groups: defaultdict[tuple[str, int, str, str], _Group] = defaultdict(_Group)
    for number, cell in enumerate(system.cells):
        for level in (cell.level, CENTRUMSTAD) if cell.place in release.geography.cities else (cell.level,):
            group = groups[cell.population, cell.year, cell.item, level]
            group.counts += system.watched[number]
            if number in release.hidden:
                group.hidden.append(cell.place)
            if system.is_withheld(number):
                group.withheld.append(cell.place)
    return {name: _outcome(control, scope, groups) for name, scope in scopes.items()}


def _changed_outcome(control: Control, scope: Scope) -> Outcome:
    """The outcome where counts are changed: what is shown of those of the document."""
    wanted = with_counts(scope)
    shown = [
        (*cell, count)
        for cell, count in (control.shown or {}).items()
        if covers(wanted, cell, control.release.geography.cities)
    ]
    facts = [control.policy_lines, control.audit_lines, sorted(shown)]
    return Outcome(hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest(), control.audit_lines)


def _outcome(control: Control, scope: Scope, groups: Mapping[tuple[str, int, str, str], _Group]) -> Outcome:
    shares = dict.fromkeys(LEVELS, (0, 0))
    places = []
    for (population, year), items in sorted(scope.items()):
        for item, levels in sorted(items.items()):
            for level in sorted(levels):
                if (group := groups.get((population, year, item, level))) is None:
                    continue
                places.append((population, year, item, level, sorted(group.hidden), sorted(group.withheld)))
                if not population.endswith(AMOUNTS):
                    counts, hidden = shares[level]
                    shares[level] = (counts + group.counts, hidden + len(group.hidden))
    audit = (*control.audit_lines, *share_lines({level: share for level, share in shares.items() if share[0]}))
    facts = [control.passed, control.policy_lines, audit, places]
    return Outcome(hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest(), audit)
