"""Judges rows of deliveries in a database of their own: what is validated and counted together, and kept of it."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest import parsing, readers, storage, validation
from orchestration.ingest.inbox import Delivery
from orchestration.ingest.ledger import Check, Reason
from orchestration.ingest.persons.pseudonym import create_insz_macros
from orchestration.store.paths import SEEDS
from orchestration.store.sql import read_csv

Counts = dict[str, Any]
"""What the `Entry` of a delivery counts."""
NOTHING: Counts = {"rows_read": 0, "rows_quarantined": 0, "reasons": ()}
"""Of a part of a delivery in which no row is left."""


def prepare_database(con: DuckDBPyConnection, contract: SourceContract, seeds: Path = SEEDS) -> None:
    """Settings, macros, the municipalities and an empty `raw`: what a delivery is read and validated with."""
    # Nothing may spill to disk: before parsing, the tables hold what must not be kept.
    # The time zone of the machine must not decide on which day a moment in a Parquet file falls.
    con.execute(
        "set temp_directory = ''; set preserve_insertion_order = false; set autoinstall_known_extensions = false; "
        "set TimeZone = 'UTC'"
    )
    types = "header = true, types = {'nis_code': 'varchar', 'valid_from': 'date', 'valid_to': 'date'}"
    con.execute(f"create table municipalities as select * from {read_csv(seeds / 'municipalities.csv', types)}")
    parsing.create_macros(con)
    create_insz_macros(con)
    readers.create_raw(con, contract)


def judge(
    con: DuckDBPyConnection,
    database: str,
    contract: SourceContract,
    days: Mapping[int, dt.date],
    key: bytes,
    validate: validation.Validate,
) -> None:
    """Pseudonymises and validates what is in `raw`: makes the tables `batch`, `broken` and `marked`. `days` gives the
    delivery day of each delivery number."""
    parsing.create_batch(con, contract, days, key)
    validation.validate_batch(con, database, contract, validate)
    storage.create_marked(con, contract, key)


def counts_of(con: DuckDBPyConnection, contract: SourceContract) -> dict[int, Counts]:
    """What the `Entry` of each delivery counts, by its number; for all at once, since there may be a thousand."""
    reasons = defaultdict[int, list[tuple[str, str, int]]](list)
    for number, *reason in con.execute(
        "select _delivery, rule, on_fail, count(distinct _id) from broken join batch using (_id) "
        "group by all order by on_fail, rule"
    ).fetchall():
        reasons[number].append(tuple(reason))
    scopes = ", ".join(f"count(*) filter (where {condition})" for condition in validation.SCOPES.values())
    rows = con.execute(f"""
        select _delivery, count(*), count(*) filter (where _id in (select _id from broken where on_fail = 'reject')),
            count(*) filter (where _id in (select _id from broken where on_fail = 'warn')), {scopes}
        from batch group by _delivery
    """).fetchall()
    found = {}
    for number, read, quarantined, warned, *in_scope in rows:
        own = [Reason(*reason) for reason in reasons[number]]
        checked = dict(zip(validation.SCOPES, in_scope, strict=True))
        found[number] = {
            "rows_read": read,
            "rows_accepted": read - quarantined,
            "rows_quarantined": quarantined,
            "rows_warned": warned,
            "reasons": tuple(own),
            "checks": _checks(contract, checked, {reason.rule: reason.rows for reason in own}),
        }
    return found


def total(parts: Sequence[Counts]) -> Counts:
    """The counts of a delivery that was judged in parts."""
    rows = ("rows_read", "rows_accepted", "rows_quarantined", "rows_warned")
    broken: Counter[tuple[str, str]] = Counter()
    for reason in (reason for part in parts for reason in part["reasons"]):
        broken[reason.on_fail, reason.rule] += reason.rows
    return {
        **{name: sum(part[name] for part in parts) for name in rows},
        "reasons": tuple(Reason(rule, on_fail, n) for (on_fail, rule), n in sorted(broken.items())),
        "checks": tuple(map(_all_of, zip(*(part["checks"] for part in parts), strict=True))),
    }


def _all_of(checks: Sequence[Check]) -> Check:
    first, *_ = checks
    checked, failed = sum(c.rows_checked for c in checks), sum(c.rows_failed for c in checks)
    return Check(first.rule, first.on_fail, checked, failed)


def keep(
    con: DuckDBPyConnection,
    contract: SourceContract,
    number: int,
    delivery: Delivery,
    counts: Counts,
    lake: Path,
    quarantine: Path | None,
) -> None:
    """Writes the rows of a delivery to a file of the lake, and those that broke a rule to one of the quarantine. Raises
    when a row got lost."""
    if quarantine:
        storage.write_quarantine(con, quarantine, number)
    origin = delivery.delivery_id, delivery.file_name
    accepted = storage.write_lake(con, lake, contract, number, *origin)
    rows_read, quarantined = counts["rows_read"], counts["rows_quarantined"]
    if rows_read != accepted + quarantined:
        raise validation.IngestError(
            f"{delivery.file_name}: {rows_read} rows read, but {accepted} accepted and {quarantined} quarantined; "
            "nothing of this file was loaded. Report it to the data engineer with the name of the file."
        )


def _checks(contract: SourceContract, checked: dict[str, int], failed: dict[str, int]) -> tuple[Check, ...]:
    """Every rule of the suite once, with the rows of the delivery that it was validated on and those that broke it."""
    rules = {rule.name: rule for rule in contract.rules}
    return tuple(Check(r.name, r.on_fail, checked[r.scope], failed.get(r.name, 0)) for r in rules.values())
