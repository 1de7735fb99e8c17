"""What a document read of a publication: every question that it asked, with the digest of the answer.

    with noted() as reads:
        write_annex(folder, ...)
    unchanged(reads, other_folder)      # in `exports.figures.unchanged`: whether it would be the same made from there

A document is a function of what it reads, so it is the same wherever all its questions have the same answers, whatever
else the publication holds. Nobody has to list which tables, years and sources a document depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Reads = dict[str, str]
"""Question, as JSON -> digest of the answer."""

_NOTES: ContextVar[Reads | None] = ContextVar("reads", default=None)


@contextmanager
def noted() -> Generator[Reads]:
    """Notes what is read of publications while the block runs; for a block around this one too."""
    reads: Reads = {}
    before = _NOTES.set(reads)
    try:
        yield reads
    finally:
        _NOTES.reset(before)
        note_again(reads)


@contextmanager
def unnoted() -> Generator[None]:
    """Notes nothing: for what is summarised at once, of which only the summary counts."""
    before = _NOTES.set(None)
    try:
        yield
    finally:
        _NOTES.reset(before)


def note_again(reads: Reads) -> None:
    """Note what was read earlier for something that is used again now."""
    if (notes := _NOTES.get()) is not None:
        notes.update(reads)


def note(
    relation: str, columns: Sequence[str], where: Mapping[str, Any] | None, order_by: Sequence[str], answer: object
) -> None:
    """Note one question and its answer: the rows of a relation; without `columns`, whether it is there; for a name that
    ends in `()`, what that method of the reader gives for the arguments in `columns`."""
    if (notes := _NOTES.get()) is not None:
        conditions = [
            [name, list(v) if isinstance(v, tuple | list | range) else v] for name, v in (where or {}).items()
        ]
        notes[json.dumps([relation, list(columns), conditions, list(order_by)])] = _digest(answer)


def _digest(answer: object) -> str:
    return hashlib.sha256(repr(answer).encode()).hexdigest()[:32]
