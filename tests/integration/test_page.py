"""The page and its daemon live and end together, and tell elsewhere of runs that fail."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration import automation, page
from orchestration.definitions import build_definitions
from orchestration.paths import PROJECT
from orchestration.settings import Settings
from tests.conftest import Finished
from tests.deliveries import KEY
from tests.processes import Twe
from tests.unit.test_alerts import webhook

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


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait(until: Any, seconds: float = 90) -> None:
    limit = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_a_part_that_ends_by_itself_takes_the_other_along(capfd: pytest.CaptureFixture[str]) -> None:
    assert page._together({"page": [sys.executable, "-c", ""], "daemon": CHILD}) == 1
    assert capfd.readouterr().err == "twe: the page ended by itself; the rest was stopped\n"


def test_a_signal_ends_everything_also_what_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PATIENCE", 0.2)
    grandchild = tmp_path / "pid"
    real = subprocess.Popen.poll

    def poll(self: subprocess.Popen) -> int | None:  # called between two looks at the signal
        if grandchild.exists() and grandchild.read_text():
            os.kill(os.getpid(), signal.SIGTERM)
        return real(self)

    monkeypatch.setattr(subprocess.Popen, "poll", poll)
    before = signal.getsignal(signal.SIGTERM)
    assert page._together({"page": [*STUBBORN, str(grandchild)], "daemon": CHILD}) == 0
    wait(lambda: not alive(int(grandchild.read_text())))
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_real_page_answers_on_loopback_and_leaves_nothing_behind(finished: Finished, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "TWE_DATA": str(finished.data.root), "TWE_PSEUDONYM_KEY": KEY.decode()}
    with (tmp_path / "log").open("w") as log:
        ui = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "ui", "--port", str(port)],
            env=env, cwd=PROJECT, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait(lambda: answers(port))
        parts = family(ui.pid)
        assert len(parts) >= 2
    finally:
        ui.terminate()
        assert ui.wait(60) == 0
    assert [pid for pid in parts if alive(pid)] == []
    assert "superseded" not in (tmp_path / "log").read_text().lower()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5) as reply:
            return "dagster_version" in json.load(reply)
    except OSError:
        return False


def family(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found, size = {pid}, 0
    while len(found) > size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return sorted(found - {pid})


@pytest.fixture
def told() -> Iterator[tuple[list[Any], str]]:
    got: list[Any] = []
    with webhook(got) as port:
        yield got, f"http://127.0.0.1:{port}/"


def test_a_refused_delivery_is_told_by_the_command_line(
    finished: Finished, told: tuple[list[Any], str], tmp_path: Path
) -> None:
    got, address = told
    data = tmp_path / "data"
    (data / "inbox").mkdir(parents=True)
    (data / "inbox" / "transmissies_2024-01-31.csv").write_text("transmissie_id;klant_id\nX1;fout\n")
    twe = Twe(tmp_path / "processes", data, TWE_ALERT_WEBHOOK=address)
    assert twe("run").code == 1
    (sent,) = got
    assert "delivery refused: transmissies_2024-01-31.csv" in sent["lines"]
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
        "run_failed", "delivery_refused",
    }  # fmt: skip

    @dg.op
    def breaks() -> None:
        raise ValueError("93051822361")

    @dg.job
    def deliveries_to_annexes() -> None:
        breaks()

    failed, _ = automation._tell(settings)
    with dg.instance_for_test() as instance:
        for tags in ({}, {"started_by": "command line"}):
            result = deliveries_to_annexes.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
            event = next(e for e in result.all_events if e.event_type is dg.DagsterEventType.RUN_FAILURE)
            context = dg.build_run_status_sensor_context(
                sensor_name=failed.name, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
            ).for_run_failure()
            failed(context)
    (sent,) = got
    assert sent["lines"] == ["step breaks failed"]
    assert sent["headline"].startswith("deliveries_to_annexes: 1 blocked (run ")
    assert "93051822361" not in json.dumps(sent)
