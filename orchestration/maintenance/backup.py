"""Backup of the data folder to another folder, with the SHA-256 of every file; and restoring it.

The backup leaves out what can be made again (`work/`), and the inbox, since it holds the INSZ of every client.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from orchestration.answers import figure_books
from orchestration.answers.documents import DocumentStamps
from orchestration.store.errors import TweError
from orchestration.store.files import TEMPORARY, digest, replaced
from orchestration.store.lock import single_writer
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings, ensure_writable
from orchestration.store.swap import finish

CONTENTS = "backup.json"
"""File of a backup with the SHA-256 of every file and the target of every link. It is written last: a backup without it
is incomplete."""
UNFINISHED = (TEMPORARY, "-wal", "-shm", "-journal")


class BackupError(TweError):
    """A backup cannot be made or restored, or is damaged; the message says what to do."""


def backup(settings: Settings, folder: Path) -> int:
    """Copy what cannot be made again to `folder`, which must be new or empty; returns the number of files.

    It holds the lock, so it never copies half of a run. Raises `BusyError` during a run, and `BackupError`.
    """
    data = settings.folder
    ensure_writable(data)
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty; name a new folder for each backup")
    if folder.is_relative_to(data.root):
        raise BackupError(f"{folder} lies in the data folder; name a folder elsewhere, on another disk at best")
    with single_writer(data.lock):
        finish(data)
        if not data.ledger.exists():
            raise BackupError(f"nothing has been loaded in {data.root}; there is nothing to keep")
        contents: dict[str, str] = {}
        for path in _kept(data):
            name = path.relative_to(data.root).as_posix()
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy(path, copy)
            contents[name] = _digest(copy)
        with replaced(folder / CONTENTS) as temporary:
            temporary.write_text(json.dumps(contents, indent=1, sort_keys=True), encoding="utf-8")
    return len(contents)


def restore(settings: Settings, folder: Path) -> int:
    """Copy a backup into the data folder, in which nothing may have been loaded; returns the number of files.

    Every file is checked before anything is written, and again after it. Raises `BackupError` and `BusyError`.
    """
    data = settings.folder
    folder = folder.resolve()
    contents = check(folder)
    ensure_writable(data)
    with single_writer(data.lock):
        if data.ledger.exists() or data.next.exists():
            raise BackupError(f"{data.root} holds deliveries already; set TWE_DATA to another, empty folder")
        # The ledger last: without it nothing counts as loaded, so a restore that was killed can be done again.
        for name in sorted(contents, key=lambda name: (name == data.ledger.relative_to(data.root).as_posix(), name)):
            place = data.root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            with replaced(place) as temporary:
                _copy_plain(folder / name, temporary)
            if _digest(place) != contents[name]:
                raise BackupError(
                    f"{name} was not written as it was read; is the disk full? Empty {data.root}, try again"
                )
    return len(contents)


def check(folder: Path) -> dict[str, str]:
    """Check every file of a backup; returns path -> SHA-256, or the target of a link. Raises `BackupError`."""
    path = folder / CONTENTS
    if not path.exists():
        raise BackupError(f"{folder} holds no {CONTENTS}: it is no backup, or the backup was cut short")
    contents: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    for name, known in contents.items():
        place = folder / name
        if not place.is_symlink() and not place.is_file():
            raise BackupError(f"{name} is missing from the backup; use another one")
        if _digest(place) != known:
            raise BackupError(f"{name} is not as it was when the backup was made; use another one")
    return contents


def _kept(data: DataFolder) -> Iterator[Path]:
    folders = (data.ledger.parent, data.lake, data.quarantine, data.releases)
    folders += (data.published, data.disclosure, data.annexes, data.figure_books, data.dagster)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if (path.is_symlink() or path.is_file()) and not path.name.endswith(UNFINISHED):
                yield path
    for stamps in (DocumentStamps(data), figure_books.stamps(data)):
        if stamps.path.exists():
            yield stamps.path


def _copy(path: Path, copy: Path) -> None:
    if path.suffix == ".db" and not path.is_symlink():
        # Dagster's web server and daemon write in these databases at any time, with or without a run.
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        source.close()
        target.close()
    else:
        _copy_plain(path, copy)


def _copy_plain(path: Path, copy: Path) -> None:
    if path.is_symlink():
        copy.symlink_to(path.readlink())
    else:
        shutil.copy2(path, copy)


def _digest(path: Path) -> str:
    return f"link to {path.readlink()}" if path.is_symlink() else digest(path)
