"""Check of the disclosure policy, with the reader that the public editions use."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.quality.checks.checking import Places, Problem


def policy(places: Places) -> Iterator[Problem]:
    """The policy can be read, and covers every mart that annexes show."""
    from exports.disclosure.policy import PolicyFileError, read_policy
    from exports.disclosure.scope import uncovered

    try:
        found = uncovered(read_policy(places.policy))
    except PolicyFileError as error:
        found = list(error.mistakes)
    yield from map(Problem.of, found)
