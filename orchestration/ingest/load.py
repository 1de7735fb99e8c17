"""Loads the new deliveries of one source: read, pseudonymise, validate, write, and last of all the ledger."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from expectations import suite
from expectations.agreement import AgreedValidation
from expectations.contract import SourceContract
from orchestration.ingest import batches, judging, ledger, validation
from orchestration.ingest.in_parts import InParts, Surveyed
from orchestration.ingest.inbox import Delivery, DeliveryError, Remark, digest_now, under
from orchestration.ingest.ledger import Entry
from orchestration.ingest.readers import apart
from orchestration.ingest.readers.limits import DEFAULT, Limits, NotReadError, too_much_to_validate
from orchestration.store.paths import DataFolder

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
    surveyed: list[Surveyed] = field(default_factory=list)
    """Deliveries with more rows than are held at once."""
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
    validate: validation.Validate = suite.validate,
    limits: Limits = DEFAULT,
) -> SourceLoad:
    """Loads deliveries of one source in their order. A file that cannot be read as a delivery is rejected.

    Raises when the rules could not be validated, or when rows got lost; the ledger then does not know of the batch.
    """
    done = SourceLoad(contract.source)
    database = f":memory:ingest_{contract.source}"
    loaded: dict[str, str] = {}
    in_parts = InParts(contract, apart.ROWS, key, limits, validate)
    surveyed: list[Surveyed] = []

    def load_part(part: Sequence[Delivery]) -> None:
        _judged_by(validate)  # what judged a part that came to nothing is not what judges this one
        with duckdb.connect(database) as con:
            known = dict(loaded)
            found = read_batch(con, database, contract, part, known, key, validate, limits, in_parts)
            entries = [_rejected(d, why, contract.version, run_id) for d, why in found.rejected]
            counts = judging.counts_of(con, contract) if found.read else {}
            by = _judged_by(validate)
            for number, (delivery, remarks) in found.read.items():
                name = f"{delivery.delivery_id}.parquet"
                quarantine = data.quarantine / contract.source / name if counts[number]["reasons"] else None
                lake = data.lake / contract.source / name
                judging.keep(con, contract, number, delivery, counts[number], lake, quarantine)
                entries.append(
                    _entry(delivery, "accepted", remarks, contract.version, run_id, judged_by=by, **counts[number])
                )
        ledger.append(data.ledger, entries)
        loaded.update(known)
        done.repeats += found.repeats
        done.changed += found.changed
        done.entries += entries
        surveyed.extend(found.surveyed)

    def load_in_parts(large: Surveyed) -> None:
        delivery = large.delivery
        _judged_by(validate)
        try:
            with in_parts.verdict(data, large) as verdict:
                if not _is_as_before(delivery):
                    done.changed.append(delivery.file_name)
                    return
                counts, by = verdict.keep(), _judged_by(validate)
                entry = _entry(delivery, "accepted", verdict.remarks, contract.version, run_id, judged_by=by, **counts)
        except DeliveryError as why:
            if not _is_as_before(delivery):
                done.changed.append(delivery.file_name)
                return
            entry = _rejected(delivery, why, contract.version, run_id)
        ledger.append(data.ledger, [entry])
        done.entries.append(entry)

    for batch in batches.batches(deliveries):
        refused = list(batches.without_room(batch, load_part))
        for large in surveyed:
            refused += batches.without_room([large.delivery], lambda _, large=large: load_in_parts(large))
        surveyed.clear()
        for delivery in refused:
            (data.quarantine / contract.source / f"{delivery.delivery_id}.parquet").unlink(missing_ok=True)
            entry = _rejected(delivery, too_much_to_validate(limits), contract.version, run_id)
            ledger.append(data.ledger, [entry])
            done.entries.append(entry)
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
    in_parts: InParts | None = None,
) -> BatchRead:
    """Reads, pseudonymises and validates deliveries in a new database; writes nothing.

    Makes the tables `batch`, `broken` and `marked` when at least one file could be read. `loaded` (SHA-256 -> file
    name) grows with each; a file whose content is in it is a repeat. With `in_parts`, a file with more rows than that
    holds is surveyed in place of read.
    """
    found = BatchRead()
    judging.prepare_database(con, contract)
    con.execute(f"set memory_limit = '{limits.validating}B'")
    for number, delivery in enumerate(deliveries):
        if delivery.sha256 in loaded:
            found.repeats.append((delivery.file_name, loaded[delivery.sha256]))
        else:
            before = len(found.surveyed)
            _read(con, contract, number, delivery, found, limits, in_parts)
            if number in found.read or len(found.surveyed) > before:
                loaded[delivery.sha256] = delivery.file_name
        if len(found.read) > 1 and con.execute("select count(*) from raw").fetchall()[0][0] > batches.BATCH_ROWS:
            raise batches.TooManyRowsError
    if found.read:
        days = {number: delivery.delivered_on for number, (delivery, _) in found.read.items()}
        judging.judge(con, database, contract, days, key, validate)
    return found


def _read(
    con: DuckDBPyConnection,
    contract: SourceContract,
    number: int,
    delivery: Delivery,
    found: BatchRead,
    limits: Limits,
    in_parts: InParts | None,
) -> None:
    """Reads a delivery into `raw`, or surveys it, and notes in `found` what came of it."""
    why: DeliveryError | None = None
    remarks: list[Remark] = []
    surveyed: Surveyed | None = None
    try:
        if delivery.names_a_person:
            raise DeliveryError(*NAMES_A_PERSON)
        if in_parts is None:
            remarks = apart.read(con, contract, delivery, number, limits)
        else:
            with closing(apart.parts(contract, delivery, limits, in_parts.rows)) as parts:
                first = next(parts)
                if first.is_last:
                    remarks = first.take(con, number)
                else:
                    surveyed = in_parts.survey(delivery, chain([first], parts))
    except DeliveryError as error:
        why = error
    changed = not _is_as_before(delivery)
    if changed or why:
        con.execute("delete from raw where _delivery = ?", [number])
    if changed:
        found.changed.append(delivery.file_name)
    elif why:
        found.rejected.append((delivery, why))
    elif surveyed:
        found.surveyed.append(surveyed)
    else:
        found.read[number] = delivery, remarks


def _judged_by(validate: validation.Validate) -> str:
    return validate.judged_by() if isinstance(validate, AgreedValidation) else ""


def _is_as_before(delivery: Delivery) -> bool:
    """Whether the file is what it was in the look at the inbox: accepted or rejected, what was read must be what was
    hashed."""
    return digest_now(delivery) == delivery.sha256


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
