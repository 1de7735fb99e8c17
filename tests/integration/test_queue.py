"""A run that is killed beside a living daemon is tried again, and holds up nobody."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from orchestration import jobs
from orchestration.ingest import ledger
from orchestration.services.instance import open_instance
from orchestration.store.paths import DataFolder
from tests.conftest import Finished
from tests.support.deliveries import INSZ, write
from tests.support.page import alive, family, launch, served, start, status, wait
from tests.support.processes import Moment, Twe

pytestmark = pytest.mark.slow
DELIVERY = "transmissies_2024-01-31.csv"


@pytest.fixture
def folder(finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder with one delivery in its inbox; dbt's parse is that of the finished run."""
    monkeypatch.setenv("DAGSTER_HOME", "")  # what opening the instance sets is gone after the test
    data = DataFolder(tmp_path / "data")
    shutil.copytree(finished.data.work / "dbt", data.work / "dbt")
    rows = f"transmissie_id | klant_id | transmissiedatum\nX1 | {INSZ[0]} | 2024-01-02"
    write(data.inbox, DELIVERY, rows)
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
        wait(lambda: busy(folder), 120)
        worker = busy(folder)
        assert worker
        os.kill(worker, signal.SIGKILL)
        wait(lambda: status(port, killed) == "FAILURE")
        wait(lambda: ledger.read(folder.ledger), 180)
    assert [entry.file_name for entry in ledger.read(folder.ledger)] == [DELIVERY]


def test_a_run_whose_server_died_too_holds_up_nobody(folder: DataFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(folder, log) as (ui, port):
        wait(lambda: "Starting the daemon" in log.read_text())
        killed = start(port, {"pipelineName": jobs.LOAD})
        wait(lambda: busy(folder), 120)
        worker = busy(folder)
        assert worker
        server = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        assert server in family(ui.pid)
        for process in (server, worker):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait(lambda: not alive(worker))
        wait(lambda: status(port, killed) == "FAILURE", 180)
        wait(lambda: ledger.read(folder.ledger), 180)
    assert [entry.file_name for entry in ledger.read(folder.ledger)] == [DELIVERY]


def test_a_killed_command_does_not_hold_up_the_daemon(folder: DataFolder, tmp_path: Path) -> None:
    log = tmp_path / "log"
    twe = Twe(tmp_path / "processes", folder.root)
    with served(folder, log) as (_, port):
        wait(lambda: "Starting the daemon" in log.read_text())
        assert twe("run", kill=Moment("orchestration.ingest.load:load_source")).code == -signal.SIGKILL
        launch(port, {"pipelineName": jobs.LOAD})
    assert [entry.file_name for entry in ledger.read(folder.ledger)] == [DELIVERY]
