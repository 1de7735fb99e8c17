"""A letter as plain data: paragraphs and small tables of text and figures, without a word of Word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exports.answering.lookups import Piece, QuotedFigure


@dataclass(frozen=True)
class Paragraph:
    """Text with figures in it. Styles: title, subtitle, banner, fact, heading, question, answer, bullet, small, annex.

    `number` hangs before the text ("2."); `link` is where the whole text points to (a file next to the letter).
    """

    pieces: tuple[Piece, ...]
    style: str = "answer"
    number: str = ""
    link: str = ""

    @property
    def text(self) -> str:
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Grid:
    """A small table: a caption, header cells, then rows whose first cell names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]


Block = Paragraph | Grid


def figures_of(block: Block) -> Iterator[QuotedFigure]:
    """The figures in a block, in reading order."""
    pieces = block.pieces if isinstance(block, Paragraph) else (piece for row in block.rows for piece in row)
    return (piece for piece in pieces if isinstance(piece, QuotedFigure))


def text(*pieces: Piece, style: str = "answer") -> Paragraph:
    return Paragraph(pieces, style)
