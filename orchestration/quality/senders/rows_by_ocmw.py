"""Rows per source, OCMW and day of delivery: read, quarantined, warned and resolved. Counts, never a value of a row.

The mart `quality_by_ocmw` is made of it, and so are the course per OCMW in the report and `twe quarantine --by ocmw`.
Everything is counted in DuckDB from lake and quarantine, so that the rows never become objects.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from expectations import contract
from expectations.contract import SourceContract
from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.quality import case_rows
from orchestration.quality.kept_counts import KeptCounts
from orchestration.quality.recipients import Recipient, Recipients
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal

COLUMNS = (
    "source varchar, nis_code varchar, ocmw_name varchar, delivered_on date, rows_read bigint, "
    "rows_quarantined bigint, rows_warned bigint, rows_resolved bigint, resolved_after_days bigint"
)
"""Of `rows_by_ocmw`. A resolved row is one that a later delivery put right; `resolved_after_days` is the sum of the
days from its own delivery to that one. A literal repeat, which needs no correction, is no resolved row."""


LINES = TypeAdapter(list[tuple[str, str | None, str, dt.date, int, int, int, int, int]])


def write(data: DataFolder, path: Path, as_of: dt.date, geography_date: dt.date) -> int:
    """Writes the counts of the deliveries that exist at as_of as Parquet, with the OCMWs of `geography_date`; returns
    the number of lines. Those of a source of which nothing changed since they were counted are kept."""
    kept = KeptCounts(data)
    facts = {name: [*kept.follows_from(contract.load(name), as_of), str(geography_date)] for name in contract.sources()}
    found = {name: kept.get(f"rows of {name}", facts[name], LINES) for name in facts}
    with duckdb.connect() as con:
        stale = [name for name, lines in found.items() if lines is None]
        create(con, data, as_of, Recipients(geography_date), stale)
        for name in stale:
            lines = con.execute(f"from rows_by_ocmw where source = {literal(name)}").fetchall()
            kept.put(f"rows of {name}", facts[name], lines, LINES)
        kept.save()
        for lines in filter(None, found.values()):
            columns = ", ".join("unnest(?)" for _ in lines[0])
            con.execute(f"insert into rows_by_ocmw select {columns}", [*map(list, zip(*lines, strict=True))])
        with replaced(path) as temporary:
            copy = f"copy (from rows_by_ocmw order by all) to {literal(temporary)} (format parquet)"
            return con.execute(copy).fetchall()[0][0]


def create(
    con: duckdb.DuckDBPyConnection,
    data: DataFolder,
    as_of: dt.date,
    who: Recipients,
    sources: Sequence[str] | None = None,
) -> None:
    """Makes the table `rows_by_ocmw`, of some sources or of all."""
    con.execute(f"set preserve_insertion_order = false; create table rows_by_ocmw ({COLUMNS})")
    asked = contract.sources() if sources is None else sources
    if not asked:
        return
    case_rows.create_tables(con, data, as_of)
    con.execute("create table nis_of_trajectory as from trajectories where nis_code is not null")
    _name_ocmws(con, who, ledger.accepted_until(ledger.read(data.ledger), as_of))
    for name in asked:
        _add(con, data, contract.load(name))


def _name_ocmws(con: duckdb.DuckDBPyConnection, who: Recipients, entries: Sequence[Entry]) -> None:
    """Makes `ocmws` (code -> the OCMW that it leads to) and `senders` (delivery -> the OCMW that its label names)."""
    for table, found in (
        ("ocmws", {code: who.municipality(code) for code in who.codes}),
        ("senders", {entry.delivery_id: who.sender(entry.file_name) for entry in entries}),
    ):
        columns = (list(found), [_nis_code(to) for to in found.values()], [to.name for to in found.values()])
        con.execute(f"create table {table} (id varchar, nis_code varchar, ocmw_name varchar)")
        con.execute(f"insert into {table} select unnest(?), unnest(?), unnest(?)", [*columns])


def _nis_code(to: Recipient) -> str | None:
    """The code of a municipality; None for a label that names none, and without a label."""
    code = to.key.split("_", 1)[0]
    return code if code.isdecimal() else None


def _add(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> None:
    lake = case_rows.parquet(con, data.lake, source.source)
    if not lake:
        return
    dated = case_rows.dated_rows(con, data, source)
    con.execute(
        "create or replace temp table outcomes (delivery_id varchar, row_number int, outcome varchar, nis varchar, "
        "resolved_on date)"
    )
    if dated:
        con.execute(f"""
            insert into outcomes
            {dated[0]}
            select o.delivery_id, j.row_number, j.outcome, j.nis, d.delivered_on
            from dated as j join deliveries as o on o.place = j.place
            left join deliveries as d on d.place = j.resolved and d.place > j.place
        """)
    names = {column.name for column in source.columns}
    own = next((f"l.{column.name}" for column in source.columns if column.type == "nis"), "null")
    known = "left join nis_of_trajectory as t on t.traject_id = l.traject_id" if "traject_id" in names else ""
    con.execute(f"""
        insert into rows_by_ocmw
        with rows as (
            select l._delivery_id as delivery_id, coalesce({own}, {"t.nis_code" if known else "null"}) as nis,
                w.outcome, w.resolved_on
            from {lake} as l
            {known}
            left join (from outcomes where outcome = 'warned') as w
                on w.delivery_id = l._delivery_id and w.row_number = l._row
            union all
            select delivery_id, nis, outcome, resolved_on from outcomes where outcome = 'quarantined'
        ), counted as (
            select delivery_id, nis, count(*) as n, count(*) filter (outcome = 'quarantined') as quarantined,
                count(*) filter (outcome = 'warned') as warned, resolved_on
            from rows group by delivery_id, nis, resolved_on
        )
        select {literal(source.source)}, coalesce(o.nis_code, s.nis_code), coalesce(o.ocmw_name, s.ocmw_name),
            d.delivered_on, sum(n), sum(quarantined), sum(warned),
            coalesce(sum(n) filter (resolved_on is not null), 0),
            coalesce(sum(n * (resolved_on - d.delivered_on)) filter (resolved_on is not null), 0)
        from counted as c
        join deliveries as d using (delivery_id)
        join senders as s on s.id = c.delivery_id
        left join ocmws as o on o.id = c.nis
        group by all
    """)
