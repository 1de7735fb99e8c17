"""The figure book of a publication under the disclosure control that its annexes are under."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exports.editions import PUBLIEK
from exports.figure_book import book_file
from exports.identity import Hidden
from orchestration import disclosure
from orchestration.lock import single_writer
from orchestration.paths import DataFolder
from orchestration.publication import Publication
from orchestration.questions import chosen
from orchestration.settings import Settings


class RefusedError(RuntimeError):
    """There is no public edition; the message says why."""


def file(data: DataFolder, publication: Publication, edition: str) -> Path:
    """Where the figure book of a publication stands."""
    made = publication
    return data.figure_books / book_file(made.as_of, made.geography_date, made.synthetic, edition)


def write(
    settings: Settings, publication: Publication, edition: str = PUBLIEK, out: Path | None = None,
    ids: Sequence[str] = (), years: str | None = None,
) -> Path:  # fmt: skip
    """Write the figure book as its definition has it, or with only what the annexes of the questions `ids` carry.

    `years` as asked of the run whose control it is under. Raises RefusedError, UnknownQuestionError, QuestionError,
    PublicationError, and BusyError when a run is busy and the control has still to be made.
    """
    from exports.figure_book import write_figure_book

    questions = chosen(settings, ids) if ids else None
    hidden = _hidden(settings, publication, years) if edition == PUBLIEK else None
    return write_figure_book(
        publication.path, out or file(settings.folder, publication, edition), hidden, edition, questions=questions
    )


def _hidden(settings: Settings, publication: Publication, years: str | None) -> Hidden:
    """The control of the publication, made when the run that published it did not."""
    from exports.disclosure.audit import AuditError
    from exports.disclosure.policy import PolicyError
    from exports.disclosure.store import RegisterError

    kept = disclosure.kept(settings, publication, years)
    try:
        if not kept.exists:
            with single_writer(settings.folder.lock):
                kept = disclosure.ensure(settings, publication, years)
        control = disclosure.load(kept)
    except (AuditError, PolicyError, RegisterError) as error:
        raise RefusedError(f"no public figure book: {error}") from error
    if not control.passed:
        raise RefusedError("the audit found hidden figures that can be worked out: no public figure book")
    return control.hidden
