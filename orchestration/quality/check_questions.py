"""Checks of `exports/questions/*.yml`, all of them, with the reader that the annexes use."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.quality.checking import Places, Problem, told


def questions(places: Places) -> Iterator[Problem]:
    """Every question can be read, and has an id of its own."""
    from exports.questions import QuestionError, load_question

    own = sorted(places.own_questions.glob("*.yml")) if places.own_questions else []
    paths = sorted(places.questions.glob("*.yml"))
    taken = {path.stem for path in paths}
    for path in (*paths, *own):
        if path in own and path.stem in taken:
            yield Problem(path.name, None, f"the project has a question {path.stem} already; give this one another id")
            continue
        try:
            load_question(path)
        except QuestionError as error:
            yield told(path.name, str(error))
