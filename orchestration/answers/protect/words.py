"""The filter of a query in Dutch, for who reads the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COMPARED = {
    "COMPARE_EQUAL": "is",
    "COMPARE_NOTEQUAL": "is niet",
    "COMPARE_LESSTHAN": "kleiner dan",
    "COMPARE_LESSTHANOREQUALTO": "hoogstens",
    "COMPARE_GREATERTHAN": "groter dan",
    "COMPARE_GREATERTHANOREQUALTO": "minstens",
    "COMPARE_DISTINCT_FROM": "is niet",
    "COMPARE_NOT_DISTINCT_FROM": "is",
}
_TURNED = {"LESSTHAN": "GREATERTHAN", "GREATERTHAN": "LESSTHAN"}
_JOINED = {"CONJUNCTION_AND": " en ", "CONJUNCTION_OR": " of "}


def in_words(where: Mapping[str, Any]) -> str:
    """A condition of `query.read`, which lets no other kinds pass."""
    kind = where["type"]
    if kind in _JOINED:
        return _JOINED[kind].join(_within(child) for child in where["children"])
    if kind in _COMPARED:
        left, right = where["left"], where["right"]
        if left["class"] == "CONSTANT":
            left, right, kind = right, left, _turned(kind)
        return f"{in_words(left)} {_COMPARED[kind]} {in_words(right)}"
    if kind == "COMPARE_BETWEEN":
        first, low, high = (in_words(where[part]) for part in ("input", "lower", "upper"))
        return f"{first} van {low} tot en met {high}"
    if kind == "COLUMN_REF":
        return where["column_names"][0]
    if kind == "VALUE_CONSTANT":
        return str(where["literal"].get("text", ""))
    first, *others = (_within(child) for child in where["children"])
    if kind == "OPERATOR_NOT":
        child = where["children"][0]
        return f"niet {first}" if child["class"] in ("COLUMN_REF", "CONJUNCTION") else f"niet ({first})"
    if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        return f"{first} is {'niet ' if 'NOT' in kind else ''}onbekend"
    return f"{first} is {'niet ' if kind == 'COMPARE_NOT_IN' else ''}{' of '.join(others)}"


def _within(where: Mapping[str, Any]) -> str:
    """As part of a longer condition."""
    return f"({in_words(where)})" if where["class"] == "CONJUNCTION" else in_words(where)


def _turned(kind: str) -> str:
    """The comparison with its sides exchanged."""
    start, name = kind.split("_", 1)
    for one, other in _TURNED.items():
        if name.startswith(one):
            return f"{start}_{other}{name.removeprefix(one)}"
    return kind
