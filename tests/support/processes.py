"""The command line in a process of its own, which can be killed or held up at a chosen moment.

The processes are forked from one that has imported everything, so that each costs a fraction of a start. What `twe`
imports and how fast it starts is therefore tested elsewhere (`test_start_up`).

At the end: `twe ui` as real processes, and what a browser would ask of its page.
"""

import importlib
import json
import multiprocessing
import os
import signal
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

from orchestration.services import webserver
from orchestration.store.paths import PROJECT, DataFolder
from tests.support.deliveries import KEY

PRELOADED = [
    "orchestration.runner",
    "orchestration.definitions",
    "orchestration.summary",
    "expectations.suite",
    "expectations.gx_duckdb",
    "great_expectations",
    "dbt.cli.main",
    "dbt.adapters.duckdb.connections",
    "exports",
    "openpyxl",
    "python_calamine",
]
BEGUN = "Building the figures "
"""Begins the line on standard error that says that work began; nothing is wrong then."""
LONGEST_WAIT = 300.0  # ends what hangs; a busy machine is no failure


@dataclass(frozen=True)
class Moment:
    """The `number`-th call of a function (`module:name`), just before it is made."""

    function: str
    number: int = 1


@dataclass(frozen=True)
class Ended:
    """A process that ended. `code` is negative when a signal ended it."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Running:
    """A process that waits at its moment until `go` is called."""

    def __init__(self, process: ForkServerProcess, folder: Path) -> None:
        self._process, self._folder = process, folder

    def wait_for_moment(self) -> None:
        try:
            _wait(lambda: (self._folder / "reached").exists() or not self._process.is_alive())
        except TimeoutError:
            self._process.kill()
            raise
        assert (self._folder / "reached").exists(), (self._folder / "err").read_text()

    def go(self) -> Ended:
        (self._folder / "go").touch()
        return self.ended()

    def ended(self) -> Ended:
        self._process.join(LONGEST_WAIT)
        if self._process.exitcode is None:
            self._process.kill()
            raise AssertionError("the process did not end\n" + (self._folder / "err").read_text())
        out, err = ((self._folder / name).read_text() for name in ("out", "err"))
        wrong = [line for line in err.splitlines(keepends=True) if not line.startswith(BEGUN)]
        return Ended(self._process.exitcode, out, "".join(wrong))


class Twe:
    """Runs `twe` on a data folder. `folder` is for its output, outside the data folder."""

    def __init__(self, folder: Path, data: Path, **env: str) -> None:
        self._folder, self._numbers = folder, count(1)
        self.env = {"TWE_DATA": str(data), "TWE_PSEUDONYM_KEY": KEY.decode(), **env}

    def __call__(self, *arguments: str, kill: Moment | None = None, **env: str) -> Ended:
        return self._start(arguments, kill, "kill", env).ended()

    def start(self, *arguments: str, wait: Moment) -> Running:
        running = self._start(arguments, wait, "wait", {})
        running.wait_for_moment()
        return running

    def _start(self, arguments: tuple[str, ...], moment: Moment | None, act: str, env: dict[str, str]) -> Running:
        folder = self._folder / f"process-{next(self._numbers)}"
        folder.mkdir(parents=True)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
        with mock.patch.dict(os.environ, {"PYTHONPATH": path}):
            forkserver.ensure_running()
        process = context.Process(target=_main, args=(arguments, {**self.env, **env}, folder, moment, act), daemon=True)
        process.start()
        return Running(process, folder)


def _main(arguments: tuple[str, ...], env: dict[str, str], folder: Path, moment: Moment | None, act: str) -> None:
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_CREAT | os.O_WRONLY), number)
    for name in [name for name in os.environ if name.startswith("TWE_")]:
        del os.environ[name]
    os.environ.update({name: value for name, value in env.items() if value})
    tempfile.tempdir = None  # as TMPDIR says now
    if moment:
        _intervene(moment, folder, act)
    sys.argv = ["twe", *arguments]
    from orchestration.cli.main import main

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _intervene(moment: Moment, folder: Path, act: str) -> None:
    module, _, path = moment.function.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    real, calls = getattr(owner, name), count(1)

    def called(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == moment.number:
            if act == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            (folder / "reached").touch()
            _wait((folder / "go").exists)
        return real(*args, **kwargs)

    setattr(owner, name, called)


def _wait(until: Any) -> None:
    limit = time.monotonic() + LONGEST_WAIT
    while not until():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.02)


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


@contextmanager
def served(data: DataFolder, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`twe ui` on a data folder, from the moment that it answers; ends it as Ctrl-C does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "TWE_DATA": str(data.root), "TWE_PSEUDONYM_KEY": KEY.decode()}
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


def start(port: int, what: dict[str, Any], config: str = "") -> str:
    """Starts a run as the page does; returns its id."""
    selector = {"repositoryName": "__repository__", "repositoryLocationName": webserver.MODULE, **what}
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
