"""How many rows are open, reviewed, closed, or were mended by a run's deliveries, per source. Counts, never a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields

from expectations.contract import warehouse_texts
from orchestration.quality.cases import CLOSED, MENDED, OPEN, REVIEWED, Case

LABELS = {
    "refused": "open refused rows",
    "warned": "open rows with a warning",
    "found": "open findings of the warehouse",
    "reviewed": "reviewed rows",
    "closed": "closed rows",
    "mended": "rows mended",
}
"""Field of `Standing`, in their order -> what it is called on the Dagster page."""


@dataclass(frozen=True)
class Standing:
    """Rows of a source, or of all. A row that the door and the warehouse warned about counts under both."""

    refused: int = 0
    """Open and not loaded."""
    warned: int = 0
    """Open and loaded with a warning of the door."""
    found: int = 0
    """Open, and seen only when all sources are together."""
    reviewed: int = 0
    """Warned about and right as they are, as the steward said."""
    closed: int = 0
    """Refused without a usable key, and closed by the steward."""
    mended: int = 0
    """Refused or warned about before, and mended by a delivery of the run."""
    since: dt.date | None = None
    """The day from which the oldest open row dates."""

    @property
    def open(self) -> int:
        return self.refused + self.warned + self.found

    def __add__(self, other: Standing) -> Standing:
        numbers = (getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "since")
        return Standing(*numbers, since=min((d for d in (self.since, other.since) if d), default=None))


def per_source(cases: Iterable[Case], delivered: Collection[str]) -> dict[str, Standing]:
    """Source -> how its rows stand. `delivered` names the files of the run."""
    warehouse = warehouse_texts()
    found: dict[str, Standing] = {}
    for case in cases:
        found[case.source] = found.get(case.source, Standing()) + _one(case, delivered, warehouse)
    return found


def _one(case: Case, delivered: Collection[str], warehouse: Mapping[str, object]) -> Standing:
    if case.status == REVIEWED:
        return Standing(reviewed=1)
    if case.status == CLOSED:
        return Standing(closed=1)
    if case.status == MENDED:
        # A literal repeat is mended by its own file, which is no news.
        return Standing(mended=int(case.mended_by in delivered and case.mended_by != case.file_name))
    if case.status != OPEN:
        return Standing()
    if case.outcome == "quarantined":
        return Standing(refused=1, since=case.since)
    by_warehouse = all(rule in warehouse for rule in case.rules)
    return Standing(found=int(by_warehouse), warned=int(not by_warehouse), since=case.since)


def total(standings: Mapping[str, Standing]) -> Standing:
    """All sources together."""
    return sum(standings.values(), Standing())
