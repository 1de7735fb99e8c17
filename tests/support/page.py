"""`twe ui` in processes of its own, and what a browser would ask of its page."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.services import webserver
from orchestration.store.paths import PROJECT, DataFolder
from tests.support.deliveries import KEY


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
