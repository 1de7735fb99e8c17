"""What the figures of the public edition truly are, added up from the full edition: for judging alone."""

from collections import defaultdict
from collections.abc import Iterable

from tests.adversary.meaning import Meaning, expanded
from tests.adversary.reading import Cell, Publication

Key = tuple[tuple[str, str], str, str, str, int, str]


class Truth:
    """The single categories, years and municipalities of the full edition."""

    def __init__(self, full: Publication, meanings: dict[str, Meaning]) -> None:
        self._meanings = meanings
        self._values: dict[Key, int] = {}
        self._codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for cell, value in full.values.items():
            means = meanings[cell.measure]
            starred = any(code.endswith("*") for code in means.codes)
            if value is not None and len(cell.years) == 1 and len(means.codes) <= 1 and not starred:
                (code,) = means.codes or ("",)
                if not cell.measure.startswith("langer/"):  # the tables have those together
                    self._codes[means.whole, means.family].add(code)
                self._values[cell.release, means.whole, means.family, code, cell.years[0], cell.area] = value

    def of(self, cell: Cell) -> int | None:
        """The true value; None where the full edition has nothing of it."""
        means = self._meanings[cell.measure]
        codes: Iterable[str] = [""]
        if means.family:
            codes = expanded(means.codes, frozenset(self._codes[means.whole, means.family]))
        areas = [f"g:{code}" for code in cell.area[2:].split(",")] if cell.area.startswith("g:") else [cell.area]
        found = [
            self._values.get((cell.release, means.whole, means.family, code, year, area))
            for code in codes
            for year in cell.years
            for area in areas
        ]
        known = [value for value in found if value is not None]
        return sum(known) if known else None
