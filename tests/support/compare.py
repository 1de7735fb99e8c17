"""Compares a publication with what the oracle expects, row by row, and prints a short readable difference.

Everything compared is an aggregate: counts, sums and means per municipality, or counts per file.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.oracle import Delivery, Ledger

PLACE = ("year", "nis_code")
KEYS: dict[str, tuple[str, ...]] = {
    "mart_started_duration": (*PLACE, "expected_months"),
    "mart_started_profile": (*PLACE, "characteristic", "category"),
    "mart_wage_subsidies": (*PLACE, "basis"),
    "mart_ended_duration": (*PLACE, "ending", "duration_class"),
    "mart_outflow": (*PLACE, "position"),
    "mart_competence": PLACE,
    "mart_transmissions": PLACE,
    "mart_activation_ratio": (*PLACE, "basis"),
    "mart_aftercare": PLACE,
    "mart_intake": PLACE,
    "deliveries": ("file_name", "status", "sha256"),
    "quarantine_reasons": ("file_name", "source", "rule", "on_fail"),
    "warehouse_findings": ("source", "rule", "file_name"),
    "municipalities": ("nis_code",),
}
IGNORED = {"deliveries": {"message"}}
SHOWN = 5

Rows = list[dict[str, Any]]


def read_table(path: Path) -> Rows:
    """The rows of a Parquet file as dicts."""
    with duckdb.connect() as db:
        cursor = db.execute("select * from read_parquet(?)", [str(path)])
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def column_names(path: Path) -> list[str]:
    with duckdb.connect() as db:
        return [row[0] for row in db.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()]


def same(expected: Any, actual: Any, rel_tol: float = 1e-9) -> bool:
    """Floats within rel_tol (and 1e-9 of nought); everything else exactly, type included."""
    if isinstance(expected, float) and isinstance(actual, float):
        return math.isclose(expected, actual, rel_tol=rel_tol, abs_tol=1e-9)
    return type(expected) is type(actual) and expected == actual


def differences(name: str, expected: Rows, actual: Rows, rel_tol: float = 1e-9) -> list[str]:
    """Readable lines about one table; none when it is the same. Rows are matched on the key of the table."""
    key = KEYS[name]

    def key_of(row: Mapping[str, Any]) -> tuple:
        return tuple(row[column] for column in key)

    lines = [
        f"{name}: {count} rows share the key {describe(key, values)}"
        for values, count in Counter(map(key_of, actual)).items()
        if count > 1
    ]
    wanted, found = ({key_of(row): row for row in rows} for rows in (expected, actual))
    assert len(wanted) == len(expected), f"{name}: the oracle's own rows are not unique by {key}"
    lines += some(name, "missing", [describe(key, k) for k in wanted if k not in found])
    lines += some(name, "unexpected", [describe(key, k) for k in found if k not in wanted])
    unequal = [
        f"{describe(key, k)}: {column} should be {row[column]!r}, is {found[k][column]!r}"
        for k, row in wanted.items()
        if k in found
        for column in row
        if not same(row[column], found[k][column], rel_tol)
    ]
    return lines + some(name, "unequal", unequal)


def describe(columns: Iterable[str], values: Iterable[Any]) -> str:
    return ", ".join(f"{column}={value}" for column, value in zip(columns, values, strict=True))


def some(name: str, what: str, items: list[str]) -> list[str]:
    if not items:
        return []
    shown = [f"    {item}" for item in sorted(items)[:SHOWN]]
    more = [f"    and {len(items) - SHOWN} more"] if len(items) > SHOWN else []
    return [f"{name}: {len(items)} {what}", *shown, *more]


def assert_publication_equals(
    publication_dir: Path,
    expected: Mapping[str, Rows],
    *,
    tables: Iterable[str] | None = None,
    rel_tol: float = 1e-9,
) -> None:
    """Fail with a short difference when a table of the publication is not what the oracle expects.

    expected: what `tests.oracle.marts` returns; tables: only these (all of `expected` when None). The columns
    must be the same set (the words of a message aside); money must be decimal, means double, counts integer.
    """
    lines: list[str] = []
    for name in tables if tables is not None else expected:
        path = publication_dir / f"{name}.parquet"
        if not path.exists():
            lines.append(f"{name}: not published")
            continue
        columns = set(column_names(path)) - IGNORED.get(name, set())
        wanted = set(expected[name][0]) if expected[name] else columns
        if columns != wanted:
            lines.append(f"{name}: columns missing {sorted(wanted - columns)}, extra {sorted(columns - wanted)}")
        if wanted <= columns and set(KEYS[name]) <= columns:
            lines += differences(name, expected[name], read_table(path), rel_tol)
    if lines:
        raise AssertionError("the publication differs from the oracle\n" + "\n".join(lines))


def assert_door_equals(data_dir: Path, ledger: Ledger) -> None:
    """Fail when the ledger or a loaded row in the lake is not what the oracle's door expects.

    Rows are matched on (file name, row number); of a row that differs only the names of its columns are printed.
    """
    rejected = Counter((each.file_name, each.sha256) for each in ledger.deliveries if each.status == "rejected")
    written = read_table(data_dir / "ledger" / "deliveries.parquet")
    found = {row["file_name"]: row for row in written if row["status"] == "accepted"}
    wanted = {each.file_name: each for each in ledger.accepted}
    refused = Counter((row["file_name"], row["sha256"]) for row in written if row["status"] == "rejected")
    lines = some("ledger", "accepted wrongly", sorted(found.keys() - wanted.keys()))
    lines += some("ledger", "not accepted", sorted(wanted.keys() - found.keys()))
    lines += some(
        "ledger", "rejected or not, wrongly", sorted({f for f, _ in (refused - rejected) + (rejected - refused)})
    )
    loaded = {
        (row["_file_name"], row["_row"]): row
        for folder in sorted((data_dir / "lake").iterdir())
        for file in sorted(folder.glob("*.parquet"))
        for row in read_table(file)
    }
    for name in sorted(found.keys() & wanted.keys()):
        lines += delivery_differences(wanted[name], found[name], loaded)
    if lines:
        raise AssertionError("the door differs from the oracle\n" + "\n".join(lines))


def delivery_differences(wanted: Delivery, found: Mapping[str, Any], loaded: Mapping[tuple, Any]) -> list[str]:
    """Readable lines about one accepted delivery: its ledger row, its reasons, its rows in the lake."""
    name = wanted.file_name
    counts = ("source", "delivered_on", "sha256", "rows_read", "rows_accepted", "rows_quarantined", "rows_warned")
    expected = {column: getattr(wanted, column) for column in counts}
    expected |= {f"{rule} ({on_fail})": rows for (rule, on_fail), rows in wanted.reasons.items()}
    actual = {column: found[column] for column in counts}
    actual |= {f"{each['rule']} ({each['on_fail']})": each["rows"] for each in found["reasons"] or []}
    both = sorted(expected.keys() | actual.keys())
    lines = [
        f"{column} should be {expected.get(column)}, is {actual.get(column)}"
        for column in both
        if expected.get(column) != actual.get(column)
    ]
    rows = {row.number: row for row in wanted.rows}
    numbers = {number for file_name, number in loaded if file_name == name}
    lines += [f"row {number} should not be loaded" for number in numbers - rows.keys()]
    lines += [f"row {number} should be loaded" for number in rows.keys() - numbers]
    for number in rows.keys() & numbers:
        values = rows[number].values | {"verwijderd": rows[number].verwijderd, "_delivered_on": wanted.delivered_on}
        there = loaded[name, number]
        lines += [
            f"row {number}: {column} differs"
            for column, value in values.items()
            if column not in there or not same(value, there[column])
        ]
    return some(name, "differences", lines)


def write_publication(publication_dir: Path, expected: Mapping[str, Rows]) -> None:
    """Write the oracle's rows as a publication would hold them (to test readers without a warehouse)."""
    for name, rows in expected.items():
        if rows:
            write_table(publication_dir / f"{name}.parquet", rows)


def write_table(path: Path, rows: Rows) -> None:
    """Write rows (at least one) to Parquet, typed by their values."""
    path.parent.mkdir(parents=True, exist_ok=True)
    types = {column: duckdb_type([row[column] for row in rows]) for column in rows[0]}
    place = "(" + ", ".join("?" * len(types)) + ")"
    with duckdb.connect() as db:
        db.execute(f"create table t ({', '.join(f'{column} {kind}' for column, kind in types.items())})")
        db.execute(f"insert into t values {', '.join([place] * len(rows))}", [v for row in rows for v in row.values()])
        db.execute("copy t to '" + str(path).replace("'", "''") + "' (format parquet)")


def duckdb_type(values: Iterable[Any]) -> str:
    kind = next((type(value) for value in values if value is not None), str)
    if kind is list:
        return 'STRUCT("rule" VARCHAR, on_fail VARCHAR, "rows" INTEGER)[]'
    names = {bool: "BOOLEAN", int: "INTEGER", float: "DOUBLE", Decimal: "DECIMAL(18,2)", str: "VARCHAR"}
    return names.get(kind, "DATE")
