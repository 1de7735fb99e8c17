"""Counts of cases: open, reviewed, closed and resolved rows per source and per OCMW. Never a value of a row."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import duckdb

from expectations.contract import warehouse_texts
from orchestration.quality.cases import CLOSED, OPEN, QUARANTINED, RESOLVED, REVIEWED, Case
from orchestration.quality.recipients import Recipients
from orchestration.store.paths import DataFolder
from orchestration.store.sql import read_parquet

YEARS = 4
"""Years of delivery that are counted per OCMW: the newest ones."""
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
        numbers[case.source][_field(case, delivered, warehouse)] += 1
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
class OcmwCounts:
    """Rows of one OCMW; `source` is empty when all sources are together."""

    ocmw: str
    source: str
    quarantined: int
    """Open and not loaded."""
    warned: int
    """Open and loaded with a warning."""
    resolved: int
    """By a later delivery."""
    since: dt.date | None
    """The day from which the oldest open row dates."""
    per_year: dict[int, int] = field(hash=False)
    """Year of delivery -> rows that broke a rule when they came, whatever became of them; the newest years."""


def years(cases: Sequence[Case]) -> list[int]:
    """The newest years of delivery, oldest first."""
    return sorted({c.delivered_on.year for c in cases})[-YEARS:]


def per_ocmw(cases: Sequence[Case], who: Recipients, by_source: bool) -> list[OcmwCounts]:
    """Counts per OCMW, or per OCMW and source; most open rows first."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[who.of(case).name, case.source if by_source else ""].append(case)
    shown = years(cases)
    found = [_of_ocmw(*key, own, shown) for key, own in groups.items()]
    return sorted(found, key=lambda line: (-line.quarantined - line.warned, line.ocmw, line.source))


def _of_ocmw(ocmw: str, source: str, own: Sequence[Case], shown: Sequence[int]) -> OcmwCounts:
    still = [c for c in own if c.status == OPEN]
    count = Counter({c.row: c.delivered_on.year for c in own}.values())
    return OcmwCounts(
        ocmw,
        source,
        len({c.row for c in still if c.outcome == QUARANTINED}),
        len({c.row for c in still if c.outcome != QUARANTINED}),
        sum(c.status == RESOLVED and c.resolved_by != c.file_name for c in own),
        min((c.since for c in still), default=None),
        {year: count[year] for year in shown},
    )


def warehouse_findings(data: DataFolder) -> dict[tuple[str, str, str], int]:
    """(source, rule, "warn") -> rows with a finding of the warehouse at its last build."""
    if not data.warehouse_findings.exists():
        return {}
    with duckdb.connect() as con:
        rows = con.execute(
            f"select source, rule, count(*) from {read_parquet(data.warehouse_findings)} group by all"
        ).fetchall()
    return {(source, rule, "warn"): n for source, rule, n in rows}
