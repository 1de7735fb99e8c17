"""Checks of `exports/questions/*.yml`, all of them, with the reader that the annexes use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.quality.checking import Places, Problem


def questions(places: Places) -> Iterator[Problem]:
    """Every question can be read."""
    from exports.questions import QuestionError, load_question

    for path in sorted(places.questions.glob("*.yml")):
        try:
            load_question(path)
        except QuestionError as error:
            match = re.fullmatch(r"(.+?\.yml)(?:, line (\d+))?: (.*)", str(error), flags=re.DOTALL)
            if match:
                yield Problem(match[1], int(match[2]) if match[2] else None, match[3])
            else:
                yield Problem(path.name, None, str(error))
