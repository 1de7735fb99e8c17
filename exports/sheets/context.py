"""What every sheet of an annex is made from: figures, notes, names of sheets, and the status flags of the years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from exports.annexes.model import AnnexKind, CorrectionPeriod, Note
from exports.editions import PUBLIEK, Edition
from exports.figures.collect import Figures
from exports.figures.identity import GEMEENTE, LEVELS, Hidden
from exports.figures.periods import Period
from exports.figures.reading import UNASSIGNED, Facts, PublicationReader
from exports.figures.split import BASIS, RATIO_MART, RatioSplit, SplitRow
from exports.figures.views import Plan, View, views
from exports.questions.question import Annex, Question
from exports.xlsx.document import BREAK, PROVISIONAL

COVER, CONTENTS, NOTES = "Voorblad", "Inhoud", "Toelichting"
TOTALS, CITIES, MUNICIPALITIES = "Vlaanderen", "Centrumsteden", "Gemeenten"
DATA, RANKING, FIELDS, RECONCILIATION = "Gegevens", "Stijgers en dalers", "Velden", "Aansluiting"
CHECKS, DELIVERIES, PROVENANCE = "Controles", "Leveringen", "Herkomst"
_UNASSIGNED_BREAK = (
    "Een deel van de cijfers staat onder NIS-codes die pas na de gekozen geografie ontstonden en is niet aan een "
    "gemeente toe te wijzen. Dat geldt voor gemeenten, arrondissementen en provincies, niet voor het totaal van "
    "Vlaanderen."
)


@dataclass(frozen=True)
class YearFlags:
    """Observation status of the years of an annex: provisional [p], break in the series [b]. `breaks` says of a year
    why it can't be compared with the one before; `flemish_breaks` are those that the Flemish total has as well."""

    provisional: frozenset[int]
    breaks: Mapping[int, str]
    correction_period: CorrectionPeriod
    flemish_breaks: Mapping[int, str]

    @property
    def flanders(self) -> YearFlags:
        """The flags of figures of Flanders as a whole."""
        return replace(self, breaks=self.flemish_breaks)

    def label(self, period: int) -> str:
        """The year, or the years added up, with its flags: "2023 [p]". It has every flag that one of its years has."""
        symbols = [BREAK] * bool(self._of(period) & self.breaks.keys())
        symbols += [PROVISIONAL] * bool(self._of(period) & self.provisional)
        return " ".join((Period.of(period).label, *symbols))

    def status(self, period: int) -> str:
        """The status of the year, or of the years added up, in words, with its flags: "voorlopig [p]"."""
        text = f"voorlopig {PROVISIONAL}" if self._of(period) & self.provisional else "definitief"
        return f"{text}, breuk {BREAK}" if self._of(period) & self.breaks.keys() else text

    @staticmethod
    def _of(period: int) -> set[int]:
        return set(Period.of(period).years)


def year_flags(annex: Annex, figures: Figures, as_of: dt.date) -> YearFlags:
    """The flags that follow from the annex kind, the question, the figures and the as-of date."""
    kind = annex.kind
    chosen = (annex.options.get(name, values[0]) for name, values in kind.options.items())
    by_option = kind.correction_period_by_option
    period = next((by_option[value] for value in chosen if value in by_option), kind.correction_period)
    provisional = frozenset(year for year in figures.years if period.provisional(year, as_of))
    whole = {year: text for year, text in {**kind.breaks, **annex.breaks}.items() if year in figures.years}
    breaks = dict(whole)
    for year in figures.years:
        if (GEMEENTE, UNASSIGNED, year) in figures.groups:
            breaks[year] = " ".join(filter(None, (breaks.get(year), _UNASSIGNED_BREAK)))
    return YearFlags(provisional, breaks, period, whole)


@dataclass(frozen=True)
class Context:
    """One edition of one annex. `policy` says by which rule figures are hidden, `audit` what the check of it found.

    `withheld` says of which figures it may not even be seen that they are not 0.
    """

    publication: PublicationReader
    question: Question
    annex: Annex
    figures: Figures
    flags: YearFlags
    edition: Edition
    hidden: Hidden | None = None
    policy: Sequence[str] = ()
    audit: Sequence[str] = ()
    withheld: Hidden | None = None
    plan: Plan | None = None
    """What the edition shows at each level; None: everything."""

    @property
    def kind(self) -> AnnexKind:
        return self.annex.kind

    @property
    def facts(self) -> Facts:
        return self.publication.facts

    @property
    def years(self) -> tuple[int, ...]:
        return self.figures.years

    @property
    def public(self) -> bool:
        return self.edition.name == PUBLIEK

    @cached_property
    def ratio_split(self) -> tuple[SplitRow, ...]:
        """The ratios of the year taken apart; nothing for an annex without."""
        if self.figures.signatures.basis.get(RATIO_MART) != BASIS:
            return ()
        return tuple(RatioSplit(self.publication, self.figures).rows(self.annex.levels))

    def views(self, level: str) -> tuple[View, ...]:
        """What this edition shows at the level."""
        return self._views[level]

    @cached_property
    def _views(self) -> dict[str, tuple[View, ...]]:
        return {level: views(self.figures, level, self.plan) for level in LEVELS}

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """The notes in order: note n is the n-th. None is about what no table shows, nor names it."""
        views = (view for level in self.annex.levels for view in self.views(level))
        shown = {each.label for view in views for each in view.indicators}
        named = (replace(note, measures=tuple(filter(shown.__contains__, note.measures))) for note in self.kind.notes)
        of_kind = (new for new, note in zip(named, self.kind.notes, strict=True) if new.measures or not note.measures)
        own = (Note(text) for text in (*self.annex.footnotes, *self.question.footnotes))
        return (*of_kind, *own, Note(self.kind.totals_note, totals=True))

    def general_notes(self, totals: bool) -> list[str]:
        """References to the notes on a whole table: "[nota 3]"."""
        return [
            f"[nota {number}]"
            for number, note in enumerate(self.notes, 1)
            if not note.measures and (totals or not note.totals)
        ]

    def references(self, label: str) -> str:
        """References to the notes of a measure, to put behind its header: " [nota 2]", or nothing."""
        return "".join(f" [nota {number}]" for number, note in enumerate(self.notes, 1) if label in note.measures)
