"""Counts as the annex shows them: categories that it shows in a class alone are quoted together, under its label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from exports.figures.together import CategoryClass
from exports.statements.count import Count

Named = tuple[str, Count]
"""A count with its label."""


def as_shown(counts: Sequence[Named], classes: Iterable[CategoryClass]) -> Iterator[Named]:
    """Each class where its first category stood."""
    of = {category: item for item in classes for category in item.categories}
    done: set[CategoryClass] = set()
    for label, count in counts:
        item = of.get(count.category)
        if item is None:
            yield label, count
        elif item not in done:
            done.add(item)
            yield item.label, _together([each for _, each in counts if of.get(each.category) == item], item)


def _together(parts: Sequence[Count], item: CategoryClass) -> Count:
    """The count of all: a column in which they differ has one of their values."""
    cells = [part.cell or {} for part in parts]
    values = {column: tuple(dict.fromkeys(cell[column] for cell in cells)) for column in cells[0]}
    cell = {column: of[0] if len(of) == 1 else of for column, of in values.items()}
    return Count(parts[0].mart, parts[0].measure, cell, item.name, parts[0].delivered)
