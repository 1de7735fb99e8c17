"""Checks of `exports/questions/*.yml`, all of them, and of what the figure book shows, with the readers in use."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.quality.checks.checking import Places, Problem


def questions(places: Places) -> Iterator[Problem]:
    """Every question can be read, and has an id of its own."""
    from exports.questions.question import QuestionFileError, load_question

    own = sorted(places.own_questions.glob("*.yml")) if places.own_questions else []
    paths = sorted(places.questions.glob("*.yml"))
    taken = {path.stem for path in paths}
    if places.own_questions and (clash := places.own_questions / places.figure_book.name) in own:
        yield Problem(clash.name, None, f"{clash.stem} is the figure book; give this question another id")
    for path in (*paths, *own):
        if path in own and path.stem in taken:
            yield Problem(path.name, None, f"the project has a question {path.stem} already; give this one another id")
            continue
        try:
            load_question(path)
        except QuestionFileError as error:
            yield from map(Problem.of, error.mistakes)


def figure_book(places: Places) -> Iterator[Problem]:
    """The definition of the figure book can be read."""
    from exports.figure_book import load_definition
    from exports.questions.question import QuestionFileError

    try:
        load_definition(places.figure_book)
    except QuestionFileError as error:
        yield from map(Problem.of, error.mistakes)
