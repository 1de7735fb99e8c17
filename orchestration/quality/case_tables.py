"""The tables on which cases are judged: deliveries, trajectories, municipalities and reviewed warnings, in DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.contract import SourceContract
from expectations.model import WITHDRAWN
from orchestration.ingest import ledger
from orchestration.quality.checks import csv_tables, municipalities
from orchestration.quality.checks.checking import MistakesError
from orchestration.quality.reviews import Reviews
from orchestration.store.paths import SEEDS, DataFolder
from orchestration.store.sql import literal, quote


def create(con: duckdb.DuckDBPyConnection, data: DataFolder, reviews: Reviews) -> None:
    """Makes `deliveries`, `municipalities`, `trajectories` and `reviews`.

    Raises `MistakesError` when the table of municipalities holds rows that can't be read.
    """
    _create_deliveries(con, data)
    _create_trajectories(con, data)
    con.execute("create table reviews (file_name varchar, row_number int, rule varchar, why varchar, reviewed_on date)")
    if reviews:
        con.executemany(
            "insert into reviews values (?, ?, ?, ?, ?)",
            [[*place, review.why, review.day] for place, review in reviews.items()],
        )


def _create_deliveries(con: duckdb.DuckDBPyConnection, data: DataFolder) -> None:
    con.execute(
        "create table deliveries (delivery_id varchar, file_name varchar, source varchar, delivered_on date, place int)"
    )
    accepted = [e for e in ledger.read(data.ledger) if e.status == "accepted"]
    if accepted:  # the ledger is read in the order in which deliveries count
        con.executemany(
            "insert into deliveries values (?, ?, ?, ?, ?)",
            [[e.delivery_id, e.file_name, e.source, e.delivered_on, place] for place, e in enumerate(accepted)],
        )
    rows, problems = csv_tables.read(SEEDS / municipalities.FILE, municipalities.COLUMNS)
    if problems:
        raise MistakesError("\n     ".join(map(str, problems)))
    con.execute("create table municipalities as select unnest(?) as nis_code", [[row["nis_code"] for row in rows]])


def files(con: duckdb.DuckDBPyConnection, folder: Path, source: str) -> str | None:
    """The Parquet files of accepted deliveries of a source, as SQL; None when there are none."""
    ids = con.execute("select delivery_id from deliveries where source = ? order by place", [source]).fetchall()
    paths = [path for (name,) in ids if (path := folder / source / f"{name}.parquet").exists()]
    return f"read_parquet([{', '.join(literal(str(p)) for p in paths)}], union_by_name = true" if paths else None


def _create_trajectories(con: duckdb.DuckDBPyConnection, data: DataFolder) -> None:
    """Table `trajectories` (traject_id, nis_code): the OCMW of every trajectory, by its newest version."""
    lake = files(con, data.lake, "trajecten")
    rows = (
        f"select traject_id, arg_max(ocmw_nis, place) as nis_code from {lake}) "
        f"join deliveries on delivery_id = _delivery_id where not {WITHDRAWN} group by traject_id"
    )
    con.execute(f"create view trajectories as {rows if lake else 'select null as traject_id, null as nis_code'}")


def nis_of(source: SourceContract, known: set[str]) -> str:
    """SQL for the OCMW's municipality of a row `r`."""
    own = next((c.name for c in source.columns if c.type == "nis" and c.name in known), None)
    places = []
    if own:
        places.append(f"(select m.nis_code from municipalities as m where m.nis_code = r.{quote(own)})")
    if "traject_id" in known:
        places.append("(select any_value(t.nis_code) from trajectories as t where t.traject_id = r.traject_id)")
    return f"coalesce({', '.join(places)}, null)" if places else "null"
