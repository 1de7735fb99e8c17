"""What the parts of the script share: deliveries with the figures that must come of them, and a site that serves them
with Dagster's books in PostgreSQL, two code servers, a page and a daemon.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from unittest import mock

import dagster as dg

from orchestration.services.instance import open_instance
from orchestration.services.locations import MODULE
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse import dbt, publication
from orchestration.warehouse.publication import Publication
from tests.hostile import write_inbox
from tests.locations import neighbour
from tests.spark.twins import differences
from tests.support import processes
from tests.support.deliveries import KEY
from tests.support.processes import family, free_port, served, wait

DEPLOY = PROJECT / "docs" / "deploy"
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
LONG = 600.0


def twe(data: DataFolder, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("twe")), *arguments],
        env={**os.environ, "TWE_DATA": str(data.root), "TWE_PSEUDONYM_KEY": KEY.decode(), **more},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


class Reference:
    """Hostile deliveries, and what `twe run` alone makes of them."""

    def __init__(self, folder: Path) -> None:
        self.data = DataFolder(folder)
        write_inbox(self.data.inbox, seed=1)
        self.code = twe(self.data, "run").returncode  # 1: some files are rejected
        made = publication.current(self.data)
        assert made is not None
        self.publication: Publication = made

    def copy(self, folder: Path) -> DataFolder:
        """The same deliveries in another data folder, of which nothing was loaded."""
        data = DataFolder(folder)
        shutil.copytree(self.data.inbox, data.inbox)
        shutil.copytree(dbt.target(self.data), dbt.target(data))
        return data

    def wrong(self, data: DataFolder) -> list[str]:
        """What is not as it was when `twe run` was alone."""
        made = publication.current(data)
        return differences(self.publication, made) if made else ["nothing is published"]


class Site:
    """One data folder, served. `several` adds to the configuration of docs/deploy what docs/deployment.md says for runs
    of other locations beside those of this project."""

    def __init__(self, folder: Path, reference: Reference, address: str, several: bool = False, **more: str) -> None:
        self.folder, self.reference = folder, reference
        self.data = reference.copy(folder / "data")
        self.own = folder / "neighbour"
        self.environment = {"TWE_DAGSTER_POSTGRES": address, "NEIGHBOUR_DATA": str(self.own), **more}
        self.ports = {MODULE: free_port(), neighbour.NAME: free_port()}
        self.servers: dict[str, subprocess.Popen[bytes]] = {}
        self.page = 0
        self.data.dagster.mkdir(parents=True)
        text = (DEPLOY / "dagster-postgres.yaml").read_text(encoding="utf-8")
        if several:
            (block,) = re.findall(
                r"```yaml\n(concurrency:.*?)```", (PROJECT / "docs" / "deployment.md").read_text(), re.S
            )
            text, changed = re.subn(r"^concurrency:\n(  .*\n)+", lambda _: block, text, flags=re.MULTILINE)
            assert changed == 1
        (self.data.dagster / "dagster.yaml").write_text(text, encoding="utf-8")
        places = (DEPLOY / "workspace.yaml").read_text(encoding="utf-8")
        for documented, here in zip(("4001", "4002"), self.ports.values(), strict=True):
            assert f"port: {documented}," in places
            places = places.replace(f"port: {documented},", f"port: {here},")
        (self.data.dagster / "workspace.yaml").write_text(places, encoding="utf-8")

    @contextmanager
    def open(self) -> Iterator[dg.DagsterInstance]:
        """Everything runs; gives the books."""
        with ExitStack() as living, mock.patch.dict(os.environ, self.environment):
            living.callback(self._end)
            for name in self.ports:
                self.serve(name)
            log = self.folder / "page.log"
            _, self.page = living.enter_context(served(self.data, log, **self.environment))
            wait(lambda: "Starting the daemon" in log.read_text(), LONG)
            yield living.enter_context(open_instance(self.data))

    def serve(self, name: str) -> None:
        """Starts the code server of a location, in a session of its own, and waits until it listens."""
        programs, port = Path(sys.executable).parent, str(self.ports[name])
        command = [str(programs / "twe"), "ui", "--only", "code", "--port", port]
        if name != MODULE:
            command = [str(programs / "dagster"), "code-server", "start", "-m", neighbour.__name__]
            command += ["-h", "127.0.0.1", "-p", port]
        env = {**os.environ, **self.environment, "TWE_DATA": str(self.data.root), "TWE_PSEUDONYM_KEY": KEY.decode()}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.servers[name] = subprocess.Popen(
                command, env=env, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
            )
        up = [str(programs / "dagster"), "api", "grpc-health-check", "-p", port]
        wait(lambda: subprocess.run(up, capture_output=True, check=False).returncode == 0, LONG)

    def kill(self, name: str, spared: int = 0) -> None:
        """SIGKILL to the code server of a location and all that it started, but for one process."""
        parts = [self.servers[name].pid, *family(self.servers[name].pid)]
        for process in parts:
            if process != spared:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        self.servers[name].wait()

    def _end(self) -> None:
        for name, server in self.servers.items():
            if server.poll() is None:
                self.kill(name)

    def start(self, job: str, location: str = MODULE) -> str:
        return processes.start(self.page, {"pipelineName": job}, location=location)

    def status(self, run: str) -> str:
        return processes.status(self.page, run)

    def ended(self, *runs: str) -> list[str]:
        """How runs ended, when all have."""
        wait(lambda: all(self.status(run) in ENDED for run in runs), LONG)
        return [self.status(run) for run in runs]

    def worker(self) -> int | None:
        """The process that holds the data folder."""
        found = re.match(r"process (\d+) ", self.data.lock.read_text()) if self.data.lock.exists() else None
        return int(found[1]) if found else None
