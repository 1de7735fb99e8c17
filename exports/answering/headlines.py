"""The headline figures of an annex: Flanders and the largest municipalities per year, change against the year before.

What is quoted per annex kind stands in `exports.answering.statements`; here is how any of it is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.annexes.model import AnnexKind
from exports.annexes.rules import Number
from exports.answering import numbers
from exports.answering.blocks import Grid, text
from exports.answering.blocks import Paragraph as Text
from exports.answering.lookups import NOT_DELIVERED, NOT_SHOWN, UNDEFINED, Lookup, Marts, Piece, QuotedFigure, lookup
from exports.figures.reading import UNASSIGNED, PublicationReader
from exports.questions.field_types import FIRST_YEAR
from exports.sheets.wording import capital

LARGEST = 5
LEAST, LEAST_SHARE = 3, 1 / 3
"""A ranking from which municipalities were left out tells something only of this many others, which have this part of
the Flemish total together."""
COLUMNS = 8
"""Years that fit across a page; of a longer period the newest are shown."""


@dataclass(frozen=True)
class Count:
    """A count (or amount) of a mart: `cell` narrows it to a category, `category` names that cell (as in FigureId).
    Without rows it is nought, or unknown when it is `delivered` from elsewhere."""

    mart: str
    measure: str
    cell: Mapping[str, Any] | None = None
    category: str = ""
    delivered: bool = False


class Headlines:
    """Looks up what is said of one annex. `year` is the newest year that the stand covers in full, else the newest
    year begun, else None."""

    def __init__(
        self,
        marts: Marts,
        publication: PublicationReader,
        kind: AnnexKind,
        options: Mapping[str, str],
        years: Sequence[int],
    ) -> None:
        self.marts, self.publication, self.kind = marts, publication, kind
        for mart in kind.marts:
            marts.read(mart)
        self.options = {
            mart.name: {name: options.get(name, values[0]) for name, values in mart.options.items()}
            for mart in kind.marts
        }
        self.years = tuple(years)
        as_of = publication.facts.as_of
        begun = [year for year in years if year <= as_of.year]
        full = [year for year in begun if year < as_of.year or (as_of.month, as_of.day) == (12, 31)]
        self.complete = bool(full)
        self.year = max(full or begun, default=None)

    def lookup(self, count: Count, year: int, place: str | None = None) -> Lookup:
        options = self.options[count.mart]
        category = count.category or "/".join(options.values())
        return lookup(count.mart, count.measure, year, place, {**options, **(count.cell or {})}, category=category)

    def count(self, count: Count, year: int, place: str | None = None, shown: numbers.Shown = numbers.count) -> Piece:
        absent, undefined = (None, NOT_DELIVERED) if count.delivered else (0, UNDEFINED)
        return self.marts.figure(shown, "som", self.lookup(count, year, place), absent=absent, undefined=undefined)

    def share(self, part: Count, whole: Count, year: int) -> Piece:
        return self.marts.figure(numbers.percent, "aandeel", self.lookup(part, year), self.lookup(whole, year))

    def change(self, count: Count, year: int, place: str | None = None) -> Piece | None:
        """Change against the year before; NOT_SHOWN where hidden, None where there is nothing to compare with."""
        if not self.complete or year <= FIRST_YEAR:
            return None
        now, before = self.lookup(count, year, place), self.lookup(count, year - 1, place)
        made = self.marts.figure(numbers.change, "wijziging", now, before)
        return None if made == UNDEFINED else made

    def against(self, count: Count) -> tuple[Piece, ...]:
        """ " (+4,9 % tegenover 2022)", or nothing."""
        made = self.change(count, self.year) if self.year else None
        return (" (", made, f" tegenover {(self.year or 0) - 1})") if isinstance(made, QuotedFigure) else ()

    def largest(self, count: Count) -> tuple[list[str], bool]:
        """NIS codes of the municipalities where the count is highest in `year`, and whether others were passed over
        because theirs is hidden: a rank would say between which figures it lies.

        None when too little can be shown. That is decided by what is shown alone: the size of what is hidden would be
        told by it.
        """
        if self.year is None:
            return [], False
        passed_over = False
        found: list[tuple[Number, str]] = []
        for code in self.marts.places(count.mart, self.year):
            of = self.lookup(count, self.year, code)
            if code == UNASSIGNED:
                continue
            if not self.marts.shown(of):
                passed_over = True
            elif value := self.marts.find(of):
                found.append((value, code))
        whole = self.lookup(count, self.year)
        known = self.marts.find(whole) if self.marts.shown(whole) else None
        covered = known is None or float(sum(value for value, _ in found)) >= LEAST_SHARE * float(known)
        if passed_over and (len(found) < LEAST or not covered):
            return [], True
        ranked = sorted(found, key=lambda item: (-item[0], item[1]))[:LARGEST]
        return [code for _, code in ranked], passed_over

    def table(
        self,
        caption: str,
        value: Callable[[int, str | None], Piece],
        change: Callable[[int, str | None], Piece | None],
        rank: Count,
        rank_name: str = "",
    ) -> list[Grid | Text]:
        """Flanders and the largest municipalities by year, with the change of `year`; [] when no year has begun."""
        if self.year is None:
            return []
        as_of = self.publication.facts.as_of
        years = [year for year in self.years if year <= as_of.year][-COLUMNS:]
        largest, passed_over = self.largest(rank)
        compared = any(isinstance(change(self.year, place), QuotedFigure) for place in (None, *largest))
        names = {item.nis_code: item.municipality for item in self.publication.municipalities}
        rows = []
        for place in (None, *largest):
            cells: list[Piece] = [names[place] if place else "Vlaanderen"]
            cells += [value(year, place) for year in years]
            if compared:
                cells.append(change(self.year, place) or UNDEFINED)
            rows.append(tuple(cells))
        header = [
            "Gemeente/stad",
            *(f"{year}{'*' if year == as_of.year and not self._full(year) else ''}" for year in years),
        ]
        if compared:
            header.append(f"{self.year} t.o.v. {self.year - 1}")
        by = rank_name or "het hoogste aantal"
        among = ", onder die waarvan het cijfer getoond mag worden" if passed_over else ""
        about = f"{caption}: Vlaanderen"
        if largest:
            about += f" en de gemeenten/steden met {by} in {self.year}{among}"
        blocks: list[Grid | Text] = [Grid(about, tuple(header), tuple(rows))]
        signs = {cell for row in rows for cell in row if isinstance(cell, str)}
        notes = []
        if any("*" in title for title in header):
            notes.append("* onvolledig jaar")
        if NOT_SHOWN in signs:
            notes.append("[c] niet getoond, zodat kleine aantallen (ook elders) niet te berekenen zijn")
        if NOT_SHOWN in rows[0]:
            notes.append(
                "een totaal van Vlaanderen is verborgen omdat het samen met andere cijfers of met een eerdere vrijgave "
                "iemand herkenbaar kan maken"
            )
        if UNDEFINED in signs:
            notes.append("[z] niet te berekenen")
        if NOT_DELIVERED in signs:
            notes.append("[x] niet aangeleverd")
        if passed_over and largest:
            notes.append(
                f"gemeenten waarvan het cijfer van {self.year} verborgen is, zijn niet gerangschikt; hun cijfer kan "
                "hoger zijn"
            )
        elif passed_over:
            notes.append(
                f"van te veel gemeenten is het cijfer van {self.year} verborgen om de hoogste te kunnen rangschikken"
            )
        return [*blocks, text(f"{capital('; '.join(notes))}.", style="small")] if notes else blocks

    def _full(self, year: int) -> bool:
        as_of = self.publication.facts.as_of
        return year < as_of.year or (as_of.month, as_of.day) == (12, 31)

    def counts(
        self, caption: str, count: Count, shown: numbers.Shown = numbers.count, rank_name: str = ""
    ) -> list[Grid | Text]:
        """The usual table: of one count."""
        return self.table(
            caption,
            lambda year, place: self.count(count, year, place, shown),
            lambda year, place: self.change(count, year, place),
            count,
            rank_name,
        )
