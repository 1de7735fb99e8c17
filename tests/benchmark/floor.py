"""The floor of the benchmark: one hand-written script that gives the marts and the workbooks, without a framework.

    python -m tests.benchmark.floor --inbox FOLDER --out FOLDER

It is what a competent engineer would write with DuckDB and openpyxl alone: read the deliveries, refuse the rows that
the delivery format refuses, keep the newest version of every key, compute the ten marts (`floor_marts`) and write
them as Parquet and as marts.duckdb, with the nine workbooks (`floor_books`). No Dagster, no dbt, no Great
Expectations, and nothing of the project's door, models or writer.

What it leaves out, so that the comparison leans against the pipeline: the lake, the ledger and the quarantine (it
counts the refused rows, but does not say which rule they broke), warnings, incremental loading, data tests,
publication in one step, and any other stand than the newest.

Shared with the project, as data: the reference tables (`dbt_project/seeds`), the question files, and the Dutch texts
(see `floor_books`).
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import hmac
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import python_calamine

from tests.benchmark.floor_books import write_books
from tests.benchmark.floor_marts import write_marts
from tests.benchmark.floor_rules import SOURCES, Source, macros, typed

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
DEMO_KEY = "demo key, not a secret, never for real deliveries"


@dataclass
class Delivery:
    """A file of the inbox; `number` follows the order in which deliveries count (day, then file name)."""

    number: int
    path: Path
    source: str
    delivered_on: dt.date
    sha256: str


def main() -> None:
    parser = argparse.ArgumentParser(description="Marts and workbooks from an inbox, in one plain script.")
    parser.add_argument("--inbox", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"temp_directory": "", "autoinstall_known_extensions": False})
    con.execute("set preserve_insertion_order = false")
    for name in ("municipalities", "code_lists", "class_sets"):
        text = "types = {'nis_code': 'varchar', 'successor_nis_code': 'varchar', 'valid_from': 'date'}, "
        text = text if name == "municipalities" else ""
        con.execute(f"create table {name} as from read_csv('{SEEDS / name}.csv', {text} header = true)")
    con.execute(macros())
    con.execute("create table files (file integer, name varchar, source varchar, delivered_on date, sha256 varchar)")
    con.execute("create table clients (given varchar, client_key varchar)")
    con.execute("create table counts (file integer, rows_read bigint, rows_refused bigint)")
    found = deliveries(options.inbox)
    con.executemany(
        "insert into files values (?, ?, ?, ?, ?)",
        [[d.number, d.path.name, d.source, d.delivered_on, d.sha256] for d in found],
    )
    key = os.environ.get("TWE_PSEUDONYM_KEY", DEMO_KEY).encode()
    for name, source in SOURCES.items():
        load(con, name, source, [d for d in found if d.source == name], key)
    follow_numbers(con)
    as_of = max(d.delivered_on for d in found)
    read_at = time.process_time()
    write_marts(con, options.out, as_of)
    marts_at = time.process_time()
    write_books(con, options.out, as_of)
    seconds = (read_at, marts_at - read_at, time.process_time() - marts_at)
    print("deliveries {:.1f}, marts {:.1f}, workbooks {:.1f} CPU seconds".format(*seconds))


def deliveries(inbox: Path) -> list[Delivery]:
    """Files by the name `<source>_<day>[_<label>].<format>`; the same content counts once."""
    named = []
    for path in inbox.iterdir():
        source = next(s for s in SOURCES if path.name.startswith(f"{s}_20"))
        named.append((dt.date.fromisoformat(path.name[len(source) + 1 :][:10]), path.name, path, source))
    seen: dict[str, Delivery] = {}
    for number, (day, _, path, source) in enumerate(sorted(named)):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        seen.setdefault(digest, Delivery(number, path, source, day, digest))
    return list(seen.values())


def load(con: duckdb.DuckDBPyConnection, name: str, source: Source, found: list[Delivery], key: bytes) -> None:
    """Makes table `name`: the newest version of every key that was not refused or withdrawn."""
    texts = ", ".join(f"{c} varchar" for c in source.columns)
    con.execute(f"create or replace table raw (file integer, {texts})")
    malformed = {d.number: read(con, source, d) for d in found}
    for column in source.numbers:
        pseudonymise(con, column, key)
    typed(con, name, source)
    con.execute(f"insert into counts select file, count(*), count(*) filter (refused) from {name}_read group by file")
    for file, n in malformed.items():
        if n:
            con.execute(
                f"update counts set rows_read = rows_read + {n}, rows_refused = rows_refused + {n} where file = {file}"
            )
    con.execute(f"""
        create table {name} as
        select * exclude (refused, withdrawn) from (
            select * from {name}_read where not refused
            qualify row_number() over (partition by {", ".join(source.key)} order by file desc) = 1
        ) where not withdrawn;
        drop table {name}_read;
    """)


def read(con: duckdb.DuckDBPyConnection, source: Source, delivery: Delivery) -> int:
    """Appends the rows of a file to `raw` as trimmed text; returns how many had another number of fields."""
    suffix = delivery.path.suffix
    if suffix == ".parquet":
        relation = f"read_parquet('{delivery.path}')"
        header = [row[0] for row in con.execute(f"describe from {relation}").fetchall()]
        append(con, source, delivery, header, relation)
        return 0
    if suffix == ".xlsx":
        rows = python_calamine.CalamineWorkbook.from_path(str(delivery.path)).get_sheet_by_index(0).to_python()
        cells = zip(*([as_text(c) for c in row] for row in rows[1:]), strict=True)
        header = [str(c) for c in rows[0]]
        con.register("sheet", {h: np.array(column, dtype=object) for h, column in zip(header, cells, strict=True)})
        append(con, source, delivery, header, "sheet")
        con.unregister("sheet")
        return 0
    return read_csv(con, source, delivery)


def read_csv(con: duckdb.DuckDBPyConnection, source: Source, delivery: Delivery) -> int:
    """A CSV file in either encoding and with either separator, read by DuckDB; malformed rows are set apart."""
    with utf8(delivery.path) as (path, first_line):
        separator = max(";,", key=first_line.count)
        header = next(csv.reader([first_line], delimiter=separator))
        columns = ", ".join(f"'{h}': 'varchar'" for h in header)
        relation = (
            f"read_csv('{path}', auto_detect = false, header = true, delim = '{separator}', quote = '\"', "
            f"escape = '\"', nullstr = '', store_rejects = true, columns = {{{columns}}})"
        )
        append(con, source, delivery, header, relation)
    count = "select count(*) from (select distinct scan_id, file_id, line from reject_errors)"
    (malformed,) = con.execute(count).fetchall()[0]
    con.execute("drop table reject_errors; drop table reject_scans")
    return malformed


@contextmanager
def utf8(path: Path) -> Generator[tuple[Path, str]]:
    """The path of a file as UTF-8 (a temporary copy when it was Windows-1252), and its first line."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
        with tempfile.NamedTemporaryFile(suffix=".csv") as copy:
            copy.write(text.encode("utf-8"))
            copy.flush()
            yield Path(copy.name), text.split("\n", 1)[0].rstrip("\r")
    else:
        yield path, text.split("\n", 1)[0].rstrip("\r")


