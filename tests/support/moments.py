"""Moments at which a process of the tests is killed or held up, and notes on a process that nobody disturbs."""

import datetime as dt
import importlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

LONGEST_WAIT = 300.0  # ends what hangs; a busy machine is no failure
WRITING = os.O_WRONLY | os.O_RDWR
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "sqlite3.connect"}
"""What Python announces before it does it (its audit events), beside files that it opens to write."""


@dataclass(frozen=True)
class Moment:
    """The `number`-th call of a function (`module:name`), just before it is made."""

    function: str
    number: int = 1


@dataclass(frozen=True)
class FileOperation:
    """The `number`-th time that Python is about to change something below `root`."""

    number: int
    root: Path


@dataclass(frozen=True)
class AfterSeconds:
    """When the process has used that much CPU, wherever it is then; for killing alone."""

    seconds: float


@dataclass(frozen=True)
class Notes:
    """No intervention: what `describe` makes of the arguments of each call of a function, and how many operations on
    files below `root` there are, are noted in the folder of the process."""

    function: str
    describe: Callable[..., Any]
    root: Path

    @staticmethod
    def read(folder: Path) -> tuple[int, list[Any]]:
        """(operations on files, what was noted of each call)"""
        operations, calls = json.loads((folder / "notes.json").read_text(encoding="utf-8"))
        return operations, calls


@dataclass(frozen=True)
class LittleMemory:
    """From its begin the process can get so many megabytes more than what it has imported."""

    megabytes: int


@dataclass(frozen=True)
class ClockSetBack:
    """For the process it is that much earlier, wherever it asks `datetime`."""

    back: dt.timedelta


Intervention = Moment | FileOperation | AfterSeconds | LittleMemory | ClockSetBack | Notes


def intervene(moment: Intervention, folder: Path, act: str) -> Callable[[], None]:
    """Makes the present process be killed (`act` is `kill`) or wait (until there is a file `go`) at its moment.
    Returns what to call at its end."""
    match moment:
        case Moment():
            calls = count(1)
            _before(moment.function, lambda *_: _act(folder, act) if next(calls) == moment.number else None)
        case FileOperation():
            operations = count(1)
            _watch(moment.root, lambda: _act(folder, act) if next(operations) == moment.number else None)
        case LittleMemory():
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            most = pages * resource.getpagesize() + moment.megabytes * 1024**2
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        case ClockSetBack():
            dt.datetime = _clock(moment.back)  # type: ignore[misc]
        case Notes():
            noted: list[Any] = []
            made = count(0)
            _before(moment.function, lambda *arguments: noted.append(moment.describe(*arguments)))
            _watch(moment.root, lambda: next(made))
            return lambda: _write(folder, [next(made), noted])
    return lambda: None


def _clock(back: dt.timedelta) -> type[dt.datetime]:
    real = dt.datetime

    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real)

    class Earlier(real, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return real.now(tz) - back

    return Earlier


def _act(folder: Path, act: str) -> None:
    if act == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    (folder / "reached").touch()
    wait_until((folder / "go").exists)


def _before(function: str, do: Callable[..., Any]) -> None:
    module, _, path = function.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    real = getattr(owner, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        do(*args)
        return real(*args, **kwargs)

    setattr(owner, name, called)


def _watch(root: Path, do: Callable[[], Any]) -> None:
    below = str(root)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING)
        if changes and any(isinstance(one, str) and one.startswith(below) for one in map(_text, arguments)):
            do()

    sys.addaudithook(heard)


def _text(argument: Any) -> Any:
    return os.fspath(argument) if isinstance(argument, os.PathLike) else argument


def _write(folder: Path, notes: list[Any]) -> None:
    (folder / "notes.json").write_text(json.dumps(notes), encoding="utf-8")


def wait_until(until: Callable[[], bool]) -> None:
    limit = time.monotonic() + LONGEST_WAIT
    while not until():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.02)
