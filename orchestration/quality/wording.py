"""Counts as people write them."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`; `many` when the plural is no `s` at the end."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
