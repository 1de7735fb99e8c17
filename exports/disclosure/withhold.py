"""Which rows are withheld from an edition of other years, beside the usual edition of the same publication.

A row is all that one population counts in one year and place; of a withheld row a reader doesn't know what is 0. That
is needed where hiding cells isn't enough. For example: the usual edition shows a total of 4, and a table of the new
edition splits it in four categories that are not 0; then each of them is 1, whatever else is hidden, so the zeros
beside them must be hidden as well.

Propagation over all cells that could be hidden shows which cells can't get enough room, and which rows of the new
tables confine them. Those rows are withheld, of a municipality before those of a province, until withholding helps no
cell any more. Only what the usual edition doesn't publish is withheld. With all of that withheld a reader has nothing
beyond the usual edition, so there is always an outcome when the usual edition has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from exports.disclosure.bounds import OuterBounds
from exports.disclosure.counts import Block, TableRow, WithheldRows, assemble, equal, row_of
from exports.disclosure.geography import LEVELS, level_of
from exports.disclosure.policy import Policy
from exports.disclosure.releases import PublishedSystem, with_earlier
from exports.disclosure.scope import Scope
from exports.disclosure.system import CellId, System

_DEPTH = 4
"""So many equations away from a cell without room a row is looked for."""
_ROUNDS = 20


@dataclass(frozen=True)
class UsualEdition:
    """The usual edition: its release, and the counts that it publishes."""

    release: PublishedSystem
    scope: Scope


@dataclass(frozen=True)
class WithholdingOption:
    """An edition with these rows withheld, and the usual edition with the zeros of the same rows unknown.

    `usual` needs this because the usual edition doesn't publish every part of its totals: a part that it leaves out is
    as unknown there as in the new edition."""

    withheld: WithheldRows
    release: PublishedSystem
    usual: PublishedSystem


def withholding_options(
    usual: UsualEdition,
    bare: PublishedSystem,
    blocks: Mapping[tuple[str, int], Block],
    scope: Scope,
    earlier: Sequence[PublishedSystem],
    policy: Policy,
) -> Iterator[WithholdingOption]:
    """What to withhold, in up to five steps, each with more rows than the one before: the rows that propagation finds,
    all rows of municipalities, all rows that count something, all rows."""

    kept = _kept(usual.scope, blocks, policy)

    def choice(rows: frozenset[TableRow]) -> WithholdingOption:
        withheld = WithheldRows(rows, kept)

        def system(of: Scope) -> System:
            return assemble(blocks, of, bare.geography, policy, withheld)

        new = _with(bare, system(scope))
        before = _with(usual.release, system(usual.scope))
        shown = {cell for number, cell in enumerate(usual.release.system.cells) if number not in usual.release.hidden}
        hidden = frozenset(number for number, cell in enumerate(before.system.cells) if cell not in shown)
        return WithholdingOption(withheld, new, replace(before, hidden=hidden))

    everything = frozenset(row_of(cell) for cell in bare.system.cells if not WithheldRows(kept=kept).keeps(cell))
    chosen: frozenset[TableRow] = frozenset()
    beyond = set(_narrow(choice(everything), earlier, policy))
    found = choice(chosen)
    for _ in range(_ROUNDS):
        more = {row for cell, row in _narrow(found, earlier, policy).items() if row and cell not in beyond}
        if not more:
            break
        chosen |= more
        found = choice(chosen)
    yield found
    municipal = chosen | {row for row in everything if level_of(row[2]) == LEVELS[0]}
    places = {place for above in bare.geography.above.values() for place in above.values()}
    empty = frozenset((population, year, place) for population, year, _ in everything for place in places)
    for rows in (municipal, everything, empty):  # the last with the rows that hold nothing but zeros
        if rows != chosen:
            yield choice(rows)


def _kept(scope: Scope, blocks: Mapping[tuple[str, int], Block], policy: Policy) -> Scope:
    """The scope of the usual edition, with the counts of other populations that are the same numbers as some in it."""
    kept = {key: {item: set(levels) for item, levels in items.items()} for key, items in scope.items()}
    for rule in policy.same:
        for (population, year), block in blocks.items():
            other = blocks.get((rule.other, year + rule.shift))
            if population == rule.population and other is not None and equal(rule, block, other):
                mine = kept.setdefault((population, year), {}).setdefault(rule.item, set())
                theirs = kept.setdefault((rule.other, year + rule.shift), {}).setdefault(rule.other_item, set())
                mine |= theirs
                theirs |= mine
    return kept


def _with(release: PublishedSystem, system: System) -> PublishedSystem:
    withheld = frozenset(number for number in range(len(system.cells)) if system.is_withheld(number))
    return replace(release, system=system, hidden=withheld)


def _narrow(
    choice: WithholdingOption, earlier: Sequence[PublishedSystem], policy: Policy
) -> dict[CellId, TableRow | None]:
    """The cells without room even when all that can be hidden is, each with the row to withhold for it, if any."""
    union = with_earlier(choice.release, [*earlier, choice.usual], policy)
    cells = range(len(union.cells))
    most = {cell for cell in cells if union.fixed.get(cell) is not False and cell not in union.exempt}
    intervals = OuterBounds(union.published(most))
    own = len(choice.release.system.cells)
    return {
        union.cells[cell]: _row(union, own, intervals, cell, choice.withheld)
        for cell in most
        if union.watched[cell] and intervals.narrow(cell)
    }


def _row(union: System, own: int, intervals: OuterBounds, cell: int, withheld: WithheldRows) -> TableRow | None:
    found = [
        (LEVELS.index(level_of(name.place)), distance, row_of(name))
        for distance, terms in [(0, ((cell, 1),)), *intervals.reasons(cell, _DEPTH)]
        for number, name in ((number, union.cells[number]) for number, _ in terms if number < own)
        if not withheld.keeps(name) and row_of(name) not in withheld.rows
    ]
    return min(found)[2] if found else None
