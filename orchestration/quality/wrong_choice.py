"""What a person named and isn't there: one line that says so, with the names that come near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WrongChoiceError(ValueError):
    """What was asked for can't be done as asked; the message is all that the person needs."""


MOST_NAMED = 12


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` with the names that come near; without any, the names when they are few."""
    names = sorted(set(known))
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(given.lower(), by_lower, 3)
    if near:
        return f"did you mean {' or '.join(repr(by_lower[name]) for name in near)}?"
    if not names:
        return "there are none yet"
    if len(names) <= MOST_NAMED:
        return f"choose from {', '.join(names)}"
    return f"{len(names)} are known, and none comes near"
