"""The course per OCMW: rejected rows of the rows read, per year of delivery, and whether it gets worse."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import NormalDist

import duckdb

from exports.wording import MONTHS
from orchestration.quality.cases import OPEN, QUARANTINED, RESOLVED, Case, count_by
from orchestration.quality.recipients import Recipients
from orchestration.quality.senders import prediction, rows_by_ocmw
from orchestration.store.paths import DataFolder
from orchestration.store.sql import read_parquet

YEARS = 4
"""Years of delivery that stand side by side: the newest ones."""
CERTAIN = NormalDist().inv_cdf(0.99)
"""How far two shares must differ, in standard deviations of chance, to be called another: 1 in 100 by chance."""
ReadPerYear = Mapping[tuple[str, str], Mapping[int, int]]
"""(source, OCMW) -> year of delivery -> rows read; the source is empty for all together."""


@dataclass(frozen=True)
class YearRate:
    """Rows of one year of delivery, and those of them that were rejected."""

    read: int
    rejected: int

    @property
    def share(self) -> float | None:
        """In percent; None without rows."""
        return 100 * self.rejected / self.read if self.read else None

    def __add__(self, other: "YearRate") -> "YearRate":
        return YearRate(self.read + other.read, self.rejected + other.rejected)


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
    per_year: dict[int, YearRate] = field(hash=False)
    """The newest years of delivery, oldest first."""

    @property
    def change(self) -> float | None:
        """The share rejected in the newest year less that of the years before it, in percentage points."""
        newest, before = self._compared
        return None if newest.share is None or before.share is None else newest.share - before.share

    @property
    def score(self) -> float:
        """The change in standard deviations of chance, so that a few rows more or less do not count as worse."""
        newest, before = self._compared
        if not self.change:
            return 0.0
        angles = (prediction.angle(one.rejected, one.read) for one in (newest, before))
        spread = math.sqrt(sum(1 / (4 * one.read + 2) for one in (newest, before)))
        score = (next(angles) - next(angles)) / spread
        return score if score * self.change > 0 else 0.0  # an angle of very few rows leans to the middle

    @property
    def is_worse(self) -> bool:
        return self.score > CERTAIN

    @property
    def is_better(self) -> bool:
        return self.score < -CERTAIN

    @property
    def _compared(self) -> tuple[YearRate, YearRate]:
        *before, newest = self.per_year.values()
        return newest, sum(before, YearRate(0, 0))


def read_per_year(data: DataFolder, day: dt.date, who: Recipients, counted: Path | None = None) -> ReadPerYear:
    """Rows read per OCMW and year of delivery up to `day`, per source and of all sources together; from the file
    `counted` when they were counted a moment ago."""
    with duckdb.connect() as con:
        if counted:
            con.execute(f"create view rows_by_ocmw as from {read_parquet(counted)}")
        else:
            rows_by_ocmw.create(con, data, day, who)
        rows = con.execute("""
            with counted as (select *, year(delivered_on) as year from rows_by_ocmw)
            select source, ocmw_name, year, sum(rows_read) from counted group by all
            union all
            select '', ocmw_name, year, sum(rows_read) from counted group by all
        """).fetchall()
    found: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for source, ocmw, year, read in rows:
        found[source, ocmw][year] = int(read)
    return found


def years(read: ReadPerYear) -> list[int]:
    """The newest years in which something was delivered, oldest first."""
    return sorted({year for per_year in read.values() for year in per_year})[-YEARS:]


def last_month(year: int, today: dt.date) -> int | None:
    """The month up to which a year has gone by; None when it is over, which it is on its last day."""
    return today.month if year == today.year and (today.month, today.day) != (12, 31) else None


def year_label(year: int, today: dt.date) -> str:
    """The year as Dutch text; one that is not over with the month up to which it goes."""
    month = last_month(year, today)
    return f"{year} (tot en met {MONTHS[month - 1]})" if month else str(year)


def per_ocmw(
    cases: Sequence[Case], who: Recipients, read: ReadPerYear, by_source: bool, with_warnings: bool = False
) -> list[OcmwCounts]:
    """Counts per OCMW with a case, or per OCMW and source; who gets worse first. `with_warnings`: the shares count
    warned rows as well as rejected ones; so with the cases of one rule, those that broke it."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.source if by_source else "", who.of(case).name].append(case)
    shown = years(read)
    found = []
    for key, own in groups.items():
        rows = read.get(key, {})
        found.append(_of_ocmw(*key, own, {year: rows.get(year, 0) for year in shown}, with_warnings))
    return sorted(found, key=lambda o: (-round(o.score, 6), -o.quarantined - o.warned, o.ocmw, o.source))


def _of_ocmw(source: str, ocmw: str, own: Sequence[Case], read: Mapping[int, int], with_warnings: bool) -> OcmwCounts:
    still = [c for c in own if c.status == OPEN]
    counted = (c for c in own if with_warnings or c.outcome == QUARANTINED)
    rejected = count_by((c.delivered_on.year, c) for c in counted)
    warned = (c for c in still if c.outcome != QUARANTINED)
    return OcmwCounts(
        ocmw,
        source,
        sum(c.count for c in still if c.outcome == QUARANTINED),
        # A row counts once; of the cases of one rule each is of another row.
        sum(c.count for c in warned if with_warnings or not c.has_other),
        sum(c.count for c in own if c.status == RESOLVED and c.resolved_by != c.file_name),
        min((c.since for c in still), default=None),
        {year: YearRate(rows, rejected[year]) for year, rows in read.items()},
    )
