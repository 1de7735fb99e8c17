"""The command line in a process of its own, which can be killed or held up at a chosen moment.

The processes are forked from one that has imported everything, so that each costs a fraction of a start. What `twe`
imports and how fast it starts is therefore tested elsewhere (`test_start_up`).

At the end: `twe ui` as real processes, and what a browser would ask of its page.
"""

import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from unittest import mock

from orchestration.services.locations import MODULE
from orchestration.store.paths import PROJECT, DataFolder
from tests.support.deliveries import KEY
from tests.support.moments import LONGEST_WAIT, AfterSeconds, Intervention, Moment, Notes, intervene, wait_until

PRELOADED = [
    "orchestration.runner",
    "orchestration.definitions",
    "orchestration.summary",
    "expectations.suite",
    "expectations.gx_duckdb",
    "tests.expectations.loaded",
    "dbt.cli.main",
    "dbt.adapters.duckdb.connections",
    "exports",
    "openpyxl",
    "python_calamine",
]
BEGUN = "Building the figures "
"""Begins the line on standard error that says that work began; nothing is wrong then."""


@dataclass(frozen=True)
class Ended:
    """A process that ended. `code` is negative when a signal ended it, `cpu_seconds` is nought then. `folder` is where
    it left what it said."""

    code: int
    out: str
    err: str
    folder: Path
    cpu_seconds: float = 0.0

    @property
    def said(self) -> str:
        return self.out + self.err


class Running:
    """A process that waits at its moment until `go` is called, or is killed when it has used so many seconds."""

    def __init__(
        self, process: ForkServerProcess, folder: Path, seconds: float | None = None, patience: float = LONGEST_WAIT
    ) -> None:
        self._process, self._folder, self._seconds, self._patience = process, folder, seconds, patience

    def wait_for_moment(self) -> None:
        try:
            wait_until(lambda: (self._folder / "reached").exists() or not self._process.is_alive())
        except TimeoutError:
            self._process.kill()
            raise
        assert (self._folder / "reached").exists(), (self._folder / "err").read_text()

    def go(self) -> Ended:
        (self._folder / "go").touch()
        return self.ended()

    def ended(self) -> Ended:
        limit = time.monotonic() + self._patience
        while self._process.is_alive() and time.monotonic() < limit:
            self._process.join(self._patience if self._seconds is None else 0.01)
            if self._seconds is not None and _cpu_seconds(self._process.pid) >= self._seconds:
                self._process.kill()
        if self._process.exitcode is None:
            self._process.kill()
            raise AssertionError("the process did not end\n" + (self._folder / "err").read_text())
        out, err = ((self._folder / name).read_text() for name in ("out", "err"))
        wrong = [line for line in err.splitlines(keepends=True) if not line.startswith(BEGUN)]
        used = self._folder / "cpu"
        seconds = float(used.read_text()) if used.exists() else 0.0
        return Ended(self._process.exitcode, out, "".join(wrong), self._folder, seconds)


class Twe:
    """Runs `twe` on a data folder. `folder` is for its output, outside the data folder; after `patience` seconds a
    process hangs."""

    def __init__(self, folder: Path, data: Path, patience: float = LONGEST_WAIT, **env: str) -> None:
        self._folder, self._patience, self._numbers = folder, patience, count(1)
        self.env = {"TWE_DATA": str(data), "TWE_PSEUDONYM_KEY": KEY.decode(), **env}

    def __call__(self, *arguments: str, kill: Intervention | None = None, as_user: int = 0, **env: str) -> Ended:
        """`as_user`: the number of another user, for a process of root."""
        return self._start(arguments, kill, "kill", env, as_user).ended()

    def noted(self, *arguments: str, notes: Notes) -> Ended:
        """A process that nobody disturbs, with notes on it."""
        return self._start(arguments, notes, "note", {}).ended()

    def start(self, *arguments: str, wait: Moment) -> Running:
        running = self._start(arguments, wait, "wait", {})
        running.wait_for_moment()
        return running

    def _start(
        self, arguments: tuple[str, ...], moment: Intervention | None, act: str, env: dict[str, str], as_user: int = 0
    ) -> Running:
        folder = self._folder / f"process-{next(self._numbers)}"
        folder.mkdir(parents=True)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
        with mock.patch.dict(os.environ, {"PYTHONPATH": path}):
            forkserver.ensure_running()
        process = context.Process(
            target=_main, args=(arguments, {**self.env, **env}, folder, moment, act, as_user), daemon=True
        )
        process.start()
        seconds = moment.seconds if isinstance(moment, AfterSeconds) else None
        return Running(process, folder, seconds, self._patience)


