"""Trajectories: when they start, how long they are meant to last, when and how they end, in which OCMW; and their jobs.

Most art. 60 jobs start within two months of the trajectory, some later, some never come.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from . import published_totals
from .arrays import MISSING, add_months, choose, day, generator, month_length, month_of, month_start, year_of
from .municipalities import DemoGeography, draw_units, within_provinces

#: Warnings that a trajectory can carry from the moment it is drawn.
NIS_NOT_VALID, EXPECTED_OVER_24, OVER_24, STARTS_AFTER_DELIVERY = 1, 2, 3, 4
WARNINGS = {
    NIS_NOT_VALID: "nis_not_valid_on_date",
    EXPECTED_OVER_24: "expected_over_24_months",
    OVER_24: "over_24_months",
    STARTS_AFTER_DELIVERY: "starts_after_delivery",
}

#: Share of the trajectories that carries each warning.
WARNING_SHARE = 0.0008

#: How often 0 (under a month), 1, 2 … 24 months are foreseen at the start (general knowledge: mostly 12, 18 or 24).
EXPECTED_MONTHS = (0.4, 0.4, 0.6, 2, 1, 1, 7, 1.5, 2, 5, 2.5, 4, 30, 2, 2, 5, 2, 2, 15, 1, 1.5, 1.5, 1.5, 2, 14)


@dataclass
class Trajectories:
    """All trajectories in order of start; dates in days. `end` is known even where it lies in the future."""

    start: np.ndarray
    end: np.ndarray
    expected: np.ndarray
    early: np.ndarray
    unit: np.ndarray
    nis: np.ndarray
    warning: np.ndarray
    first_year: np.ndarray
    last_day: int

    def __len__(self) -> int:
        return len(self.start)

    @property
    def ended(self) -> np.ndarray:
        """Ended within the years of the demo."""
        return self.end <= self.last_day

    def running_in(self, year: int) -> int:
        """Trajectories running on some day of a year."""
        return int(((self.start < day(year + 1)) & (self.end >= day(year))).sum())


def draw_trajectories(
    count: int, seed: int, last_year: int, geography: DemoGeography, share: np.ndarray, delivered: dict[int, int]
) -> Trajectories:
    """Draw `count` trajectories that started from 2017 to `last_year`.

    `delivered` gives for each year the day (in January) on which its trajectories are delivered. The number that
    runs in 2017 and 2018 is exactly the published one, scaled (see `published_totals`); the rest follows a growth path.
    """
    rng = generator(seed, "trajectories")
    scale = count / published_totals.REFERENCE_TRAJECTORIES
    blocks = [_year(rng, 2017, round(published_totals.RUNNING_2017 * scale), geography, share)]
    carried = int((blocks[0]["end"] >= day(2018)).sum())
    blocks.append(_year(rng, 2018, max(round(published_totals.RUNNING_2018 * scale) - carried, 0), geography, share))
    rest = count - sum(len(block["start"]) for block in blocks)
    blocks += [_year(rng, year, number, geography, share) for year, number in _spread(rest, last_year).items()]
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    order = np.argsort(columns["start"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    drawn = Trajectories(
        **columns,
        nis=np.zeros(count, dtype=np.int32),
        warning=np.zeros(count, dtype=np.int8),
        first_year=year_of(columns["start"]),
        last_day=day(last_year, 12, 31),
    )
    # Some of the starts of the last months of a year are registered late, so they come a delivery later.
    autumn = month_of(drawn.start) % 12 >= 9
    drawn.first_year += autumn & (drawn.first_year < last_year) & (rng.random(count) < 0.03)
    _plant_warnings(rng, drawn, geography, delivered)
    return drawn


def _spread(count: int, last_year: int) -> dict[int, int]:
    """Starts per year from 2019 to the last year, adding up to `count`."""
    weights = np.array([published_totals.START_PATTERN.get(year, 1.12) for year in range(2019, last_year + 1)])
    edges = np.round(np.concatenate([[0.0], np.cumsum(weights / weights.sum())]) * count).astype(int)
    return {2019 + index: int(number) for index, number in enumerate(np.diff(edges))}


def _year(rng: Generator, year: int, count: int, geography: DemoGeography, share: np.ndarray) -> dict[str, np.ndarray]:
    """The trajectories that start in one year. Each OCMW's share of its province moves from year to year."""
    moving = within_provinces(geography, share * rng.lognormal(0.0, 0.1, len(share)))
    month = (year - 1970) * 12 + choose(rng, dict(enumerate(published_totals.MONTH_PATTERN)), count)
    within = (rng.random(count) * month_length(month)).astype(np.int32)
    start = month_start(month) + np.where(rng.random(count) < 0.35, 0, within)
    weekday = (start + 3) % 7
    start = start + np.where(weekday >= 5, 7 - weekday, 0)
    start = np.where(start > day(year, 12, 31), start - 3, start).astype(np.int32)
    end, expected, early = _durations(rng, start, 0.42 if year == 2020 else 0.38)
    unit = draw_units(rng, moving, count)
    return {"start": start, "end": end, "expected": expected, "early": early, "unit": unit}


