"""Art. 60 jobs within a trajectory: most start within two months, some later, some never come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import anchors
from .dates import MISSING, day
from .seeds import choose, generator
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
    number, scaled (`anchors.TIMELY_RUNNING_2024`); two thirds of all when the demo ends before 2024.
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
        wanted = anchors.TIMELY_RUNNING_2024 * len(drawn) / anchors.REFERENCE_TRAJECTORIES
        chance = float(np.clip(wanted / running.sum(), 0.55, 0.85))
    return np.where(drawn.start >= day(2025), chance + anchors.TIMELY_RISE_2025, chance)