def _main(
    arguments: tuple[str, ...], env: dict[str, str], folder: Path, moment: Intervention | None, act: str, as_user: int
) -> None:
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_CREAT | os.O_WRONLY), number)
    for name in [name for name in os.environ if name.startswith("TWE_")]:
        del os.environ[name]
    os.environ.update({name: value for name, value in env.items() if value})
    if as_user:
        os.setuid(as_user)
    tempfile.tempdir = None  # as TMPDIR says now
    at_end = intervene(moment, folder, act) if moment else None
    sys.argv = ["twe", *arguments]
    from orchestration.cli.main import command

    try:
        sys.exit(command())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if at_end:
            at_end()
        if not as_user:
            (folder / "cpu").write_text(str(time.process_time()))


def _cpu_seconds(pid: int | None) -> float:
    """Of a process that runs; of one that has ended, nought."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait(until: Any, seconds: float = 90) -> Any:
    """What `until` gives as soon as it is something: a moment later it may be nothing again."""
    limit = time.monotonic() + seconds
    while not (given := until()):
        assert time.monotonic() < limit
        time.sleep(0.05)
    return given


def free_port() -> int:
    """A port of this machine that nobody listens at now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def served(data: DataFolder, log: Path, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`twe ui` on a data folder, from the moment that it answers, with `more` in its environment; ends it as Ctrl-C
    does."""
    port = free_port()
    env = {**os.environ, "TWE_DATA": str(data.root), "TWE_PSEUDONYM_KEY": KEY.decode(), **more}
    with log.open("w") as file:
        ui = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli.main", "ui", "--port", str(port)],
            env=env,
            cwd=PROJECT,
            stdout=file,
            stderr=file,
        )
    try:
        wait(lambda: answers(port))
        yield ui, port
    finally:
        ui.terminate()
        assert ui.wait(60) == 0


def launch(port: int, what: dict[str, Any], config: str = "") -> None:
    """Starts a run as the page does, and waits until it has succeeded."""
    run = start(port, what, config)
    wait(lambda: status(port, run) in ("SUCCESS", "FAILURE", "CANCELED"), seconds=300)
    assert status(port, run) == "SUCCESS"


def start(port: int, what: dict[str, Any], config: str = "", location: str = MODULE) -> str:
    """Starts a run as the page does; returns its id."""
    selector = {"repositoryName": "__repository__", "repositoryLocationName": location, **what}
    started = ask(
        port,
        "mutation($p: ExecutionParams!) { launchPipelineExecution(executionParams: $p) { __typename "
        "... on LaunchRunSuccess { run { runId } } ... on RunConfigValidationInvalid { errors { message } } } }",
        p={"mode": "default", "runConfigData": config, "selector": selector},
    )["launchPipelineExecution"]
    assert started["__typename"] == "LaunchRunSuccess", started
    return started["run"]["runId"]


def status(port: int, run: str) -> str:
    found = ask(port, "query($r: ID!) { runOrError(runId: $r) { ... on Run { status } } }", r=run)
    return found["runOrError"]["status"]


def ask(port: int, query: str, **variables: Any) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        told = json.load(reply)
    assert "errors" not in told, told["errors"]
    return told["data"]


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
