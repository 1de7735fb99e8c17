"""One person, one client: from a key to the last one of its chain of changes.

>>> last_key("a", {"a": "b", "b": "c"}), last_key("c", {"a": "b", "b": "c"})
('c', 'c')
>>> last_key("a", {"a": "b", "b": "c", "c": "b"}), runs_into_circle("a", {"a": "b", "b": "c", "c": "b"})
('a', True)
"""

from collections.abc import Iterable
from typing import Any

Changes = dict[str, str]  # old key -> new key


def changes_of(rows: Iterable[dict[str, Any]]) -> Changes:
    """The changes of numbers that rows of insz_wijzigingen tell, whatever their day."""
    return {row["oude_insz_key"]: row["nieuwe_insz_key"] for row in rows}


def chain(key: str, changes: Changes) -> list[str]:
    """The key and what it became, one after the other; the last one is there twice when it is a circle."""
    keys = [key]
    while keys[-1] in changes and keys[-1] not in keys[:-1]:
        keys.append(changes[keys[-1]])
    return keys


def runs_into_circle(key: str, changes: Changes) -> bool:
    keys = chain(key, changes)
    return len(set(keys)) < len(keys)


def last_key(key: str, changes: Changes) -> str:
    """What a client is called in the end; a key whose chain runs into a circle keeps its own."""
    return key if runs_into_circle(key, changes) else chain(key, changes)[-1]
