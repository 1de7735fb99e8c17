"""Which rows are withheld from an edition of other years, beside the usual edition of the same publication.

A row is all that one population counts in one year and place; of a withheld row a reader doesn't know what is 0. That
is needed where hiding cells isn't enough. For example: the usual edition shows a total of 4, and a table of the new
edition splits it in four categories that are not 0; then each of them is 1, whatever else is hidden, so the zeros
beside them must be hidden as well.

Propagation over all cells that could be hidden shows which cells can't get enough room, and which rows of the new
tables confine them. Those rows are withheld, of a municipality before those of a province, until withholding helps no
cell any more. Only what the usual edition doesn't publish is withheld. With all of that withheld a reader has nothing
beyond the usual edition, so there is always an outcome when the usual edition has one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from exports.disclosure.assembly import assemble
from exports.disclosure.bounds import OuterBounds
from exports.disclosure.counts import Blocks, equal
from exports.disclosure.geography import LEVELS, level_of
from exports.disclosure.policy import Policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.releases.union import with_earlier
from exports.disclosure.scope import Scope, TableRow, WithheldRows, covers, row_of
from exports.disclosure.system import CellId, System

_DEPTH = 4
"""So many equations away from a cell without room a row is looked for."""
_ROUNDS = 20


@dataclass(frozen=True)
class WithholdingOption:
    """An edition with these rows withheld, and the usual edition with the zeros of the same rows unknown.

    `usual` needs this because the usual edition doesn't publish every part of its totals: a part that it leaves out is
    as unknown there as in the new edition."""

    withheld: WithheldRows
    release: PublishedSystem
    usual: PublishedSystem


def withholding_options(
    usual: PublishedSystem,
    usual_scope: Scope,
    bare: PublishedSystem,
    blocks: Blocks,
    scope: Scope,
    earlier: Sequence[PublishedSystem],
    policy: Policy,
) -> Iterator[WithholdingOption]:
    """What to withhold, in up to five steps, each with more rows than the one before: the rows that propagation finds,
    all rows of municipalities, all rows that count something, all rows.

    `bare` is the new edition, which publishes `scope`, with nothing hidden; `usual` publishes `usual_scope`."""
    kept = _kept(usual_scope, blocks, policy)

    def choice(rows: frozenset[TableRow]) -> WithholdingOption:
        withheld = WithheldRows(rows, kept)
        new, before = (assemble(blocks, of, bare.geography, policy, withheld) for of in (scope, usual_scope))
        hidden = frozenset(number for number in range(len(new.cells)) if new.is_withheld(number))
        unknown = frozenset(number for number, cell in enumerate(before.cells) if cell not in shown)
        release, beside = replace(bare, system=new, hidden=hidden), replace(usual, system=before, hidden=unknown)
        return WithholdingOption(withheld, release, beside)

    shown = {cell for number, cell in enumerate(usual.system.cells) if number not in usual.hidden}
    cities = bare.geography.cities
    everything = frozenset(
        row_of(cell) for cell in bare.system.cells if cell.level in LEVELS and not covers(kept, cell, cities)
    )
    beyond = set(_narrow(choice(everything), earlier, policy))
    found = choice(frozenset())
    for _ in range(_ROUNDS):
        more = {row for cell, row in _narrow(found, earlier, policy).items() if row and cell not in beyond}
        if not more:
            break
        found = choice(found.withheld.rows | more)
    yield found
    municipal = found.withheld.rows | {row for row in everything if level_of(row[2]) == LEVELS[0]}
    places = {place for above in bare.geography.above.values() for place in above.values()}
    empty = frozenset((population, year, place) for population, year, _ in everything for place in places)
    for rows in (municipal, everything, empty):  # the last with the rows that hold nothing but zeros
        if rows != found.withheld.rows:
            yield choice(rows)


def _kept(scope: Scope, blocks: Blocks, policy: Policy) -> Scope:
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


def _narrow(at: WithholdingOption, earlier: Sequence[PublishedSystem], policy: Policy) -> dict[CellId, TableRow | None]:
    """The cells without room even when all that can be hidden is, each with the row to withhold for it, if any."""
    union = with_earlier(at.release, [*earlier, at.usual], policy)
    most = {cell for cell in range(len(union.cells)) if union.can_hide(cell)}
    intervals = OuterBounds(union.published(most))
    return {
        union.cells[cell]: _row(union, at.release, intervals, cell, at.withheld)
        for cell in most
        if union.watched[cell] and intervals.narrow(cell)
    }


def _row(
    union: System, release: PublishedSystem, intervals: OuterBounds, cell: int, withheld: WithheldRows
) -> TableRow | None:
    own = len(release.system.cells)
    found = [
        (LEVELS.index(name.level), distance, row_of(name))
        for distance, terms in [(0, ((cell, 1),)), *intervals.reasons(cell, _DEPTH)]
        for number, name in ((number, union.cells[number]) for number, _ in terms if number < own)
        if name.level in LEVELS
        and not covers(withheld.kept, name, release.geography.cities)
        and row_of(name) not in withheld.rows
    ]
    return min(found)[2] if found else None
