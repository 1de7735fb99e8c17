"""Art. 60 jobs within a trajectory, and the wage subsidies paid for them.

Most jobs start within two months, some later, some never come. One payment per month of a job, about two months later,
and corrections afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import published_totals
from .arrays import MISSING, choose, day, generator, month_length, month_of, month_start, year_of
from .clients import age_on
from .municipalities import DemoGeography
from .trajectories import Trajectories

#: Days after the start that are within two months whatever the month (January and February together).
_TIMELY_DAYS = 56
_SPLIT_SHARE = 0.07


@dataclass(frozen=True)
class Jobs:
    """Jobs in order of trajectory and start. `last_end` has one value per trajectory (MISSING without a job)."""

    trajectory: np.ndarray
    start: np.ndarray
    end: np.ndarray
    sector: np.ndarray
    last_end: np.ndarray
    timely: np.ndarray


def draw_jobs(drawn: Trajectories, seed: int) -> Jobs:
    """One job for most trajectories, two for some.

    The share of timely jobs is set so that the trajectories running in 2024 with timely work come near the published
    number, scaled (`published_totals.TIMELY_RUNNING_2024`); two thirds of all when the demo ends before 2024.
    """
    rng = generator(seed, "jobs")
    count = len(drawn)
    length = drawn.end - drawn.start + 1
    possible = length >= 10
    timely = possible & (rng.random(count) < _timely_share(drawn, possible))
    late = possible & ~timely & (rng.random(count) < 0.6) & (length > 120)
    lag = np.minimum(np.floor(rng.gamma(1.6, 11.0, count)), np.minimum(_TIMELY_DAYS, length * 0.4))
    lag = np.where(late, rng.integers(66, 200, count), lag)
    late &= lag < length - 10
    start = (drawn.start + lag).astype(np.int32)
    room = np.maximum(drawn.end - start, 0)
    with_aftercare = rng.random(count) < np.where(drawn.early, 0.25, 0.6)
    aftercare = np.where(with_aftercare, np.minimum(rng.integers(14, 190, count), room * 0.6), 0)
    outlasting = np.where(rng.random(count) < 0.012, rng.integers(5, 60, count), 0)
    end = np.where(outlasting > 0, drawn.end + outlasting, drawn.end - np.floor(aftercare)).astype(np.int32)
    has = timely | late
    last_end = np.where(has, end, MISSING).astype(np.int32)

    split = has & (end - start > 150) & (rng.random(count) < _SPLIT_SHARE)
    middle = start + ((end - start) * rng.uniform(0.3, 0.7, count)).astype(np.int32)
    resumed = middle + rng.integers(2, 25, count).astype(np.int32)
    trajectory = np.concatenate([np.flatnonzero(has), np.flatnonzero(split)]).astype(np.int32)
    starts = np.concatenate([start[has], resumed[split]])
    ends = np.concatenate([np.where(split, middle, end)[has], end[split]])
    order = np.lexsort((starts, trajectory))
    sector = choose(rng, {0: 13, 1: 38, 2: 39, 3: 8, MISSING: 2}, len(order))
    return Jobs(trajectory[order], starts[order], ends[order], sector, last_end, timely)


def _timely_share(drawn: Trajectories, possible: np.ndarray) -> np.ndarray:
    """Chance of each trajectory that its job starts in time."""
    running = (drawn.start < day(2025)) & (drawn.end >= day(2024)) & possible
    chance = 0.67
    if drawn.last_day >= day(2024, 12, 31) and running.any():
        wanted = published_totals.TIMELY_RUNNING_2024 * len(drawn) / published_totals.REFERENCE_TRAJECTORIES
        chance = float(np.clip(wanted / running.sum(), 0.55, 0.85))
    return np.where(drawn.start >= day(2025), chance + published_totals.TIMELY_RISE_2025, chance)


PAYMENT, CORRECTION = 0, 1
SOCIAL_ECONOMY = 1
#: Share of the payments that is corrected by a row of its own.
CORRECTION_SHARE = 0.03


@dataclass(frozen=True)
class Money:
    """Payments and corrections, by day of payment; `cents` may be negative for corrections."""

    trajectory: np.ndarray
    nis: np.ndarray
    month: np.ndarray
    paid: np.ndarray
    kind: np.ndarray
    cents: np.ndarray


def draw_money(
    drawn: Trajectories, jobs: Jobs, birth: np.ndarray, geography: DemoGeography, seed: int, last_payment: int
) -> Money:
    """All that was paid up to the day `last_payment`. `birth` is the birth date of each trajectory's client."""
    rng = generator(seed, "money")
    first = month_of(jobs.start)
    months = np.maximum(month_of(np.minimum(jobs.end, last_payment)) - first + 1, 0)
    job = np.repeat(np.arange(len(months), dtype=np.int32), months)
    offset = np.arange(len(job)) - np.repeat(np.cumsum(months) - months, months)
    month = (first[job] + offset).astype(np.int32)

    trajectory = jobs.trajectory[job]
    begin, length = month_start(month), month_length(month)
    worked = np.minimum(jobs.end[job], begin + length - 1) - np.maximum(jobs.start[job], begin) + 1
    per_month = _rates(rng, drawn, jobs, birth)[job] * _level(month)
    cents = np.maximum(np.round(per_month * worked / length), 1).astype(np.int64)
    delay = np.where(rng.random(len(job)) < 0.02, rng.integers(3, 10, len(job)), 2)
    paid = (month_start(month + delay) + rng.integers(4, 27, len(job))).astype(np.int32)
    unit = drawn.unit[trajectory]
    nis = geography.code(unit, begin + length - 1)

    again = np.flatnonzero(rng.random(len(job)) < CORRECTION_SHARE)
    months_later = np.floor(1 + rng.exponential(9.0, len(again))).astype(np.int32)
    corrected = (month_start(month_of(paid[again]) + months_later) + rng.integers(0, 27, len(again))).astype(np.int32)
    part = choose(rng, {-100: 8, -50: 14, -25: 16, -10: 14, -4: 10, 5: 12, 12: 12, 25: 14}, len(again))
    change = np.round(cents[again] * part / 100).astype(np.int64)
    change = np.where(change == 0, -1, change)

    kind = np.concatenate([np.full(len(job), PAYMENT, np.int8), np.full(len(again), CORRECTION, np.int8)])
    table = Money(
        np.concatenate([trajectory, trajectory[again]]),
        np.concatenate([nis, geography.code(unit[again], corrected)]),
        np.concatenate([month, month[again]]),
        np.concatenate([paid, corrected]),
        kind,
        np.concatenate([cents, change]),
    )
    order = np.lexsort((table.trajectory, table.paid))
    order = order[table.paid[order] <= last_payment]
    return Money(*(getattr(table, name)[order] for name in Money.__dataclass_fields__))


