"""The figure book of a publication: where it lies, whether it is up to date, and writing it under the disclosure
control of the annexes."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from exports.editions import EDITIONS, PUBLIEK, VOLLEDIG
from exports.figure_book import book_file, load_definition
from exports.figures.identity import Hidden
from exports.figures.reads import Reads, noted
from exports.questions.question import Question
from orchestration.answers import disclosure, shown
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.documents import DocumentStamps
from orchestration.answers.questions import chosen
from orchestration.store.errors import TweError
from orchestration.store.lock import single_writer
from orchestration.store.paths import FIGURE_BOOK, DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse.code_version import documents_digest
from orchestration.warehouse.publication import Publication


class NoPublicEditionError(TweError):
    """Disclosure control allows no public figure book; the message says why."""

    exit_code = 1


def file(data: DataFolder, publication: Publication, edition: str) -> Path:
    """Where the figure book of a publication lies."""
    name = book_file(publication.as_of, publication.geography_date, publication.synthetic, edition)
    return data.figure_books / name


def pages(data: DataFolder, as_of: dt.date | None = None, geography_date: dt.date | None = None) -> list[Path]:
    """The public pages in the folder, the newest last: all of them, or those of the dates that are given."""
    found = data.figure_books.glob(f"cijferboek_stand-{as_of or '*'}_gebied-{geography_date or ''}*.html")
    public = (path for path in found if not path.stem.endswith(EDITIONS[VOLLEDIG].suffix))
    return sorted(public, key=lambda path: path.stat().st_mtime)


def stamps(data: DataFolder) -> DocumentStamps:
    """What each page in the folder was made from."""
    return DocumentStamps(data, data.figure_books, "figure_book")


def is_current(settings: Settings, publication: Publication) -> bool:
    """Whether a run has nothing to write: the public page was made from these figures by the present code and
    definition, under what the present disclosure control decides for it, or was refused by that control."""
    page = file(settings.folder, publication, PUBLIEK)
    now = _stamp(disclosure.stored_control(settings, publication))
    return stamps(settings.folder).is_current(page, now, publication)


def current(settings: Settings, publication: Publication) -> Path | None:
    """The public page of a publication if it is there and up to date, else None."""
    page = file(settings.folder, publication, PUBLIEK)
    return page if page.is_file() and is_current(settings, publication) else None


def write(
    settings: Settings,
    publication: Publication,
    edition: str = PUBLIEK,
    out: Path | None = None,
    ids: Sequence[str] = (),
) -> Path:
    """Write the figure book to `out` (default: its place in the data folder), with the figures of its definition, or
    only those of the annexes of the questions `ids`.

    When disclosure control refuses a public page, an earlier one at its place in the data folder is removed: it could
    show what the annexes hide by now.
    Raises NoPublicEditionError, UnknownQuestionError, QuestionError, PublicationError, and BusyError when a run is busy
    and the control has still to be made.
    """
    from exports.figure_book import write_figure_book

    questions = chosen(settings, ids) if ids else None
    usual = file(settings.folder, publication, edition)
    path = out or usual
    kept_here = edition == PUBLIEK and path.resolve() == usual.resolve()
    if kept_here and usual.is_file() and not ids and is_current(settings, publication):
        stamps(settings.folder).confirm(usual, publication)
        return usual
    try:
        hidden = _hidden(settings, publication) if edition == PUBLIEK else None
    except NoPublicEditionError:
        if kept_here:
            usual.unlink(missing_ok=True)
            _remember(settings, publication, usual, None, [], {})
        raise
    with noted() as reads:
        written = write_figure_book(publication.path, path, hidden, edition, questions=questions)
    if kept_here:
        _remember(settings, publication, usual, questions, [usual], reads)
    return written


def _remember(
    settings: Settings,
    publication: Publication,
    page: Path,
    questions: Sequence[Question] | None,
    made: list[Path],
    reads: Reads,
) -> None:
    stamp = _stamp(disclosure.stored_control(settings, publication), questions)
    stamps(settings.folder).set(page, stamp, made, publication, reads)


def _stamp(control: StoredControl, questions: Sequence[Question] | None = None) -> str:
    """Digest of what decides the bytes of the page beside the publication: the control, the definition, the code that
    writes documents and the assets (script, style) of the page."""
    drawn_with = hashlib.sha256()
    for asset in sorted((FIGURE_BOOK.parent / "assets").iterdir()):
        drawn_with.update(asset.name.encode() + b"\0" + asset.read_bytes())
    asked = None if questions is None else [(item.id, item.source_sha256) for item in questions]
    outcome = control.stamp if asked else control.outcome(shown.BOOK)[0]
    facts = [load_definition().source_sha256, outcome, documents_digest(), drawn_with.hexdigest(), asked]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _hidden(settings: Settings, publication: Publication) -> Hidden:
    """Which figures the control of the publication hides; the control is made when it does not exist yet."""
    from exports.disclosure.audit import AuditError
    from exports.disclosure.policy import PolicyError
    from exports.disclosure.store import RegisterError

    stored = disclosure.stored_control(settings, publication)
    try:
        if not stored.exists:
            with single_writer(settings.folder.lock):
                stored = disclosure.ensure(settings, publication)
        control = disclosure.load(stored)
    except (AuditError, PolicyError, RegisterError) as error:
        raise NoPublicEditionError(f"no public figure book: {error}") from error
    if not control.passed:
        raise NoPublicEditionError("the audit found hidden figures that can be worked out: no public figure book")
    return control.disclosed
