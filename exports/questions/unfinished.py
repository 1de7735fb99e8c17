"""What shows that a question is not finished: nothing of it may be handed out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from exports.questions.question import Question

_MARK = re.compile(r"\b(TODO|TBD|FIXME|XXX)\b")


def left_over(question: Question) -> list[str]:
    """One line for each thing that is left to do before the question can be released; [] when it is finished."""
    found = []
    if question.draft_of:
        found.append(
            f"its texts may still be those of {question.draft_of}: go through them, then take out the line `draft_of`"
        )
    found += [f"{where} holds {match[0]}" for where, text in _texts(question) if (match := _MARK.search(text))]
    return found


def _texts(question: Question) -> Iterator[tuple[str, str]]:
    """Every text of a question file that can end up in a workbook or the answer, with where it stands."""
    for name in ("title", "introduction", "minister", "asked_by", "contact", "next_update"):
        yield f"`{name}`", getattr(question, name) or ""
    for part in question.parts:
        yield f"part {part.part}", f"{part.question} {part.answer or ''}"
    for annex in question.annexes:
        yield f"annex {annex.number}", " ".join((annex.title, *annex.footnotes, *annex.breaks.values()))
    yield "`footnotes`", " ".join(question.footnotes)
    for gap in question.gaps:
        yield f"`unavailable` {gap.unavailable.topic}", f"{gap.unavailable.what} {gap.unavailable.why}"
