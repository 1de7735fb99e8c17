"""What each delivery was like, in counts: rows, rejected rows, missing values per column, rows per code.

Counted once from the lake and quarantine of a delivery and kept beside the ledger, so that backup, erasure and a new
key take it along; a delivery without a profile (of before this was kept, or of a killed run) gets one when it is asked
for. No value of a row is in it but codes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from expectations.contract import SourceContract
from expectations.model import WITHDRAWN
from orchestration.ingest.ledger import Entry
from orchestration.quality import case_rows
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote, read_parquet

ROWS, RETURNED, WITHDRAWALS, MISSING, CODE = "rows", "returned", "withdrawals", "missing", "code"
"""Kinds of counts. `returned`: rows of which an earlier version was quarantined or warned about."""
COLUMNS = "delivery_id varchar, kind varchar, column_name varchar, code varchar, counted integer, of_rows integer"
Counts = dict[tuple[str, str, str], tuple[int, int]]
"""(kind, column, code) -> number of rows, and of how many."""


@dataclass(frozen=True)
class Profile:
    """The counts of one delivery."""

    entry: Entry
    counts: Counts = field(hash=False)

    @property
    def is_correction(self) -> bool:
        """Most rows came back after they were quarantined or warned about: no delivery to compare others with."""
        returned, rows = self.counts.get((RETURNED, "", ""), (0, 0))
        return 2 * returned > rows


def of_source(data: DataFolder, source: SourceContract, entries: Iterable[Entry]) -> list[Profile]:
    """The profiles of the accepted deliveries of a source, in the order of delivery; those that are missing are made.
    The caller holds the lock, or every profile is there."""
    accepted = [e for e in entries if e.source == source.source and e.status == "accepted"]
    known = _read(data, source.source)
    if new := [e for e in accepted if e.delivery_id not in known and _lake_file(data, e).exists()]:
        made = _count(data, source, new)
        _add(data, source.source, made)
        known |= made
    return [Profile(e, known[e.delivery_id]) for e in accepted if e.delivery_id in known]


def _read(data: DataFolder, source: str) -> dict[str, Counts]:
    if not data.profiles.exists():
        return {}
    with duckdb.connect() as con:
        rows = con.execute(
            "select delivery_id, kind, column_name, code, counted, of_rows "
            f"from {read_parquet(data.profiles)} where source = ?",
            [source],
        ).fetchall()
    found: dict[str, Counts] = {}
    for delivery_id, *key, counted, of_rows in rows:
        found.setdefault(delivery_id, {})[key[0], key[1], key[2]] = (counted, of_rows)
    return found


def _add(data: DataFolder, source: str, made: Mapping[str, Counts]) -> None:
    """Writes the file anew with these profiles and renames it into place. Its order is its own, so that a run that was
    killed in between leaves the same bytes in the end."""
    lines = [(name, *key, *numbers) for name, counts in made.items() for key, numbers in counts.items()]
    with duckdb.connect() as con, replaced(data.profiles) as temporary:
        con.execute(f"create table profiles (source varchar, {COLUMNS})")
        if data.profiles.exists():
            con.execute(f"insert into profiles from {read_parquet(data.profiles)}")
        columns = [list(column) for column in zip(*lines, strict=True)]
        con.execute(f"insert into profiles select {literal(source)}, {', '.join(['unnest(?)'] * 6)}", columns)
        con.execute(f"copy (from profiles order by all) to {literal(temporary)} (format parquet, compression zstd)")


def _count(data: DataFolder, source: SourceContract, entries: Sequence[Entry]) -> dict[str, Counts]:
    """The counts of these deliveries, by one query over their files in the lake and one over those in quarantine."""
    coded = {c.name: c.codes for c in source.columns if c.codes} | {
        c.name: ("J", "N") for c in source.columns if c.type == "yesno" and c.name != WITHDRAWN
    }
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = false")
        lake = _of_lake(con, data, source, entries, coded)
        quarantine = _of_quarantine(con, data, source, entries)
        returned = _returned(con, data, source, entries)
    found: dict[str, Counts] = {}
    for entry in entries:
        here, wrong = lake.get(entry.delivery_id, {}), quarantine.get(entry.delivery_id, {})
        live = here.get((ROWS, ""), 0)
        counts: Counts = {
            (ROWS, "", ""): (entry.rows_quarantined, entry.rows_read),
            (RETURNED, "", ""): (returned.get(entry.delivery_id, 0), entry.rows_read),
            (WITHDRAWALS, "", ""): (entry.rows_accepted - live, entry.rows_accepted),
        }
        of_rows = live + wrong.get((ROWS, ""), 0)
        for column in source.columns:
            if column.name != WITHDRAWN:
                missing = here.get((MISSING, column.name), 0) + wrong.get((MISSING, column.name), 0)
                counts[MISSING, column.name, ""] = (missing, of_rows)
        for name, codes in coded.items():
            given = {code: here.get((f"{CODE} {code}", name), 0) for code in codes}
            counts |= {(CODE, name, code): (n, sum(given.values())) for code, n in given.items()}
        found[entry.delivery_id] = counts
    return found


Wide = dict[str, dict[tuple[str, str], int]]
"""Delivery -> (what is counted, column) -> rows."""


def _of_lake(
    con: duckdb.DuckDBPyConnection,
    data: DataFolder,
    source: SourceContract,
    entries: Sequence[Entry],
    coded: Mapping[str, Sequence[str]],
) -> Wide:
    files = _lake_files(data, entries)
    known = _columns(con, files)
    names = {c.name: quote(c.lake_name) for c in source.columns if c.name != WITHDRAWN and c.lake_name in known}
    wanted = {(ROWS, ""): "true", **{(MISSING, name): f"{column} is null" for name, column in names.items()}}
    yes_no = {c.name for c in source.columns if c.type == "yesno"}
    for name, codes in coded.items():
        for code in codes if name in names else ():
            value = ("true" if code == "J" else "false") if name in yes_no else literal(code)
            wanted[f"{CODE} {code}", name] = f"{names[name]} = {value}"
    return _wide(con, wanted, f"{files} where not coalesce({WITHDRAWN}, false)", "_delivery_id")


def _of_quarantine(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract, entries: Sequence[Entry]
) -> Wide:
    paths = [data.quarantine / source.source / f"{e.delivery_id}.parquet" for e in entries if e.rows_quarantined]
    if not paths:
        return {}
    files = read_parquet(*paths, union_by_name=True, filename=True)
    known = _columns(con, files)
    names = [c.name for c in source.columns if c.name != WITHDRAWN and c.name in known]
    wanted = {(ROWS, ""): "true", **{(MISSING, name): f"{quote(name)} is null" for name in names}}
    rows = f"{files} where outcome = 'quarantined' and not list_contains(rules, 'malformed_row')"
    return _wide(con, wanted, rows, "parse_filename(filename, true)")


def _lake_files(data: DataFolder, entries: Sequence[Entry]) -> str:
    return read_parquet(*(_lake_file(data, entry) for entry in entries), union_by_name=True)


def _lake_file(data: DataFolder, entry: Entry) -> Path:
    return data.lake / entry.source / f"{entry.delivery_id}.parquet"


def _columns(con: duckdb.DuckDBPyConnection, files: str) -> set[str]:
    return {name for name, *_ in con.execute(f"describe from {files}").fetchall()}


def _wide(con: duckdb.DuckDBPyConnection, wanted: Mapping[tuple[str, str], str], rows: str, delivery: str) -> Wide:
    counts = ", ".join(f"count(*) filter ({condition})" for condition in wanted.values())
    found = con.execute(f"select {delivery}, {counts} from {rows} group by all").fetchall()
    return {name: dict(zip(wanted, numbers, strict=True)) for name, *numbers in found}


def _returned(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract, entries: Sequence[Entry]
) -> dict[str, int]:
    """Delivery -> its rows of which an earlier delivery had a quarantined or warned version."""
    case_rows.create_tables(con, data)
    quarantine = case_rows.parquet(con, data.quarantine, source.source)
    if not quarantine:
        return {}
    key, lake_key = case_rows.keys(source)
    rows = con.execute(
        f"""
        with wrong as (
            select {key} as row_key, d.place, d.delivery_id, outcome
            from {quarantine} as r
            join deliveries as d on d.delivery_id = parse_filename(r.filename, true)
        ), first as (
            select row_key, min(place) as place from wrong where row_key is not null group by row_key
        ), delivered as (
            select {lake_key} as row_key, _delivery_id as delivery_id
            from {_lake_files(data, entries)}
            union all
            select row_key, delivery_id from wrong where outcome = 'quarantined' and delivery_id in (select unnest(?))
        )
        select r.delivery_id, count(*)
        from delivered as r join first as f using (row_key) join deliveries as d on d.delivery_id = r.delivery_id
        where f.place < d.place
        group by all
        """,
        [[e.delivery_id for e in entries]],
    ).fetchall()
    return dict(rows)
