"""Checks of the files that exports read: questions, the definition of the figure book, the disclosure policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orchestration.quality.checks.files import Places
from orchestration.store.yaml_models import Mistake

if TYPE_CHECKING:
    from exports.questions.question import Question


def questions(places: Places) -> Iterator[Mistake]:
    """Every question can be read, and has an id of its own."""
    from exports.questions.question import read_questions

    yield from read_questions(places.questions, places.own_questions, places.figure_book.stem)[1]


def remarks(found: Iterable[Question], newest: dt.date | None) -> list[str]:
    """What is no mistake in a question, but seldom meant: parts to be finished before its answer can be released, and
    years after the newest delivery (`newest`), of which there can be no figures."""
    found = list(found)
    unfinished = [
        f"Not finished, so not to be released: {question.id}: {line}"
        for question in found
        for line in question.left_to_do()
    ]
    ahead = [
        f"Asks for years after the newest delivery ({newest}): {question.id}, annex {annex.number}, up to "
        f"{max(annex.years)}"
        for question in found
        for annex in question.annexes
        if newest and max(annex.years) > newest.year
    ]
    return unfinished + ahead


def figure_book(places: Places) -> Iterator[Mistake]:
    """The definition of the figure book can be read."""
    from exports.figure_book import load_definition
    from exports.questions.question import QuestionFileError

    try:
        load_definition(places.figure_book)
    except QuestionFileError as error:
        yield from error.mistakes


def policy(places: Places) -> Iterator[Mistake]:
    """The policy can be read, and covers every mart that annexes show."""
    from exports.disclosure.policy import PolicyFileError, read_policy
    from exports.disclosure.scope import uncovered

    try:
        yield from uncovered(read_policy(places.policy))
    except PolicyFileError as error:
        yield from error.mistakes
