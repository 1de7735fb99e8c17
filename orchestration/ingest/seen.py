"""Digests of files in the inbox that were read before, so that a run with nothing new doesn't read them all again.

A file is known by what the file system says of it: where it is kept, its size, and when its content and its entry last
changed. The last of these no program can set. No name is kept, since a name can hold somebody's number."""

import hashlib
import json
import os
import time
from pathlib import Path

from orchestration.ingest.inbox import opened
from orchestration.store.files import replaced

SETTLED = 2.0
"""Seconds that a file must have lain unchanged before its digest is kept: a clock ticks in steps, and what is written
twice within one step looks the same."""


class SeenFiles:
    """Digests by what the file system says of a file, kept in the file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = _read(path)
        self._now: dict[str, str] = {}

    def digest(self, file: Path) -> tuple[str, int]:
        """SHA-256 of the file and its size: as kept, or read. Raises OSError when it can't be read."""
        with opened(file) as content:  # also of a known file: whether it may be read must not depend on that
            stat = os.fstat(content.fileno())
            known = self._before.get(_state(stat))
            found = known or hashlib.file_digest(content, "sha256").hexdigest()
            size = stat.st_size if known else content.tell()
            after = os.fstat(content.fileno())
        if _state(after) == _state(stat) and time.time() - max(stat.st_ctime, stat.st_mtime) > SETTLED:
            self._now[_state(stat)] = found
        return found, size

    def save(self) -> None:
        """Keep the digests of the files that were asked for, and no others."""
        if self._now != self._before:
            with replaced(self._path) as temporary:
                temporary.write_text(json.dumps(self._now, indent=1), encoding="utf-8")


def _state(stat: os.stat_result) -> str:
    return f"{stat.st_dev}:{stat.st_ino}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}"


def _read(path: Path) -> dict[str, str]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
