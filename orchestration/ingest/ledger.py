"""The ledger: one row a delivery, written last. What is not in it was never loaded.

Kept as one Parquet file that is replaced whole, so that dbt and people read it as any other table.
"""

import datetime as dt
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from orchestration.store import chain
from orchestration.store.files import digest, replaced
from orchestration.store.sql import literal, read_parquet

CHAIN_BEGUN = (
    f"{chain.FILE} was missing and is begun anew, with what lies here as it is now. That is right in a data folder of "
    "before there was a chain alone; else somebody removed it: hold the folder against a backup"
)

COLUMNS = {
    "delivery_id": "varchar",
    "file_name": "varchar",
    "source": "varchar",
    "delivered_on": "date",
    "status": "varchar",
    "message": "varchar",
    "message_nl": "varchar",
    "sha256": "varchar",
    "rows_read": "integer",
    "rows_accepted": "integer",
    "rows_quarantined": "integer",
    "rows_warned": "integer",
    "reasons": 'struct("rule" varchar, on_fail varchar, "rows" integer)[]',
    "checks": 'struct("rule" varchar, on_fail varchar, rows_checked integer, rows_failed integer)[]',
    "suite_version": "varchar",
    "run_id": "varchar",
    "loaded_at": "timestamp",
    "judged_by": "varchar",
}


@dataclass(frozen=True)
class Reason:
    """Rows of a delivery that broke one rule."""

    rule: str
    on_fail: str
    rows: int


@dataclass(frozen=True)
class Check:
    """One rule as it was validated on a delivery: also when no row broke it, so that one sees that it was looked at."""

    rule: str
    on_fail: str
    rows_checked: int
    rows_failed: int


@dataclass(frozen=True)
class Entry:
    """What happened to a delivery. `status` is accepted or rejected; a rejected one has no rows."""

    delivery_id: str
    file_name: str
    source: str
    delivered_on: dt.date
    status: str
    message: str
    sha256: str
    suite_version: str
    run_id: str
    loaded_at: dt.datetime
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_warned: int = 0
    reasons: Sequence[Reason] = field(default_factory=tuple)
    checks: Sequence[Check] | None = None
    """Every rule that was validated, in the order of the suite; None for a delivery of before this was kept."""
    message_nl: str = ""
    """`message` in Dutch, for those who deliver; empty for a delivery of before this was kept."""
    judged_by: str = ""
    """What its rows were validated by (see `expectations.agreement`); empty when it has none, or is of before this was
    kept, when all were by Great Expectations."""


