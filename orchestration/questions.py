"""The questions that can be answered: those of the project, and those in the folder that `TWE_QUESTIONS` names."""

from __future__ import annotations

from collections.abc import Sequence

from exports.questions import Question, QuestionError, load_question, load_questions
from orchestration import paths
from orchestration.paths import QUESTIONS
from orchestration.settings import Settings, SettingsError

FIGURE_BOOK = paths.FIGURE_BOOK.stem
"""Stands for the figure book where a question can be named: it is released as one, and has no workbooks."""


class UnknownQuestionError(ValueError):
    """A question that has no file."""


def known(settings: Settings) -> dict[str, Question]:
    """All questions by id, the project's first. Raises `QuestionError` at the first mistake in a file or an id that is
    taken, `SettingsError` when `TWE_QUESTIONS` names no folder."""
    found = load_questions(QUESTIONS)
    folder = settings.questions_folder
    if folder is None:
        return found
    if not folder.is_dir():
        raise SettingsError(f"TWE_QUESTIONS names {folder}, which is no folder; create it or name another")
    for path in sorted(folder.glob("*.yml")):
        if path.stem == FIGURE_BOOK:
            raise QuestionError(f"{path}: {FIGURE_BOOK} is the figure book; give this question another id")
        if path.stem in found:
            raise QuestionError(f"{path}: the project has a question {path.stem} already; give this one another id")
        found[path.stem] = load_question(path)
    return found


def chosen(settings: Settings, ids: Sequence[str]) -> list[Question]:
    """The questions with these ids, or all. Raises `UnknownQuestionError`, and as `known`."""
    found = known(settings)
    if FIGURE_BOOK in ids:
        raise UnknownQuestionError(
            f"{FIGURE_BOOK} is the figure book and has no annexes: `twe figure-book` writes it, "
            f"`twe release --question {FIGURE_BOOK}` releases it"
        )
    if unknown := [name for name in ids if name not in found]:
        raise UnknownQuestionError(f"there is no question {unknown[0]!r}; the questions are {', '.join(found)}")
    return [found[name] for name in ids] if ids else list(found.values())
