"""Proof that two states of the lake give the same figures: every mart is built from both, and every row compared."""

import shutil
from pathlib import Path

import duckdb

from orchestration.ingest.workspace import Workspace
from orchestration.store.errors import TweError
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote
from orchestration.warehouse import dbt, publication
from orchestration.warehouse.run_dates import RunDates, resolve, write_run_settings

BUILD = ["build", "--exclude", "resource_type:unit_test", "resource_type:test", "stg_rows_by_ocmw+"]
"""Without the counts per OCMW: a quarantined row that an erasure emptied leads to no OCMW any more."""


class FiguresDifferError(TweError):
    """Two states of the lake do not give the same figures; the message names the tables."""

    exit_code = 1


def prove(workspace: Workspace, after: DataFolder) -> int:
    """Build and compare the marts of the lake as it is and of `after`, with the dates of the current publication, or
    those that a run would take; returns the number of rows, which are the same.

    Raises `FiguresDifferError`, `DbtError`. Its working files are removed.
    """
    data = workspace.data
    made = publication.current(data)
    dates = resolve(workspace.entries(), *((made.as_of, made.geography_date) if made else ()))
    scratch = DataFolder(data.work / "proof")
    if scratch.root.exists():
        shutil.rmtree(scratch.root)
    parsed = dbt.target(data) / "partial_parse.msgpack"
    if parsed.exists():
        dbt.target(scratch).mkdir(parents=True)
        shutil.copy2(parsed, dbt.target(scratch))
    try:
        built = [_build(scratch, state, dates, name) for state, name in ((data, "before"), (after, "after"))]
        return _compare(*built)
    finally:
        shutil.rmtree(scratch.root, ignore_errors=True)


def _build(scratch: DataFolder, state: DataFolder, dates: RunDates, name: str) -> Path:
    """Build the marts of one state in the data folder `scratch`, which holds links to it; returns the warehouse
    file."""
    scratch.root.mkdir(parents=True, exist_ok=True)
    for link, folder in ((scratch.lake, state.lake), (scratch.ledger.parent, state.ledger.parent)):
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    write_run_settings(scratch.run_settings, dates)
    dbt.invoke(scratch, BUILD)
    kept = scratch.work / f"{name}.duckdb"
    scratch.warehouse.rename(kept)
    return kept


def _compare(before: Path, after: Path) -> int:
    rows, different = 0, []
    with duckdb.connect() as con:
        for name, path in (("before", before), ("after", after)):
            con.execute(f"attach {literal(path)} as {name} (read_only)")
        tables = con.execute(
            "select table_name, count(*) = 2 from duckdb_tables() where schema_name = ? and database_name in "
            "('before', 'after') group by all order by all",
            [publication.SCHEMA],
        ).fetchall()
        for table, in_both in tables:
            old, new = (f"{name}.{publication.SCHEMA}.{quote(table)}" for name in ("before", "after"))
            if not in_both:
                different.append(table)
                continue
            differences = f"(from {old} except all from {new}) union all (from {new} except all from {old})"
            (n,) = con.execute(f"select count(*) from ({differences})").fetchall()[0]
            different += [table] if n else []
            rows += con.execute(f"select count(*) from {new}").fetchall()[0][0]
    if different:
        raise FiguresDifferError(f"the figures would change in {', '.join(different)}; nothing was changed")
    return rows