def _durations(rng: Generator, start: np.ndarray, early_share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(end, expected end or MISSING, ended early). At most 24 months, as the decree says; see `_plant_warnings`."""
    count = len(start)
    months = choose(rng, dict(enumerate(EXPECTED_MONTHS)), count)
    days = rng.integers(0, 28, count).astype(np.int32)
    expected = np.where(months == 0, start + 9 + days // 2, add_months(start, months) - 1)
    early = rng.random(count) < early_share
    served = np.floor(months * rng.beta(1.4, 1.6, count)).astype(np.int32)
    cut_short = np.maximum(add_months(start, served) - 1 + days, start + 2)
    slack = choose(rng, {-2: 10, -1: 15, 0: 50, 1: 15, 2: 10}, count)
    shifted = np.clip(months + slack, 1, 23)
    other = add_months(start, shifted) - 1 + days
    carried_out = np.where((slack == 0) | (months == 0), expected, other)
    end = np.where(early, cut_short, carried_out).astype(np.int32)
    return end, np.where(rng.random(count) < 0.03, MISSING, expected).astype(np.int32), early


def _plant_warnings(rng: Generator, drawn: Trajectories, geography: DemoGeography, delivered: dict[int, int]) -> None:
    """Give a small share of the trajectories what the contract warns about; at least one of each kind."""
    count = max(1, round(len(drawn) * WARNING_SHARE))

    def pick(among: np.ndarray) -> np.ndarray:
        free = np.flatnonzero(among & (drawn.warning == 0))
        return rng.choice(free, size=min(count, len(free)), replace=False)

    done_in_time = add_months(drawn.start, 30) <= drawn.last_day
    crosses_year = year_of(drawn.end) > year_of(drawn.start)  # a longer one then runs in no other year of the anchors
    long = pick(done_in_time & crosses_year)
    drawn.end[long] = add_months(drawn.start[long], rng.integers(26, 31, len(long))) - 1
    drawn.warning[long] = OVER_24
    drawn.early[long] = False
    hopeful = pick(drawn.expected != MISSING)
    drawn.expected[hopeful] = add_months(drawn.start[hopeful], rng.integers(26, 31, len(hopeful))) - 1
    drawn.warning[hopeful] = EXPECTED_OVER_24

    wrong = geography.wrong_code(drawn.unit, drawn.start)
    if not (wrong[drawn.warning == 0] > 0).any():
        drawn.unit[pick(drawn.start > 0)] = rng.choice(geography.units_with_wrong_codes())
        wrong = geography.wrong_code(drawn.unit, drawn.start)
    drawn.nis = geography.code(drawn.unit, drawn.start)
    mistaken = pick(wrong > 0)
    drawn.nis[mistaken] = wrong[mistaken]
    drawn.warning[mistaken] = NIS_NOT_VALID

    year = year_of(drawn.start)
    before = np.array([delivered.get(int(y) - 1, 2**30) for y in year])
    gap = np.where((drawn.warning == 0) & (drawn.start > before), drawn.start - before, 2**30)
    eager = np.argsort(gap, kind="stable")[: min(count, int((gap < 2**30).sum()))]
    drawn.first_year[eager] = year[eager] - 1
    drawn.warning[eager] = STARTS_AFTER_DELIVERY


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
