"""Which years are provisional or break with the year before, at a date, and how that is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from exports.annexes.settling import Closing
from exports.figures.collect import Figures
from exports.figures.identity import GEMEENTE
from exports.figures.reading import UNASSIGNED
from exports.questions.question import Annex
from exports.xlsx.document import BREAK, PROVISIONAL

_UNASSIGNED_BREAK = (
    "Een deel van de cijfers staat onder NIS-codes die pas na de gekozen geografie ontstonden en is niet aan een "
    "gemeente toe te wijzen. Dat geldt voor gemeenten en provincies, niet voor het totaal van Vlaanderen."
)


@dataclass(frozen=True)
class YearMarks:
    """The marks of the years of an annex. `breaks` says of a year why it can't be compared with the one before;
    `flemish_breaks` are those that the Flemish total has as well."""

    provisional: frozenset[int]
    breaks: Mapping[int, str]
    closing: Closing
    flemish_breaks: Mapping[int, str]

    @property
    def flanders(self) -> YearMarks:
        """The marks of figures of Flanders as a whole."""
        return replace(self, breaks=self.flemish_breaks)

    def signs(self, year: int) -> str:
        """ "", "[p]", "[b]" or "[b] [p]"."""
        signs = [BREAK] * (year in self.breaks) + [PROVISIONAL] * (year in self.provisional)
        return " ".join(signs)

    def label(self, year: int) -> str:
        """The year with its marks, for headers: "2023 [p]"."""
        return f"{year} {self.signs(year)}".strip()

    def status(self, year: int) -> str:
        """The year's status in words, with its marks: "voorlopig [p]"."""
        text = f"voorlopig {PROVISIONAL}" if year in self.provisional else "definitief"
        return f"{text}, breuk {BREAK}" if year in self.breaks else text


def year_marks(annex: Annex, figures: Figures, as_of: dt.date) -> YearMarks:
    """The marks that follow from the annex kind, the question, the figures and the as-of date."""
    kind = annex.kind
    options = {name: annex.options.get(name, values[0]) for name, values in kind.options.items()}
    closing = next(
        (kind.closing_by_option[value] for value in options.values() if value in kind.closing_by_option), kind.closing
    )
    provisional = frozenset(year for year in figures.years if closing.provisional(year, as_of))
    whole = {year: text for year, text in {**kind.breaks, **annex.breaks}.items() if year in figures.years}
    breaks = dict(whole)
    for year in figures.years:
        if (GEMEENTE, UNASSIGNED, year) in figures.groups:
            breaks[year] = " ".join(filter(None, (breaks.get(year), _UNASSIGNED_BREAK)))
    return YearMarks(provisional, breaks, closing, whole)
