"""Puts figures in clauses: a clause of which a figure may not be shown, or does not exist, is left out whole."""

from __future__ import annotations

from collections.abc import Sequence

from exports.answering.blocks import Block, text
from exports.answering.headlines import Count, Headlines
from exports.answering.lookups import NOT_DELIVERED, NOT_SHOWN, UNDEFINED, Figure, Piece
from exports.reading import Publication


def clause(*pieces: Piece) -> tuple[Piece, ...]:
    """The pieces, or nothing when one of its figures is not there: half a clause says something else."""
    return () if any(piece in (NOT_SHOWN, UNDEFINED, NOT_DELIVERED) for piece in pieces) else pieces


def said(*clauses: tuple[Piece, ...]) -> list[Block]:
    """A paragraph of the clauses that are left, when the first is."""
    return [text(*(piece for part in clauses for piece in part))] if clauses and clauses[0] else []


def parts(
    head: Headlines, title: str, counts: Sequence[tuple[str, Count]], whole: Count, share: bool = True
) -> list[Block]:
    """A bullet "title: label n (p %; 2022: p %), ..." of the counts above nought."""
    year = head.year or 0
    clauses: list[tuple[Piece, ...]] = []
    for label, count in counts:
        number = head.count(count, year)
        if isinstance(number, Figure) and not number.value:
            continue
        made = clause(f"{label}: ", number)
        if made and share and isinstance(of := head.share(count, whole, year), Figure):
            before = head.share(count, whole, year - 1) if head.complete else ""
            earlier: tuple[Piece, ...] = (f"; {year - 1}: ", before) if isinstance(before, Figure) else ()
            made = (*made, " (", of, *earlier, ")")
        if made:
            clauses.append(made)
    if not clauses:
        return []
    joined = [piece for part in clauses for piece in (", ", *part)][1:]
    return [text(f"{title} - ", *joined, style="bullet")]


def labels(publication: Publication, label_set: str) -> list[tuple[str, str]]:
    labels = publication.labels(label_set)
    return [(item.code, item.text) for item in sorted(labels, key=lambda item: item.code == "unknown")]
