"""What came of a run: the report that is shown and sent, and what it takes from the events of Dagster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.answers import disclosure, documents, figure_books
from orchestration.answers.disclosure import ControlSummary
from orchestration.ingest.ledger import Entry
from orchestration.planning import RunPlan
from orchestration.quality.counts import RowCounts
from orchestration.quality.senders.unusual import Finding, Silence
from orchestration.store.errors import of_words
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import NothingAcceptedError, coverage_notes, resolve

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult, TableMetadataValue

AUDIT_FAILED = (
    "the audit found hidden figures that can be worked out; see the check on `disclosure_control` in `twe ui`, and "
    "docs/disclosure.md for what to do"
)
ROW_COUNTS = "counts"
"""Metadata of the quality report: the counts of rows as one object, which the run takes back."""
REJECTED_FILES = "rejected files"
"""Metadata of the check of a source: the files that were rejected whole, with the reason."""


@dataclass(frozen=True)
class RunProblem:
    """Something that blocked a part of a run. `where` (a step, check or file) may leave this machine; `what` may quote
    a value of a database and may not."""

    where: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.what else self.where


@dataclass
class RunReport:
    """What came of a run. `problems` blocked something; `nothing_new` means that nothing had to be done."""

    nothing_new: bool = False
    loaded: list[Entry] = field(default_factory=list)
    """What came in, in this run or in one that was killed before it reported it."""
    unrecognised: list[tuple[str, str]] = field(default_factory=list)
    """Files in the inbox that are no delivery, with the reason."""
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    """Files with the same content as one that was loaded before, and the name of that one."""
    changed: list[str] = field(default_factory=list)
    """Files that somebody wrote to while they were read; the next run loads them."""
    still_rejected: list[tuple[str, str]] = field(default_factory=list)
    """Files that were rejected before and are as they were, with the reason."""
    problems: list[RunProblem] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    workbooks: list[Path] = field(default_factory=list)
    quality_report: Path | None = None
    """The report on the quality of what came in; only when something came in."""
    row_counts: RowCounts | None = None
    """Open and resolved rows after this run, when the quality report was made."""
    unusual: list[Finding] = field(default_factory=list)
    """What is unusual about the deliveries that came in."""
    silent: list[Silence] = field(default_factory=list)
    """Senders that have not delivered for longer than is usual; only when something came in."""
    answers: list[Path] = field(default_factory=list)
    figure_books: list[Path] = field(default_factory=list)
    controls: list[ControlSummary] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a reader of the figures has to know of their dates, and that a chain was begun."""

    @property
    def rejected(self) -> list[Entry]:
        """Deliveries that were rejected whole, and are reported for the first time."""
        return [e for e in self.loaded if e.status == "rejected"]

    @property
    def exit_code(self) -> int:
        """1 when something was blocked or rejected whole, else 0."""
        return 1 if self.problems or self.rejected else 0

    def collect(self, settings: Settings, entries: Sequence[Entry], plan: RunPlan) -> None:
        """Adds the publication and the documents that fulfil a plan, and what has to be known of them."""
        try:
            dates = resolve(entries, plan.as_of, plan.geography_date)
        except NothingAcceptedError as error:
            if not self.problems:  # else that is why
                self.problems.append(RunProblem(str(error)))
            return
        made = publication.of_dates(settings.folder, entries, dates)
        if made is None:
            return
        self.publications.append(made)
        self.notes += coverage_notes(entries, made.as_of, plan.years_by_question)
        if not plan.questions:
            return
        control = disclosure.stored_control(settings, made, plan.years)
        for question in plan.questions:
            for document in documents.states(settings, entries, made, question, control, plan.years):
                if document.is_current and document.is_written:  # what was blocked left an earlier file there
                    (self.answers if document.name == documents.ANSWER else self.workbooks).append(document.path)
        if book := figure_books.current(settings, made):
            self.figure_books.append(book)
        if control.exists:
            self.controls.append(control.summary)
            self.notes += control.summary.remarks
            if not control.summary.passed:
                where = f"no public edition was written from {made.path.name}, and an earlier one was taken away"
                self.problems.append(RunProblem(where, control.summary.refused or AUDIT_FAILED))


def row_counts(result: ExecuteInProcessResult) -> RowCounts | None:
    """What the quality report counted; None when the run made none."""
    from orchestration.jobs import QUALITY_REPORT

    for event in result.get_asset_materialization_events():
        if event.asset_key == QUALITY_REPORT:
            return RowCounts.from_json(event.materialization.metadata[ROW_COUNTS].value)
    return None


def problems(result: ExecuteInProcessResult) -> list[RunProblem]:
    """One per step that failed, with its deepest cause, or of the run when it failed outside a step; and one per check
    that blocked."""
    failed = [event for event in result.all_events if event.is_step_failure]
    failed = failed or [event for event in result.all_events if event.is_failure]
    found = []
    for event in failed:
        where = event.step_key or "run"
        failure = event.step_failure_data if event.is_step_failure else None
        if failure and failure.user_failure_data is not None:
            found.append(RunProblem(where, failure.user_failure_data.description or ""))
        elif error := getattr(event.event_specific_data, "error", None):
            while error.cause:
                error = error.cause
            said = error.message.strip().splitlines()[0]
            found.append(RunProblem(where, str(of_words(f"{error.cls_name}: {error.message}") or said)))
    found += [
        RunProblem(f"check {c.asset_key.to_user_string()} {c.check_name} failed")
        for c in result.get_asset_check_evaluations()
        if not c.passed and c.blocking
    ]
    return found


def rejected_files(entries: Iterable[Entry]) -> dict[str, TableMetadataValue]:
    """Metadata of a check: the files that were rejected whole, with the reason. Empty when there are none."""
    import dagster as dg

    records = [dg.TableRecord({"file": e.file_name, "reason": e.message}) for e in entries]
    return {REJECTED_FILES: dg.MetadataValue.table(records)} if records else {}


def names_of_rejected(metadata: Mapping[str, Any]) -> list[str]:
    """The names of the files that `rejected_files` put in the metadata of a check."""
    table = metadata.get(REJECTED_FILES)
    return [str(record.data["file"]) for record in table.records] if table else []
