"""Runs of other code locations in the same books: they are theirs to end, to hold a place in a pool, and to keep."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import CodePointer, ModuleCodePointer
from dagster._core.launcher import WorkerStatus
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.utils import make_new_run_id

from orchestration.services import launcher, old_runs, webserver
from orchestration.services.instance import end_killed_runs
from orchestration.services.locations import MODULE, is_ours
from orchestration.store.paths import DataFolder

pytestmark = pytest.mark.slow
POOL = "writer"
THEIRS = "office.definitions"


def run_of(module: str | None, status: str = "STARTED") -> dg.DagsterRun:
    """A run of the code in this module; None is a run without a code server, as the command line has it."""
    pointer: CodePointer = ModuleCodePointer(module or "", "defs", None)
    origin = JobPythonOrigin("job", RepositoryPythonOrigin("/bin/python", pointer)) if module else None
    return dg.DagsterRun(
        job_name="job", run_id=make_new_run_id(), status=dg.DagsterRunStatus[status], job_code_origin=origin
    )


@pytest.mark.parametrize(
    ("module", "ours"),
    [(MODULE, True), (None, True), (THEIRS, False), (f"my_{MODULE}", False), (f"{MODULE}_test", False)],
)
def test_a_run_is_ours_by_its_code(module: str | None, ours: bool) -> None:
    assert is_ours(run_of(module)) is ours


@pytest.mark.parametrize(("module", "after", "places"), [(MODULE, "FAILURE", 0), (THEIRS, "STARTED", 1)])
def test_a_run_of_another_location_goes_on_and_keeps_its_place(module: str, after: str, places: int) -> None:
    with dg.instance_for_test() as books:
        run = run_of(module)
        books.add_run(run)
        books.event_log_storage.set_concurrency_slots(POOL, 1)
        assert books.event_log_storage.claim_concurrency_slot(POOL, run.run_id, "step").is_claimed
        end_killed_runs(books, launched=True)
        found = books.get_run_by_id(run.run_id)
        assert found is not None and found.status.value == after
        assert len(books.event_log_storage.get_concurrency_info(POOL).claimed_slots) == places


def test_the_place_of_a_run_that_ended_is_given_back_whoever_it_was() -> None:
    with dg.instance_for_test() as books:
        run = run_of(THEIRS, "FAILURE")
        books.add_run(run)
        books.event_log_storage.set_concurrency_slots(POOL, 1)
        books.event_log_storage.claim_concurrency_slot(POOL, run.run_id, "step")
        end_killed_runs(books)
        assert books.event_log_storage.get_concurrency_info(POOL).claimed_slots == []


def test_no_lock_is_no_sign_of_death_for_another_location(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "BEGINNING", -1.0)
    monkeypatch.setattr(launcher, "ENDING", 0.0)
    overrides = {"run_launcher": {"module": launcher.__name__, "class": "LockingRunLauncher"}}
    with dg.instance_for_test(overrides, temp_dir=str(tmp_path)) as books:
        for module, expected in ((MODULE, WorkerStatus.FAILED), (THEIRS, WorkerStatus.RUNNING)):
            run = run_of(module, "STARTING")
            books.add_run(run)
            started = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name="job")
            books.report_dagster_event(started, run.run_id)
            assert books.run_launcher.check_run_worker_health(run).status is expected


def test_old_runs_of_another_location_are_not_forgotten() -> None:
    with dg.instance_for_test() as books:
        theirs, ours = [[run_of(module, "SUCCESS") for _ in range(3)] for module in (THEIRS, MODULE)]
        for run in (*theirs, *ours):
            books.add_run(run)
        assert old_runs.forget(books, kept=1, at_once=1) == 2
        assert set(books.get_run_ids()) == {ours[-1].run_id, *(run.run_id for run in theirs)}


def test_page_and_daemon_serve_what_a_workspace_names(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    for part in ("page", "daemon"):
        assert webserver.commands(data, 3000, [part])[part][1 + (part == "daemon") :][:2] == ["-m", MODULE]
    data.dagster.mkdir()
    workspace = data.dagster / "workspace.yaml"
    workspace.touch()
    for part in ("page", "daemon"):
        assert ["-w", str(workspace)] == webserver.commands(data, 3000, [part])[part][1 + (part == "daemon") :][:2]
    assert MODULE in webserver.commands(data, 4001, ["code"])["code"]
