"""What starts a run without a person, and the alerts when one fails.

All off until somebody switches it on: one by one on the page, or all with `TWE_AUTOMATION=on`. What was switched on the
page is remembered by Dagster and goes before the setting.

A run asks for the sources that have news only. So a source that was not delivered keeps the day of its last load, and
its freshness policy sees that it is late.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from expectations import contract
from orchestration import jobs, results
from orchestration.ingest.inbox import is_early, parse_name
from orchestration.ingest.workspace import Workspace
from orchestration.services import alerts
from orchestration.store.settings import ZONE, Settings, today

CLOSING = (2, 1)
"""Month and day on which the year before is answered: its last deliveries came in January."""


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
        description="Runs when deliveries came into the inbox and have not changed for a minute.",
    )
    def inbox_changed(context: dg.SensorEvaluationContext) -> dg.SkipReason | dg.SensorResult:
        """The cursor holds the state of the inbox at the last tick, and the last state that was dealt with."""
        state, files = _state(settings.inbox_folder, today())
        cursor = json.loads(context.cursor) if context.cursor else {}
        now = json.dumps({"seen": state, "done": cursor.get("done")})
        if state == cursor.get("done"):
            return dg.SkipReason(f"the inbox has not changed ({files} files)")
        if state != cursor.get("seen"):
            return dg.SensorResult(
                skip_reason="the inbox has just changed; waiting until it stays the same for one tick", cursor=now
            )
        done = json.dumps({"seen": state, "done": state})
        sources = _sources_with_news(settings)
        if not sources:
            return dg.SensorResult(
                skip_reason=f"the inbox has changed ({files} files), but holds no new delivery", cursor=done
            )
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(
                    run_key=state, asset_selection=_selection(context.repository_def, sources), tags={"cause": "inbox"}
                )
            ],
            cursor=done,
        )

    return inbox_changed


def _state(folder: Path, day: dt.date) -> tuple[str, int]:
    """Digest of names, sizes and times of what lies in the inbox, and how many files that are.

    A delivery dated after `day` is marked, so that the state changes when its day comes.
    """
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    seen = "\n".join(
        f"{p.name} {p.stat().st_size} {p.stat().st_mtime_ns}{' early' * _is_early(p.name, day)}"
        for p in files
        if p.is_file()
    )
    return hashlib.sha256(seen.encode()).hexdigest(), len(files)


def _is_early(name: str, day: dt.date) -> bool:
    try:
        return is_early(parse_name(name, contract.sources())[1], name, day)
    except ValueError:
        return False


def _sources_with_news(settings: Settings) -> list[str]:
    inbox = Workspace(settings).inbox
    return sorted({d.source for d in (*inbox.new, *inbox.clashes)})


def _selection(repository: dg.RepositoryDefinition | None, sources: Sequence[str]) -> list[dg.AssetKey]:
    """Every asset of the whole job, but of the lake only these sources."""
    assert repository is not None
    assets = repository.get_job(jobs.ALL).asset_layer.executable_asset_keys
    return sorted((set(assets) - jobs.lake(contract.sources())) | jobs.lake(sources))


def _monthly(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        job_name=jobs.ALL,
        cron_schedule="0 6 5 * *",
        execution_timezone=ZONE,
        default_status=_schedule_status(settings.runs_by_itself),
        description="On the fifth of the month, when the deliveries of the month before are in.",
    )
    def monthly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        sources = _sources_with_news(settings)
        if not sources:
            return dg.SkipReason("the inbox holds no new delivery")
        return dg.RunRequest(asset_selection=_selection(context.repository_def, sources), tags={"cause": "monthly"})

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
        alert = _alert(context.instance, run)
        if alert is None:
            return dg.SkipReason("nothing was rejected or blocked")
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
    if run.status == dg.DagsterRunStatus.SUCCESS and not (checks or rejected):
        return None
    return alerts.of_run(run.run_id, run.job_name, steps, checks, rejected)
