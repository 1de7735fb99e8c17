"""What a column may hold, in Dutch: the words are those of `common.yml`, the codes, lengths and bounds the column's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from expectations.model import Column, ContractError

MAX_TEXT = 36
"""Characters of a text."""
BOUNDS = ("from_to", "from", "to")


def allowed(column: Column, words: Mapping[str, Any]) -> str:
    """The values that `invalid_<column>` lets through. Raises `ContractError` for a word that is missing or no text."""
    low, high = (_shown(bound, column.type) for bound in (column.min, column.max))
    kind = "from_to" if low and high else "from" if low else "to" if high else None
    bounds = _filled(words, kind, min=low, max=high) if kind else ""
    return _filled(words, column.type, bounds=bounds, codes=", ".join(column.codes), longest=MAX_TEXT)


def _filled(words: Mapping[str, Any], name: str, **values: Any) -> str:
    word = words.get(name)
    if not isinstance(word, str):
        raise ContractError(f"common.yml: allowed has no text {name!r}; say in Dutch what such a column may hold.")
    try:
        return word.format(**values)
    except (KeyError, IndexError, ValueError):
        known = ", ".join(f"{{{value}}}" for value in values)
        raise ContractError(f"common.yml: allowed {name!r} holds braces that mean nothing; use {known}.") from None


def _shown(bound: Any, kind: str) -> str:
    if bound is None:
        return ""
    if isinstance(bound, dt.date):
        return f"{bound:%Y-%m}" if kind == "month" else bound.isoformat()
    return str(bound).replace(".", ",")
