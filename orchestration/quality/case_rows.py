"""The rows of the quarantine and what became of them, as SQL: for who makes cases of them, or counts them."""

import datetime as dt
from pathlib import Path

import duckdb

from expectations.contract import Column, SourceContract
from expectations.model import WITHDRAWN
from orchestration.ingest import ledger
from orchestration.ingest.parsing import create_macros, parsed
from orchestration.ingest.storage import value_text
from orchestration.quality import review_log
from orchestration.quality.checks import files, reference
from orchestration.store.paths import SEEDS, DataFolder
from orchestration.store.sql import quote, read_parquet


def create_tables(con: duckdb.DuckDBPyConnection, data: DataFolder, as_of: dt.date | None = None) -> None:
    """Makes `deliveries` (accepted ones), `municipalities`, `trajectories` (traject_id, nis_code) and `reviews`.

    With `as_of` only what was delivered up to that day exists, and no review: those have no place in figures.
    """
    create_macros(con)
    con.execute("""
        create table deliveries (delivery_id varchar, file_name varchar, source varchar, delivered_on date, place int);
        create table reviews (
            file_name varchar, row_number int, rule varchar, why varchar, reviewed_by varchar, reviewed_at timestamp
        );
        create view decided as
            select place, reviews.* exclude (file_name) from reviews join deliveries using (file_name)
    """)
    accepted = ledger.accepted_until(ledger.read(data.ledger), as_of or dt.date.max)
    if accepted:  # the ledger is read in the order in which deliveries count
        columns = zip(*((e.delivery_id, e.file_name, e.source, e.delivered_on) for e in accepted), strict=True)
        con.execute(
            "insert into deliveries select unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)",
            [*map(list, columns), list(range(len(accepted)))],
        )
    if as_of is None and (reviews := review_log.current(data)):
        con.executemany(
            "insert into reviews values (?, ?, ?, ?, ?, ?)",
            [[*place, review.why, review.by, review.at] for place, review in reviews.items()],
        )
    known = files.sound_rows(SEEDS / reference.MUNICIPALITIES, reference.MUNICIPALITY_HEADER)
    con.execute("create table municipalities as select unnest(?) as nis_code", [[row["nis_code"] for row in known]])
    lake = parquet(con, data.lake, "trajecten")
    newest = (
        f"select traject_id, arg_max(ocmw_nis, place) as nis_code from {lake} "
        f"join deliveries on delivery_id = _delivery_id where not {WITHDRAWN} group by traject_id"
    )
    con.execute(f"create view trajectories as {newest if lake else 'select null as traject_id, null as nis_code'}")


def parquet(con: duckdb.DuckDBPyConnection, folder: Path, source: str) -> str | None:
    """The Parquet files of accepted deliveries of a source, as SQL; None when there are none."""
    ids = con.execute("select delivery_id from deliveries where source = ? order by place", [source]).fetchall()
    paths = [path for (name,) in ids if (path := folder / source / f"{name}.parquet").exists()]
    return read_parquet(*paths, union_by_name=True, filename=True) if paths else None


def nis_of(source: SourceContract, known: set[str]) -> str:
    """SQL for the OCMW's municipality of a row `r`."""
    own = next((c.name for c in source.columns if c.type == "nis" and c.name in known), None)
    places = []
    if own:
        places.append(f"(select m.nis_code from municipalities as m where m.nis_code = r.{quote(own)})")
    if "traject_id" in known:
        places.append("(select any_value(t.nis_code) from trajectories as t where t.traject_id = r.traject_id)")
    return f"coalesce({', '.join(places)}, null)" if places else "null"


def _key_value(column: Column) -> str:
    """SQL for the value of a key column of the quarantine, which may be written in another way than in the lake."""
    return quote(column.lake_name) if column.type == "insz" else parsed(column, quote(column.name))


def keys(source: SourceContract) -> tuple[str, str]:
    """SQL for the key of a quarantined row, null when it is not usable, and for that of a row of the lake."""
    bad_key = ["malformed_row", *(f"{kind}_{k}" for kind in ("missing", "invalid") for k in source.key)]
    key = " || chr(31) || ".join(value_text(c, _key_value(c)) for c in source.key_columns)
    usable = f"case when not list_has_any(rules, {bad_key!r}) and not contains({key}, '*********') then {key} end"
    return usable, " || chr(31) || ".join(value_text(c, quote(c.lake_name)) for c in source.key_columns)


