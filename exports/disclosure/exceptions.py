"""The exceptions of the policy at work: small counts that it shows on purpose.

An exception is about its own counts alone. Where one of them would determine a hidden count, the exception yields: the
count is hidden like any other, and the edition says how often. A count that is confined by it and not determined is
what the policy accepts: a part can't be more than a total that is shown on purpose."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from exports.disclosure.audit import AuditReport, UnsafeCell
from exports.disclosure.policy import ExceptionRule, Policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.system import System

Suppressed = tuple[PublishedSystem, AuditReport, int]
"""A release with its hidden cells, the audit of it, and how many small counts earlier releases show already."""


def with_exceptions(bare: PublishedSystem, suppressed: Callable[[PublishedSystem], Suppressed]) -> Suppressed:
    """What `suppressed` gives, with as many exceptions as the audit passes: those near a failure go first."""
    made = suppressed(bare)
    for nearness in (_same_count, _same_table, _any):
        near = _near(bare.system, made[1].failures, nearness)
        if made[1].passed or not near:
            continue
        system = bare.system.copy()
        system.exempt -= near
        fewer = replace(bare, system=system)
        again = suppressed(fewer)
        if len(again[1].failures) < len(made[1].failures):  # else something else is to blame
            bare, made = fewer, again
    return made


def _near(system: System, failures: Sequence[UnsafeCell], by: Callable[[UnsafeCell], tuple[object, ...]]) -> set[int]:
    failing = {by(item) for item in failures}
    return {cell for cell in system.exempt if by(UnsafeCell(cell, system.cells[cell], 0, 0)) in failing}


def _same_count(item: UnsafeCell) -> tuple[object, ...]:
    return (*item.name.block, item.name.item)


def _same_table(item: UnsafeCell) -> tuple[object, ...]:
    return item.name.block


def _any(item: UnsafeCell) -> tuple[object, ...]:
    return ()


def rules_not_applied(release: PublishedSystem, policy: Policy) -> dict[ExceptionRule, list[int]]:
    """Exceptions -> the years in which they show less than they say, since other counts would be given away."""
    found: dict[ExceptionRule, set[int]] = {}
    for number in release.hidden:
        cell = release.system.cells[number]
        if release.system.watched[number]:
            for rule in policy.exceptions:
                if rule.covers(cell.population, cell.place, cell.item):
                    found.setdefault(rule, set()).add(cell.year)
    return {rule: sorted(years) for rule, years in found.items()}


def lines_not_applied(release: PublishedSystem, policy: Policy) -> tuple[str, ...]:
    """The same for a workbook, in Dutch."""
    return tuple(
        f"Niet toegepast in {', '.join(map(str, years))}: de uitzondering {rule.about}. Wat ze toont, zou andere "
        "verborgen aantallen prijsgeven, of is in een eerdere vrijgave verborgen."
        for rule, years in rules_not_applied(release, policy).items()
    )


def remarks_not_applied(release: PublishedSystem, policy: Policy) -> list[str]:
    """The same for the steward, with what to do."""
    return [
        f"policy.yml: the exception {rule.about} is not applied in {', '.join(map(str, years))}: what it shows would "
        "give away hidden counts of other places or categories, or an earlier release hides it; agree on those counts "
        "too and add them, or show them at no level (see 'Changing the policy' in docs/disclosure.md)"
        for rule, years in rules_not_applied(release, policy).items()
    ]
