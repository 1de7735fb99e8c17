"""Check of the disclosure policy, with the reader that the public editions use."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.quality.checks.checking import Places, Problem, told


def policy(places: Places) -> Iterator[Problem]:
    """The policy can be read, and covers every mart that annexes show."""
    from exports.disclosure.policy import PolicyError
    from exports.disclosure.policy_reader import read_policy
    from exports.disclosure.scope import problems

    try:
        text = places.policy.read_text(encoding="utf-8")
    except OSError as error:
        yield Problem(places.policy.name, None, f"cannot be read ({error.strerror}); restore the file")
    except UnicodeDecodeError:
        yield Problem(places.policy.name, None, "is not UTF-8; save it as UTF-8")
    else:
        try:
            found = read_policy(text, places.policy.name)
        except PolicyError as error:
            yield told(places.policy.name, str(error))
        else:
            yield from (told(places.policy.name, problem) for problem in problems(found))
