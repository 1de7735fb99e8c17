"""The page and its daemon live and end together, and tell elsewhere of runs that fail; a run that is killed beside a
living daemon is tried again, and holds up nobody."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.utils import make_new_run_id

from orchestration import automation, jobs
from orchestration.definitions import build_definitions
from orchestration.ingest import ledger
from orchestration.services import webserver
from orchestration.services.instance import end_killed_runs, open_instance, prepare
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.store.settings import Settings, SettingsError
from orchestration.warehouse import dbt
from tests.conftest import Finished
from tests.support.deliveries import INSZ, write
from tests.support.processes import Moment, Twe, alive, family, launch, served, start, status, wait
from tests.support.webhooks import webhook

pytestmark = pytest.mark.slow

CHILD = [sys.executable, "-c", "import time; time.sleep(600)"]
# Stands in for a part of the page that starts processes of its own and does not listen to anybody.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "open(sys.argv[1], 'w').write(str(child.pid))\n"
    "time.sleep(600)",
]


def test_a_part_that_ends_by_itself_takes_the_other_along(capfd: pytest.CaptureFixture[str]) -> None:
    assert webserver._together({"page": [sys.executable, "-c", ""], "daemon": CHILD}) == 1
    assert capfd.readouterr().err == "twe: the page ended by itself; the rest was stopped\n"


def test_a_signal_ends_everything_also_what_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webserver, "PATIENCE", 0.2)
    grandchild = tmp_path / "pid"
    real = subprocess.Popen.poll

    def poll(self: subprocess.Popen) -> int | None:  # called between two looks at the signal
        if grandchild.exists() and grandchild.read_text():
            os.kill(os.getpid(), signal.SIGTERM)
        return real(self)

    monkeypatch.setattr(subprocess.Popen, "poll", poll)
    before = signal.getsignal(signal.SIGTERM)
    assert webserver._together({"page": [*STUBBORN, str(grandchild)], "daemon": CHILD}) == 0
    wait(lambda: not alive(int(grandchild.read_text())))
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_is_started_on_the_page_is_done_by_the_daemon_and_nothing_is_left_behind(
    finished: Finished, tmp_path: Path
) -> None:
    data, log = DataFolder(tmp_path / "data"), tmp_path / "log"
    shutil.copytree(finished.data.root, data.root, symlinks=True)
    with served(data, log) as (ui, port):
        wait(lambda: "Starting the daemon" in log.read_text())
        parts = family(ui.pid)
        assert len(parts) >= 2
        assert log.read_text().startswith(f"Starting the page of {data.root}; ")
        assert f"The page answers on http://127.0.0.1:{port}" in log.read_text()
        (config,) = re.findall(
            r"```yaml\n(resources:.*?)```", (PROJECT / "docs" / "data-engineer.md").read_text(), re.S
        )
        launch(port, {"pipelineName": jobs.ANSWER}, config)
        folder = data.annexes / "twe-2024" / "stand-2023-12-31_gebied-2018-06-30_jaren-2020+2021+2022"
        assert (folder / "bijlage_3_loontoelagen.xlsx").exists()
        annex = data.annexes / "twe-2024" / "bijlage_3_loontoelagen.xlsx"
        annex.unlink()
        launch(port, {"pipelineName": "__ASSET_JOB", "assetSelection": [{"path": ["annexes", "twe-2024", annex.stem]}]})
        assert annex.exists()
    wait(lambda: not any(map(alive, parts)))  # a process that was told to end may need a moment more than the one above
    assert "superseded" not in log.read_text().lower()


def test_a_port_that_is_taken_is_told_before_anything_starts(finished: Finished) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError, match="--port"):
        webserver.serve(finished.settings, taken.getsockname()[1])


@pytest.mark.parametrize(
    ("status", "launched", "after"),
    [
        ("STARTED", False, "FAILURE"),
        ("STARTING", False, "STARTING"),
        ("STARTING", True, "FAILURE"),
        ("NOT_STARTED", True, "NOT_STARTED"),
    ],
)
def test_a_daemon_that_begins_ends_what_its_predecessor_had_launched(status: str, launched: bool, after: str) -> None:
    """A run that is left `STARTING` counts as busy, so no queued run would ever begin; a command must let it be."""
    with dg.instance_for_test() as dagster_instance:
        run = dg.DagsterRun(job_name=jobs.ALL, run_id=make_new_run_id(), status=dg.DagsterRunStatus[status])
        dagster_instance.add_run(run)
        end_killed_runs(dagster_instance, launched=launched)
        found = dagster_instance.get_run_by_id(run.run_id)
    assert found is not None and found.status.value == after


@pytest.fixture
def told() -> Iterator[tuple[list[Any], str]]:
    got: list[Any] = []
    with webhook(got) as port:
        yield got, f"http://127.0.0.1:{port}/"


def test_a_refused_delivery_is_told_by_the_command_line(
    parsed: Path, told: tuple[list[Any], str], tmp_path: Path
) -> None:
    got, address = told
    data = tmp_path / "data"
    shutil.copytree(parsed, dbt.target(DataFolder(data)))
    (data / "inbox").mkdir(parents=True)
    (data / "inbox" / "transmissies_2024-01-31.csv").write_text("transmissie_id;klant_id\nX1;fout\n")
    twe = Twe(tmp_path / "processes", data, TWE_ALERT_WEBHOOK=address)
    assert twe("run").code == 1
    (sent,) = got
    assert "delivery rejected: transmissies_2024-01-31.csv" in sent["lines"]
    assert twe("run", "--question", "weg").code == 2
    assert got[-1]["headline"] == "twe run did not take place (UnknownQuestionError)"
    wrong = Twe(tmp_path / "processes-2", data, TWE_ALERT_WEBHOOK="http://127.0.0.1:9/")("run")
    assert wrong.code == 2 and "the alert by webhook was not sent" in wrong.err


def test_a_run_of_the_daemon_is_told_of_once_and_one_of_the_command_line_is_not(
    finished: Finished, told: tuple[list[Any], str]
) -> None:
    got, address = told
    settings = finished.settings.model_copy(update={"alert_webhook": Settings(alert_webhook=address).alert_webhook})  # type: ignore[arg-type]
    repository = build_definitions(settings).get_repository_def()
    assert {s.name for s in repository.sensor_defs if s.default_status is dg.DefaultSensorStatus.RUNNING} == {
        "run_failed",
        "delivery_rejected",
    }

    @dg.op
    def breaks() -> None:
        raise ValueError("93051822361")

    @dg.job
    def deliveries_to_annexes() -> None:
        breaks()

    failed, _ = automation._send_alerts(settings)
    with dg.instance_for_test() as instance:
        for tags in ({}, {"started_by": "command line"}):
            result = deliveries_to_annexes.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
            event = next(e for e in result.all_events if e.event_type is dg.DagsterEventType.RUN_FAILURE)
            context = dg.build_run_status_sensor_context(
                sensor_name=failed.name, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
            ).for_run_failure()
            failed(context)
    (sent,) = got
    assert sent["lines"][:-1] == ["step breaks failed"]
    assert sent["headline"].startswith("deliveries_to_annexes: 1 blocked (run ")
    assert "93051822361" not in json.dumps(sent)


DELIVERY = "transmissies_2024-01-31.csv"


@pytest.fixture
def folder(parsed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder with one delivery in its inbox, whose daemon looks for dead runs and free places often."""
    monkeypatch.setenv("DAGSTER_HOME", "")  # what opening the instance sets is gone after the test
    data = DataFolder(tmp_path / "data")
    shutil.copytree(parsed, dbt.target(data))
    rows = f"transmissie_id | klant_id | transmissiedatum\nX1 | {INSZ[0]} | 2024-01-02"
    write(data.inbox, DELIVERY, rows)
    prepare(data)
    config = data.dagster / "dagster.yaml"
    text = config.read_text()
    for setting, usual, often in (("poll_interval_seconds", 15, 2), ("free_slots_after_run_end_seconds", 5, 1)):
        assert f"{setting}: {usual}\n" in text
        text = text.replace(f"{setting}: {usual}\n", f"{setting}: {often}\n")
    config.write_text(text)
    return data


