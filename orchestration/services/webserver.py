"""The Dagster page and its daemon as two processes that live and end together, and the definitions as one by itself.

Dagster's own documentation runs a service as a webserver and a daemon. `dagster dev`, which starts both for a
developer, ends without its daemon when a signal tells it to.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from orchestration.services import instance
from orchestration.services.locations import MODULE
from orchestration.store.lock import BusyError, single_writer
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings, SettingsError, ensure_writable

LOOPBACK = "127.0.0.1"
PATIENCE = 20.0
"""Seconds that a process gets to end by itself."""
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def commands(data: DataFolder, port: int, parts: Sequence[str]) -> dict[str, list[str]]:
    """What is started for the parts `page`, `daemon` and `code`. Page and code listen on loopback; neither has a login
    of its own."""
    # A terminal and a journal show what asks for somebody. Below that Dagster reports every look at its queue, and
    # every server of definitions that it replaces.
    quiet = ["--code-server-log-level", "error"]
    # Who has other code locations beside this project names all of them; see docs/deploy/workspace.yaml.
    workspace = data.dagster / "workspace.yaml"
    where = ["-w", str(workspace)] if workspace.exists() else ["-m", MODULE]
    listening = ["-h", LOOPBACK, "-p", str(port)]
    known = {
        "page": ["dagster-webserver", *where, *listening, "--dagster-log-level", "warning", *quiet],
        "daemon": ["dagster-daemon", "run", *where, "--log-level", "warning", *quiet],
        "code": ["dagster", "code-server", "start", "-m", MODULE, *listening, "--log-level", "warning"],
    }
    found = {}
    for part in parts:
        program, *options = known[part]
        found[part] = [str(Path(sys.executable).parent / program), *options]
    return found


def serve(settings: Settings, port: int, parts: Sequence[str] = ("page", "daemon")) -> int:
    """Runs the parts until a signal comes or one of them ends. Returns the exit code: 0 after a signal.

    Raises `SettingsError` when something else listens on the port.
    """
    ensure_writable(settings.folder)
    instance.prepare(settings.folder)
    if set(parts) != {"daemon"}:
        _require_free(port)
    if "page" in parts:
        _say(f"Starting the page of {settings.folder.root}; http://{LOOPBACK}:{port} answers in about ten seconds.")

    def up(part: str) -> bool:
        if part != "daemon" and not _listens(port):
            return False
        answers = f"The page answers on http://{LOOPBACK}:{port}"
        code = f"Pages and daemons find the definitions at {LOOPBACK}:{port}"
        _say({"page": answers, "code": code, "daemon": _daemon_says(settings)}[part])
        return True

    # The daemon after the page: both load the definitions, and on a small machine each would slow the other down.
    before = {"daemon": lambda: _end_runs_of_the_former_daemon(settings.folder)}
    return _together(commands(settings.folder, port, parts), up, before)


def _daemon_says(settings: Settings) -> str:
    state = "on, unless switched off on the page" if settings.runs_by_itself else "off, unless switched on"
    return f"Starting the daemon: it runs what is queued. Sensors and schedules are {state}. Ctrl-C stops everything."


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def _require_free(port: int) -> None:
    if _listens(port):
        raise SettingsError(
            f"something listens on port {port} already, perhaps another page; give another one with --port"
        )


def _end_runs_of_the_former_daemon(data: DataFolder) -> None:
    """Ends runs that a stopped daemon left open: only one may run at a time, so they would hold up every later one."""
    with suppress(BusyError), single_writer(data.lock), instance.open_instance(data) as dagster_instance:
        instance.end_killed_runs(dagster_instance, launched=True)


def _together(
    programs: Mapping[str, list[str]],
    up: Callable[[str], bool] = lambda _part: True,
    before: Mapping[str, Callable[[], None]] | None = None,
) -> int:
    """Starts each program as soon as the one before it is up, after what has to be done `before` it."""
    asked = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    handlers = {number: signal.signal(number, stop) for number in STOPPING}
    running: dict[str, subprocess.Popen[bytes]] = {}
    waiting, starting = dict(programs), ""
    try:
        while not asked.wait(0.2 if starting else 0.0 if waiting else 0.5):
            if any(process.poll() is not None for process in running.values()):
                break
            if starting and up(starting):
                starting = ""
            if waiting and not starting:
                starting = next(iter(waiting))
                (before or {}).get(starting, lambda: None)()
                # A session each: a key pressed on the terminal comes to this process alone, which then ends them in
                # good order.
                running[starting] = subprocess.Popen(waiting.pop(starting), env=os.environ, start_new_session=True)
    finally:
        ended = [name for name, process in running.items() if process.poll() is not None]
        _stop(list(running.values()))
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if asked.is_set():
        return 0
    sys.stderr.write(f"twe: the {' and the '.join(ended)} ended by itself; the rest was stopped\n")
    return 1


def _stop(living: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in living:
        process.terminate()
    for process in living:
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        # What it started goes with it: servers of the definitions, and a run that was busy, which may be killed at
        # any moment.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
