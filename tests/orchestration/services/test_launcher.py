"""Run monitoring asks which run is dead: one that does not hold the lock on the data folder, well after its start."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus
from dagster._core.utils import make_new_run_id

from orchestration.services import launcher
from orchestration.store.lock import single_writer
from orchestration.store.paths import DataFolder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("beginning", "held", "expected"),
    [
        (60.0, False, WorkerStatus.RUNNING),  # may not have come to the lock yet
        (-1.0, True, WorkerStatus.RUNNING),
        (-1.0, False, WorkerStatus.FAILED),
    ],
)
def test_a_run_without_the_lock_is_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: float, held: bool, expected: WorkerStatus
) -> None:
    monkeypatch.setattr(launcher, "BEGINNING", beginning)
    monkeypatch.setattr(launcher, "ENDING", 0.0)
    data = DataFolder(tmp_path)
    data.dagster.mkdir()
    overrides = {"run_launcher": {"module": launcher.__name__, "class": "LockingRunLauncher"}}
    with dg.instance_for_test(overrides, temp_dir=str(data.dagster)) as instance:
        run = dg.DagsterRun(job_name="job", run_id=make_new_run_id(), status=dg.DagsterRunStatus.STARTING)
        instance.add_run(run)
        event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name="job")
        instance.report_dagster_event(event, run.run_id)
        assert instance.run_launcher.supports_check_run_worker_health

        def health() -> WorkerStatus:
            return instance.run_launcher.check_run_worker_health(run).status

        if not held:
            assert health() is expected
        else:
            with single_writer(data.lock):
                assert health() is expected


@pytest.mark.slow
def test_a_run_that_gave_back_the_lock_gets_the_time_to_write_down_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(launcher, "BEGINNING", -1.0)
    monkeypatch.setattr(launcher.time, "sleep", slept.append)
    overrides = {"run_launcher": {"module": launcher.__name__, "class": "LockingRunLauncher"}}
    with dg.instance_for_test(overrides, temp_dir=str(tmp_path)) as instance:
        run = dg.DagsterRun(job_name="job", run_id=make_new_run_id(), status=dg.DagsterRunStatus.STARTING)
        instance.add_run(run)
        event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name="job")
        instance.report_dagster_event(event, run.run_id)
        instance.run_launcher.check_run_worker_health(run)
    assert slept == [launcher.ENDING]
