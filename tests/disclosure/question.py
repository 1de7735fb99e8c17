"""The control of one question by itself, without a data folder. No tests here.

A run controls all questions of a publication together (`orchestration.answers.disclosure`); this is
enough for tests of the control and for the comparison with another tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from exports import annex_figures
from exports.disclosure.control import Control, control
from exports.disclosure.scope import CountFinder
from exports.figures.identity import Figure, FigureId, is_hidden
from exports.figures.reading import PublicationReader
from exports.questions.question import Question


def control_question(publication: Path, question: Question, years: Sequence[int] | None = None) -> Control:
    """Suppress and audit all annexes of a question together; `years` replaces the years of every annex."""
    found: set[FigureId] = set()
    for annex in question.annexes:
        for figure in annex_figures(publication, question, annex, years):
            found |= {figure.id, *figure.parts}
    with PublicationReader(publication) as source:
        return control(source, found, question.id)


def exposed(made: Control, figures: Iterable[Figure]) -> list[FigureId]:
    """The small counts among figures of sheets that the control would show."""
    return [
        figure.id
        for figure in figures
        if isinstance(figure.value, int | float)
        and 0
        < figure.value
        < made.policy.threshold * made.policy.marts[figure.id.mart].most_per_person(figure.id.category)
        and not is_hidden(figure, made.hidden)
        and not _excused(made, figure.id)
    ]


def _excused(made: Control, figure: FigureId) -> bool:
    """Figures that are no counts themselves, and those that the policy excepts."""
    rules = made.policy.marts[figure.mart]
    if figure.measure.endswith("_difference") or figure.measure in {*rules.derived, *rules.amounts}:
        return True
    cells = CountFinder(made.policy).cells(figure)
    return any(made.policy.allowed(cell.population, cell.place, cell.item) for cell in cells)
