"""Disclosure control of figures that are published together: what the public edition hides, and the audit of that.

made = control(publication, figures, name, earlier=releases)
made.passed                         # False: no public edition
made.disclosed(figure.id)           # what `exports.write_annex` asks of every figure
save(made, path)                    # `exports.disclosure.store`: one file, which every annex loads"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from exports.disclosure.assembly import collect
from exports.disclosure.audit import AuditReport
from exports.disclosure.cell_key.shown import ChangedFigures
from exports.disclosure.counts import PublicationSource
from exports.disclosure.exceptions import lines_not_applied, with_exceptions
from exports.disclosure.geography import LEVELS
from exports.disclosure.kept import KeptParts
from exports.disclosure.over_time import joined
from exports.disclosure.parts import Pattern, audit_parts, given, suppress
from exports.disclosure.policy import Policy, load_policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.releases.union import with_earlier
from exports.disclosure.scope import AMOUNTS, CountFinder, Scope, covers, with_counts
from exports.disclosure.system import CellId, System
from exports.disclosure.withhold import withholding_options
from exports.disclosure.words import audit_lines, policy_lines, withheld_lines
from exports.figures.identity import FigureId, Hidden
from exports.figures.together import shared_in


def cities_of(publication: PublicationSource) -> set[str]:
    """The NIS codes of the centre cities of a publication."""
    return {item.nis_code for item in publication.municipalities if item.is_centre_city}


class ControlError(Exception):
    """A figure that was not among those that were controlled together; it may not be shown."""


@dataclass(frozen=True)
class Control:
    """What is hidden of the figures that are published together, and the record of them as a release.

    `scope` names the counts that were controlled; `passed` is False when the audit forbids a public edition.
    `policy_lines` and `audit_lines` are Dutch sentences for the workbooks. `report` is None when the control was read
    from its file. `shown`, of a control by cell keys, has what is shown of each count that is not 0; nothing is hidden
    then."""

    release: PublishedSystem
    scope: Scope
    policy: Policy
    passed: bool
    policy_lines: tuple[str, ...]
    audit_lines: tuple[str, ...]
    report: AuditReport | None = field(default=None, compare=False)
    shown: Mapping[CellId, int] | None = None

    @property
    def disclosed(self) -> Hidden:
        """What `exports.write_annex` and the others ask of every figure."""
        if self.shown is None:
            return self.hidden
        return ChangedFigures(self.policy, self._controlled, self.release.system, self.shown)

    def hidden(self, figure: FigureId) -> bool:
        """Whether the figure, or a count that it is computed from, is hidden.

        Raises PolicyError when no policy covers it, ControlError when it wasn't among what was controlled together."""
        return any(self.release.system.index.get(cell) in self.release.hidden for cell in self._controlled(figure))

    def covers(self, cell: CellId) -> bool:
        """Whether the count was among what was controlled; one of a municipality without a row of its own never is."""
        return covers(self.scope, cell, self.release.geography.cities) and cell.place not in self.sharing

    @cached_property
    def sharing(self) -> frozenset[str]:
        """The NIS codes of the municipalities without a row of their own."""
        return shared_in(self.release.geography.municipalities)

    def _controlled(self, figure: FigureId) -> tuple[CellId, ...]:
        cells = self._lookup.cells(figure)
        for cell in cells:
            if not self.covers(cell):
                raise ControlError(
                    f"{self.release.name}: {cell} wasn't among what was controlled, so it can't be shown; "
                    "control its figure with the others, or leave it out"
                )
        return cells

    def withheld(self, figure: FigureId) -> bool:
        """Whether a reader may not even see that the figure isn't 0: its row is left out of lists of what there is."""
        system, cells = self.release.system, self._lookup.cells(figure)
        return any(cell in system.index and system.is_withheld(system.index[cell]) for cell in cells)

    def shares(self, other: "Control") -> bool:
        """Whether both show counts of one population and year."""
        return not self.scope.keys().isdisjoint(other.scope)

    @property
    def changed(self) -> int | None:
        """How many counts are shown with another value; None where counts are hidden instead."""
        system = self.release.system
        if self.shown is None:
            return None
        return sum(count != system.values[system.index[cell]] for cell, count in self.shown.items())

    @property
    def levels(self) -> dict[str, tuple[int, int]]:
        """Level -> counts other than 0, hidden ones; without the cells that amounts are hidden by."""
        result: dict[str, tuple[int, int]] = {}
        for (population, level), (cells, _, hidden) in self.release.tallies().items():
            if not population.endswith(AMOUNTS) and level in LEVELS:
                before = result.get(level, (0, 0))
                result[level] = (before[0] + cells, before[1] + hidden)
        return result

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
    kept: KeptParts | None = None,
) -> Control:
    """Suppress and audit figures that are published together, given what the releases in `earlier` show.

    `kept` has what was found about the parts of other controls; it changes nothing in the outcome.

    `usual` is the control of the usual edition of the same publication, whose figures count as published too. Where
    that leaves no other way to hide enough, whole rows that the usual edition doesn't publish are withheld
    (`exports.disclosure.withhold`). Raises PolicyError for a figure that the policy doesn't cover."""
    policy = policy or load_policy()
    return control_scope(
        publication, CountFinder(policy).scope(figures, cities_of(publication)), name, policy, earlier, usual, kept
    )


