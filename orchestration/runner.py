"""Runs the Dagster job in this process and tells what came of it.

What needs no work is left out, and Dagster, dbt and Great Expectations are imported only when something has to be
done: a run with nothing new costs about a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from exports.questions.question import Question
from orchestration import instance, planning, progress, results
from orchestration.answers import disclosure, documents, figure_books
from orchestration.answers.disclosure import Summary
from orchestration.answers.questions import ASIDE, chosen
from orchestration.ingest import reported
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.planning import Dates, RunPlan, RunRequest, by_dates, moves, plan
from orchestration.quality import report_page
from orchestration.quality.checks import checking
from orchestration.quality.counts import RowCounts
from orchestration.store import swap
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_inbox, ensure_writable
from orchestration.warehouse import coverage, publication
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import NothingAcceptedError, resolve

REFUSED = (
    "the audit found hidden figures that can be worked out; see the check on `disclosure_control` in `twe ui`, and "
    "docs/disclosure.md for what to do"
)


@dataclass
class RunReport:
    """What came of a run. `problems` blocked something; `nothing_new` means that nothing had to be done."""

    nothing_new: bool = False
    loaded: list[Entry] = field(default_factory=list)
    """What came in, in this run or in one that was killed before it told of it."""
    strangers: list[tuple[str, str]] = field(default_factory=list)
    repeats: list[tuple[str, str]] = field(default_factory=list)
    still_refused: list[tuple[str, str]] = field(default_factory=list)
    """Files that were refused before and are as they were, with the reason."""
    problems: list[str] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    workbooks: list[Path] = field(default_factory=list)
    quality_report: Path | None = None
    """Where the quality of what came in is told; only when something came in."""
    row_counts: RowCounts | None = None
    """Open and resolved rows after this run, when the quality report was made."""
    answers: list[Path] = field(default_factory=list)
    figure_books: list[Path] = field(default_factory=list)
    controls: list[Summary] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a reader of the figures has to know of their dates."""

    @property
    def refused(self) -> list[Entry]:
        return [e for e in self.loaded if e.status == "rejected"]

    @property
    def exit_code(self) -> int:
        return 1 if self.problems or self.refused else 0


def run(settings: Settings, wish: RunRequest) -> RunReport:
    """Loads what is new, then builds, publishes and exports what is asked for and not there yet."""
    report = RunReport()
    data = settings.folder
    documents.parse_years(wish.years)
    broken = checking.require_sound(checking.Places(own_questions=settings.questions_folder), wish.load, ASIDE)
    if broken:  # deliveries don't wait for somebody's draft; what is handed out does
        wish = replace(wish, annexes=False)
        report.problems += [
            *map(str, broken),
            f"no annexes, answers or figure book were written for any question. {ASIDE}",
        ]
    questions = chosen(settings, wish.questions) if wish.annexes else []
    ensure_writable(data)
    with single_writer(data.lock):
        swap.finish(data)
        workspace = Workspace(settings)
        before = workspace.entries()
        sources: frozenset[str] = frozenset()
        if wish.load:
            ensure_inbox(settings)
            sources = frozenset(d.source for d in (*workspace.inbox.new, *workspace.inbox.clashes))
            report.problems += [f"{name}: {why}" for name, why in workspace.inbox.unreadable]
            report.strangers = workspace.inbox.strangers
            report.repeats = [(d.file_name, name) for d, name in workspace.inbox.repeats]
            if sources:
                _ = workspace.key  # fails here, in one clear line, rather than in a step
        if not sources and not before:
            raise NothingAcceptedError(
                f"there are no deliveries: the inbox {settings.inbox_folder} holds nothing to load; "
                + "".join(f"{name} {why}; " for name, why in report.strangers[:3])
                + "put deliveries there or write synthetic ones with `twe demo`"
                if wish.load
                else "nothing has been loaded yet; load the inbox first with `twe run`"
            )
        reported.begin(data, before)
        worked = False
        for dates, group in by_dates(questions, wish).items():
            work = plan(settings, workspace.entries(), dates, group, wish, sources)
            if work is not None:
                worked = True
                _execute(settings, dates, wish, work, report)
            sources = frozenset()
        report.nothing_new = not worked and not broken
        if wish.load:
            report.loaded = workspace.untold()
            report.still_refused = reported.still_refused(workspace.inbox, workspace.entries(), report.refused)
        if report.loaded:
            _ensure_quality_report(workspace, report)
        _collect(settings, workspace.entries(), questions, wish, report)
    return report


