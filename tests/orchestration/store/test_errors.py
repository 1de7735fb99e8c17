"""A full disk and too little memory are told by many classes of errors; people get one line."""

import errno
import sqlite3

import duckdb
import pytest

from orchestration.store.errors import of_machine


def chained(cause: Exception) -> Exception:
    try:
        try:
            raise cause
        except Exception as error:
            raise RuntimeError("Error occurred while writing") from error
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        sqlite3.OperationalError("database or disk is full"),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        chained(sqlite3.OperationalError("database or disk is full")),
    ],
)
def test_a_full_disk_is_known_by_its_error(error: Exception) -> None:
    assert str(of_machine(error)).startswith("the disk is full; what was loaded and published before is unchanged; ")


def test_sqlite_can_t_say_whether_a_disk_is_full_or_fails() -> None:
    assert str(of_machine(sqlite3.OperationalError("disk I/O error"))).startswith("the disk is full, or it fails")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data of size 64.0 MiB"),
        ImportError("libgfortran.so: failed to map segment from shared object"),
        chained(MemoryError()),
    ],
)
def test_too_little_memory_is_known_by_its_error(error: Exception) -> None:
    said = str(of_machine(error))
    assert said.startswith("there is too little memory; what was loaded and published before is unchanged; ")
    assert said.endswith("start the command again")


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "Permission denied"), ValueError("x"), KeyError(28)])
def test_another_error_is_none_of_the_machine(error: Exception) -> None:
    assert of_machine(error) is None
