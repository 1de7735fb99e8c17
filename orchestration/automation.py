"""What starts a run without a person, and the alerts when one fails.

All off until somebody switches it on: one by one on the page, or all with `TWE_AUTOMATION=on`. What was switched on the
page is remembered by Dagster and goes before the setting.

A run asks for the sources that have new deliveries only. So a source that was not delivered keeps the day of its last
load, and its freshness policy sees that it is late. Nor does it ask for tables that these deliveries leave as they are.
"""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from time import time
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.tags import RETRY_NUMBER_TAG, WILL_RETRY_TAG

from expectations import contract
from orchestration import jobs, planning, results
from orchestration.ingest.inbox import Delivery, is_early, parse_name
from orchestration.ingest.workspace import Workspace
from orchestration.services import alerts
from orchestration.store.settings import ZONE, Settings, today
from orchestration.store.wording import counted

CLOSING = (2, 1)
"""Month and day on which the year before is answered: its last deliveries came in January."""
NEWS, ATTEMPT = "new_deliveries", "attempt"
"""Tags of a run that the inbox asked for: the digest of the deliveries, and how often they were asked for."""
PAUSES = (1, 5, 15, 60)
"""Minutes after the first failed attempt, the second, ...; after these once a day."""


def build(settings: Settings) -> tuple[list[dg.SensorDefinition], list[dg.ScheduleDefinition]]:
    """The sensors and schedules of one data folder."""
    sensors = [_inbox_changed(settings), *_send_alerts(settings), _keep_annexes_up_to_date(settings)]
    return sensors, [_monthly(settings), _yearly(settings)]


def _sensor_status(on: bool) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if on else dg.DefaultSensorStatus.STOPPED


def _schedule_status(on: bool) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED


def _inbox_changed(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        job_name=jobs.ALL,
        minimum_interval_seconds=60,
        default_status=_sensor_status(settings.runs_by_itself),
        description="Runs when deliveries came into the inbox and have not changed for a minute, until they are dealt "
        "with: loaded or rejected.",
    )
    def inbox_changed(context: dg.SensorEvaluationContext) -> dg.SkipReason | dg.SensorResult:
        """The cursor holds the state of the inbox at the last tick, and the last one that the ledger knew all of."""
        state, files = _state(settings.inbox_folder, today())
        cursor = json.loads(context.cursor) if context.cursor else {}
        known = f"{state} {_known(settings)}"
        if known == cursor.get("done"):
            return dg.SkipReason(f"the inbox has not changed ({files} files)")
        if state != cursor.get("seen"):
            return dg.SensorResult(
                skip_reason="the inbox has just changed; waiting until it stays the same for one tick",
                cursor=json.dumps({"seen": state}),
            )
        workspace = Workspace(settings)
        news = _news(workspace)
        if not news:
            return dg.SensorResult(
                skip_reason=f"the inbox ({files} files) holds no new delivery",
                cursor=json.dumps({"seen": state, "done": known}),
            )
        digest = hashlib.sha256("\n".join(sorted(f"{d.file_name} {d.sha256}" for d in news)).encode()).hexdigest()
        attempt, why_not = _next_attempt(context.instance, digest)
        if why_not:
            return dg.SkipReason(f"{counted(len(news), 'new delivery', 'new deliveries')}; {why_not}")
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(
                    run_key=f"{digest}-{attempt}",
                    asset_selection=_selection(workspace, context.repository_def, news),
                    tags={"cause": "inbox", NEWS: digest, ATTEMPT: str(attempt)},
                )
            ]
        )

    return inbox_changed


