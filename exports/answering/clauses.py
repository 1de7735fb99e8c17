"""Puts figures in clauses: one that may not be shown stands as [c], so that a reader sees that something is hidden, and
a clause of which a figure doesn't exist is left out whole.

What is named as hidden is what the annex shows as [c]: the same figures are asked under the same names.
"""

from __future__ import annotations

from collections.abc import Sequence

from exports.answering.blocks import Block, text
from exports.answering.headlines import Count, Headlines
from exports.answering.lookups import NOT_DELIVERED, UNDEFINED, Piece, QuotedFigure
from exports.figures.reading import PublicationReader


def clause(*pieces: Piece) -> tuple[Piece, ...]:
    """The pieces, or nothing when one of its figures doesn't exist: half a clause says something else."""
    return () if any(piece in (UNDEFINED, NOT_DELIVERED) for piece in pieces) else pieces


def counted(head: Headlines, count: Count, whole: Count, year: int) -> tuple[Piece, ...]:
    """The count with its share behind it: "459 (61,1 %)"; a sign stands alone."""
    number, share = head.count(count, year), head.share(count, whole, year)
    return (
        (number, " (", share, ")")
        if isinstance(number, QuotedFigure) and isinstance(share, QuotedFigure)
        else (number,)
    )


def said(*clauses: tuple[Piece, ...]) -> list[Block]:
    """A paragraph of the clauses that are left, when the first is."""
    return [text(*(piece for part in clauses for piece in part))] if clauses and clauses[0] else []


def parts(
    head: Headlines, title: str, counts: Sequence[tuple[str, Count]], whole: Count, share: bool = True
) -> list[Block]:
    """A bullet "title: label n (p %; 2022: p %), ..." of the counts above nought, and of those that are hidden."""
    year = head.year or 0
    clauses: list[tuple[Piece, ...]] = []
    for label, count in counts:
        number = head.count(count, year)
        if isinstance(number, QuotedFigure) and not number.value:
            continue
        made = clause(f"{label}: ", number)
        if (
            isinstance(number, QuotedFigure)
            and share
            and isinstance(of := head.share(count, whole, year), QuotedFigure)
        ):
            before = head.share(count, whole, year - 1) if head.complete else UNDEFINED
            earlier: tuple[Piece, ...] = () if before in (UNDEFINED, NOT_DELIVERED) else (f"; {year - 1}: ", before)
            made = (*made, " (", of, *earlier, ")")
        if made:
            clauses.append(made)
    if not clauses:
        return []
    joined = [piece for part in clauses for piece in (", ", *part)][1:]
    return [text(f"{title} - ", *joined, style="bullet")]


def labels(publication: PublicationReader, label_set: str) -> list[tuple[str, str]]:
    labels = publication.labels(label_set)
    return [(item.code, item.text) for item in sorted(labels, key=lambda item: item.code == "unknown")]
