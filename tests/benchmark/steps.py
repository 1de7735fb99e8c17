"""Where the CPU seconds of `twe run` go: per step, and per package.

    python -m tests.benchmark.steps REPORT.json

runs `twe run` in this process with two additions: every step of the run notes its CPU seconds, and a thread looks
every few milliseconds at what runs, and books the CPU seconds since its last look on that. DuckDB and other compiled
code is booked on the Python that calls it; imports are booked on the package whose import was asked for.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
INTERVAL = 0.01
WAITING = ("threading.py", "queue.py", "selectors.py", "pool.py", "subprocess.py", "thread.py")
OWN = ("orchestration", "expectations", "exports", "tests")


class Sampler(threading.Thread):
    """Books CPU seconds of this process on packages until `stop` is called."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seconds: dict[str, float] = defaultdict(float)
        self._done = threading.Event()

    def run(self) -> None:
        before = time.process_time()
        while not self._done.wait(INTERVAL):
            now = time.process_time()
            busy = [f for ident, f in sys._current_frames().items() if ident != self.ident and not _waits(f)]
            for frame in busy:
                self.seconds[_package(frame)] += (now - before) / len(busy)
            if not busy:
                self.seconds["(waiting)"] += now - before
            before = now

    def stop(self) -> None:
        self._done.set()
        self.join()


def _waits(frame: FrameType) -> bool:
    return Path(frame.f_code.co_filename).name in WAITING


def _package(frame: FrameType | None) -> str:
    """The package that the innermost frame belongs to, or `import X` when that import is under way."""
    names: list[str | None] = []  # from the inside out; None is the import machinery
    while frame is not None:
        file = frame.f_code.co_filename
        names.append(None if file.startswith("<frozen importlib") else _place(file))
        frame = frame.f_back
    if None in names:
        begun = len(names) - 1 - names[::-1].index(None)  # the outermost import
        asked = [n for n in reversed(names[:begun]) if n and n.split(".")[0] not in (*OWN, "standard library")]
        return f"import {asked[0]}" if asked else "import (the project, standard library)"
    return next((n for n in names if n and n != "standard library"), "standard library")


def _place(file: str) -> str:
    path = Path(file)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    if path.is_relative_to(PROJECT):
        return ".".join(path.relative_to(PROJECT).with_suffix("").parts[:2])
    return "standard library"


def note_steps(steps: list[tuple[str, float, float]]) -> None:
    """Lets every step of the run note its name, CPU seconds and the peak memory so far (MiB)."""
    from orchestration import progress

    shown = progress.step

    @contextmanager
    def step(name: str) -> Generator[Any]:
        begun = time.process_time()
        try:
            with shown(name) as done:
                yield done
        finally:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
            steps.append((name, time.process_time() - begun, peak))

    progress.step = step


def main() -> None:
    report = Path(sys.argv[1])
    steps: list[tuple[str, float, float]] = []
    note_steps(steps)
    sampler = Sampler()
    sampler.start()
    from orchestration.cli.main import command

    sys.argv = ["twe", "run"]
    code = command()
    sampler.stop()
    packages = sorted(sampler.seconds.items(), key=lambda item: -item[1])
    found = {"total": time.process_time(), "steps": steps, "packages": packages}
    report.write_text(json.dumps(found, indent=1), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    main()
