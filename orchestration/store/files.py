"""Files that are there whole or not at all, and those that hold rows of people."""

import hashlib
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY = ".tmp"
OTHERS = 0o007
"""The bits of a mode that are for everybody on the machine."""
CONFIDENTIAL_MARK = "VERTROUWELIJK"
"""In the name and on every sheet of a file that holds rows of people."""


def keep_private() -> None:
    """From now on nobody else can read what this process writes. The group can, where the process was started with a
    mask that shuts out all others, as the units of docs/deployment.md are."""
    given = os.umask(0o077)
    if given & OTHERS == OTHERS:
        os.umask(given)


def shut_out_others(folder: Path) -> None:
    """Nobody but the owner and the group of the folder gets at what is in it, whatever the modes of its files."""
    mode = folder.stat().st_mode
    if mode & OTHERS:
        try:
            folder.chmod(mode & ~OTHERS & 0o7777)
        except PermissionError:  # it is somebody else's, who decides
            sys.stderr.write(f"twe: everybody on this machine gets into {folder}; have its owner close it\n")


def make_read_only(path: Path) -> None:
    """Nobody can write in the file any more; whoever could read it still can."""
    path.chmod(path.stat().st_mode & 0o555)


@contextmanager
def replaced(path: Path) -> Generator[Path]:
    """Gives a temporary path in the folder of `path`; puts it in place by one rename when the block ends well.

    After an error the temporary file is gone and `path` is as it was; after a kill only the temporary file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_no_core() -> None:
    """Has the system write no memory of this process to disk when it crashes: it holds person numbers."""
    with suppress(ImportError):  # there is no such file on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def confidential(path: Path) -> Path:
    """The path by which a file with rows of people goes: with the mark before its name, unless it is in it."""
    return path if CONFIDENTIAL_MARK in path.name.upper() else path.with_name(f"{CONFIDENTIAL_MARK}_{path.name}")


def write_confidential(path: Path, content: bytes) -> Path:
    """Writes a file that its maker alone can read, under the name that `confidential` gives; returns its path."""
    path = confidential(path)
    with replaced(path.resolve()) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(content)
    return path


def sweep(folder: Path) -> int:
    """Removes the temporary files that a killed run left below `folder`; returns how many."""
    stale = [p for p in folder.rglob(f".*{TEMPORARY}") if p.is_file()]
    for path in stale:
        path.unlink()
    return len(stale)
