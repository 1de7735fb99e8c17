"""Loads the new deliveries of one source: read, pseudonymise, validate, write, and last of all the ledger."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest import ledger, parsing, readers, storage, validation
from orchestration.ingest.inbox import Delivery, DeliveryError
from orchestration.ingest.ledger import Check, Entry, Reason
from orchestration.ingest.pseudonym import create_insz_macros
from orchestration.store.paths import SEEDS, DataFolder
from orchestration.store.sql import read_csv

BATCH_BYTES = 256 * 1024**2
"""Deliveries are validated together up to this size of their files; more would cost memory, less time."""


@dataclass
class SourceLoad:
    """What became of the new deliveries of a source."""

    source: str
    entries: list[Entry] = field(default_factory=list)
    repeats: list[tuple[str, str]] = field(default_factory=list)
    """(file name, name under which the same content was loaded a moment before)"""

    def total(self, column: str) -> int:
        return sum(getattr(e, column) for e in self.entries)

    @property
    def rejected(self) -> list[Entry]:
        return [e for e in self.entries if e.status == "rejected"]

    @property
    def rows_by_rule(self) -> dict[tuple[str, str], int]:
        """(rule, on_fail) -> rows, over all deliveries of this load."""
        rows: Counter[tuple[str, str]] = Counter()
        for reason in chain.from_iterable(e.reasons for e in self.entries):
            rows[reason.rule, reason.on_fail] += reason.rows
        return dict(sorted(rows.items()))

    def share(self, column: str) -> float:
        """Rows of this column of the ledger in percent of the rows that were read; 0 when none were."""
        return round(100 * self.total(column) / read, 4) if (read := self.total("rows_read")) else 0.0

    @property
    def text(self) -> str:
        """One line of counts."""
        if not self.entries:
            return "nothing new"
        twice = f", {len(self.repeats)} with the content of another" if self.repeats else ""
        return (
            f"{len(self.entries)} deliveries, {self.total('rows_accepted'):,} rows accepted, "
            f"{self.total('rows_quarantined'):,} quarantined, {self.total('rows_warned'):,} with a warning"
            + (f", {len(self.rejected)} files rejected" if self.rejected else "")
            + twice
        )


def reject_clashes(data: DataFolder, clashes: Sequence[Delivery], versions: dict[str, str], run_id: str) -> list[Entry]:
    """Enters deliveries whose name was loaded before with other content as rejected."""
    message = "this file name was loaded before with other content; deliver it under a new date or label"
    entries = [_entry(d, "rejected", message, versions[d.source], run_id) for d in clashes]
    if entries:
        ledger.append(data.ledger, entries)
    return entries


def load_source(
    data: DataFolder,
    contract: SourceContract,
    deliveries: Sequence[Delivery],
    key: bytes,
    run_id: str,
    validate: validation.Validate = validation.great_expectations,
) -> SourceLoad:
    """Loads deliveries of one source in their order. A file that cannot be read as a delivery is rejected.

    Raises when the rules could not be validated, or when rows got lost; the ledger then does not know of the batch.
    """
    done = SourceLoad(contract.source)
    database = f":memory:ingest_{contract.source}"
    loaded: dict[str, str] = {}
    for batch in _batches(deliveries):
        entries: list[Entry] = []
        read: dict[int, tuple[Delivery, list[str]]] = {}
        with duckdb.connect(database) as con:
            prepare_database(con, contract)
            for number, delivery in enumerate(batch):
                if delivery.sha256 in loaded:
                    done.repeats.append((delivery.file_name, loaded[delivery.sha256]))
                    continue
                try:
                    read[number] = delivery, readers.read(con, contract, delivery, number)
                    loaded[delivery.sha256] = delivery.file_name
                except DeliveryError as error:
                    con.execute("delete from raw where _delivery = ?", [number])
                    entries.append(_entry(delivery, "rejected", str(error), contract.version, run_id))
            if read:
                parsing.create_batch(con, contract, {n: d.delivered_on for n, (d, _) in read.items()}, key)
                validation.validate_batch(con, database, contract, validate)
                storage.create_marked(con, contract)
            for number, (delivery, remarks) in read.items():
                counts = _store(con, data, contract, number, delivery)
                entries.append(_entry(delivery, "accepted", "; ".join(remarks), contract.version, run_id, **counts))
        ledger.append(data.ledger, entries)
        done.entries += entries
    return done


def _batches(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    batch: list[Delivery] = []
    size = 0
    for delivery in deliveries:
        if batch and size + delivery.bytes > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(delivery)
        size += delivery.bytes
    if batch:
        yield batch


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


def _store(
    con: DuckDBPyConnection, data: DataFolder, contract: SourceContract, number: int, delivery: Delivery
) -> dict[str, Any]:
    """Writes lake and quarantine of one delivery; returns what its `Entry` counts. Raises when a row got lost."""
    name = f"{delivery.delivery_id}.parquet"
    reasons = con.execute(
        "select rule, on_fail, count(distinct _id) from broken join batch using (_id) where _delivery = ? "
        "group by all order by on_fail, rule",
        [number],
    ).fetchall()
    rows_read, quarantined, warned = con.execute(
        """
        select count(*), count(*) filter (where _id in (select _id from broken where on_fail = 'reject')),
            count(*) filter (where _id in (select _id from broken where on_fail = 'warn'))
        from batch where _delivery = ?
        """,
        [number],
    ).fetchall()[0]
    if reasons:
        storage.write_quarantine(con, data.quarantine / contract.source / name, number)
    accepted = storage.write_lake(con, data.lake / contract.source / name, contract, number, delivery.file_name)
    if rows_read != accepted + quarantined:
        raise validation.IngestError(
            f"{delivery.file_name}: {rows_read} rows read, but {accepted} accepted and {quarantined} quarantined; "
            "nothing of this file was loaded. Report it to the data engineer with the name of the file."
        )
    checks = _checks(con, contract, number, {rule: rows for rule, _, rows in reasons})
    rows = {"rows_read": rows_read, "rows_accepted": accepted, "rows_quarantined": quarantined, "rows_warned": warned}
    return rows | {"reasons": tuple(Reason(*r) for r in reasons), "checks": checks}


def _checks(
    con: DuckDBPyConnection, contract: SourceContract, number: int, failed: dict[str, int]
) -> tuple[Check, ...]:
    """Every rule of the suite once, with the rows of the delivery that it was validated on and those that broke it."""
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in validation.SCOPES.values())
    rows = con.execute(f"select {counts} from batch where _delivery = ?", [number]).fetchall()[0]
    checked = dict(zip(validation.SCOPES, rows, strict=True))
    rules = {rule.name: rule for rule in contract.rules}
    return tuple(Check(r.name, r.on_fail, checked[r.scope], failed.get(r.name, 0)) for r in rules.values())


def _entry(delivery: Delivery, status: str, message: str, version: str, run_id: str, **counts: Any) -> Entry:
    return Entry(
        delivery_id=delivery.delivery_id,
        file_name=delivery.file_name,
        source=delivery.source,
        delivered_on=delivery.delivered_on,
        status=status,
        message=message,
        sha256=delivery.sha256,
        suite_version=version,
        run_id=run_id,
        loaded_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
        **counts,
    )
