"""Amounts of money that follow a count: which are hidden.

An amount is hidden with its count, since amount divided by rate is about the count, and where the count is 0 although
money moved. Unlike a count it has no lower bound (corrections can be negative), so a hidden amount is either
determined by the totals or free: it is determined when a combination of equations holds it alone. That is linear
algebra, done here exactly; equations are the sums of municipalities to provinces, centre cities and Flanders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from exports.disclosure.geography import Geography, level_of


def hide_amounts(
    cents: Mapping[str, int],
    counts: Mapping[str, int],
    count_hidden: Callable[[str], bool],
    geography: Geography,
    earlier: frozenset[str] = frozenset(),
) -> set[str]:
    """The places whose amount is hidden. `cents` and `counts` hold every place that isn't 0; `earlier` stays hidden."""
    hidden = {place for place in (*cents, *counts) if count_hidden(place)} | set(earlier)
    hidden |= {place for place, amount in cents.items() if amount and not counts.get(place)}
    hidden &= {*cents, *counts}
    while exposed := determined(hidden, geography):
        place = min(exposed)
        beside = {
            other
            for total, parts in geography.sums
            if place in (*parts, total)
            for other in (*parts, total)
            if other not in hidden and cents.get(other)
        }
        if not beside:
            break
        hidden.add(min(beside, key=lambda other: (level_of(other) != "gemeente", abs(cents[other]), other)))
    return hidden


def determined(hidden: set[str], geography: Geography) -> set[str]:
    """The hidden amounts that follow from what is shown: those that elimination leaves alone in an equation."""
    rows: list[dict[str, Fraction]] = []
    for total, parts in geography.sums:
        row = {part: Fraction(1) for part in parts if part in hidden}
        if total in hidden:
            row[total] = Fraction(-1)
        if row:
            rows.append(row)
    done: list[tuple[str, dict[str, Fraction]]] = []
    while rows:
        row = rows.pop()
        if not row:
            continue
        pivot = min(row)
        scale = row[pivot]
        row = {place: factor / scale for place, factor in row.items()}
        rows = [_minus(other, row, pivot) for other in rows]
        done = [(name, _minus(other, row, pivot)) for name, other in done]
        done.append((pivot, row))
    return {next(iter(row)) for _, row in done if len(row) == 1}


def _minus(row: dict[str, Fraction], other: dict[str, Fraction], pivot: str) -> dict[str, Fraction]:
    factor = row.get(pivot)
    if not factor:
        return row
    result = dict(row)
    for place, value in other.items():
        rest = result.get(place, Fraction(0)) - factor * value
        if rest:
            result[place] = rest
        else:
            result.pop(place, None)
    return result
