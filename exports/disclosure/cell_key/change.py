"""What is shown of one count, given the sum of the keys of those that it counts."""

from exports.disclosure.cell_key.keys import draws
from exports.disclosure.cell_key.table import PerturbationTable


def shown_count(count: int, key_sum: int, table: PerturbationTable, secret: bytes, most_per_person: int = 1) -> int:
    """The changed count. Where one person can be counted several times, the table changes persons: as many as could be
    behind the count at least, and a draw of its own decides on the part of a person that is left over, which could
    otherwise be read from the figure."""
    if not count:
        return 0
    draw, other = draws(key_sum, secret)
    if most_per_person == 1:
        return table.changed(count, draw)
    persons = -(-count // most_per_person)
    changed = table.changed(persons, draw)
    half = most_per_person // 2
    rest = int(other * (2 * half + 1)) - half
    return max(1, count + (changed - persons) * most_per_person + rest) if changed else 0


def shown_mean(count: int, unit: int, key_sum: int, table: PerturbationTable, secret: bytes) -> int:
    """The changed mean of `count` `unit`ths, in whole persons: what stands behind the comma would tell how many months
    somebody was there."""
    return table.changed((2 * count + unit) // (2 * unit), draws(key_sum, secret)[0])


def most_change(table: PerturbationTable, most_per_person: int = 1) -> int:
    """How much a count can change at most."""
    return table.most * most_per_person + most_per_person // 2