def append(
    con: duckdb.DuckDBPyConnection, source: Source, delivery: Delivery, header: list[str], relation: str
) -> None:
    """Inserts the contract's columns of `relation`, trimmed; rows that are blank throughout are no rows."""
    places = {h.strip().lower(): h for h in header if h.strip()}
    if missing := [c for c in source.required if c not in places]:
        raise SystemExit(f"{delivery.path.name} lacks {', '.join(missing)}")
    fields = ", ".join(f'given("{h}") as "{name}"' for name, h in places.items())
    known = ", ".join(c for c in source.columns if c in places)
    filled = ", ".join(f'"{name}"' for name in places)
    con.execute(
        f"insert into raw by name select {delivery.number} as file, {known} from (select {fields} from {relation}) "
        f"where coalesce({filled}) is not null"
    )


def as_text(cell: object) -> str:
    """A cell as a person would type it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def follow_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """One person, one client: every key becomes the last one of its changes, unless these run into a circle."""
    con.execute("""
        create table persons as with recursive persons(old, last) as (
            select oude_insz, nieuwe_insz from insz_wijzigingen
            where nieuwe_insz not in (select oude_insz from insz_wijzigingen)
            union all
            select oude_insz, last from insz_wijzigingen join persons on nieuwe_insz = old
        ) from persons
    """)
    for name, source in SOURCES.items():
        if "klant_id" in source.columns:
            con.execute(f"update {name} set client_key = last from persons where client_key = old")


def pseudonymise(con: duckdb.DuckDBPyConnection, column: str, key: bytes) -> None:
    """Adds to table `clients` (given, client_key): HMAC-SHA-256 of every valid INSZ not seen before."""
    rows = con.execute(f"""
        select given, insz(given) as digits from (select distinct {column} as given from raw) anti join clients
        using (given) where digits is not null
    """).fetchall()
    if rows:
        keys = [hmac.digest(key, digits.encode(), "sha256").hex() for _, digits in rows]
        con.register("pairs", {"id": np.array([r[0] for r in rows], object), "client_key": np.array(keys, object)})
        con.execute("insert into clients from pairs")
        con.unregister("pairs")


if __name__ == "__main__":
    main()
