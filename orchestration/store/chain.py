"""The chain: a line for everything that was added to a data folder or changed on purpose, each with the hash of the one
before, so that nothing can be changed, removed or put in between without a trace.

A line is written before the files that it names take their place: after a kill something is missing, which the next run
makes again; what is there and in no line, nobody of us put there. Lines hold names and hashes alone.
"""

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.store.files import TEMPORARY, digest, replaced

FILE = Path("ledger") / "chain.jsonl"
START = "0" * 64
COVERED = ("lake", "quarantine", "published", "releases")
"""Folders of which every file is in the chain."""
Named = tuple[str, str]
"""(file name of a delivery, digest of its row of the ledger)"""


@dataclass
class Recorded:
    """What a data folder should hold by its chain."""

    rows: list[Named] = field(default_factory=list)
    """The rows of the ledger in their order."""
    newest: list[Named] = field(default_factory=list)
    """Those of `rows` that came last, together: a kill can have kept them out of the ledger."""
    files: dict[str, str] = field(default_factory=dict)
    """Path in the data folder -> SHA-256."""
    last: set[str] = field(default_factory=set)
    """Those of `files` that are in the last line: a kill can have kept them from their place."""
    current: str | None = None
    """Name of the publication that readers are led to; None in a chain of before this was in it."""
    lines: int = 0
    head: str = START
    """Hash of the last line. Noted elsewhere, it shows later that no line before it was made anew."""
    heads: set[str] = field(default_factory=lambda: {START})
    broken: int | None = None
    """Number of the first line that does not fit on the one before."""
    cut_short: int = 0
    """Rows that a killed run announced and never wrote."""


def read(root: Path) -> Recorded | None:
    """What the chain of a data folder says; None when there is none, as in folders of before it."""
    path = root / FILE
    if not path.exists():
        return None
    found = Recorded()
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            said = json.loads(line)
            claimed = str(said.pop("hash"))
            fits = claimed == _hash(said) and said["before"] == found.head
            _apply(found, said)
        except (ValueError, KeyError, TypeError, AttributeError):
            claimed, fits = "", False
        if not fits and found.broken is None:
            found.broken = number
        found.lines, found.head = number, claimed
        found.heads.add(claimed)
    return found


def _apply(found: Recorded, said: dict) -> None:
    rows = [(name, row) for name, row in said.get("rows", ())]
    if said["what"] == "cut short":
        found.rows = found.rows[: len(found.rows) - len(rows)]
        found.newest = []
        found.cut_short += len(rows)
    elif rows:
        found.rows += rows
        found.newest = rows
    found.files |= said.get("files", {})
    found.last = set(said.get("files", {}))
    found.current = said.get("current", found.current)
    for gone in said.get("gone", ()):
        found.files = {name: sha256 for name, sha256 in found.files.items() if not name.startswith(f"{gone}/")}
        if gone == f"published/{found.current}":
            found.current = None


def record(
    root: Path,
    what: str,
    *,
    rows: Iterable[Named] = (),
    files: Mapping[str, str] | None = None,
    gone: Iterable[str] = (),
    current: str | None = None,
    begin: bool = False,
) -> None:
    """Adds a line, for whoever holds the lock: `files` by path -> SHA-256, `gone` the folders that are removed,
    `current` the name of the publication that readers are led to.

    A folder of before there was a chain gets none until somebody does `begin` it.
    """
    path = root / FILE
    known = path.read_bytes() if path.exists() else b""
    if not known and not begin:
        return
    before = _last_hash(known) if known else START
    at = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    said = {"what": what, "at": at, "rows": list(rows), "files": dict(files or {}), "gone": sorted(gone)}
    said["current"] = current
    said = {name: value for name, value in said.items() if value} | {"before": before}
    line = json.dumps(said | {"hash": _hash(said)})
    with replaced(path) as temporary, temporary.open("wb") as file:
        file.write(known + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _last_hash(known: bytes) -> str:
    try:
        return json.loads(known.splitlines()[-1])["hash"]
    except (ValueError, KeyError, TypeError):
        return "unreadable"  # somebody changed it; what comes after does not fit, and `read` says so


def covered(root: Path) -> dict[str, Path]:
    """Every file that the chain of a data folder should name, by its path in it."""
    found: dict[str, Path] = {}
    for folder in (root / name for name in COVERED):
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(root)
            unfinished = any(part.startswith(".") and part.endswith(TEMPORARY) for part in inside.parts)
            if path.is_file() and not unfinished and not path.is_relative_to(root / "published" / "current"):
                found[inside.as_posix()] = path
    return found


def digests(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Path in the data folder `root` -> SHA-256 of the file."""
    return {path.relative_to(root).as_posix(): digest(path) for path in paths}


def _hash(said: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
