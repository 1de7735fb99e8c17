"""`twe compare`: makes sure that both as-of dates are published, and compares them, with what caused each change."""

import datetime as dt
from pathlib import Path

from exports.comparison.compare import Comparison, annexes_of, compare
from exports.figures.reading import same_code
from exports.questions.question import Question
from orchestration import runner
from orchestration.answers.questions import chosen
from orchestration.ingest.ledger import Entry, accepted_until
from orchestration.ingest.workspace import Workspace
from orchestration.planning import RunRequest
from orchestration.releases.attribution import attribute_changes
from orchestration.store.errors import TweError
from orchestration.store.files import write_confidential
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import NothingAcceptedError, resolve


class ComparisonError(TweError):
    """Two as-of dates that cannot be compared; the message says why."""


def run(
    settings: Settings,
    before: dt.date,
    after: dt.date,
    geography_date: dt.date | None = None,
    question_id: str | None = None,
) -> Comparison:
    """Compare the figures of two as-of dates, both with the municipalities of `geography_date`.

    Its default is that of the question, else `after`. Builds what is not published yet; `current` stays where it is.

    Raises ComparisonError, UnknownQuestionError, NothingAcceptedError or BusyError.
    """
    if before >= after:
        raise ComparisonError(f"--from {before} must be earlier than --to {after}", remedy="swap them")
    question: Question | None = chosen(settings, (question_id,))[0] if question_id else None
    geography = geography_date or (question.geography_date if question else None) or after
    workspace = Workspace(settings)
    entries = workspace.entries()
    if not entries:
        raise NothingAcceptedError("nothing has been loaded yet; load the inbox first with `twe run`")
    old, new = _published(settings, entries, before, geography), _published(settings, entries, after, geography)
    if not old.path.exists():  # only the newest publications are kept
        old = _published(settings, entries, before, geography)
    made = attribute_changes(
        settings.folder,
        workspace.contracts,
        accepted_until(entries, old.as_of),
        accepted_until(entries, new.as_of),
        (old.as_of, new.as_of),
        new.geography_date,
        not same_code(old.code_version, new.code_version),
    )
    return compare(old.path, new.path, annexes_of(question), made.causes)


def write_workbook(comparison: Comparison, path: Path) -> Path:
    """The whole comparison as a workbook; returns its path. Nothing is hidden in it, so it is confidential."""
    from exports.comparison.workbook import document
    from exports.xlsx.workbook import render_bytes

    return write_confidential(path, render_bytes(document(comparison)))


def _published(settings: Settings, entries: list[Entry], as_of: dt.date, geography: dt.date) -> Publication:
    dates = resolve(entries, as_of, geography)
    if made := publication.of_dates(settings.folder, entries, dates):
        return made
    request = RunRequest(as_of=as_of, geography_date=geography, load=False, annexes=False, move_current=False)
    report = runner.run(settings, request)
    if made := publication.of_dates(settings.folder, entries, dates):
        return made
    why = "; ".join(map(str, report.problems)) or f"the figures as of {as_of} could not be published"
    raise ComparisonError(why)
