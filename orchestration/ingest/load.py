"""Loads the new deliveries of one source: read, pseudonymise, validate, write, and last of all the ledger."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest import batches, ledger, parsing, readers, storage, validation
from orchestration.ingest.inbox import Delivery, DeliveryError, Remark, digest_now, under
from orchestration.ingest.ledger import Check, Entry, Reason
from orchestration.ingest.persons.pseudonym import create_insz_macros
from orchestration.ingest.readers import apart
from orchestration.ingest.readers.limits import DEFAULT, Limits, NotReadError, too_much_to_validate
from orchestration.store.paths import SEEDS, DataFolder
from orchestration.store.sql import read_csv

NAMES_A_PERSON = Remark(
    "has somebody's person number (INSZ) as its label; deliver it under another one",
    "heeft iemands rijksregisternummer (INSZ) als label; lever het onder een ander label",
)


@dataclass
class SourceLoad:
    """What became of the new deliveries of a source."""

    source: str
    entries: list[Entry] = field(default_factory=list)
    repeats: list[tuple[str, str]] = field(default_factory=list)
    """(file name, name under which the same content was loaded a moment before)"""
    changed: list[str] = field(default_factory=list)
    """Files that were written to while they were read; they are left for the next run."""

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


@dataclass
class BatchRead:
    """What came of reading deliveries, before anything is kept."""

    read: dict[int, tuple[Delivery, list[Remark]]] = field(default_factory=dict)
    """Number in the tables of the database -> the delivery and remarks on it."""
    rejected: list[tuple[Delivery, DeliveryError]] = field(default_factory=list)
    """With the reason."""
    repeats: list[tuple[str, str]] = field(default_factory=list)
    """(file name, name under which the same content was read a moment before)"""
    changed: list[str] = field(default_factory=list)
    """Names of files that changed while they were read."""


def reject_clashes(data: DataFolder, clashes: Sequence[Delivery], versions: dict[str, str], run_id: str) -> list[Entry]:
    """Enters deliveries whose name was loaded before with other content as rejected."""
    why = Remark(
        "this file name was loaded before with other content; deliver it under a new date or label",
        "deze bestandsnaam werd al geladen met andere inhoud; lever het onder een nieuwe datum of een nieuw label",
    )
    entries = [_entry(d, "rejected", [why], versions[d.source], run_id) for d in clashes]
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
    limits: Limits = DEFAULT,
) -> SourceLoad:
    """Loads deliveries of one source in their order. A file that cannot be read as a delivery is rejected.

    Raises when the rules could not be validated, or when rows got lost; the ledger then does not know of the batch.
    """
    done = SourceLoad(contract.source)
    database = f":memory:ingest_{contract.source}"
    loaded: dict[str, str] = {}

    def load_part(part: Sequence[Delivery]) -> None:
        with duckdb.connect(database) as con:
            known = dict(loaded)
            found = read_batch(con, database, contract, part, known, key, validate, limits)
            entries = [_rejected(d, why, contract.version, run_id) for d, why in found.rejected]
            counts = counts_of(con, contract) if found.read else {}
            for number, (delivery, remarks) in found.read.items():
                _store(con, data, contract, number, delivery, counts[number])
                entries.append(_entry(delivery, "accepted", remarks, contract.version, run_id, **counts[number]))
        ledger.append(data.ledger, entries)
        loaded.update(known)
        done.repeats += found.repeats
        done.changed += found.changed
        done.entries += entries

    for batch in batches.batches(deliveries):
        for delivery in batches.without_room(batch, load_part):
            (data.quarantine / contract.source / f"{delivery.delivery_id}.parquet").unlink(missing_ok=True)
            refused = _rejected(delivery, too_much_to_validate(limits), contract.version, run_id)
            ledger.append(data.ledger, [refused])
            done.entries.append(refused)
    return done


def read_batch(
    con: DuckDBPyConnection,
    database: str,
    contract: SourceContract,
    deliveries: Sequence[Delivery],
    loaded: dict[str, str],
    key: bytes,
    validate: validation.Validate,
    limits: Limits = DEFAULT,
) -> BatchRead:
    """Reads, pseudonymises and validates deliveries in a new database; writes nothing.

    Makes the tables `batch`, `broken` and `marked` when at least one file could be read. `loaded` (SHA-256 -> file
    name) grows with each; a file whose content is in it is a repeat.
    """
    found = BatchRead()
    prepare_database(con, contract)
    con.execute(f"set memory_limit = '{limits.validating}B'")
    for number, delivery in enumerate(deliveries):
        if delivery.sha256 in loaded:
            found.repeats.append((delivery.file_name, loaded[delivery.sha256]))
        else:
            _read(con, contract, number, delivery, found, limits)
            if number in found.read:
                loaded[delivery.sha256] = delivery.file_name
    if found.read:
        parsing.create_batch(con, contract, {n: d.delivered_on for n, (d, _) in found.read.items()}, key)
        validation.validate_batch(con, database, contract, validate)
        storage.create_marked(con, contract, key)
    return found


def _read(
    con: DuckDBPyConnection,
    contract: SourceContract,
    number: int,
    delivery: Delivery,
    found: BatchRead,
    limits: Limits,
) -> None:
    """Reads a delivery into `raw`, and notes in `found` what came of it."""
    why: DeliveryError | None = None
    remarks: list[Remark] = []
    try:
        if delivery.names_a_person:
            raise DeliveryError(*NAMES_A_PERSON)
        remarks = apart.read(con, contract, delivery, number, limits)
    except DeliveryError as error:
        why = error
    changed = digest_now(delivery) != delivery.sha256  # accepted or rejected, what was read is not what was hashed
    if changed or why:
        con.execute("delete from raw where _delivery = ?", [number])
    if changed:
        found.changed.append(delivery.file_name)
    elif why:
        found.rejected.append((delivery, why))
    else:
        found.read[number] = delivery, remarks


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


def counts_of(con: DuckDBPyConnection, contract: SourceContract) -> dict[int, dict[str, Any]]:
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


def _store(
    con: DuckDBPyConnection,
    data: DataFolder,
    contract: SourceContract,
    number: int,
    delivery: Delivery,
    counts: dict[str, Any],
) -> None:
    """Writes lake and quarantine of one delivery. Raises when a row got lost."""
    name = f"{delivery.delivery_id}.parquet"
    if counts["reasons"]:
        storage.write_quarantine(con, data.quarantine / contract.source / name, number)
    accepted = storage.write_lake(con, data.lake / contract.source / name, contract, number, delivery.file_name)
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


def _rejected(delivery: Delivery, why: DeliveryError, version: str, run_id: str) -> Entry:
    """What was refused for what its reading took is tried again under other limits: they stand beside the version."""
    if isinstance(why, NotReadError):
        version = under(version, why.under)
    return _entry(delivery, "rejected", [Remark(str(why), why.dutch)], version, run_id)


def _entry(
    delivery: Delivery, status: str, remarks: Sequence[Remark], version: str, run_id: str, **counts: Any
) -> Entry:
    return Entry(
        delivery_id=delivery.delivery_id,
        file_name=delivery.file_name,
        source=delivery.source,
        delivered_on=delivery.delivered_on,
        status=status,
        message="; ".join(remark.english for remark in remarks),
        message_nl="; ".join(remark.dutch for remark in remarks),
        sha256=delivery.sha256,
        suite_version=version,
        run_id=run_id,
        loaded_at=dt.datetime.now(dt.UTC).replace(tzinfo=None),
        **counts,
    )