def payment_year(paid: np.ndarray) -> np.ndarray:
    """Year whose delivery holds a payment: those of January still go with the year before."""
    return year_of(paid - 31)


def _rates(rng: np.random.Generator, drawn: Trajectories, jobs: Jobs, birth: np.ndarray) -> np.ndarray:
    """Each job's share of the full amount: part-time, under 25 at the start, social economy."""
    part_time = rng.random(len(jobs.start)) < 0.22
    young = age_on(birth[jobs.trajectory], drawn.start[jobs.trajectory]) < 25
    rate = np.where(part_time, published_totals.PART_TIME_RATE, 1.0)
    rate = rate * np.where(young, published_totals.UNDER_25_RATE, 1.0)
    return rate * np.where(jobs.sector == SOCIAL_ECONOMY, published_totals.SOCIAL_ECONOMY_RATE, 1.0)


def _level(month: np.ndarray) -> np.ndarray:
    """Full monthly amount in cents; after the last known year it rises by 2 % a year."""
    known = published_totals.MONTHLY_SUBSIDY_CENTS
    newest = max(known)
    years = 1970 + month // 12
    levels = [known.get(year) or round(known[newest] * 1.02 ** (year - newest)) for year in range(2017, 2101)]
    return np.array(levels)[np.minimum(years - 2017, len(levels) - 1)]


def last_payment_day(last_year: int) -> int:
    """The newest day of payment in the demo: the end of January after the last year."""
    return day(last_year + 1, 1, 31)
