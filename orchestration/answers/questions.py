"""The questions that can be answered: those of the project, and those in the folder that `TWE_QUESTIONS` names."""

from collections.abc import Sequence

from exports.questions.field_types import parse_years as question_years
from exports.questions.question import Question, QuestionFileError, read_questions
from orchestration.releases.register import FIGURE_BOOK
from orchestration.store.errors import TweError
from orchestration.store.paths import QUESTIONS
from orchestration.store.settings import Settings, SettingsError
from orchestration.store.wording import did_you_mean
from orchestration.store.yaml_models import Mistake

Years = tuple[int, ...] | None
"""Years that were chosen for every annex; None for those of each question."""


class UnknownQuestionError(TweError):
    """A question was named that has no file."""


class YearsError(TweError):
    """Years that were given to `--years` and cannot be read."""


ASIDE = "Mend that file, or move it out of its folder to go on without it"
"""The remedy for a question file with mistakes, which stops all documents: disclosure control covers the annexes of all
questions together, and without one question the annexes of it that were written earlier would not be covered."""


def known(settings: Settings) -> dict[str, Question]:
    """All questions by id, the project's first. Raises `QuestionFileError` with every mistake in a file and every id
    that is taken, `SettingsError` when `TWE_QUESTIONS` names no folder."""
    found, mistakes = _read(settings)
    if mistakes:
        raise QuestionFileError(mistakes, f"Nothing was changed. {ASIDE}")
    return found


def sound(settings: Settings) -> dict[str, Question]:
    """The questions whose files hold no mistake. While another file holds one, none of their documents is written."""
    return _read(settings)[0]


def _read(settings: Settings) -> tuple[dict[str, Question], list[Mistake]]:
    folder = settings.questions_folder
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"TWE_QUESTIONS names {folder}, which is no folder; create it or name another")
    return read_questions(QUESTIONS, folder, FIGURE_BOOK)


def chosen(settings: Settings, ids: Sequence[str]) -> list[Question]:
    """The questions with these ids, or all. Raises `UnknownQuestionError`, and as `known`."""
    found = known(settings)
    if FIGURE_BOOK in ids:
        raise UnknownQuestionError(
            f"{FIGURE_BOOK} is the figure book and has no annexes: `twe figure-book` writes it, "
            f"`twe release --question {FIGURE_BOOK}` releases it"
        )
    if unknown := [name for name in ids if name not in found]:
        raise UnknownQuestionError(f"there is no question {unknown[0]!r}; {did_you_mean(unknown[0], found)}")
    return [found[name] for name in ids] if ids else list(found.values())


def parse_years(text: str | None) -> Years:
    """`2020-2023` or `2020,2022-2023` as years; None for None. Raises `YearsError`."""
    try:
        return question_years(text) if text else None
    except ValueError as error:
        raise YearsError(f"--years: {error}") from None
