"""`twe release`: makes sure that what is asked for is up to date, and releases it."""

import datetime as dt
from functools import partial
from pathlib import Path

from exports.figure_book import load_definition
from orchestration import runner
from orchestration.answers import disclosure, documents, figure_books, withdrawal
from orchestration.answers.questions import FIGURE_BOOK, chosen
from orchestration.ingest.workspace import Workspace
from orchestration.planning import RunRequest
from orchestration.releases import register
from orchestration.releases.register import Release, ReleaseError
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import resolve


def run(
    settings: Settings,
    question_id: str,
    as_of: dt.date | None = None,
    geography_date: dt.date | None = None,
    draft: bool = False,
) -> tuple[list[Release], bool, list[Path]]:
    """Write what is missing or out of date, then release it; returns the register's lines, whether they are new, and
    the public documents that were taken away because their disclosure control did not know of this release.

    The years are those of the question, or of the figure book. An answer that isn't final is released as a `draft`
    alone. Raises ReleaseError when something blocked or the question is not finished, and what `twe annexes` raises.
    """
    data = settings.folder
    if question_id == FIGURE_BOOK:
        book = load_definition()
        made = _publication(settings, as_of, geography_date)
        try:
            place = figure_books.write(settings, made).parent
        except figure_books.NoPublicEditionError as error:
            raise ReleaseError(f"nothing was released: {error}") from None
        lines, new = register.release(data, book, made, place, record=partial(disclosure.record, settings, made, book))
        return lines, new, _take_away(settings, made) if new else []
    (question,) = chosen(settings, (question_id,))
    if left := question.left_to_do():
        raise ReleaseError(f"nothing was released; {question.id} is not finished: {'; '.join(left)}")
    register.must_be_final(question, draft)
    report = runner.run(settings, RunRequest((question_id,), as_of, geography_date, load=False))
    if report.problems:
        raise ReleaseError(f"nothing was released: {'; '.join(map(str, report.problems))}")
    made = _publication(settings, as_of or question.as_of, geography_date or question.geography_date)
    place = documents.folder(data, question, made, Workspace(settings).entries(), None)
    lines, new = register.release(
        data, question, made, place, record=partial(disclosure.record, settings, made, question), draft=draft
    )
    return lines, new, _take_away(settings, made) if new else []


def _take_away(settings: Settings, made: Publication) -> list[Path]:
    with single_writer(settings.folder.lock):
        return withdrawal.after_release(settings, Workspace(settings).entries(), made)


def _publication(settings: Settings, as_of: dt.date | None, geography_date: dt.date | None) -> Publication:
    entries = Workspace(settings).entries()
    dates = resolve(entries, as_of, geography_date)
    made = publication.of_dates(settings.folder, entries, dates)
    if made is None:
        raise ReleaseError(f"there is no publication as of {dates.as_of}; make it with: twe run --as-of {dates.as_of}")
    return made
