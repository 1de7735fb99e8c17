"""Disclosure control of a question: what is hidden in the public edition of its annexes, and the audit of that.

with Publication(folder) as publication:
    control = control_question(publication, question)
control.report.passed                                       # False: no public edition
control.table("1").hidden(measure.rule, "11001", 2020)      # is this cell of annex 1 hidden?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.annexes.model import Kind, Mart
from exports.annexes.rules import Rule
from exports.disclosure.amounts import determined, hide_amounts
from exports.disclosure.audit import Report, audit
from exports.disclosure.blocks import place_counts
from exports.disclosure.collect import Collected, Source, Wanted, collect
from exports.disclosure.geography import level_of
from exports.disclosure.lookup import Lookup, Sources
from exports.disclosure.policy import Policy, load_policy
from exports.disclosure.register import Release, make_release
from exports.disclosure.releases import with_earlier
from exports.disclosure.suppress import suppress
from exports.disclosure.system import CellId
from exports.questions import Question


@dataclass(frozen=True)
class Table:
    """Asks whether cells of one annex are hidden."""

    control: Control
    lookup: Lookup

    def hidden(self, rule: Rule, place: str, year: int) -> bool:
        """Whether a figure of a wide or totals table is hidden. Places: NIS code, `provincie:<name>`,
        `centrumsteden`, `vlaanderen`."""
        return self.control.is_hidden(self.lookup.figure(rule, place, year))

    def row_hidden(self, mart: Mart, row: Mapping[str, Any], column: str) -> bool:
        """Whether a measure in a row of a tidy sheet is hidden (`row` by the mart's column names)."""
        plain = self.lookup.row(mart, row, column, detailed=False)
        detail = self.lookup.row(mart, row, column, detailed=True) if mart.cell_key else plain
        known = detail.counts and detail.counts[0] in self.control.collected.system.index
        return self.control.is_hidden(detail if known else plain)


@dataclass
class Control:
    """The outcome for everything that a question publishes together."""

    policy: Policy
    collected: Collected
    hidden: frozenset[CellId]
    small: frozenset[CellId]
    hidden_amounts: frozenset[tuple[str, int, str]]
    report: Report
    release: Release
    exposed_amounts: tuple[tuple[str, int, str], ...] = ()
    annexes: Mapping[str, Wanted] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether a public edition may be made."""
        return self.report.passed and not self.exposed_amounts

    def table(self, number: str) -> Table:
        """The asker for the annex with this number."""
        wanted = self.annexes[number]
        return Table(self, Lookup(self.policy, wanted.kind, wanted.options))

    def table_of(self, kind: Kind, options: Mapping[str, str]) -> Table:
        """The asker for an annex kind with its options."""
        return Table(self, Lookup(self.policy, kind, options))

    def is_hidden(self, sources: Sources) -> bool:
        """Whether any of the counts or amounts is hidden."""
        return any(cell in self.hidden for cell in sources.counts) or any(
            amount in self.hidden_amounts for amount in sources.amounts
        )

    def shares(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """(population, level) -> cells other than 0, small ones, hidden ones."""
        counts: dict[tuple[str, str], list[int]] = {}
        for cell in self.collected.system.cells:
            row = counts.setdefault((cell.population, level_of(cell.place)), [0, 0, 0])
            row[0] += 1
            row[1] += cell in self.small
            row[2] += cell in self.hidden
        return {key: (row[0], row[1], row[2]) for key, row in counts.items()}


def control_question(
    publication: Source,
    question: Question,
    *,
    policy: Policy | None = None,
    earlier: Sequence[Release] = (),
    years: Sequence[int] | None = None,
) -> Control:
    """Suppress and audit all annexes of a question together. `years` replaces the years of every annex."""
    annexes = {
        annex.number: Wanted(annex.kind, tuple(years or annex.years), dict(annex.options)) for annex in question.annexes
    }
    return control(publication, annexes, question.id, policy=policy, earlier=earlier)


def control(
    publication: Source,
    annexes: Mapping[str, Wanted],
    name: str,
    *,
    policy: Policy | None = None,
    earlier: Sequence[Release] = (),
) -> Control:
    """Suppress and audit annexes that are published together, against everything in `earlier`."""
    policy = policy or load_policy()
    collected = collect(publication, list(annexes.values()), policy)
    own = len(collected.system.cells)
    union = with_earlier(collected, earlier, publication.facts.geography_date, policy)
    pattern = suppress(union)
    changeable = [cell not in union.fixed and cell not in union.exempt for cell in range(len(union.cells))]
    report = audit(union.published(pattern.hidden), pattern.points, changeable)
    known_small = {cell for cell in range(own) if union.is_small(cell)}
    hidden = frozenset(union.cells[cell] for cell in (pattern.hidden | known_small) if cell < own)
    amounts, exposed = _amounts(collected, hidden, earlier)
    return Control(
        policy=policy,
        collected=collected,
        hidden=hidden,
        small=frozenset(union.cells[cell] for cell in known_small),
        hidden_amounts=amounts,
        report=report,
        release=make_release(name, publication.facts, collected, hidden, amounts),
        exposed_amounts=exposed,
        annexes=dict(annexes),
        earlier=tuple(release.name for release in earlier),
    )


def _amounts(
    collected: Collected, hidden: frozenset[CellId], earlier: Sequence[Release]
) -> tuple[frozenset[tuple[str, int, str]], tuple[tuple[str, int, str], ...]]:
    """The places whose amounts are hidden, and those that the totals would give away all the same."""
    result: set[tuple[str, int, str]] = set()
    exposed = []
    for (population, year), values in collected.amounts.items():
        block = collected.blocks[population, year]
        counts = {
            place: count
            for (place, item), count in place_counts(block, collected.geography).items()
            if item == "total" and count
        }
        cents: dict[str, int] = {}
        for (nis_code, _), amount in values.items():
            for place in collected.geography.above[nis_code]:
                cents[place] = cents.get(place, 0) + abs(amount)
        before = frozenset(
            place
            for release in earlier
            for name, when, place in release.hidden_amounts
            if (name, when) == (population, year)
        )
        places = hide_amounts(
            cents,
            counts,
            lambda place, p=population, y=year: CellId(p, y, place, "total") in hidden,
            collected.geography,
            before,
        )
        result |= {(population, year, place) for place in places}
        exposed += [(population, year, place) for place in sorted(determined(places, collected.geography))]
    return frozenset(result), tuple(exposed)
