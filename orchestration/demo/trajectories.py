"""Trajectories: when they start, how long they are meant to last, when and how they end, and in which OCMW."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

#: Months foreseen at the start (general knowledge: the round numbers 12, 18 and 24 dominate; 0 = under a month).
EXPECTED_MONTHS = {
    0: 0.4,
    1: 0.4,
    2: 0.6,
    3: 2,
    4: 1,
    5: 1,
    6: 7,
    7: 1.5,
    8: 2,
    9: 5,
    10: 2.5,
    11: 4,
    12: 30,
    13: 2,
    14: 2,
    15: 5,
    16: 2,
    17: 2,
    18: 15,
    19: 1,
    20: 1.5,
    21: 1.5,
    22: 1.5,
    23: 2,
    24: 14,
}


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
    _register(rng, drawn, last_year)
    _plant_warnings(rng, drawn, geography, delivered)
    return drawn


def _spread(count: int, last_year: int) -> dict[int, int]:
    """Starts per year from 2019 to the last year, adding up to `count`."""
    weights = np.array([published_totals.START_PATTERN.get(year, 1.12) for year in range(2019, last_year + 1)])
    edges = np.round(np.concatenate([[0.0], np.cumsum(weights / weights.sum())]) * count).astype(int)
    return {2019 + index: int(number) for index, number in enumerate(np.diff(edges))}


def _year(
    rng: np.random.Generator, year: int, count: int, geography: DemoGeography, share: np.ndarray
) -> dict[str, np.ndarray]:
    """The trajectories that start in one year. Each OCMW's share of its province moves from year to year."""
    moving = within_provinces(geography, share * rng.lognormal(0.0, 0.1, len(share)))
    pattern = dict(enumerate(published_totals.MONTH_PATTERN))
    month = (year - 1970) * 12 + choose(rng, pattern, count)
    within = (rng.random(count) * month_length(month)).astype(np.int32)
    start = month_start(month) + np.where(rng.random(count) < 0.35, 0, within)
    weekday = (start + 3) % 7
    start = start + np.where(weekday >= 5, 7 - weekday, 0)
    start = np.where(start > day(year, 12, 31), start - 3, start).astype(np.int32)
    end, expected, early = _durations(rng, start, 0.42 if year == 2020 else 0.38)
    unit = draw_units(rng, moving, count)
    return {"start": start, "end": end, "expected": expected, "early": early, "unit": unit}


def _durations(
    rng: np.random.Generator, start: np.ndarray, early_share: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(end, expected end or MISSING, ended early). At most 24 months, as the decree says; see `_plant_warnings`."""
    count = len(start)
    months = choose(rng, EXPECTED_MONTHS, count)
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


def _register(rng: np.random.Generator, drawn: Trajectories, last_year: int) -> None:
    """Some of the starts of the last months of a year are registered late, so they come a delivery later."""
    autumn = month_of(drawn.start) % 12 >= 9
    late = autumn & (drawn.first_year < last_year) & (rng.random(len(drawn)) < 0.03)
    drawn.first_year = drawn.first_year + late


def _plant_warnings(
    rng: np.random.Generator, drawn: Trajectories, geography: DemoGeography, delivered: dict[int, int]
) -> None:
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
