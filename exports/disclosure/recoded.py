"""Categories that changed between two releases: what a reader can add up although no name is the same.

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
