"""Runs the Dagster job in this process and tells what came of it.

What needs no work is left out, and Dagster, dbt and Great Expectations are imported only when something has to be
done: a run with nothing new costs about a second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from exports.questions import Question, load_questions
from orchestration import annexes, instance, progress, publication, swap
from orchestration.answer import NothingAcceptedError, resolve
from orchestration.door.ledger import Entry
from orchestration.lock import single_writer
from orchestration.paths import QUESTIONS, DataFolder
from orchestration.publication import Publication
from orchestration.settings import Settings, ensure_inbox, ensure_writable
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


class UnknownQuestionError(ValueError):
    """A question that has no file."""


@dataclass(frozen=True)
class Wish:
    """What a run was asked for. Dates that are None follow the question, then the defaults of the contract."""

    questions: Sequence[str] = ()
    as_of: dt.date | None = None
    geography_date: dt.date | None = None
    years: str | None = None
    load: bool = True
    """Whether new deliveries are taken in first."""


@dataclass
class Report:
    """What came of a run. `problems` blocked something; `nothing_new` means that nothing had to be done."""

    nothing_new: bool = False
    loaded: list[Entry] = field(default_factory=list)
    strangers: list[tuple[str, str]] = field(default_factory=list)
    repeats: list[tuple[str, str]] = field(default_factory=list)
    still_refused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    workbooks: list[Path] = field(default_factory=list)

    @property
    def refused(self) -> list[Entry]:
        return [e for e in self.loaded if e.status == "rejected"]

    @property
    def exit_code(self) -> int:
        return 1 if self.problems or self.refused else 0


def chosen(questions: Sequence[str]) -> list[Question]:
    """The questions with these ids, or all. Raises `UnknownQuestionError`."""
    known = load_questions(QUESTIONS)
    if unknown := [q for q in questions if q not in known]:
        raise UnknownQuestionError(f"there is no question {unknown[0]!r}; the questions are {', '.join(known)}")
    return [known[q] for q in questions] if questions else list(known.values())


def run(settings: Settings, wish: Wish) -> Report:
    """Loads what is new, then builds, publishes and exports what is asked for and not there yet."""
    report = Report()
    data = settings.folder
    annexes.parse_years(wish.years)
    questions = chosen(wish.questions)
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
            report.still_refused = [d.file_name for d in workspace.inbox.refused_before]
            report.repeats = [(d.file_name, name) for d, name in workspace.inbox.repeats]
            if sources:
                _ = workspace.key  # fails here, in one clear line, rather than in a step
        if not sources and not before:
            raise NothingAcceptedError(
                f"there are no deliveries: the inbox {settings.inbox_folder} holds nothing to load; "
                "put deliveries there or write synthetic ones with `twe demo`"
                if wish.load
                else "nothing has been loaded yet; load the inbox first with `twe run`"
            )
        worked = False
        for dates, group in _by_dates(questions, wish).items():
            work = _work(data, workspace.entries(), dates, group, wish, sources)
            if work is not None:
                worked = True
                _execute(settings, dates, wish, work, report)
            sources = frozenset()
        report.nothing_new = not worked
        known = {(e.file_name, e.sha256, e.loaded_at) for e in before}
        report.loaded = [e for e in workspace.entries() if (e.file_name, e.sha256, e.loaded_at) not in known]
        _collect(data, workspace.entries(), questions, wish, report)
    return report


Dates = tuple[dt.date | None, dt.date | None]


def _by_dates(questions: Sequence[Question], wish: Wish) -> dict[Dates, list[Question]]:
    """Questions that share a publication. The run's own dates win over those pinned in a question."""
    groups: dict[Dates, list[Question]] = {(wish.as_of, wish.geography_date): []}
    for question in questions:
        dates = (wish.as_of or question.as_of, wish.geography_date or question.geography_date)
        groups.setdefault(dates, []).append(question)
    return groups


