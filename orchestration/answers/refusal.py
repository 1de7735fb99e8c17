"""Why there is no public edition, and what can be asked instead, in English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exports.disclosure.control import Control
    from exports.disclosure.releases.published import PublishedSystem
    from exports.disclosure.scope import Scope

_MIXED = (
    "{names} was released under another method of policy.yml, and exact and changed figures about the same years give "
    "counts away; go back to that `method` and `table`, or ask for years that were not released"
)
_REMEDY = (
    "ask for the municipalities (`--geography-date`) or the as-of date of the release, for other years, or for fewer "
    "tables; see 'When publishing is refused' in docs/disclosure.md"
)


def explain(control: Control, scopes: Mapping[str, Scope], earlier: Sequence[PublishedSystem], usual: bool) -> str:
    """One sentence on why a control failed, "" for one that passed. It names no municipality and no value.

    `scopes`: document -> the counts that it shows; `earlier`: what was released before; `usual`: whether the control
    had to keep to the one without `--years`.
    """
    if control.report is None or control.passed:
        return ""
    from exports.disclosure.geography import level_of

    failing = Counter(
        (item.name.population, item.name.year, item.name.item, level_of(item.name.place))
        for item in control.report.failures
    )
    lines = []
    for name, scope in scopes.items():
        found = Counter[int]()
        for (population, year, item, level), count in failing.items():
            if level in scope.get((population, year), {}).get(item, ()):
                found[year] += count
        if found:
            lines.append(f"{name}: {found.total()} (counts of {', '.join(map(str, sorted(found)))})")
    where = "; ".join(lines) or "in tables of earlier releases alone"
    if earlier:
        before = ", ".join(
            f"{item.name} as of {item.as_of} with the municipalities of {item.geography_date}" for item in earlier
        )
        why = f"what was released before leaves no room: {before}; {_REMEDY}"
    elif usual:
        why = "the usual edition of this publication is refused as well, see `twe annexes` without --years"
    elif control.policy.exceptions:
        rules = "; ".join(rule.about for rule in control.policy.exceptions)
        why = f"policy.yml can't work with these exceptions: {rules}; take out one of them, or what it gives away"
    else:
        why = "nothing was released before, so that this is a fault of the control; report it with this message"
    many = len(control.report.failures)
    return f"the audit found {many} hidden figures that can be worked out ({where}); {why}"


def beside_another_method(control: Control, releases: Sequence[str]) -> tuple[Control, str]:
    """The control, failed for releases under another method, and why."""
    from exports.disclosure.words import mixed_lines

    return replace(control, passed=False, audit_lines=mixed_lines(releases)), _MIXED.format(names=", ".join(releases))
