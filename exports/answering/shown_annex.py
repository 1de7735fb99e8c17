"""What a letter must know of an annex that it quotes: what the annex shows of each place, and says of that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from exports.disclosure.plan import PublicPlan, public_plan
from exports.editions import EDITIONS, PUBLIEK
from exports.figures.collect import Figures, collect
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, VLAANDEREN, FigureId, Signature
from exports.figures.reading import PublicationReader
from exports.figures.together import CategoryClass, shared_in
from exports.figures.views import shown_by_year
from exports.questions.question import Annex, Question
from exports.sheets.context import Context, year_flags
from exports.sheets.shown import less_detail


class ShownAnnex:
    """An edition of an annex with these years. One that isn't public shows everything."""

    def __init__(
        self, publication: PublicationReader, question: Question, annex: Annex, years: Sequence[int], made_for: str
    ) -> None:
        self._publication, self._question, self._annex = publication, question, annex
        self._years = tuple(years)
        self._plan: PublicPlan | None = public_plan(annex.tables, annex.years) if made_for == PUBLIEK else None

    @cached_property
    def _figures(self) -> Figures:
        return collect(self._publication, self._annex.kind, self._years, self._annex.options)

    @property
    def classes(self) -> list[CategoryClass]:
        """The categories that it shows of Flanders in a class alone."""
        if self._plan is None:
            return []
        details = (detail for mart in self._annex.kind.marts for detail in self._plan.details(mart.name, VLAANDEREN))
        return [item for detail in details for item in detail.classes]

    @cached_property
    def told(self) -> list[str]:
        """That smaller places have less, and what it shows at each level; nothing where the finest places that are
        asked for have all."""
        if self._plan is None:
            return []
        figures = self._figures.with_rows(self._plan.rows(self._publication))
        flags = year_flags(self._annex, figures, self._publication.facts.as_of)
        of = (self._publication, self._question, self._annex, figures, flags, EDITIONS[PUBLIEK])
        return less_detail(Context(*of, plan=self._plan))

    @property
    def sharing_rows(self) -> int:
        """How many municipalities share a row of it with others."""
        return len(self._shared) if GEMEENTE in self._annex.levels else 0

    def by_year(self, figure: FigureId) -> bool:
        """Whether it shows the figure of a municipality by year."""
        if self._plan is None:
            return True
        if figure.place in self._shared:
            return False
        at = (GEMEENTE, CENTRUMSTAD) if figure.place in self._cities else (GEMEENTE,)
        return any((figure.mart, figure.measure, figure.category) in self._by_year.get(level, ()) for level in at)

    @cached_property
    def _by_year(self) -> dict[str, set[Signature]]:
        asked = (level for level in (GEMEENTE, CENTRUMSTAD) if level in self._annex.levels)
        return {level: shown_by_year(self._figures, level, self._plan) for level in asked}

    @cached_property
    def _cities(self) -> set[str]:
        return {place.nis_code for place in self._figures.centre_cities}

    @cached_property
    def _shared(self) -> frozenset[str]:
        return frozenset(shared_in(self._plan.rows(self._publication).values()) if self._plan else ())
