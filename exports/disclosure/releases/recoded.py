"""Categories and periods that differ between two tables: what a reader can add up although no name is the same.

55 and older was released, now 55 to 64 and 65 and older are: the first is the sum of the others. Categories with
numbers in their codes (`<25`, `25-39`, `55+`) say themselves what they cover; those that overlap make up the same
group of people. Of other codes the reader has the names. When one code takes the place of several, or several of one,
they are equal. When several take the place of several, only a reader knows which belong together, and the control
refuses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from exports.disclosure.policy import PolicyError
from exports.disclosure.system import CellId
from exports.figures.periods import Period, is_pooled
from exports.figures.together import members

Range = tuple[float, float]
Pairs = Iterator[tuple[list[CellId], list[CellId]]]
Lands = Mapping[str, frozenset[str]]


def recoded(one: Iterable[CellId], other: Iterable[CellId], lands: tuple[Lands, Lands]) -> Pairs:
    """Cells of one publication and cells of the other that count the same people in the same territory, in categories
    that the other hasn't. Their counts are equal unless something was corrected. `lands`: the territory of each place.

    Raises PolicyError when several categories without numbers took the place of several others."""
    mine, theirs = _tables(one, lands[0]), _tables(other, lands[1])
    for key in sorted(mine.keys() & theirs.keys(), key=lambda key: (*key[:4], sorted(key[4]))):
        left = [cell for item, cell in mine[key].items() if item not in theirs[key]]
        right = [cell for item, cell in theirs[key].items() if item not in mine[key]]
        if left and right:
            yield from _matched(left, right)


def _tables(
    cells: Iterable[CellId], lands: Lands
) -> dict[tuple[str, int, str, str, frozenset[str]], dict[str, CellId]]:
    """(population, year, characteristic, level, territory) -> category -> cell."""
    found: defaultdict[tuple[str, int, str, str, frozenset[str]], dict[str, CellId]] = defaultdict(dict)
    for cell in cells:
        wide, _, detail = cell.item.rpartition("|")  # months/25+|months/30 counts month 30, whatever the wider one is
        family, _, code = detail.partition("/")
        if code:
            family += "|" if wide else ""
            found[cell.population, cell.year, family, cell.level, lands[cell.place]][detail] = cell
    return found


def _matched(left: Sequence[CellId], right: Sequence[CellId]) -> Pairs:
    numbered = [[(reach, cell) for cell in side if (reach := covered(cell.item))] for side in (left, right)]
    yield from _overlapping(*numbered)
    named = [[cell for cell in side if not covered(cell.item)] for side in (left, right)]
    if all(named):
        if min(map(len, named)) > 1:
            before, now = (", ".join(sorted({cell.item for cell in side})) for side in reversed(named))
            cell = named[0][0]
            raise PolicyError(
                f"the categories of {cell.population} in {cell.year} changed since they were released: {before} became "
                f"{now}, and which of these belong together can't be told, so that hidden counts could be worked out; "
                "publish other years, keep the earlier categories for these years, or change them one at a time"
            )
        yield named[0], named[1]


def same_tables(one: Iterable[CellId], other: Iterable[CellId]) -> None:
    """Raise PolicyError when two publications (or one and itself) add up years of the same people in periods that
    overlap without one holding the other, or have other classes: what a reader can subtract then isn't worked out."""
    mine, theirs = list(one), list(other)
    if not any(is_pooled(cell.year) or len(members(cell.item)) > 1 for cell in (*mine, *theirs)):
        return
    added_up = {cell.block for cell in theirs if is_pooled(cell.year)}
    for population, key in sorted({cell.block for cell in mine if is_pooled(cell.year)}):
        years = set(Period.of(key).years)
        for beside in (set(Period.of(at).years) for name, at in added_up if name == population):
            if years & beside and not (years <= beside or beside <= years):
                raise PolicyError(_OTHER_TABLES.format(f"{population} of {Period.of(key).label}"))
    for these, those in ((mine, theirs), (theirs, mine)):
        known = {(*cell.block, cell.level, cell.item) for cell in those}
        parts = {(*at, part) for *at, item in known for part in members(item)}
        for cell in these:
            at, of_class = (*cell.block, cell.level), members(cell.item)
            if len(of_class) > 1 and (*at, cell.item) not in known and any((*at, part) in parts for part in of_class):
                raise PolicyError(_OTHER_TABLES.format(f"{cell.population} of {Period.of(cell.year).label}"))


_OTHER_TABLES = (
    "{} are published in other classes than before or elsewhere, or with years added up in periods that overlap, so "
    "that hidden counts could be worked out; keep the `tables`, `classes` and `periods` of policy.yml and of the "
    "question for what is released, and ask for the same years"
)


def inside(whole: int, periods: Iterable[int]) -> tuple[int, ...]:
    """Of these periods (by key) those that lie in the whole one and have no year in common, the longest first."""
    years, found = set(Period.of(whole).years), []
    for key in sorted(set(periods) - {whole}, key=lambda key: (-len(Period.of(key).years), key)):
        own = set(Period.of(key).years)
        if own <= years:
            found.append(key)
            years -= own
    return tuple(found)


def covered(item: str) -> Range | None:
    """The numbers that a category covers, by its code; None for one without numbers."""
    code = item.rpartition("|")[2].partition("/")[2]
    if match := re.fullmatch(r"<(\d+)", code):
        return -inf, int(match[1]) - 1
    if match := re.fullmatch(r"(\d+)\+", code):
        return int(match[1]), inf
    if match := re.fullmatch(r"(\d+)(?:-(\d+))?", code):
        return int(match[1]), int(match[2] or match[1])
    return None


def _overlapping(left: list[tuple[Range, CellId]], right: list[tuple[Range, CellId]]) -> Pairs:
    """Groups of categories that reach into each other, from the lowest numbers on."""
    group: tuple[list[CellId], list[CellId]] = ([], [])
    end = -inf
    rows = sorted((reach, side, cell) for side, rows in enumerate((left, right)) for reach, cell in rows)
    for (lowest, highest), side, cell in rows:
        if lowest > end:
            if all(group):
                yield group
            group = ([], [])
        group[side].append(cell)
        end = max(end, highest)
    if all(group):
        yield group
