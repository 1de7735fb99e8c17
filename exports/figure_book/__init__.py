"""The figure book: one publication as one HTML page that needs nothing but a browser, in Dutch, for screen and paper.

    write_figure_book(folder, Path("cijferboek.html"), hidden=hidden)

What it shows is defined in `cijferboek.yml`. The page holds its figures once, as data, and draws every chart from
them; what is hidden never enters the data, so that nothing on the page can be worked out from it. Shares are worked
out on the page, from what it shows."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from exports import editions
from exports.figure_book.data import collect_book, figures_of, of_definition, of_questions
from exports.figure_book.definition import Definition, load_definition
from exports.figure_book.page import page as page_of
from exports.figures.identity import Figure, Hidden
from exports.figures.reading import PublicationReader
from exports.questions.question import Question
from exports.xlsx.archive import replace_file

__all__ = ["Definition", "book_figures", "book_file", "load_definition", "write_figure_book"]


def book_file(as_of: dt.date, geography_date: dt.date, synthetic: bool, edition: str = "publiek") -> str:
    """Name of the page of a publication. Raises ValueError for an unknown edition."""
    mark = "_synthetisch" if synthetic else ""
    return f"cijferboek_stand-{as_of}_gebied-{geography_date}{mark}{editions.edition(edition).suffix}.html"


def write_figure_book(
    publication_folder: Path,
    out_path: Path,
    hidden: Hidden | None = None,
    edition: str = "publiek",
    *,
    questions: Sequence[Question] | None = None,
) -> Path:
    """Write the figure book of a publication to `out_path`, in one step, and return that path.

    It shows the figures of the book's own definition, or with `questions` those that their annexes show. `hidden`
    must know every figure that is shown. The edition "publiek" says "vertrouwelijk" for every figure that is hidden or
    was worked out from one that is; "volledig" shows all and says on top that it is confidential.

    The same publication, definition and hidden figures give the same bytes. Raises PublicationError when the
    publication can't be read, QuestionFileError when the definition can't, ValueError for an unknown edition."""
    made_for = editions.edition(edition)
    conceal = hidden if made_for.name == editions.PUBLIEK else None
    with PublicationReader(Path(publication_folder)) as publication:
        if questions is None:
            selected = of_definition(load_definition(), publication)
        else:
            selected = of_questions(questions, publication.facts)
        content = page_of(collect_book(publication, selected, conceal, made_for))
    return replace_file(Path(out_path), content.encode("utf-8"))


def book_figures(publication_folder: Path, definition: Definition | None = None) -> list[Figure]:
    """Every figure that the book shows when nothing is hidden. Raises PublicationError and QuestionFileError."""
    with PublicationReader(Path(publication_folder)) as publication:
        return list(figures_of(publication, of_definition(definition or load_definition(), publication)))