def _ensure_quality_report(workspace: Workspace, report: RunReport) -> None:
    """The report on what came in, which a run that was killed or blocked did not come to."""
    try:
        report_page.ensure(workspace, blocked=bool(report.problems))
    except duckdb.Error as error:  # a damaged file of the lake or the quarantine; the summary must be told still
        report.problems.append(f"quality report: it could not be written ({type(error).__name__})")
    else:
        report.quality_report = report_page.latest(workspace.data)


def _execute(settings: Settings, dates: Dates, wish: RunRequest, work: RunPlan, report: RunReport) -> None:
    from orchestration import jobs
    from orchestration.assets.annexes import key
    from orchestration.assets.disclosure import DISCLOSURE
    from orchestration.assets.figure_book import FIGURE_BOOK
    from orchestration.definitions import build_definitions, quiet

    quiet()
    job = build_definitions(settings).resolve_job_def(jobs.ALL)
    documents = {key(question, name) for question, name in work.documents}
    selection = []
    for asset in job.asset_layer.executable_asset_keys:
        if asset.path[0] == "annexes":
            wanted = asset in documents
        elif asset == DISCLOSURE:
            wanted = work.control
        elif asset == FIGURE_BOOK:
            wanted = work.book
        elif asset.path[0] == "inbox":
            wanted = bool(work.sources)
        elif asset.path[0] == "lake":  # a source without news keeps the check of its last load on the page
            wanted = asset.path[1] in work.sources
        else:
            wanted = work.build
        if wanted:
            selection.append(asset)
    texts = {"as_of": dates[0], "geography_date": dates[1], "years": wish.years}
    answer = {k: str(v) for k, v in texts.items() if v} | {"move_current": moves(dates, wish)}
    config = {
        "resources": {"answer": {"config": answer}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    told = f"as of {dates[0] or 'the newest delivery'}: {len(work.sources)} sources to load"
    progress.watch(f"Building the figures {told}, {len(documents)} documents to write; this can take minutes.")
    data = settings.folder
    with instance.open_instance(data) as dagster_instance, instance.written_at_ease(data):
        result = job.execute_in_process(
            run_config=config,
            instance=dagster_instance,
            raise_on_error=False,
            asset_selection=selection,
            tags={jobs.STARTED_BY: jobs.COMMAND_LINE},
        )
    report.problems += results.problems(result)
    report.row_counts = results.row_counts(result) or report.row_counts


def _collect(
    settings: Settings, entries: Sequence[Entry], questions: Sequence[Question], wish: RunRequest, report: RunReport
) -> None:
    """Names the publications and documents that answer the wish."""
    data = settings.folder
    stamps = documents.Stamps(data)
    for dates, group in by_dates(questions, wish).items():
        try:
            made = publication.find(data, publication.inputs_digest(entries, resolve(entries, *dates)))
        except NothingAcceptedError as error:
            report.problems.append(str(error))
            continue
        if made is None:
            continue
        report.publications.append(made)
        report.notes += coverage.notes(made, entries, group, wish)
        for question in group:
            place = documents.folder(data, question, made, entries, wish.years)
            old = planning.stale(settings, entries, made, question, wish.years)
            for name in documents.names(question):
                path = documents.file(place, question, name)
                if name not in old and stamps.made(path):  # what was blocked left an earlier file there
                    (report.answers if name == documents.ANSWER else report.workbooks).append(path)
        if wish.annexes and (book := figure_books.current(settings, made)):
            report.figure_books.append(book)
        if group and (kept := disclosure.kept(settings, made, wish.years)).exists:
            report.controls.append(kept.summary)
            if not kept.summary.passed:
                report.problems.append(
                    f"no public edition was written from {made.path.name}: {kept.summary.refused or REFUSED}"
                )
