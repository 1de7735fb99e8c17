"""Runs dbt in this process, which takes a third of the time of a subprocess per command."""

import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ByteSize, TypeAdapter

from orchestration.ingest import ledger
from orchestration.store.errors import TweError, of_machine
from orchestration.store.files import replaced, sweep
from orchestration.store.paths import DBT_PROJECT, DataFolder

SILENT = ("--log-level", "none", "--no-send-anonymous-usage-stats")
SOURCES = {".sql", ".yml", ".csv", ".md"}
MANIFEST, PARSED, MADE_FROM = "manifest.json", "partial_parse.msgpack", "made_from.sha256"
"""What a parse leaves: for others, for dbt itself, and the digest of the sources that they were made from."""
PREPARED = DBT_PROJECT / "target" / "prepared"
"""The parse that the set-up made; nobody else writes there."""

NO_MEMORY = "Out of Memory"
"""DuckDB's words."""
GB = 10**9
BYTES_PER_ROW = 10
"""Of memory for every row in the lake, from where it is more than `GB`. DuckDB writes what does not fit to disk, but a
part of a join or a window it cannot: 178 million rows did not do with 1 GB, and did with 2."""


class DbtError(TweError):
    """A dbt command failed; the message names the nodes that failed, and why."""

    exit_code = 1


def target(data: DataFolder) -> Path:
    """dbt's target folder: one per data folder, where dbt notes what it built."""
    return data.work / "dbt"


def manifest(data: DataFolder, folder: Path | None = None) -> Path:
    """Path of an up-to-date manifest.json in dbt's target folder, or in another `folder`. When it is missing or was
    made from other sources, it is that of `prepare`; only where that one is not up to date the project is parsed."""
    made = folder or target(data)
    path = made / MANIFEST
    if not is_current(path):
        (made / MADE_FROM).unlink(missing_ok=True)
        if not _take_prepared(made):
            invoke(data, ["parse"], folder=folder)
            with replaced(path.with_name(MADE_FROM)) as temporary:
                temporary.write_text(digest_of_sources(), encoding="ascii")
    return path


def _take_prepared(folder: Path) -> bool:
    """Whether what `prepare` made is up to date and could be copied."""
    with suppress(OSError):  # another set-up is writing there, or it is closed to this account
        if is_current(PREPARED / MANIFEST):
            folder.mkdir(parents=True, exist_ok=True)
            for name in (MANIFEST, PARSED, MADE_FROM):  # the one that says that the others are right comes last
                with replaced(folder / name) as temporary:
                    shutil.copyfile(PREPARED / name, temporary)
            return True
    return False


def prepare() -> None:
    """Parses the project once for all data folders, beside the project: `python -m orchestration.warehouse.dbt`, which
    the set-up does. It takes six seconds of CPU."""
    if not is_current(PREPARED / MANIFEST):
        (PREPARED / MADE_FROM).unlink(missing_ok=True)
        with TemporaryDirectory() as folder:
            manifest(DataFolder(Path(folder)), PREPARED)


def is_current(path: Path) -> bool:
    """Whether the manifest exists and was made from the present sources. Their digests are compared, not times: the
    files of a new image may be older than a manifest that the former image made."""
    made_from = path.with_name(MADE_FROM)
    return path.exists() and made_from.exists() and made_from.read_text(encoding="ascii") == digest_of_sources()


def digest_of_sources() -> str:
    """SHA-256 of the versions of dbt and its adapter, which brings macros of its own, and of the project: models,
    macros, seeds, tests, descriptions and settings."""
    digest = hashlib.sha256(" ".join(map(metadata.version, ("dbt-core", "dbt-adapters", "dbt-duckdb"))).encode())
    sources = (p for p in DBT_PROJECT.rglob("*") if p.suffix in SOURCES and "target" not in p.parts)
    for path in sorted(sources):
        digest.update(path.relative_to(DBT_PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def invoke(
    data: DataFolder,
    arguments: Sequence[str],
    on_event: Callable[[Any], None] | None = None,
    folder: Path | None = None,
) -> None:
    """Run one dbt command. Raises `DbtError` when a node failed. No connection to the warehouse stays open.

    A command that only reads the project can run during a run when it gets a target `folder` of its own.
    """
    memory = memory_limit(data)
    # What needs more than usual, two models at a time need twice; DuckDB uses every processor for one as well.
    os.environ |= {"TWE_MEMORY_LIMIT": f"{memory}B", "TWE_THREADS": "1" if memory > GB else "2"}
    os.environ.setdefault("DO_NOT_TRACK", "1")
    if folder is None:
        data.work.mkdir(parents=True, exist_ok=True)
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    project = str(DBT_PROJECT)
    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(folder or target(data))]
    try:
        with _in_folder(data.root):
            result = dbtRunner(callbacks=[on_event] if on_event else []).invoke([*arguments, *folders, *SILENT])
    finally:
        # Otherwise this process keeps the warehouse locked and the publication cannot read it. dbt-duckdb only forgets
        # the database, which stays open as long as anything else refers to it.
        if environment := DuckDBConnectionManager._ENV:
            environment.close()
        DuckDBConnectionManager.close_all_connections()
        if folder is None:
            sweep(data.work)
    if not result.success:
        if result.exception and (shown := of_machine(result.exception)):
            raise shown
        bad = [r for r in getattr(result.result, "results", None) or [] if r.status in ("error", "fail")]
        said = {r.node.name: _first_line(r.message) for r in bad}
        if starved := [name for name, why in said.items() if NO_MEMORY in why]:
            raise DbtError(
                f"{memory / GB:g} GB of memory is too little for DuckDB to build {', '.join(starved)}",
                remedy="raise TWE_WAREHOUSE_MEMORY and start the command again",
            )
        reasons = "; ".join(f"{name}: {why}" for name, why in said.items())
        raise DbtError(f"dbt {arguments[0]} failed: {reasons or _first_line(str(result.exception))}")


@contextmanager
def _in_folder(folder: Path) -> Generator[None]:
    """Has the block work in a folder, if there is one: the paths of the project are those within the data folder, so
    that a parse holds for any. Who began in a folder that is gone, or that is closed to this account (`sudo -u twe` at
    another's home), goes on in the data folder. The whole process goes there: not for two threads at once."""
    before = None
    with suppress(OSError):
        before = Path.cwd()
    if folder.is_dir():
        os.chdir(folder)
    try:
        yield
    finally:
        with suppress(OSError):
            os.chdir(before or folder)


def memory_limit(data: DataFolder) -> int:
    """Bytes that DuckDB may take for the warehouse: `TWE_WAREHOUSE_MEMORY`, or else by the rows in the lake. Whole GB,
    since dbt parses its project anew when it is another."""
    if given := os.environ.get("TWE_WAREHOUSE_MEMORY"):  # alone: the set-up has nothing to do with other settings
        return int(TypeAdapter(ByteSize).validate_python(given))
    rows = sum(entry.rows_accepted for entry in ledger.read(data.ledger) if entry.status == "accepted")
    return max(1, -(-rows * BYTES_PER_ROW // GB)) * GB


def _first_line(message: str | None) -> str:
    lines = [line.strip() for line in (message or "no message").splitlines() if line.strip()]
    return " ".join(lines[:2])[:240]


if __name__ == "__main__":
    prepare()
