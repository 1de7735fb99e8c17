"""Where clients stand after the end of a trajectory, and the files handed to the Controledienst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import anchors
from .dates import day, year_of
from .seeds import choose, generator
from .trajectories import Trajectories

#: Positions by number, in the order of `sources.POSITIONS`.
NEC, NEC_SOCIAL, SEC, SELF_EMPLOYED, TRAINING, JOBSEEKER, LEEFLOON, ILL, PENSION, MOVED, DEAD, OTHER = range(12)
_FINAL = (PENSION, MOVED, DEAD)

#: Exits to work by kind, and the other positions on the day after the end (general knowledge; together with
#: `anchors.EXIT_TO_WORK_AFTER_ONE_DAY` they make up everybody whose position is known).
WORK = {NEC: 0.74, NEC_SOCIAL: 0.13, SEC: 0.10, SELF_EMPLOYED: 0.03}
ELSEWHERE = {
    TRAINING: 6,
    JOBSEEKER: 48,
    LEEFLOON: 27,
    ILL: 10,
    PENSION: 1.2,
    MOVED: 4,
    DEAD: 0.4,
    OTHER: 3.4,
}
#: Position of the second spell, for those whose first one ends.
NEXT = {
    NEC: 30,
    NEC_SOCIAL: 5,
    SEC: 4,
    SELF_EMPLOYED: 1.5,
    TRAINING: 7,
    JOBSEEKER: 27,
    LEEFLOON: 14,
    ILL: 6,
    PENSION: 0.8,
    MOVED: 2,
    DEAD: 0.3,
    OTHER: 2.4,
}


#: Share of the ended trajectories after which anything is known about the client (general knowledge).
KNOWN_SHARE = 0.975


@dataclass(frozen=True)
class Spells:
    """Spells in order of start; the last day counts, and a far day means open."""

    trajectory: np.ndarray
    position: np.ndarray
    start: np.ndarray
    end: np.ndarray


def draw_positions(drawn: Trajectories, until: np.ndarray, seed: int) -> Spells:
    """One or two spells for most ended trajectories, none for a few (position unknown), an overlapping one for some.

    Spells stop on the day `until` (one per trajectory), before the client's next trajectory.
    """
    rng = generator(seed, "positions")
    rows = np.flatnonzero(drawn.ended & (rng.random(len(drawn)) < KNOWN_SHARE))
    count = len(rows)
    mood = np.where(year_of(drawn.end[rows]) == 2020, 0.85, 1.0)  # fewer jobs in 2020
    works = rng.random(count) < anchors.EXIT_TO_WORK_AFTER_ONE_DAY / KNOWN_SHARE * mood
    first = np.where(works, choose(rng, WORK, count), choose(rng, ELSEWHERE, count))
    start = drawn.end[rows] + 1 + np.where(rng.random(count) < 0.06, rng.integers(1, 60, count), 0)
    forever = day(2200)
    stays = np.isin(first, _FINAL) | (rng.random(count) < 0.12)
    length = np.where(works, rng.integers(40, 1100, count), rng.integers(20, 600, count))
    end = np.where(stays, forever, start + length)

    second = choose(rng, NEXT, count)
    follows = ~stays & (rng.random(count) < 0.97)
    again = end + 1 + np.where(rng.random(count) < 0.1, rng.integers(1, 90, count), 0)
    stays = np.isin(second, _FINAL) | (rng.random(count) < 0.6)
    second_end = np.where(stays, forever, again + rng.integers(120, 1200, count))

    beside = (rng.random(count) < 0.09) & ~np.isin(first, _FINAL)
    other = np.where(first == JOBSEEKER, TRAINING, JOBSEEKER)
    overlap = start + rng.integers(0, 90, count)
    overlap_end = overlap + rng.integers(30, 500, count)

    trajectory = np.concatenate([rows, rows[follows], rows[beside]])
    position = np.concatenate([first, second[follows], other[beside]])
    begin = np.concatenate([start, again[follows], overlap[beside]])
    finish = np.concatenate([end, second_end[follows], overlap_end[beside]])
    finish = np.minimum(finish, np.where(np.isin(position, _FINAL), forever, until[trajectory]))
    order = np.lexsort((position, trajectory, begin))
    order = order[(finish >= begin)[order]]
    table = (trajectory[order], position[order], begin[order], finish[order])
    return Spells(*(column.astype(np.int32) for column in table))


def draw_transmissions(drawn: Trajectories, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(trajectory, day) of each transmission, by day: mostly within a year of the end, more after an early end."""
    rng = generator(seed, "transmissions")
    chance = np.where(drawn.early, 0.15, 0.07)
    rows = np.flatnonzero(drawn.ended & (rng.random(len(drawn)) < chance))
    days = drawn.end[rows] + 5 + np.floor(rng.gamma(2.0, 95.0, len(rows))).astype(np.int32)
    known = days <= drawn.last_day
    rows, days = rows[known], days[known]
    order = np.lexsort((rows, days))
    return rows[order].astype(np.int32), days[order].astype(np.int32)
