"""Puts several folders of the data folder in place of the former ones, all of them or none.

The new folders are written beside the old ones. One rename says that they are complete; from then on whoever holds
the lock finishes the exchange, also after a kill in the middle of it.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from orchestration.store.paths import DataFolder


@contextmanager
def exchange(data: DataFolder) -> Generator[DataFolder]:
    """Gives a data folder for the new versions; when the block ends well they take the place of the old ones.

    For whoever holds the lock. A folder that is not written in the block stays as it is. After an error all does.
    """
    finish(data)
    building = _building(data)
    building.mkdir()
    try:
        yield DataFolder(building)
        building.rename(data.next)
    finally:
        if building.exists():
            shutil.rmtree(building)
    finish(data)


def finish(data: DataFolder) -> None:
    """Completes an exchange that was decided on, and removes what was left of one that was not.

    For whoever holds the lock; costs nothing when there is none. What is left may hold pseudonyms of a former key,
    or of a person whose erasure was killed.
    """
    if (unfinished := _building(data)).exists():
        shutil.rmtree(unfinished)
    if not data.next.is_dir():
        return
    for folder in sorted(data.next.iterdir()):
        _put(folder, data.root / folder.name)
    data.next.rmdir()


def _building(data: DataFolder) -> Path:
    return data.root / f".{data.next.name}.tmp"


def _put(folder: Path, place: Path) -> None:
    if place.exists():
        shutil.rmtree(place)
    folder.rename(place)