def control_scope(
    publication: PublicationSource,
    scope: Scope,
    name: str,
    policy: Policy,
    earlier: Sequence[PublishedSystem] = (),
    usual: Control | None = None,
    kept: KeptParts | None = None,
) -> Control:
    """As `control`, of the counts that figures show."""
    kept = kept or KeptParts()
    bare, blocks = collect(publication, name, scope, policy)
    withheld = None
    if usual is None:
        release, report, known = with_exceptions(bare, lambda system: suppressed(system, earlier, policy, kept))
    else:
        for choice in withholding_options(usual.release, usual.scope, bare, blocks, scope, earlier, policy):
            beside = [*earlier, choice.usual]
            release, report, known = with_exceptions(
                choice.release, lambda system, beside=beside: suppressed(system, beside, policy, kept)
            )
            withheld = choice.withheld
            if report.passed:
                break
    lines = (*audit_lines(policy, report, known), *withheld_lines(withheld))
    rules = (*policy_lines(policy, earlier, withheld), *lines_not_applied(release, policy))
    return Control(release, scope, policy, report.passed, rules, lines, report)


_ROUNDS = 5
"""What is hidden decides what a reader sees change, and that decides what must be hidden. Two or three rounds do."""


def suppressed(
    bare: PublishedSystem, earlier: Sequence[PublishedSystem], policy: Policy, kept: KeptParts
) -> tuple[PublishedSystem, AuditReport, int]:
    """The release with its hidden cells, the audit of it, and how many small counts earlier releases show already.

    First for a reader who knows which figures changed since the earlier releases. Where these leave no room to protect
    everything from him, for a reader who has to infer what changed: the cells that are hidden stay so, and more are
    hidden where he needs it (see `exports.disclosure.releases.union`)."""
    release, report, known = _suppressed_against(bare, earlier, policy, kept, sees_changes=True)
    if not report.findings or all(item.as_of == bare.as_of for item in earlier):
        return release, report, known
    informed = len(report.findings)
    for left in reversed(range(_ROUNDS)):
        release, report, known = _suppressed_against(release, earlier, policy, kept, sees_changes=False, more=False)
        if not report.findings or not left:
            break
        before = release
        release, report, known = _suppressed_against(before, earlier, policy, kept, sees_changes=False)
        if release.hidden == before.hidden:
            break
    report.informed_findings = informed
    return release, report, known


def _suppressed_against(
    release: PublishedSystem,
    earlier: Sequence[PublishedSystem],
    policy: Policy,
    kept: KeptParts,
    sees_changes: bool,
    more: bool = True,
) -> tuple[PublishedSystem, AuditReport, int]:
    """As `suppressed`, for one of the two readers. `more`: whether more may be hidden than `release` hides already."""
    union = with_earlier(release, earlier, policy, sees_changes=sees_changes)

    def hiding(system: System, start: Set[int]) -> Pattern:
        return suppress(system, start=start, kept=kept) if more else given(system, system.hidden_with(start))

    pattern = hiding(union, release.hidden)
    beyond = None
    if union.over_time:  # it ties parts together; once these are solved, little is left to hide
        beyond = hiding(joined(union, pattern.hidden), pattern.hidden)
        pattern.hide({cell for cell in beyond.hidden if cell < len(union.cells)})
    report = audit_parts(pattern, kept)
    if beyond:
        report.add(audit_parts(beyond, kept))
    own = range(len(release.system.cells))
    known = sum(union.fixed.get(cell) is False and union.is_small(cell) for cell in own)
    hidden = frozenset(cell for cell in own if cell in pattern.hidden or (union.is_small(cell) and union.watched[cell]))
    return replace(release, hidden=hidden), report, known


def subset(whole: Control, publication: PublicationSource, figures: Iterable[FigureId], name: str) -> Control:
    """The control of some of the figures that `whole` controlled, hidden as there. A release records this."""
    scope = CountFinder(whole.policy).scope(figures, cities_of(publication))
    if whole.shown is not None:
        return _part_of_changed(whole, scope, name)
    bare, _ = collect(publication, name, scope, whole.policy)
    shown = {cell for cell, number in whole.release.system.index.items() if number not in whole.release.hidden}
    hidden = frozenset(number for number, cell in enumerate(bare.system.cells) if cell not in shown)
    return replace(whole, release=replace(bare, hidden=hidden), scope=scope, report=None)


def _part_of_changed(whole: Control, scope: Scope, name: str) -> Control:
    """As `subset`, where counts are changed."""
    wanted, before = with_counts(scope), whole.release.system
    system = System(before.threshold)
    for cell, number in before.index.items():
        if covers(wanted, cell, whole.release.geography.cities):
            system.add_from(before, number, cell, True)
    shown = {cell: count for cell, count in (whole.shown or {}).items() if cell in system.index}
    return replace(whole, release=replace(whole.release, name=name, system=system), scope=scope, shown=shown)