def dated_rows(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract
) -> tuple[str, list[Column]] | None:
    """SQL (common table expressions) that ends with `dated`, the rows of the quarantine and what became of them, and
    the columns of the source that it has; None when there are no rows. For a connection with `create_tables`.

    A row is known by the `place` of its delivery and its `row_number`: with names every row would take a hundred bytes
    more of memory, and there may be millions."""
    quarantine, lake = (parquet(con, folder, source.source) for folder in (data.quarantine, data.lake))
    if not quarantine or not lake:
        return None
    known = {name for name, *_ in con.execute(f"describe select * from {quarantine}").fetchall()}
    columns = [c for c in source.columns if c.name in known]
    key, lake_key = keys(source)
    # Not materialized what is cheaper to find twice than to keep.
    sql = f"""
        with broken as (
            select r.* exclude (rules, filename), r.rules as all_rules, d.place, d.delivered_on,
                {nis_of(source, known)} as nis, {key} as row_key
            from {quarantine} as r join deliveries as d on d.delivery_id = parse_filename(r.filename, true)
        ), known as (
            select b.*, v.rule, v.why, v.reviewed_by, v.reviewed_at
            from broken as b join decided as v
                on v.place = b.place and v.row_number = b.row_number and list_contains(b.all_rules, v.rule)
            where b.outcome = 'warned'
        ), closed as (
            select b.*, b.all_rules as rules, v.why, v.reviewed_by, v.reviewed_at
            from broken as b join (
                select place, row_number, arg_max(why, reviewed_at) as why,
                    arg_max(reviewed_by, reviewed_at) as reviewed_by, max(reviewed_at) as reviewed_at
                from decided group by all
            ) as v on v.place = b.place and v.row_number = b.row_number
            where b.outcome = 'quarantined' and b.row_key is null
        ), rows as not materialized (
            select b.*, list_filter(b.all_rules, lambda x: not list_contains(coalesce(k.settled, []), x)) as rules,
                null as why, null as reviewed_by, null as reviewed_at, false as reviewed
            from broken as b
            left join (select place, row_number, list(rule) as settled from known group by all) as k
                using (place, row_number)
            where len(rules) > 0 and (place, row_number) not in (select (place, row_number) from closed)
            union all by name
            select * exclude (rule), [rule] as rules, true as reviewed from known
            union all by name
            select *, true as reviewed from closed
        ), versions as (
            select l.row_key, d.place, w.all_rules
            from (select {lake_key} as row_key, _delivery_id, _row from {lake}) as l
            join deliveries as d on d.delivery_id = l._delivery_id
            left join broken as w
                on w.place = d.place and w.row_number = l._row and w.outcome = 'warned'
            where l.row_key in (select row_key from broken)
        ), resolutions as (
            select r.place, r.row_number, r.rules, min(v.place) as resolved
            from rows as r join versions as v on v.row_key = r.row_key
            where (v.place > r.place or (v.place = r.place and r.rules = ['duplicate_row']))
                and not (r.outcome = 'warned' and list_has_any(coalesce(v.all_rules, []), r.rules))
            group by all
        ), became as not materialized (
            select r.*, m.resolved from rows as r left join resolutions as m using (place, row_number, rules)
        ), often as (
            select row_key from rows where row_key is not null group by row_key having count(*) > 1
        ), spells as (
            select *, place < max(place) over same as again, count(*) filter (reviewed) over (
                    same order by place, row_number, reviewed rows between unbounded preceding and 1 preceding
                ) as spell
            from became where row_key in (from often)
            window same as (partition by row_key, outcome, resolved)
        ), dated as (
            select * exclude (spell), min(delivered_on) over (
                partition by row_key, outcome, resolved, spell
            ) as since
            from spells
            union all by name  -- of most rows there is no other version, and to look for one in a window costs most
            select *, false as again, delivered_on as since
            from became where row_key is null or row_key not in (from often)
        )
    """
    return sql, columns