@dataclass
class _Work:
    """What a Dagster run has to do."""

    sources: frozenset[str]
    """Sources with new deliveries; none means that nothing is loaded."""
    build: bool
    workbooks: list[tuple[Question, annexes.Annex]]


def _work(
    data: DataFolder,
    entries: Sequence[Entry],
    dates: Dates,
    questions: Sequence[Question],
    wish: Wish,
    sources: frozenset[str],
) -> _Work | None:
    """None when everything asked for is there already."""
    everything = [(q, a) for q in questions for a in q.annexes]
    if sources:
        return _Work(sources, True, everything)
    answer = resolve(entries, *dates)
    made = publication.find(data, publication.inputs_digest(entries, answer))
    if made is not None and answer.as_of_is_default and publication.current(data) != made:
        made = None  # `current` shows another geography; publishing again moves it
    if made is None:
        return _Work(sources, True, everything)
    stamps = annexes.Stamps(data)
    stale = [
        (q, a)
        for q, a in everything
        if not stamps.is_current(
            annexes.folder(data, q, made, entries, wish.years) / a.file_name, annexes.stamp(made, q, a, wish.years)
        )
    ]
    return _Work(sources, False, stale) if stale else None


def _execute(settings: Settings, dates: Dates, wish: Wish, work: _Work, report: Report) -> None:
    from orchestration import jobs
    from orchestration.assets.annexes import key
    from orchestration.definitions import build_definitions, quiet

    quiet()
    job = build_definitions(settings).resolve_job_def(jobs.ALL)
    workbooks = {key(q, a) for q, a in work.workbooks}
    selection = []
    for asset in job.asset_layer.executable_asset_keys:
        if asset.path[0] == "annexes":
            wanted = asset in workbooks
        elif asset.path[0] == "inbox":
            wanted = bool(work.sources)
        elif asset.path[0] == "lake":  # a source without news keeps the check of its last load on the page
            wanted = asset.path[1] in work.sources
        else:
            wanted = work.build
        if wanted:
            selection.append(asset)
    texts = {"as_of": dates[0], "geography_date": dates[1], "years": wish.years}
    config = {
        "resources": {"answer": {"config": {k: str(v) for k, v in texts.items() if v}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    progress.watch()
    with instance.open_instance(settings.folder) as dagster_instance:
        result = job.execute_in_process(
            run_config=config,
            instance=dagster_instance,
            raise_on_error=False,
            asset_selection=selection,
            tags={jobs.STARTED_BY: jobs.COMMAND_LINE},
        )
    report.problems += _problems(result)


def _problems(result: ExecuteInProcessResult) -> list[str]:
    """One line per step that failed, with its deepest cause, and one per check that blocked."""
    lines = []
    for event in result.all_events:
        if not event.is_step_failure and not event.is_failure:
            continue
        failure = event.event_specific_data
        told = getattr(failure, "user_failure_data", None)
        error = getattr(failure, "error", None)
        where = event.step_key or "run"
        if told is not None:
            lines.append(f"{where}: {told.description}")
        elif error is not None:
            while error.cause:
                error = error.cause
            lines.append(f"{where}: {error.message.strip().splitlines()[0]}")
    lines += [
        f"check {c.asset_key.to_user_string()} {c.check_name} failed"
        for c in result.get_asset_check_evaluations()
        if not c.passed and c.blocking
    ]
    return lines


def _collect(
    data: DataFolder, entries: Sequence[Entry], questions: Sequence[Question], wish: Wish, report: Report
) -> None:
    """Names the publications and workbooks that answer the wish."""
    for dates, group in _by_dates(questions, wish).items():
        try:
            made = publication.find(data, publication.inputs_digest(entries, resolve(entries, *dates)))
        except NothingAcceptedError as error:
            report.problems.append(str(error))
            continue
        if made is None:
            continue
        report.publications.append(made)
        for question in group:
            place = annexes.folder(data, question, made, entries, wish.years)
            report.workbooks += [p for a in question.annexes if (p := place / a.file_name).exists()]
