"""What a data folder holds that must be the same after a killed run as after an undisturbed one.

Bytes, of everything that is handed out or kept: lake, quarantine, published tables, workbooks, answers, figure books,
hidden figures, releases. Of what holds the moment or the number of a run, all the rest of it: the ledger, the notes of
a publication, the quality report. Left out are what only a run itself works with: dbt's target folder and the
warehouse file, from which a publication is copied, what it need not work out again, Dagster's books, and the lock. The
chain has the moment of every step in it, and `twe verify` holds it against all else.
"""

import hashlib
import json
import re
from pathlib import Path

import duckdb

from orchestration.store import chain
from orchestration.store.paths import DataFolder

REMEMBERED = (
    "work/solved_parts.json.gz",
    "work/seen_files.json",
    "work/built.json",
    "work/agreed.json",
    "work/kept_counts.json",
)
WORKING = ("work/dbt/", "work/warehouse.duckdb", *REMEMBERED, "dagster/", "run.lock", "inbox/")
OF_THE_RUN = ("loaded_at", "run_id", "judged_by")
OF_THE_MOMENT = ("published_at",)
RUN_IN_REPORT = re.compile(r"\d\d/\d\d/\d{4} om \d\d:\d\d( \([0-9a-f]{8}\))?")

Contents = dict[str, str]


def contents(data: DataFolder) -> Contents:
    """Name of every file that counts -> a digest of what has to be the same in it."""
    found: Contents = {}
    for path in sorted(data.root.rglob("*")):
        name = path.relative_to(data.root).as_posix()
        if name.startswith(WORKING) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() and path != data.quality_report:
            found[name] = str(path.readlink())
        elif path.parent == data.reports and path != data.quality_report:
            continue  # one a run, named after it; the newest is read by the link
        elif path not in (data.reported_runs, data.root / chain.FILE):
            found[name] = hashlib.sha256(_lasting(data, path)).hexdigest()
    found["runs that have not reported"] = str(sorted(_unreported(data)))
    return found


def differences(wanted: Contents, found: Contents) -> list[str]:
    """Readable lines; none when both are the same."""
    return [
        *(f"missing: {name}" for name in sorted(wanted.keys() - found.keys())),
        *(f"left over: {name}" for name in sorted(found.keys() - wanted.keys())),
        *(f"differs: {name}" for name in sorted(wanted.keys() & found.keys()) if wanted[name] != found[name]),
    ]


def _lasting(data: DataFolder, path: Path) -> bytes:
    if path == data.ledger:
        return _rows(f"select * exclude ({', '.join(OF_THE_RUN)}) from read_parquet(?) order by all", path)
    if path.name == "publication.parquet":
        return _rows(f"select * exclude ({', '.join(OF_THE_MOMENT)}) from read_parquet(?)", path)
    if path.name == "publication.json":
        kept = {k: v for k, v in json.loads(path.read_text(encoding="utf-8")).items() if k not in OF_THE_MOMENT}
        return json.dumps(kept, sort_keys=True).encode()
    if path.name == "marts.duckdb":
        return _database(path)
    if path == data.quality_report:
        return RUN_IN_REPORT.sub("run", path.read_text(encoding="utf-8")).encode()
    return path.read_bytes()


def _rows(query: str, path: Path) -> bytes:
    with duckdb.connect() as con:
        return repr(con.execute(query, [str(path)]).fetchall()).encode()


def _database(path: Path) -> bytes:
    """The tables in their order, the comments on them, and all rows: DuckDB's own pages differ from time to time."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("select table_name, comment from duckdb_tables() order by all").fetchall()
        columns = con.execute("select table_name, column_name, data_type, comment from duckdb_columns() order by all")
        told = [tables, [row for row in columns.fetchall() if row[1] not in OF_THE_MOMENT]]
        for name, _ in tables:
            left_out = f"exclude ({', '.join(OF_THE_MOMENT)})" if name == "publication" else ""
            told.append(con.execute(f"select * {left_out} from {name}").fetchall())
    return repr(told).encode()


def _unreported(data: DataFolder) -> set[str]:
    if not data.reported_runs.exists():
        return set()
    with duckdb.connect() as con:
        query = "select distinct run_id from read_parquet(?)"
        runs = {run for (run,) in con.execute(query, [str(data.ledger)]).fetchall()}
    return runs - set(data.reported_runs.read_text(encoding="ascii").split())
