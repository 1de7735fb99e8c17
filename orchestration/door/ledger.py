"""The ledger: one row a delivery, written last. What is not in it was never loaded.

Kept as one Parquet file that is replaced whole, so that dbt and people read it as any other table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import duckdb

from orchestration.files import replaced

COLUMNS = {
    "delivery_id": "varchar",
    "file_name": "varchar",
    "source": "varchar",
    "delivered_on": "date",
    "status": "varchar",
    "message": "varchar",
    "sha256": "varchar",
    "rows_read": "integer",
    "rows_accepted": "integer",
    "rows_quarantined": "integer",
    "rows_warned": "integer",
    "reasons": 'struct("rule" varchar, on_fail varchar, "rows" integer)[]',
    "suite_version": "varchar",
    "run_id": "varchar",
    "loaded_at": "timestamp",
}


@dataclass(frozen=True)
class Reason:
    """Rows of a delivery that broke one rule."""

    rule: str
    on_fail: str
    rows: int


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


def read(path: Path) -> list[Entry]:
    """All entries, in the order of delivery. No file is an empty ledger."""
    if not path.exists():
        return []
    names = [f.name for f in fields(Entry)]
    with duckdb.connect() as con:
        rows = con.execute(
            f"select {', '.join(names)} from read_parquet(?) order by delivered_on, file_name, loaded_at", [str(path)]
        ).fetchall()
    found: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    for row in found:
        row["reasons"] = tuple(Reason(**reason) for reason in row["reasons"])
    return [Entry(**row) for row in found]


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Adds entries by writing the ledger anew and renaming it into place. Creates it when it is missing."""
    entries = list(entries)
    with duckdb.connect() as con, replaced(path) as temporary:
        con.execute(f"create table ledger ({', '.join(f'{n} {t}' for n, t in COLUMNS.items())})")
        if path.exists():
            con.execute("insert into ledger by name select * from read_parquet(?)", [str(path)])
        if entries:
            con.executemany(
                f"insert into ledger values ({', '.join('?' for _ in COLUMNS)})",
                [[_value(getattr(e, n)) for n in COLUMNS] for e in entries],
            )
        con.execute(f"copy ledger to '{temporary}' (format parquet, compression zstd)")


def _value(value: object) -> object:
    if isinstance(value, tuple | list):
        return [{"rule": r.rule, "on_fail": r.on_fail, "rows": r.rows} for r in value]
    return value


def newest_accepted(entries: Iterable[Entry]) -> dt.date | None:
    """The default as_of: the newest day on which something was accepted."""
    return max((e.delivered_on for e in entries if e.status == "accepted"), default=None)
