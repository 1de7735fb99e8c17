"""The answer to a question as a Word document in Dutch, with headline figures looked up in the marts.

    path = write_answer(folder, questions["twe-2024"], out_dir)      # out_dir/antwoord.docx

Next to it stands `antwoord_cijfers.xlsx`: every figure of the text with the mart, column and filter it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.answering.letter import PUBLIC, letter
from exports.questions.question import Question
from exports.statements.lookups import Block, FigureId, Hidden, Lookup, Marts, QuotedFigure, figures_of
from exports.xlsx.archive import replace_file

__all__ = [
    "PUBLIC",
    "Answer",
    "FigureId",
    "Hidden",
    "Lookup",
    "QuotedFigure",
    "answer_file",
    "build_answer",
    "control_file",
    "write_answer",
]


@dataclass(frozen=True)
class Answer:
    """An answer before it is a file: its blocks with the part of the question that each belongs to."""

    title: str
    blocks: tuple[tuple[str, Block], ...]

    @property
    def figures(self) -> list[QuotedFigure]:
        """Every figure in the text, in reading order."""
        return [figure for _, block in self.blocks for figure in figures_of(block)]


def answer_file(edition: str = PUBLIC) -> str:
    """Name of the Word document of an edition."""
    return "antwoord.docx" if edition == PUBLIC else f"antwoord_{edition}.docx"


def control_file(edition: str = PUBLIC) -> str:
    """Name of the list of figures that goes with it."""
    return answer_file(edition).replace("antwoord", "antwoord_cijfers").replace(".docx", ".xlsx")


def build_answer(
    publication: Path,
    question: Question,
    hidden: Hidden | None = None,
    edition: str = PUBLIC,
    years: Sequence[int] | None = None,
) -> Answer:
    """The answer as blocks. `hidden` tells which figures may not be shown: they are not quoted, nor is any figure
    made of them. `years` overrules the years of the annexes. Raises PublicationError."""
    from exports.figures.reading import PublicationReader

    with PublicationReader(Path(publication)) as published:
        blocks = letter(published, question, Marts(published, hidden), edition, years)
    return Answer(question.title, tuple(blocks))


def write_answer(
    publication: Path,
    question: Question,
    out_dir: Path,
    hidden: Hidden | None = None,
    edition: str = PUBLIC,
    years: Sequence[int] | None = None,
) -> Path:
    """Write the answer and its list of figures to `out_dir`; returns the Word document.

    The same publication and question give the same bytes. Existing files are replaced in one step each.
    """
    from exports.answering import control, word
    from exports.figures.reading import PublicationReader
    from exports.wording import BANNER
    from exports.xlsx.workbook import write

    made = build_answer(publication, question, hidden, edition, years)
    with PublicationReader(Path(publication)) as published:
        facts = published.facts
        figures = control.document(published, question, made.blocks)
    content = word.render_bytes(
        f"Antwoord: {question.title}",
        question.title,
        facts.as_of,
        BANNER if facts.synthetic else "",
        [block for _, block in made.blocks],
    )
    out_dir = Path(out_dir)
    path = replace_file(out_dir / answer_file(edition), content)
    write(figures, out_dir / control_file(edition))
    return path
