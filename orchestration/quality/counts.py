"""Counts of cases: open, reviewed, closed and resolved rows per source. Never a value of a row."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import duckdb

from expectations.contract import warehouse_texts
from orchestration.quality.cases import CLOSED, OPEN, QUARANTINED, RESOLVED, REVIEWED, Case
from orchestration.store.paths import DataFolder
from orchestration.store.sql import read_parquet
from orchestration.warehouse import publication

_LABELS = {
    "quarantined": "open quarantined rows",
    "warned": "open rows with a warning",
    "found": "open findings of the warehouse",
    "reviewed": "reviewed rows",
    "closed": "closed rows",
    "resolved": "rows resolved",
}
"""Field of `RowCounts` -> what it is called on the Dagster page; a change starts its graph over the runs anew."""


@dataclass(frozen=True)
class RowCounts:
    """Rows of a source, or of all. A row about which a rule of `ingest` and the warehouse warned counts under both."""

    quarantined: int = 0
    """Open and not loaded."""
    warned: int = 0
    """Open and loaded with a warning of a rule of `ingest`."""
    found: int = 0
    """Open and loaded, with a finding of the warehouse, which sees all sources together."""
    reviewed: int = 0
    """Warned about and accepted by the steward."""
    closed: int = 0
    """Quarantined without a usable key, and closed by the steward."""
    resolved: int = 0
    """Quarantined or warned about before, and put right by a delivery of the run."""
    since: dt.date | None = None
    """The day from which the oldest open row dates."""

    @property
    def open(self) -> int:
        return self.quarantined + self.warned + self.found

    def __add__(self, other: RowCounts) -> RowCounts:
        numbers = (getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "since")
        return RowCounts(*numbers, since=min((d for d in (self.since, other.since) if d), default=None))

    def labelled(self) -> dict[str, int]:
        """Label for people -> number."""
        return {label: getattr(self, name) for name, label in _LABELS.items()}

    def to_json(self) -> dict[str, Any]:
        """Field -> value, with the day as text; `from_json` gives the object back."""
        return asdict(self) | {"since": self.since and self.since.isoformat()}

    @classmethod
    def from_json(cls, value: Any) -> RowCounts:
        """The counts of which `value` was made by `to_json`."""
        return cls(**value | {"since": value["since"] and dt.date.fromisoformat(value["since"])})


def per_source(cases: Iterable[Case], delivered: Collection[str]) -> dict[str, RowCounts]:
    """Source -> counts of its rows. `delivered` names the files of the run, for what they resolved."""
    warehouse = warehouse_texts()
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    since: dict[str, dt.date] = {}
    for case in cases:
        numbers[case.source][_field(case, delivered, warehouse)] += case.count
        if case.status == OPEN:
            since[case.source] = min(case.since, since.get(case.source, case.since))
    return {
        source: RowCounts(**{name: n for name, n in own.items() if name}, since=since.get(source))
        for source, own in numbers.items()
    }


def _field(case: Case, delivered: Collection[str], warehouse: Collection[str]) -> str:
    """The field of `RowCounts` under which a case counts; empty for none."""
    if case.status in (REVIEWED, CLOSED):
        return case.status
    if case.status == RESOLVED:
        # A literal repeat is resolved by its own file, which is no news.
        return "resolved" if case.resolved_by in delivered and case.resolved_by != case.file_name else ""
    if case.status != OPEN:
        return ""
    if case.outcome == QUARANTINED:
        return "quarantined"
    return "found" if all(rule in warehouse for rule in case.rules) else "warned"


def total(counts: Mapping[str, RowCounts]) -> RowCounts:
    """All sources together."""
    return sum(counts.values(), RowCounts())


@dataclass(frozen=True)
class NumberChanges:
    """What a delivery of changed person numbers does in the current publication, or several together: see the mart
    `number_changes`."""

    file_name: str
    delivered_on: dt.date | None
    changed: int
    in_circle: int
    outcomes_found: int
    """Measured trajectories whose position would be unknown without these changes."""


def number_changes(data: DataFolder) -> list[NumberChanges]:
    """The deliveries of changed numbers behind the current publication, oldest first."""
    made = publication.current(data)
    path = made.path / "number_changes.parquet" if made else None
    if path is None or not path.exists():  # the publication is of before it was made
        return []
    with duckdb.connect() as con:
        rows = con.execute(
            "select file_name, delivered_on, numbers_changed, numbers_in_circle, outcomes_found "
            f"from {read_parquet(path)} order by delivered_on, file_name"
        ).fetchall()
    return [NumberChanges(*row) for row in rows]


def all_changes(found: Sequence[NumberChanges]) -> NumberChanges:
    """All deliveries together."""
    totals = (sum(getattr(one, name) for one in found) for name in ("changed", "in_circle", "outcomes_found"))
    return NumberChanges("", None, *totals)


def warehouse_findings(data: DataFolder) -> dict[tuple[str, str, str], int]:
    """(source, rule, "warn") -> rows with a finding of the warehouse at its last build."""
    if not data.warehouse_findings.exists():
        return {}
    with duckdb.connect() as con:
        rows = con.execute(
            f"select source, rule, count(*) from {read_parquet(data.warehouse_findings)} group by all"
        ).fetchall()
    return {(source, rule, "warn"): n for source, rule, n in rows}
