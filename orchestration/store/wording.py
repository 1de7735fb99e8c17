"""Words for people in messages: counts, and the names that come near one that was misspelt."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_NAMED = 12
"""Known names that `did_you_mean` lists when none comes near."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`; `many` when the plural is no `s` at the end."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


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
