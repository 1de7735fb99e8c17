"""Somebody who reads what is published, over and over, while runs come, go and are killed."""

import json
import multiprocessing
import time
import zipfile
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import duckdb

from orchestration.store.paths import DataFolder

PAUSE = 0.2
"""Seconds between two looks; more would only take the cores from the run."""


class Reader:
    """Reads in a process of its own from `start` until `stop`, which gives what was read and what was broken."""

    def __init__(self, folder: Path, data: DataFolder) -> None:
        self._stop, self._found = folder / "stop", folder / "found.json"
        folder.mkdir(parents=True)
        process = multiprocessing.get_context("forkserver").Process
        self._process: ForkServerProcess = process(target=_read_on, args=(data, self._stop, self._found), daemon=True)
        self._process.start()

    def stop(self) -> tuple[int, list[str]]:
        """(how often it read, what it saw that was broken)"""
        self._stop.touch()
        self._process.join()
        looks, broken = json.loads(self._found.read_text(encoding="utf-8"))
        return looks, broken


def _read_on(data: DataFolder, stop: Path, found: Path) -> None:
    looks, broken = 0, list[str]()
    seen: dict[str, str] = {}
    while True:
        last = stop.exists()  # asked before the look, so that there is one after the end
        try:
            looks += look(data, seen)
        except Exception as error:
            broken.append(f"{type(error).__name__}: {error}")
        if last:
            break
        time.sleep(PAUSE)
    found.write_text(json.dumps([looks, broken[:5]]), encoding="utf-8")


def look(data: DataFolder, seen: dict[str, str]) -> int:
    """Reads the current publication, and every other by name; returns how many. `seen`: name -> what was in it.

    Raises when one can't be read, lacks a table, or holds something else than before under the same name.
    """
    names = [path.name for path in data.published.glob("[0-9]*")] if data.published.is_dir() else []
    if data.current.is_symlink():
        names.append(data.current.resolve().name)
    for name in names:
        read = publication(data.published / name)
        if seen.setdefault(name, read) != read:
            raise AssertionError(f"{name} is not what it was")
    for book in data.annexes.rglob("*.xlsx") if data.annexes.is_dir() else []:
        known = f"{book} of {book.stat().st_mtime_ns}"  # it is replaced, never changed in place
        if known in seen:
            continue
        seen[known] = "whole"
        with zipfile.ZipFile(book) as opened:
            assert opened.testzip() is None, f"{book} is broken"
    return len(names)


def publication(folder: Path) -> str:
    """The tables with their numbers of rows, equal in marts.duckdb and in the Parquet files."""
    json.loads((folder / "publication.json").read_text(encoding="utf-8"))
    rows = {}
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as con:
        for (table,) in con.execute("select table_name from duckdb_tables() order by all").fetchall():
            counts = con.execute(
                f"select (from (select count(*) from {table})), count(*) from read_parquet(?)",
                [str(folder / f"{table}.parquet")],
            )
            ((here, there),) = counts.fetchall()
            assert here == there, f"{table} of {folder.name}: {here} rows and {there}"
            rows[table] = here
    assert len(rows) == len(list(folder.glob("*.parquet"))) > 10, f"{folder.name} lacks tables"
    return json.dumps(rows)
