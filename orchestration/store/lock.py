"""One writer at a time: a lock on the data folder that ends with the process that holds it, however it ends."""

import datetime as dt
import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from orchestration.store.errors import TweError


class BusyError(TweError):
    """Another run holds the data folder; the message says since when."""


_held: set[Path] = set()


@contextmanager
def single_writer(path: Path) -> Generator[None]:
    """Holds the lock file at `path` for the block. Within one process it may be taken again. Raises `BusyError`."""
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BusyError(
                f"another run is busy ({file.read().strip() or 'just started'}); try again when it ends"
            ) from None
        file.truncate(0)
        file.write(
            f"process {os.getpid()} on {os.uname().nodename}, since {dt.datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
        )
        file.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            file.truncate(0)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock file at `path`."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
