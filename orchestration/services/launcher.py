"""Starts the runs of the daemon as Dagster does, and tells Dagster which run is dead."""

import time
from pathlib import Path

from dagster import DagsterRun, DefaultRunLauncher
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from orchestration.services.locations import is_ours
from orchestration.store.lock import is_held
from orchestration.store.paths import DataFolder

BEGINNING = 60.0
"""Seconds after its start within which a run may not have come to the lock yet."""
ENDING = 10.0
"""Seconds within which a run that gave back the lock has written down how it ended."""


class LockingRunLauncher(DefaultRunLauncher):
    """Dagster's default launcher, asked by run monitoring after the runs that its books call busy.

    Dagster hears of the death of a run from the server that started it, and so not when that server died too, nor for
    a run of the command line. A run that is busy holds the lock on the data folder; the lock ends with its process.
    """

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Alive while anybody holds the lock: whoever does ends dead runs itself, or is gone soon. A run of another
        code location is never called dead, as Dagster's own launcher calls none."""
        if not is_ours(run):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        lock = DataFolder(Path(self._instance.root_directory).parent).lock
        record = self._instance.get_run_record_by_id(run.run_id)
        started = record.start_time if record else None
        if is_held(lock) or started is None or time.time() < started + BEGINNING:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        time.sleep(ENDING)  # it may have been about to end well; Dagster looks at its status once more after this
        if is_held(lock):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, "the process of this run was ended from outside")
