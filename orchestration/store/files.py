"""Files that are there whole or not at all."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

TEMPORARY = ".tmp"


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


def sweep(folder: Path) -> int:
    """Removes the temporary files that a killed run left below `folder`; returns how many."""
    stale = [p for p in folder.rglob(f".*{TEMPORARY}") if p.is_file()]
    for path in stale:
        path.unlink()
    return len(stale)
