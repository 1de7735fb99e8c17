"""Wage subsidies: one payment per month of an art. 60 job, paid about two months later, and corrections afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import anchors
from .dates import day, month_length, month_of, month_start, year_of
from .geography import DemoGeography
from .jobs import Jobs
from .people import age_on
from .seeds import choose, generator
from .trajectories import Trajectories

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
    rate = np.where(part_time, anchors.PART_TIME_RATE, 1.0)
    rate = rate * np.where(young, anchors.UNDER_25_RATE, 1.0)
    return rate * np.where(jobs.sector == SOCIAL_ECONOMY, anchors.SOCIAL_ECONOMY_RATE, 1.0)


def _level(month: np.ndarray) -> np.ndarray:
    """Full monthly amount in cents; after the last known year it rises by 2 % a year."""
    known = anchors.MONTHLY_SUBSIDY_CENTS
    newest = max(known)
    years = 1970 + month // 12
    levels = [known.get(year) or round(known[newest] * 1.02 ** (year - newest)) for year in range(2017, 2101)]
    return np.array(levels)[np.minimum(years - 2017, len(levels) - 1)]


def last_payment_day(last_year: int) -> int:
    """The newest day of payment in the demo: the end of January after the last year."""
    return day(last_year + 1, 1, 31)
