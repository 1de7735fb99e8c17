"""Runs dbt in this process, which takes a third of the time of a subprocess per command."""

import hashlib
import os
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from orchestration.ingest import ledger
from orchestration.store.errors import TweError, of_machine
from orchestration.store.files import replaced, sweep
from orchestration.store.paths import DBT_PROJECT, DataFolder
from orchestration.store.settings import Settings
from orchestration.store.sql import literal, pattern

SILENT = ("--log-level", "none", "--no-send-anonymous-usage-stats")
SOURCES = {".sql", ".yml", ".csv", ".md"}
MADE_FROM = "made_from.sha256"
"""File beside the manifest with the digest of the sources that it was parsed from."""

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
    """dbt's target folder: one per data folder, because the parsed project contains the paths of the data."""
    return data.work / "dbt"


def manifest(data: DataFolder, folder: Path | None = None) -> Path:
    """Path of an up-to-date manifest.json in dbt's target folder, or in another `folder`; the project is parsed when
    the manifest is missing or was made from other sources."""
    path = (folder or target(data)) / "manifest.json"
    if not is_current(path):
        invoke(data, ["parse"], folder=folder)
        with replaced(path.with_name(MADE_FROM)) as temporary:
            temporary.write_text(digest_of_sources(), encoding="ascii")
    return path


def is_current(path: Path) -> bool:
    """Whether the manifest exists and was made from the present sources. Their digests are compared, not times: the
    files of a new image may be older than a manifest that the former image made."""
    made_from = path.with_name(MADE_FROM)
    return path.exists() and made_from.exists() and made_from.read_text(encoding="ascii") == digest_of_sources()


def digest_of_sources() -> str:
    """SHA-256 of the version of dbt and of its project: models, macros, seeds, tests, descriptions and settings."""
    digest = hashlib.sha256(metadata.version("dbt-core").encode())
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
    name_data_folder(data)
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


def memory_limit(data: DataFolder) -> int:
    """Bytes that DuckDB may take for the warehouse: `TWE_WAREHOUSE_MEMORY`, or else by the rows in the lake. Whole GB,
    since dbt parses its project anew when it is another."""
    if given := Settings(data=data.root).warehouse_memory:
        return int(given)
    rows = sum(entry.rows_accepted for entry in ledger.read(data.ledger) if entry.status == "accepted")
    return max(1, -(-rows * BYTES_PER_ROW // GB)) * GB


def name_data_folder(data: DataFolder) -> None:
    """As a path, and as it stands within quotes in the models' SQL: there it is part of a pattern, and dbt-duckdb takes
    braces for names to fill in."""
    os.environ["TWE_DATA"] = str(data.root)
    quoted = literal(pattern(data.root))[1:-1]
    os.environ["TWE_DATA_PATTERN"] = quoted.replace("{", "{{").replace("}", "}}")


def _first_line(message: str | None) -> str:
    lines = [line.strip() for line in (message or "no message").splitlines() if line.strip()]
    return " ".join(lines[:2])[:240]
