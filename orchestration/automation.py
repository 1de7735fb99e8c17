"""What starts a run without a person. Both are off until someone switches them on."""

import hashlib

import dagster as dg

from orchestration import jobs
from orchestration.settings import Settings


def build(settings: Settings) -> tuple[list[dg.SensorDefinition], list[dg.ScheduleDefinition]]:
    """A sensor that runs when the inbox has changed, and a monthly schedule."""

    @dg.sensor(
        job_name=jobs.ALL,
        minimum_interval_seconds=60,
        description="Runs when a file in the inbox came, went or changed.",
    )
    def inbox_changed(context: dg.SensorEvaluationContext) -> dg.SkipReason | dg.SensorResult:
        folder = settings.inbox_folder
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        seen = "\n".join(f"{p.name} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files)
        state = hashlib.sha256(seen.encode()).hexdigest()
        if not files or state == context.cursor:
            return dg.SkipReason("the inbox has not changed")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=state)], cursor=state)

    monthly = dg.ScheduleDefinition(
        name="monthly",
        job_name=jobs.ALL,
        cron_schedule="0 6 5 * *",
        execution_timezone="Europe/Brussels",
        description="On the fifth of the month, when the deliveries of the month before are in.",
    )
    return [inbox_changed], [monthly]
