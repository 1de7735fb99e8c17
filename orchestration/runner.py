"""Runs the Dagster job in this process and reports what came of it.

What needs no work is left out, and Dagster, dbt and Great Expectations are imported only when something has to be
done: a run with nothing new costs about half a second.
"""

from collections.abc import Callable
from dataclasses import replace

import duckdb

from orchestration import planning, progress, results
from orchestration.answers import documents
from orchestration.answers.questions import ASIDE
from orchestration.ingest import ledger, reported
from orchestration.ingest.workspace import Workspace
from orchestration.planning import RemainingWork, RunPlan, RunRequest
from orchestration.quality import report_page
from orchestration.quality.checks import checking
from orchestration.quality.senders import unusual
from orchestration.results import RunProblem, RunReport
from orchestration.services import alerts, instance
from orchestration.store import chain, swap
from orchestration.store.errors import of_machine
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_inbox, ensure_writable
from orchestration.warehouse import code_version, spark
from orchestration.warehouse.run_dates import NothingAcceptedError


def run_and_alert(settings: Settings, request: RunRequest, show: Callable[[RunReport], None]) -> RunReport:
    """As `run`; then shows the report, sends an alert when something failed, and notes what was reported."""
    try:
        report = run(settings, request)
    except Exception as error:
        alerts.send(settings, alerts.of_error(of_machine(error) or error))
        raise
    show(report)
    if report.exit_code:
        where = [problem.where for problem in report.problems]
        alerts.send(settings, alerts.of_report(where, [entry.file_name for entry in report.rejected]))
    reported.report(settings.folder, report.loaded)  # last of all: a run that is killed before has reported nothing
    return report


def run(settings: Settings, request: RunRequest) -> RunReport:
    """Loads what is new, then builds, publishes and exports what is asked for and not there yet.

    Raises MistakesError, YearsError, UnknownQuestionError, SettingsError, BusyError or NothingAcceptedError.
    """
    spark.require(settings)
    report = RunReport()
    broken = checking.require_sound(checking.Places(own_questions=settings.questions_folder), request.load, ASIDE)
    if broken:  # deliveries don't wait for somebody's draft; what is handed out does
        report.problems += [
            RunProblem(f"{m.file_name}, line {m.line}" if m.line else m.file_name, m.what) for m in broken
        ]
        report.problems.append(RunProblem(f"no annexes, answers or figure book were written for any question. {ASIDE}"))
    plans = planning.run_plans(settings, replace(request, annexes=False) if broken else request)
    ensure_writable(settings.folder)
    with single_writer(settings.folder.lock):
        swap.finish(settings.folder)
        documents.clear_handed_out(settings.folder)
        code_version.keep_in(settings.folder.code_digests)
        workspace = Workspace(settings)
        lacks_chain = bool(workspace.entries()) and not (workspace.data.root / chain.FILE).exists()
        sources = _waiting_sources(workspace, report) if request.load else frozenset()
        if not workspace.entries() and not sources:
            raise NothingAcceptedError(_why_nothing(settings, request.load, report))
        reported.begin(workspace.data, workspace.entries())
        report.nothing_new = not broken
        for plan in plans:
            work = planning.remaining_work(settings, workspace.entries(), plan, sources)
            if work is not None:
                report.nothing_new = False
                _execute(workspace, plan, work, report)
                if work.sources and not plan.figure_book and not report.problems:
                    # The dates are known only now: a page of these dates may show what the annexes hide by now.
                    left = planning.remaining_work(settings, workspace.entries(), plan, frozenset())
                    if left is not None:
                        _execute(workspace, plan, left, report)
            sources = frozenset()
        if lacks_chain and (workspace.data.root / chain.FILE).exists():
            report.notes.append(ledger.CHAIN_BEGUN)
        if request.load:
            report.loaded = workspace.unreported()
            report.changed = workspace.changed_while_read()
            report.duplicates += workspace.loaded_twice()
            report.still_rejected = reported.still_rejected(workspace.inbox, workspace.entries(), report.rejected)
        if report.loaded:
            _ensure_quality_report(workspace, report)
        for plan in plans:
            report.collect(settings, workspace.entries(), plan)
    return report


def _waiting_sources(workspace: Workspace, report: RunReport) -> frozenset[str]:
    """Sources with new deliveries in the inbox; reports what else lies there. Raises `SettingsError` without a key."""
    ensure_inbox(workspace.settings)
    inbox = workspace.inbox
    workspace.remember_inbox()
    report.problems += [RunProblem(name, why) for name, why in inbox.unreadable]
    report.unrecognised = inbox.unrecognised
    report.duplicates = [(delivery.file_name, name) for delivery, name in inbox.repeats]
    sources = frozenset(delivery.source for delivery in (*inbox.new, *inbox.clashes))
    if sources:
        _ = workspace.key  # fails here, in one clear line, rather than in a step
    return sources


def _why_nothing(settings: Settings, load: bool, report: RunReport) -> str:
    if not load:
        return "nothing has been loaded yet; load the inbox first with `twe run`"
    others = "".join(f"{name} {why}; " for name, why in report.unrecognised[:3])
    return (
        f"there are no deliveries: the inbox {settings.inbox_folder} holds nothing to load; {others}"
        "put deliveries there or write synthetic ones with `twe demo`"
    )


def _ensure_quality_report(workspace: Workspace, report: RunReport) -> None:
    """What is unusual about what came in, and the report on it, which a killed or blocked run did not come to."""
    try:
        report.unusual = unusual.of_run(workspace, report.loaded)
        report.silent = unusual.silent(workspace.entries(), workspace.present)
        report_page.ensure(workspace)
    except duckdb.Error as error:  # a damaged file of the lake or the quarantine; the summary must be shown still
        report.problems.append(RunProblem("quality report", f"it could not be written ({type(error).__name__})"))
    else:
        report.quality_report = report_page.latest(workspace.data)


def _execute(workspace: Workspace, plan: RunPlan, work: RemainingWork, report: RunReport) -> None:
    progress.watch(
        f"Building the figures as of {plan.as_of or 'the newest delivery'}: {len(work.sources)} sources to load, "
        f"{len(work.documents)} documents to write; this can take minutes."
    )
    settings = workspace.settings
    with progress.step("start"):  # imports, and once dbt's parse of the project, take seconds
        from orchestration import jobs
        from orchestration.definitions import build_definitions, quiet

        quiet()
        job = build_definitions(settings).resolve_job_def(jobs.ALL)
        built = planning.built_already(workspace, plan, work.sources)
    asked = {"as_of": plan.as_of, "geography_date": plan.geography_date, "years": ",".join(map(str, plan.years or ()))}
    options = {name: str(value) for name, value in asked.items() if value} | {"move_current": plan.move_current}
    config = {
        "resources": {"run_options": {"config": options}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    data = settings.folder
    with instance.open_instance(data) as dagster_instance, instance.kept_open(dagster_instance):
        result = job.execute_in_process(
            run_config=config,
            instance=dagster_instance,
            raise_on_error=False,
            asset_selection=jobs.selected(settings, job, work, built),
            tags={jobs.STARTED_BY: jobs.COMMAND_LINE},
        )
    report.problems += results.problems(result)
    report.row_counts = results.row_counts(result) or report.row_counts
