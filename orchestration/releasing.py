"""`twe release`: makes sure that the annexes and the answer of a question are up to date, and releases them."""

from __future__ import annotations

import datetime as dt

from orchestration import annexes, disclosure, publication, releases, runner
from orchestration.answer import resolve
from orchestration.questions import chosen
from orchestration.releases import Release, ReleaseError
from orchestration.settings import Settings
from orchestration.workspace import Workspace


def run(
    settings: Settings, question_id: str, as_of: dt.date | None = None, geography_date: dt.date | None = None
) -> tuple[list[Release], bool]:
    """Write what is missing or out of date, then release it; returns the register's lines and whether they are new.

    The years are those of the question. Raises ReleaseError when something blocked, and what `twe annexes` raises.
    """
    report = runner.run(settings, runner.Wish((question_id,), as_of, geography_date, load=False))
    if report.problems:
        raise ReleaseError(f"nothing was released: {'; '.join(report.problems)}")
    (question,) = chosen(settings, (question_id,))
    entries = Workspace(settings).entries()
    answer = resolve(entries, as_of or question.as_of, geography_date or question.geography_date)
    made = publication.find(settings.folder, publication.inputs_digest(entries, answer))
    if made is None:
        raise ReleaseError(
            f"there is no publication as of {answer.as_of}; make it with: twe run --as-of {answer.as_of}"
        )
    place = annexes.folder(settings.folder, question, made, entries, None)
    data = settings.folder
    return releases.release(
        data, question, made, place, record=lambda folder: disclosure.record(settings, made, question, folder)
    )
