"""Which runs told their summary: what was loaded before is told, what a killed run brought is not."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from orchestration import jobs, resources
from orchestration.automation import _state
from orchestration.ingest import ledger, reported
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings


def entry(run: str, status: str = "rejected") -> Entry:
    day = dt.date(2024, 1, 31)
    return Entry(
        f"id-{run}", f"trajecten_{run}.csv", "trajecten", day, status, "why", "sha", "v1", run, dt.datetime(2024, 2, 1)
    )


def test_what_was_loaded_before_the_note_began_is_told(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    assert reported.unreported(data, [entry("a")]) == []
    reported.begin(data, [entry("a")])
    assert reported.unreported(data, [entry("a"), entry("b")]) == [entry("b")]
    reported.begin(data, [entry("a"), entry("b")])  # the run of b was killed: beginning again tells nothing
    assert reported.unreported(data, [entry("a"), entry("b")]) == [entry("b")]


def test_what_was_told_is_told_once(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    reported.begin(data, [])
    reported.report(data, [entry("a"), entry("b", "accepted")])
    assert reported.unreported(data, [entry("a"), entry("b"), entry("c")]) == [entry("c")]
    before = data.reported_runs.stat().st_mtime_ns
    reported.report(data, [entry("a")])
    reported.report(data, [])
    assert data.reported_runs.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("judged", "tags", "left"),
    [({"trajecten"}, {}, 0), (set(), {}, 1), ({"trajecten"}, {jobs.STARTED_BY: jobs.COMMAND_LINE}, 1)],
    ids=["its check told it", "it looked at another source", "the command line tells it"],
)
def test_a_run_of_the_daemon_told_what_its_checks_told(
    judged: set[str], tags: dict[str, str], left: int, settings: Settings
) -> None:
    workspace = Workspace(settings)
    reported.begin(workspace.data, [])
    ledger.append(workspace.data.ledger, [entry("a")])
    workspace.validated |= judged
    resources._note_reported(workspace, dg.DagsterRun(job_name=jobs.ALL, run_id="b", tags=tags))
    assert len(workspace.unreported()) == left


def test_the_sensor_looks_again_on_the_day_of_a_delivery_that_came_early(tmp_path: Path) -> None:
    (tmp_path / "trajecten_2025-01-02.csv").write_text("x")
    (tmp_path / "lees_mij.txt").write_text("x")
    eve, day, after = (_state(tmp_path, dt.date(2025, 1, n)) for n in (1, 2, 3))
    assert eve != day and day == after
