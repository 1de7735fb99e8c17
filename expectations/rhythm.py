"""How often a source is delivered: `delivery` in its YAML. Who waits for deliveries can tell late from on time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.model import ContractError

LONGEST = {"week": 7, "month": 31, "quarter": 92, "half-year": 184, "year": 366}
"""Days of the longest such period."""


@dataclass(frozen=True)
class Rhythm:
    """A delivery is expected once in every period; it is late, and then overdue, so many days after its end."""

    every: str
    late_after_days: int
    overdue_after_days: int

    @property
    def late_after(self) -> dt.timedelta:
        """Time since the former delivery after which the next one is late."""
        return dt.timedelta(days=LONGEST[self.every] + self.late_after_days)

    @property
    def overdue_after(self) -> dt.timedelta:
        """Time since the former delivery after which the next one is overdue."""
        return dt.timedelta(days=LONGEST[self.every] + self.overdue_after_days)

    def state(self, newest: dt.date, today: dt.date) -> str:
        """`on time`, `late` or `overdue`, when the newest delivery came on `newest`."""
        waited = today - newest
        if waited > self.overdue_after:
            return "overdue"
        return "late" if waited > self.late_after else "on time"


def rhythm(spec: Any, path: Path) -> Rhythm | None:
    """Reads `delivery`; None when a source has no rhythm. Raises `ContractError` that says what to write."""
    if spec is None:
        return None
    shape = "{every: month, late_after_days: 10, overdue_after_days: 20}"
    if not isinstance(spec, dict) or set(spec) != {"every", "late_after_days", "overdue_after_days"}:
        raise ContractError(f"{path.name}: delivery is {spec!r}; write it as {shape}, or leave it out.")
    if spec["every"] not in LONGEST:
        raise ContractError(
            f"{path.name}: delivery every {spec['every']!r} is unknown; use one of {', '.join(LONGEST)}."
        )
    late, overdue = spec["late_after_days"], spec["overdue_after_days"]
    if any(isinstance(days, bool) or not isinstance(days, int) or days < 0 for days in (late, overdue)):
        raise ContractError(f"{path.name}: delivery has days that are no whole number from 0; write it as {shape}.")
    if late >= overdue:
        raise ContractError(
            f"{path.name}: delivery is overdue after {overdue} days, which is not more than the {late} after which it "
            "is late."
        )
    return Rhythm(spec["every"], late, overdue)