def _next_attempt(instance: dg.DagsterInstance, news: str) -> tuple[int, str]:
    """The number of the next attempt to load these deliveries, and why it does not begin now: "" when it does.

    Read from the runs of before: a run that did not get the deliveries into the ledger failed, however it ended.
    """
    unfinished = instance.get_runs(dg.RunsFilter(statuses=list(NOT_FINISHED_STATUSES)))
    if any(run.job_name in (jobs.ALL, jobs.LOAD) for run in unfinished):
        return 0, "a run that loads is queued or busy; looking again after it"
    before = instance.get_run_records(dg.RunsFilter(tags={NEWS: news}))
    tried = max((int(record.dagster_run.tags[ATTEMPT]) for record in before), default=0)
    if not tried:
        return 1, ""
    ended = max(record.end_time or record.update_timestamp.timestamp() for record in before)
    again = ended + pause_after(tried).total_seconds()
    if time() < again:
        moment = dt.datetime.fromtimestamp(again, ZoneInfo(ZONE))
        return 0, f"attempt {tried} failed; the next is at {moment:%Y-%m-%d %H:%M}"
    return tried + 1, ""


def pause_after(attempt: int) -> dt.timedelta:
    """How long to wait after a failed attempt to load deliveries: longer each time, then a day each time."""
    return dt.timedelta(minutes=PAUSES[attempt - 1]) if attempt <= len(PAUSES) else dt.timedelta(days=1)


def _state(folder: Path, day: dt.date) -> tuple[str, int]:
    """Digest of names, sizes and times of what lies in the inbox, and how many files that are.

    A delivery dated after `day` is marked, so that the state changes when its day comes.
    """
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    seen = "\n".join(_seen(path, day) for path in files)
    return hashlib.sha256(os.fsencode(seen)).hexdigest(), len(files)


def _seen(path: Path, day: dt.date) -> str:
    try:
        found = path.lstat()
    except OSError:  # gone since the folder was listed
        return f"{path.name} gone"
    return f"{path.name} {found.st_size} {found.st_mtime_ns}{' early' * _is_early(path.name, day)}"


def _known(settings: Settings) -> str:
    """The state of what decides whether a delivery is new: the ledger, and the rules for what was rejected."""
    found = settings.folder.ledger.stat() if settings.folder.ledger.exists() else None
    versions = [contract.load(name).version for name in contract.sources()]
    return hashlib.sha256(f"{found and (found.st_size, found.st_mtime_ns)} {versions}".encode()).hexdigest()


def _is_early(name: str, day: dt.date) -> bool:
    try:
        return is_early(parse_name(name, contract.sources())[1], name, day)
    except ValueError:
        return False


def _news(workspace: Workspace) -> list[Delivery]:
    """The deliveries in the inbox that the ledger says nothing of yet."""
    return [*workspace.inbox.new, *workspace.inbox.clashes]


def _selection(
    workspace: Workspace, repository: dg.RepositoryDefinition | None, news: Iterable[Delivery]
) -> list[dg.AssetKey]:
    """Every asset of the whole job, but of the lake only the sources of these deliveries, and of the warehouse only
    what they may change. What turns out to be out of date when the run begins is built beside it."""
    assert repository is not None
    assets = repository.get_job(jobs.ALL).asset_layer
    sources = frozenset(delivery.source for delivery in news)
    (plan,) = planning.run_plans(workspace.settings, planning.RunRequest(annexes=False))
    stays = planning.built_already(workspace, plan, sources)
    left_out = jobs.lake(contract.sources()) - jobs.lake(sources)
    return sorted(
        key for key in set(assets.executable_asset_keys) - left_out if jobs.dbt_node(assets.get(key)) not in stays
    )


def _monthly(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        job_name=jobs.ALL,
        cron_schedule="0 6 5 * *",
        execution_timezone=ZONE,
        default_status=_schedule_status(settings.runs_by_itself),
        description="On the fifth of the month, when the deliveries of the month before are in.",
    )
    def monthly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        workspace = Workspace(settings)
        news = _news(workspace)
        if not news:
            return dg.SkipReason("the inbox holds no new delivery")
        selection = _selection(workspace, context.repository_def, news)
        return dg.RunRequest(asset_selection=selection, tags={"cause": "monthly"})

    return monthly


