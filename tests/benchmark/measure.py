"""CPU seconds and peak memory of a program and of everything it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


class FailedError(RuntimeError):
    """A measured program ended with an error; the message holds the end of what it printed."""


@dataclass(frozen=True)
class Cost:
    """`cpu`: user and system seconds of the process and the children it waited for; `peak`: MiB of the largest."""

    cpu: float
    peak: float


def cost_of(command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, log: Path) -> Cost:
    """Runs a program in `folder` and measures it; what it prints goes to `log`. Raises `FailedError`.

    The kernel counts (wait4), so short-lived children are not missed; children that nobody waited for are not in it,
    nor the memory of the smaller processes (Dagster's log watchers: together some 40 MiB). The peak also counts what
    a child had before it became the program, which is the memory of this process: so this process must stay small
    until all is measured.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise FailedError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{tail}")
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, kibibytes elsewhere
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def middle(costs: Sequence[Cost]) -> Cost:
    """Median CPU seconds; the highest peak."""
    return Cost(median(c.cpu for c in costs), max(c.peak for c in costs))
