"""Disclosure control of figures that are published together: what the public edition hides, and the audit of that.

made = control(publication, figures, name, earlier=releases)
made.passed                         # False: no public edition
made.hidden(figure.id)              # what `exports.write_annex` asks of every figure
save(made, path)                    # `exports.disclosure.store`: one file, which every annex loads
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from exports.disclosure.audit import AuditReport, audit
from exports.disclosure.collect import PublicationSource, collect
from exports.disclosure.geography import level_of
from exports.disclosure.policy import Policy, load_policy
from exports.disclosure.releases import PublishedSystem, with_earlier
from exports.disclosure.scope import AMOUNTS, CountFinder, Scope
from exports.disclosure.suppress import suppress, unchanged
from exports.disclosure.withhold import UsualEdition, withholding_options
from exports.disclosure.words import audit_lines, policy_lines, withheld_lines
from exports.figures.identity import FigureId


class ControlError(Exception):
    """A figure that was not among those that were controlled together; it may not be shown."""


@dataclass(frozen=True)
class Control:
    """What is hidden of the figures that are published together, and the record of them as a release.

    `scope` names the counts that were controlled; `passed` is False when the audit forbids a public edition.
    `policy_lines` and `audit_lines` are Dutch sentences for the workbooks. `report` is None when the control was read
    from its file."""

    release: PublishedSystem
    scope: Scope
    policy: Policy
    passed: bool
    policy_lines: tuple[str, ...]
    audit_lines: tuple[str, ...]
    report: AuditReport | None = field(default=None, compare=False)

    def hidden(self, figure: FigureId) -> bool:
        """Whether the figure, or a count that it is computed from, is hidden.

        Raises PolicyError when no policy covers it, ControlError when it wasn't among what was controlled together.
        """
        found = False
        for cell in self._lookup.cells(figure):
            if level_of(cell.place) not in self.scope.get((cell.population, cell.year), {}).get(cell.item, ()):
                raise ControlError(
                    f"{self.release.name}: {cell} wasn't among what was controlled, so it can't be shown; "
                    "control its figure with the others, or leave it out"
                )
            found = found or self.release.system.index.get(cell) in self.release.hidden
        return found

    def withheld(self, figure: FigureId) -> bool:
        """Whether a reader may not even see that the figure isn't 0: its row is left out of lists of what there is."""
        system = self.release.system
        numbers = [system.index.get(cell) for cell in self._lookup.cells(figure)]
        return any(number is not None and system.is_withheld(number) for number in numbers)

    def tallies(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """(population, level) -> numbers of counts: other than 0, small, hidden."""
        system = self.release.system
        counts: dict[tuple[str, str], list[int]] = {}
        for number, cell in enumerate(system.cells):
            if system.watched[number]:
                row = counts.setdefault((cell.population, level_of(cell.place)), [0, 0, 0])
                row[0] += 1
                row[1] += system.is_small(number)
                row[2] += number in self.release.hidden
        return {key: (row[0], row[1], row[2]) for key, row in counts.items()}

    @cached_property
    def _lookup(self) -> CountFinder:
        return CountFinder(self.policy)


def control(
    publication: PublicationSource,
    figures: Iterable[FigureId],
    name: str,
    *,
    policy: Policy | None = None,
    earlier: Sequence[PublishedSystem] = (),
    usual: Control | None = None,
) -> Control:
    """Suppress and audit figures that are published together, given what the releases in `earlier` show.

    `usual` is the control of the usual edition of the same publication, whose figures count as published too. Where
    that leaves no other way to hide enough, whole rows that the usual edition doesn't publish are withheld
    (`exports.disclosure.withhold`). Raises PolicyError for a figure that the policy doesn't cover."""
    policy = policy or load_policy()
    scope = CountFinder(policy).scope(figures)
    collected = collect(publication, scope, policy)
    facts = publication.facts
    bare = PublishedSystem(name, facts.as_of, facts.geography_date, collected.geography, collected.system, frozenset())
    if usual is None:
        release, report, known = _suppressed(bare, earlier, policy)
        withheld = None
    else:
        for choice in withholding_options(
            UsualEdition(usual.release, usual.scope), bare, collected.blocks, scope, earlier, policy
        ):
            release, report, known = _suppressed(choice.release, [*earlier, choice.usual], policy)
            withheld = choice.withheld
            if report.passed:
                break
    made = Control(release, scope, policy, report.passed, policy_lines(policy, earlier, withheld), (), report)
    lines = (*audit_lines(policy, report, _by_level(made), known), *withheld_lines(withheld))
    return Control(release, scope, policy, report.passed, made.policy_lines, lines, report)


_ROUNDS = 5
"""What is hidden decides what a reader sees change, and that decides what must be hidden. Two or three rounds do."""


def _suppressed(
    bare: PublishedSystem, earlier: Sequence[PublishedSystem], policy: Policy
) -> tuple[PublishedSystem, AuditReport, int]:
    """The release with its hidden cells, the audit of it, and how many small counts earlier releases show already.

    First for a reader who knows which figures changed since the earlier releases. Where these leave no room to protect
    everything from him, for a reader who has to infer what changed: the cells that are hidden stay so, and more are
    hidden where he needs it (see `exports.disclosure.releases`).
    """
    release, report, known = _suppressed_against(bare, earlier, policy, sees_changes=True)
    if not report.findings or all(item.as_of == bare.as_of for item in earlier):
        return release, report, known
    informed = len(report.findings)
    for left in reversed(range(_ROUNDS)):
        release, report, known = _suppressed_against(release, earlier, policy, sees_changes=False, hide_more=False)
        if not report.findings or not left:
            break
        before = release
        release, report, known = _suppressed_against(before, earlier, policy, sees_changes=False)
        if release.hidden == before.hidden:
            break
    report.informed_findings = informed
    return release, report, known


def _suppressed_against(
    release: PublishedSystem,
    earlier: Sequence[PublishedSystem],
    policy: Policy,
    *,
    sees_changes: bool,
    hide_more: bool = True,
) -> tuple[PublishedSystem, AuditReport, int]:
    union = with_earlier(release, earlier, policy, sees_changes=sees_changes)
    pattern = suppress(union, start=release.hidden) if hide_more else unchanged(union, release.hidden)
    changeable = [cell not in union.fixed and cell not in union.exempt for cell in range(len(union.cells))]
    report = audit(union.published(pattern.hidden), pattern.points, changeable)
    own = range(len(release.system.cells))
    known = sum(union.fixed.get(cell) is False and union.is_small(cell) for cell in own)
    hidden = frozenset(cell for cell in own if cell in pattern.hidden or (union.is_small(cell) and union.watched[cell]))
    return replace(release, hidden=hidden), report, known


def _by_level(made: Control) -> Mapping[str, tuple[int, int]]:
    """Level -> counts other than 0, hidden ones; without the stand-ins for amounts."""
    result: dict[str, tuple[int, int]] = {}
    for (population, level), (cells, _, hidden) in made.tallies().items():
        if not population.endswith(AMOUNTS):
            before = result.get(level, (0, 0))
            result[level] = (before[0] + cells, before[1] + hidden)
    return result


def subset(whole: Control, publication: PublicationSource, figures: Iterable[FigureId], name: str) -> Control:
    """The control of some of the figures that `whole` controlled, hidden as there. A release records this."""
    scope = CountFinder(whole.policy).scope(figures)
    collected = collect(publication, scope, whole.policy)
    known, facts = whole.release.system.index, publication.facts
    hidden = frozenset(
        number
        for number, cell in enumerate(collected.system.cells)
        if cell not in known or known[cell] in whole.release.hidden
    )
    release = PublishedSystem(name, facts.as_of, facts.geography_date, collected.geography, collected.system, hidden)
    return replace(whole, release=release, scope=scope, report=None)
