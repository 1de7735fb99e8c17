"""The Dagster page and its daemon as two processes that live and end together.

Dagster's own documentation runs a service as a webserver and a daemon. `dagster dev`, which starts both for a
developer, ends without its daemon when a signal tells it to.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from orchestration import instance
from orchestration.lock import BusyError, single_writer
from orchestration.paths import DataFolder
from orchestration.settings import Settings, ensure_writable

MODULE = "orchestration.definitions"
LOOPBACK = "127.0.0.1"
PATIENCE = 20.0
"""Seconds that a process gets to end by itself."""
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def commands(port: int, parts: Sequence[str]) -> dict[str, list[str]]:
    """What is started for the parts `page` and `daemon`. The page listens on loopback; it has no login of its own."""
    programs = Path(sys.executable).parent
    known = {
        "page": [str(programs / "dagster-webserver"), "-m", MODULE, "-h", LOOPBACK, "-p", str(port)],
        "daemon": [str(programs / "dagster-daemon"), "run", "-m", MODULE],
    }
    return {part: known[part] for part in parts}


def serve(settings: Settings, port: int, parts: Sequence[str] = ("page", "daemon")) -> int:
    """Runs the parts until a signal comes or one of them ends. Returns the exit code: 0 after a signal."""
    ensure_writable(settings.folder)
    instance.prepare(settings.folder)
    if "daemon" in parts:
        _bury(settings.folder)
    return _together(commands(port, parts))


def _bury(data: DataFolder) -> None:
    """Ends runs that a stopped daemon left open: only one may run at a time, so they would hold up every later one."""
    with suppress(BusyError), single_writer(data.lock), instance.open_instance(data) as dagster_instance:
        instance.bury_killed_runs(dagster_instance, run_id="")


def _together(programs: dict[str, list[str]]) -> int:
    asked = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, stop) for number in STOPPING}
    # A session each: a key pressed on the terminal comes to this process alone, which then ends them in good order.
    running = {
        name: subprocess.Popen(program, env=os.environ, start_new_session=True) for name, program in programs.items()
    }
    try:
        while not asked.wait(0.5) and all(process.poll() is None for process in running.values()):
            pass
    finally:
        ended = [name for name, process in running.items() if process.poll() is not None]
        _stop(list(running.values()))
        for number, handler in before.items():
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