def busy(data: DataFolder) -> int | None:
    """The process of the run that has its place in the pool now."""
    with open_instance(data) as instance:
        if not instance.event_log_storage.get_concurrency_info(jobs.POOL).claimed_slots:
            return None
    holder = data.lock.read_text() if data.lock.exists() else ""
    return int(holder.split()[1].rstrip(",")) if holder else None


def test_a_killed_run_is_tried_again_while_the_daemon_lives(folder: DataFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(folder, log) as (_, port):
        wait(lambda: "Starting the daemon" in log.read_text())
        killed = start(port, {"pipelineName": jobs.LOAD})
        worker = wait(lambda: busy(folder), 120)
        os.kill(worker, signal.SIGKILL)
        wait(lambda: status(port, killed) == "FAILURE")
        wait(lambda: ledger.read(folder.ledger), 180)
    assert [entry.file_name for entry in ledger.read(folder.ledger)] == [DELIVERY]


@pytest.mark.nightly
def test_a_run_whose_server_died_too_holds_up_nobody(folder: DataFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(folder, log) as (ui, port):
        wait(lambda: "Starting the daemon" in log.read_text())
        killed = start(port, {"pipelineName": jobs.LOAD})
        worker = wait(lambda: busy(folder), 120)
        server = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        assert server in family(ui.pid)
        for process in (server, worker):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait(lambda: not alive(worker))
        wait(lambda: status(port, killed) == "FAILURE", 180)
        wait(lambda: ledger.read(folder.ledger), 180)
    assert [entry.file_name for entry in ledger.read(folder.ledger)] == [DELIVERY]


@pytest.mark.nightly
def test_a_killed_command_does_not_hold_up_the_daemon(folder: DataFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    twe = Twe(tmp_path / "processes", folder.root)
    with served(folder, log) as (_, port):
        wait(lambda: "Starting the daemon" in log.read_text())
        assert twe("run", kill=Moment("orchestration.ingest.load:load_source")).code == -signal.SIGKILL
        launch(port, {"pipelineName": jobs.LOAD})
    assert [entry.file_name for entry in ledger.read(folder.ledger)] == [DELIVERY]