def read(path: Path) -> list[Entry]:
    """All entries, in the order of delivery. No file is an empty ledger."""
    if not path.exists():
        return []
    stat = path.stat()  # the ledger is replaced, never changed in place: another content is another file
    return list(_read(path, stat.st_ino, stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=2)
def _read(path: Path, *_: int) -> tuple[Entry, ...]:
    """The entries of one state of the ledger; a run asks for them some fifty times."""
    return tuple(_entries(path, "order by delivered_on, file_name, loaded_at"))


def in_order(path: Path) -> list[Entry]:
    """All entries in the order in which they were written. No file is an empty ledger."""
    return _entries(path) if path.exists() else []


def _entries(path: Path, order: str = "") -> list[Entry]:
    names = [f.name for f in fields(Entry)]
    with duckdb.connect() as con:
        kept = _columns(con, path)
        columns = ", ".join(name if name in kept else f"null as {name}" for name in names)
        rows = con.execute(f"select {columns} from {read_parquet(path)} {order}").fetchall()
    found: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    for row in found:
        row["reasons"] = tuple(Reason(**reason) for reason in row["reasons"])
        row["message_nl"] = row["message_nl"] or ""
        row["judged_by"] = row["judged_by"] or ""
        row["checks"] = None if row["checks"] is None else tuple(Check(**check) for check in row["checks"])
    return [Entry(**row) for row in found]


def _columns(con: DuckDBPyConnection, path: Path) -> set[str]:
    return {name for name, *_ in con.execute(f"describe from {read_parquet(path)}").fetchall()}


def is_current(path: Path) -> bool:
    """Whether the ledger exists and has every column; an older one lacks those that were added since."""
    if not path.exists():
        return False
    with duckdb.connect() as con:
        return _columns(con, path) >= set(COLUMNS)


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Adds entries by writing the ledger anew and renaming it into place. Creates it when it is missing.

    The chain has them, and the files of their rows, a moment earlier. What is added last was loaded last, also when the
    clock was set back: which run is the newest hangs on it.
    """
    begin_chain(path)
    newest = max((entry.loaded_at for entry in read(path)), default=dt.datetime.min)
    after = newest + dt.timedelta(microseconds=1)
    entries = [e if e.loaded_at >= newest else replace(e, loaded_at=after) for e in entries]
    if entries:
        root = path.parent.parent
        kept = (root / kind / e.source / f"{e.delivery_id}.parquet" for e in entries for kind in ("lake", "quarantine"))
        files = chain.digests(root, (file for file in kept if file.exists()))
        chain.record(root, "loaded", rows=map(named, entries), files=files)
    with duckdb.connect() as con, replaced(path) as temporary:
        con.execute(f"create table ledger ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")
        if path.exists():
            con.execute(f"insert into ledger by name from {read_parquet(path)}")
        if entries:  # all in one: a run may bring a thousand
            kind = f"struct({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
            select = f"select unnest(cast(? as {kind}[])) as entry"
            con.execute(f"insert into ledger by name select entry.* from ({select})", [[asdict(e) for e in entries]])
        con.execute(f"copy ledger to {literal(temporary)} (format parquet, compression zstd)")


def begin_chain(path: Path) -> None:
    """Begins the chain of a data folder that has none, with what lies there, and notes in one that has what a killed
    run announced and never wrote. For whoever holds the lock."""
    root = path.parent.parent
    known = chain.read(root)
    if known is None:
        if path.exists() and in_order(path):
            sys.stderr.write(f"twe: {CHAIN_BEGUN}\n")
        files = {place: digest(file) for place, file in chain.covered(root).items()}
        link = root / "published" / "current"
        leads_to = link.readlink().name if link.is_symlink() else None
        chain.record(root, "begun", rows=map(named, in_order(path)), files=files, current=leads_to, begin=True)
    elif known.newest:
        names = {name for name, _ in known.newest}
        if not set(known.newest) & {named(entry) for entry in read(path) if entry.file_name in names}:
            chain.record(root, "cut short", rows=known.newest)
    if known is not None:
        folders = {(root / place).parent for place in known.last if place.startswith("published/")}
        if gone := [folder.relative_to(root).as_posix() for folder in folders if not folder.exists()]:
            chain.record(root, "cut short", gone=gone)  # other deliveries may give the next one another name


def named(entry: Entry) -> tuple[str, str]:
    """A row of the ledger as the chain names it. What a row has no value for does not count, so that a row of before a
    column was added stays the same."""
    said = {name: value for name, value in asdict(entry).items() if value not in (None, "", (), [])}
    text = json.dumps(said, default=str, sort_keys=True)
    return entry.file_name, hashlib.sha256(text.encode()).hexdigest()


def once(entries: Iterable[Entry]) -> list[Entry]:
    """Every file by its newest outcome: a rejected one does not count any more once it was tried again."""
    entries = list(entries)
    newest = {e.file_name: e.loaded_at for e in sorted(entries, key=lambda e: e.loaded_at)}
    return [e for e in entries if e.status == "accepted" or e.loaded_at == newest[e.file_name]]


def accepted_until(entries: Iterable[Entry], as_of: dt.date) -> list[Entry]:
    """The deliveries that exist at as_of: accepted, and delivered up to that day."""
    return [e for e in entries if e.status == "accepted" and e.delivered_on <= as_of]


def newest_accepted(entries: Iterable[Entry]) -> dt.date | None:
    """The default as_of: the newest day on which something was accepted."""
    return max((e.delivered_on for e in entries if e.status == "accepted"), default=None)
