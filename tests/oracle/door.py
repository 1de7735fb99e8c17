"""The door: which deliveries are accepted, and which of their rows.

`deliver` processes files in the order of one pipeline run over an inbox and keeps its state in the ledger.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .geography import Geography, load
from .persons import client_key, masked
from .reading import RejectedError, Table, read
from .rules import Checked, check
from .sources import SOURCES, WITHDRAWN, Source

FILE_NAME = re.compile(
    rf"(?P<source>{'|'.join(SOURCES)})_(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(_[A-Za-z0-9-]+)?\.(csv|xlsx|parquet)"
)


@dataclass(frozen=True)
class Row:
    """A loaded row. values: every contract column (a key for an INSZ), None where missing."""

    number: int
    values: dict[str, object]
    verwijderd: bool
    warns: frozenset[str] = frozenset()


@dataclass
class Delivery:
    """One row of the ledger, its name as people see it. quarantined: row number in the file -> the rules it broke."""

    file_name: str
    source: str
    delivered_on: date
    sha256: str
    status: str = "accepted"
    message: str = ""
    rows: list[Row] = field(default_factory=list)
    quarantined: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        return self.rows_accepted + self.rows_quarantined

    @property
    def rows_accepted(self) -> int:
        return len(self.rows)

    @property
    def rows_quarantined(self) -> int:
        return len(self.quarantined)

    @property
    def rows_warned(self) -> int:
        return sum(bool(row.warns) for row in self.rows)

    @property
    def reasons(self) -> dict[tuple[str, str], int]:
        """(rule, 'reject' or 'warn') -> number of rows; a row that broke two rules counts under both."""
        counts: Counter[tuple[str, str]] = Counter()
        for rules in self.quarantined.values():
            counts.update((rule, "reject") for rule in rules)
        for row in self.rows:
            counts.update((rule, "warn") for rule in row.warns)
        return dict(counts)


@dataclass
class Ledger:
    """Everything that was delivered, in order of processing; the other lists are reported only."""

    geography: Geography
    deliveries: list[Delivery] = field(default_factory=list)
    already_loaded: list[str] = field(default_factory=list)
    not_deliveries: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> list[Delivery]:
        return [each for each in self.deliveries if each.status == "accepted"]


def name_parts(file_name: str) -> tuple[str, date] | None:
    """Source and day of delivery; None when the name is not that of a delivery."""
    match = FILE_NAME.fullmatch(file_name)
    if match is None:
        return None
    try:
        return match["source"], date.fromisoformat(match["day"])
    except ValueError:
        return None


def deliver(
    paths: Iterable[Path], key: bytes, ledger: Ledger | None = None, geography: Geography | None = None
) -> Ledger:
    """One run over an inbox. Give the ledger of an earlier run to continue it (it is changed in place)."""
    if ledger is None:
        ledger = Ledger(geography or load())
    found = []
    for path in sorted(map(Path, paths)):
        parts = name_parts(path.name)
        if parts is None or not path.is_file():
            ledger.not_deliveries.append(path.name)
        else:
            found.append((parts[1], path.name, parts[0], path))
    for delivered_on, name, source, path in sorted(found):
        deliver_one(ledger, Delivery(masked_name(name), source, delivered_on, digest(path)), path, key)
    return ledger


def masked_name(file_name: str) -> str:
    """The name with what its label holds of a person masked; source and day are no part of a number."""
    match = FILE_NAME.fullmatch(file_name)
    assert match
    start = match.end("day")
    return file_name[:start] + masked(file_name[start:])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def deliver_one(ledger: Ledger, delivery: Delivery, path: Path, key: bytes) -> None:
    if any(each.sha256 == delivery.sha256 for each in ledger.accepted):
        ledger.already_loaded.append(delivery.file_name)
        return
    refused_before = [(each.file_name, each.sha256) for each in ledger.deliveries if each.status == "rejected"]
    if (delivery.file_name, delivery.sha256) in refused_before:
        return  # the same refused file is still in the inbox: nothing new to write down
    source = SOURCES[delivery.source]
    try:
        if delivery.file_name != path.name:
            raise RejectedError("a person number in the label of the file")
        if any(each.file_name == delivery.file_name for each in ledger.accepted):
            raise RejectedError("name already loaded with other content: deliver under a new date or label")
        guard(source, read(path, source), delivery, key, ledger.geography)
    except RejectedError as error:
        delivery.status, delivery.message = "rejected", str(error)
    ledger.deliveries.append(delivery)


def guard(source: Source, table: Table, delivery: Delivery, key: bytes, geography: Geography) -> None:
    """Divide the rows of a readable delivery into loaded and quarantined ones."""
    names = [column.name for column in (*source.columns, WITHDRAWN)]
    whole: dict[int, dict[str, str]] = {}
    for number, fields in table.rows:
        if len(fields) != len(table.header):
            delivery.quarantined[number] = frozenset({"malformed_row"})
            continue
        given = dict(zip(table.header, fields, strict=True))
        whole[number] = {name: given.get(name, "") for name in names}
    checked = {number: check(source, texts, delivery.delivered_on, geography, key) for number, texts in whole.items()}
    repeated = repeated_keys(source, whole, checked)
    for number, row in checked.items():
        row.rejects |= repeated.get(number, set())
        if row.rejects:
            delivery.quarantined[number] = frozenset(row.rejects)
        else:
            values = loaded_values(source, row, key)
            delivery.rows.append(Row(number, values, row.withdrawn, frozenset(row.warns)))


def repeated_keys(source: Source, rows: dict[int, dict[str, str]], checked: dict[int, Checked]) -> dict[int, set[str]]:
    """Rows of one delivery with the same complete key: copies of the first, or in conflict.

    The key counts by its value where it can be read, by its text where not; the rest of a row by its text.
    """
    groups: dict[tuple, list[int]] = {}
    for number, texts in rows.items():
        values = checked[number].values
        if all(texts[name] for name in source.key):
            key = tuple((name in values, values.get(name, texts[name])) for name in source.key)
            groups.setdefault(key, []).append(number)
    broken: dict[int, set[str]] = {}
    for numbers in groups.values():
        rest = [{name: text for name, text in rows[number].items() if name not in source.key} for number in numbers]
        if all(each == rest[0] for each in rest):
            broken.update({number: {"duplicate_row"} for number in numbers[1:]})
        else:
            broken.update({number: {"conflicting_key"} for number in numbers})
    return broken


def loaded_values(source: Source, row: Checked, key: bytes) -> dict[str, object]:
    values: dict[str, object] = {}
    for column in source.columns:
        value = row.values.get(column.name)
        if column.kind == "insz" and value is not None:
            value = client_key(str(value), key)
        values[column.lake_name] = value
    return values
