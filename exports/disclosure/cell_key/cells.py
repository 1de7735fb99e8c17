"""The cells that a publication shows, each with its true count and with the count that is shown of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exports.disclosure.cell_key.change import shown_count, shown_mean
from exports.disclosure.cell_key.table import PerturbationTable
from exports.disclosure.counts import Block, Blocks
from exports.disclosure.geography import Geography, level_of
from exports.disclosure.scope import Scope, covers, with_counts
from exports.disclosure.system import CellId, System
from exports.figures.reading import PublicationError
from exports.figures.together import members


@dataclass(frozen=True)
class Keyed:
    """The counts of municipalities that all cells are made of, and beside them the sums of keys, at the same grain:
    whatever adds up counts adds up their keys."""

    counts: Blocks
    sums: Blocks
    geography: Geography
    table: PerturbationTable
    secret: bytes
    threshold: int

    def changed(self, scope: Scope) -> tuple[System, dict[CellId, int]]:
        """The cells in `scope` that are not 0 with their true counts, and cell -> the count that is shown."""
        system, shown = System(self.threshold), {}
        for key, items in sorted(with_counts(scope).items()):
            if (block := self.counts.get(key)) is None:
                continue
            for cell, count, key_sum in self._cells(block, items):
                if not covers({key: items}, cell, self.geography.cities):
                    continue
                system.add(cell, count, unit=block.unit, floor=block.floor)
                shown[cell] = self._shown(block, count, key_sum)
        return system, shown

    def _cells(self, block: Block, items: Iterable[str]) -> Iterator[tuple[CellId, int, int]]:
        """Every cell of a block that is not 0, at every level, with its count and sum of keys; with the classes that
        are among the items."""
        sums = self.sums.get((block.population, block.year)) or Block(block.population, block.year)
        counts, keys = (each.by_place(self.geography) for each in (block, sums))
        for place, own in sorted(counts.items()):
            for item in sorted({*own, *items}):
                categories = members(item)
                if not (count := sum(own[category] for category in categories)):
                    continue
                if keys[place].keys().isdisjoint(categories):
                    raise PublicationError(
                        f"{block.population} {block.year}: the sums of cell keys lack {item} of {level_of(place)} "
                        f"{place}; they are not those of this publication: build it again"
                    )
                key_sum = sum(keys[place][category] for category in categories)
                yield CellId(block.population, block.year, place, item), count, key_sum

    def _shown(self, block: Block, count: int, key_sum: int) -> int:
        if block.floor > 1:  # a mean, counted in parts of a person
            return shown_mean(count, block.unit, key_sum, self.table, self.secret)
        return shown_count(count, key_sum, self.table, self.secret, block.unit)
