"""The figure book: one publication as one HTML page that needs nothing but a browser, in Dutch, for screen and paper.

    write_figure_book(folder, Path("cijferboek.html"), hidden=hidden)

The page holds its figures once, as data, and draws every chart from them; what is hidden never enters the data, so
that nothing on the page can be worked out from it. Shares are worked out on the page, from what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exports.figure_book.question import figure_book_question
from exports.identity import Hidden
from exports.questions import Question

__all__ = ["figure_book_question", "write_figure_book"]


def write_figure_book(
    publication_folder: Path,
    out_path: Path,
    hidden: Hidden | None = None,
    edition: str = "publiek",
    *,
    questions: Sequence[Question] | None = None,
) -> Path:
    """Write the figure book of a publication to `out_path`, in one step, and return that path.

    It shows the years and levels that the annexes of `questions` carry together: those of `figure_book_question` by
    default, which are all years that were over at the as-of date. `hidden` must know every figure that they carry. The
    edition "publiek" says "vertrouwelijk" for every figure that is hidden or was worked out from one that is;
    "volledig" shows all and says on top that it is confidential.

    The same publication, questions and hidden figures give the same bytes. Raises PublicationError when the
    publication can't be read, ValueError for an unknown edition.
    """
    from exports.archive import replace_file
    from exports.editions import PUBLIEK
    from exports.editions import edition as chosen_edition
    from exports.figure_book.data import collect_book
    from exports.figure_book.page import page

    made_for = chosen_edition(edition)
    conceal = hidden if made_for.name == PUBLIEK else None
    carried = questions if questions is not None else [figure_book_question(publication_folder)]
    content = page(collect_book(Path(publication_folder), carried, conceal, made_for))
    return replace_file(Path(out_path), content.encode("utf-8"))