def _yearly(settings: Settings) -> dg.ScheduleDefinition:
    month, day = CLOSING

    @dg.schedule(
        job_name=jobs.ANSWER,
        cron_schedule=f"0 7 {day} {month} *",
        execution_timezone=ZONE,
        default_status=_schedule_status(settings.runs_by_itself),
        description="On the first of February: every question again, as things stood on the day before.",
    )
    def yearly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        as_of = context.scheduled_execution_time.date() - dt.timedelta(days=1)
        return dg.RunRequest(
            run_key=f"yearly-{as_of}",
            run_config={"resources": {"run_options": {"config": {"as_of": str(as_of)}}}},
            tags={"cause": "yearly"},
        )

    return yearly


def _keep_annexes_up_to_date(settings: Settings) -> dg.SensorDefinition:
    """Acts on the automation conditions of the annexes."""
    return dg.AutomationConditionSensorDefinition(
        name="annexes_follow_publication",
        target=dg.AssetSelection.groups("annexes"),
        description="Writes an annex again after a new publication or a change of its question.",
        minimum_interval_seconds=60,
        default_status=_sensor_status(settings.runs_by_itself),
    )


def _send_alerts(settings: Settings) -> list[dg.SensorDefinition]:
    """Alerts about the runs of the page and the daemon. The command line sends alerts about its own runs."""
    status = _sensor_status(settings.alerts_are_on)

    def send(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        run = context.dagster_run
        if run.tags.get(jobs.STARTED_BY) == jobs.COMMAND_LINE:
            return dg.SkipReason("the command line reported this run itself")
        alert = _alert(context.instance, context.instance.get_run_by_id(run.run_id) or run)
        if alert is None:
            return dg.SkipReason("nothing was rejected or blocked, or it was said of an earlier attempt")
        if alerts.send(settings, alert):
            return dg.SkipReason("the alert was not sent by every way; the log of the daemon says why")
        return None

    @dg.run_failure_sensor(
        default_status=status, minimum_interval_seconds=30, description="Sends an alert when a run failed."
    )
    def run_failed(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        return send(context)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=status,
        minimum_interval_seconds=30,
        description="Sends an alert when a run rejected a delivery whole.",
    )
    def delivery_rejected(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        return send(context)

    return [run_failed, delivery_rejected]


def _alert(instance: dg.DagsterInstance, run: dg.DagsterRun) -> alerts.Alert | None:
    """What the events of a run report: failed steps, checks that failed as errors, deliveries rejected by name."""
    kinds = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    steps, checks, rejected = [], [], []
    for log in instance.all_logs(run.run_id, of_type=kinds):
        event = log.get_dagster_event()
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            steps.append(event.step_key or "run")
            continue
        check = event.asset_check_evaluation_data
        if check.passed or check.severity is not dg.AssetCheckSeverity.ERROR:
            continue
        named = results.names_of_rejected(check.metadata)
        rejected += named
        checks += [] if named else [f"{check.asset_key.to_user_string()} {check.check_name}"]
    if not (checks or rejected) and (run.status == dg.DagsterRunStatus.SUCCESS or _between(run)):
        return None
    return alerts.of_run(run.run_id, run.job_name, steps, checks, rejected, _what_follows(run))


def _between(run: dg.DagsterRun) -> bool:
    """Whether a failed run is neither the first nor the last attempt at the same thing.

    The inbox tries again after a pause; what could not begin or was killed Dagster tries again at once.
    """
    attempt = int(run.tags.get(ATTEMPT, 0))
    first = attempt in (0, 1) and RETRY_NUMBER_TAG not in run.tags
    last = attempt in (0, len(PAUSES) + 1) and run.tags.get(WILL_RETRY_TAG) != "true"
    return not (first or last)


def _what_follows(run: dg.DagsterRun) -> str:
    attempt = int(run.tags.get(ATTEMPT, 0))
    if not attempt or run.status == dg.DagsterRunStatus.SUCCESS:
        return ""
    if attempt <= len(PAUSES):
        pauses = ", ".join(map(str, PAUSES))
        return f"attempt {attempt} at these deliveries; tried again after {pauses} minutes, then once a day"
    return f"attempt {attempt} at these deliveries; from now on tried once a day"
