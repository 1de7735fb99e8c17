"""Rows of the past as text again, so that the rules of today can be held against them.

A loaded row becomes the text that the door reads as exactly its values; a refused row is the text that was delivered.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.contract import SourceContract
from expectations.model import WITHDRAWN
from orchestration.ingest import load
from orchestration.ingest.ledger import Entry
from orchestration.ingest.storage import lake_text
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote

VALID_INSZ = "00000000097"
"""Stands in for an INSZ that was valid: eleven digits with a right checksum, and of nobody."""


def prepare(con: duckdb.DuckDBPyConnection, source: SourceContract) -> None:
    """Makes the empty tables `raw`, `past` (_delivery, _row, rule, on_fail) and `refused` (_delivery, _row)."""
    load.prepare_database(con, source)
    con.execute("create table past (_delivery integer, _row integer, rule varchar, on_fail varchar)")
    con.execute("create table refused (_delivery integer, _row integer)")


def read_lake(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract, number: int, entry: Entry
) -> None:
    """Puts the loaded rows of one delivery into `raw`."""
    lake = data.lake / source.source / f"{entry.delivery_id}.parquet"
    known = _columns(con, lake)
    texts = []
    for column in source.columns:
        if column.lake_name not in known:
            texts.append("null")
        elif column.type == "insz":
            texts.append(f"case when {quote(column.lake_name)} is not null then {literal(VALID_INSZ)} end")
        elif column.name == WITHDRAWN:
            texts.append(f"case when {quote(column.name)} then 'J' end")
        else:
            texts.append(lake_text(column))
    con.execute(
        f"insert into raw select {number}, _row, false, null, {', '.join(texts)} from read_parquet(?)", [str(lake)]
    )


def read_quarantine(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract, number: int, entry: Entry, *outcomes: str
) -> None:
    """Puts the rows of one delivery with these outcomes into `raw`, and what was found of all of them into `past`."""
    quarantine = data.quarantine / source.source / f"{entry.delivery_id}.parquet"
    if not quarantine.exists():
        return
    known = _columns(con, quarantine)
    texts = []
    for column in source.columns:
        name = quote(column.name)
        if column.name not in known:
            texts.append("null")
        elif column.type == "insz":
            invalid = literal(f"invalid_{column.name}")
            texts.append(
                f"case when {name} is null or list_contains(rules, {invalid}) then {name} "
                f"else {literal(VALID_INSZ)} end"
            )
        else:
            texts.append(name)
    con.execute(
        f"insert into raw select {number}, row_number, list_contains(rules, 'malformed_row'), fields, "
        f"{', '.join(texts)} from read_parquet(?) where outcome in ({', '.join(map(literal, outcomes))})",
        [str(quarantine)],
    )
    con.execute(
        f"insert into refused select {number}, row_number from read_parquet(?) where outcome = 'quarantined'",
        [str(quarantine)],
    )
    con.execute("create or replace temp table effects (rule varchar, on_fail varchar)")
    if entry.reasons:
        con.executemany("insert into effects values (?, ?)", [[r.rule, r.on_fail] for r in entry.reasons])
    con.execute(
        f"insert into past select {number}, row_number, rule, on_fail "
        "from (select row_number, unnest(rules) as rule from read_parquet(?)) join effects using (rule)",
        [str(quarantine)],
    )


def _columns(con: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    return {name for name, *_ in con.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()}
