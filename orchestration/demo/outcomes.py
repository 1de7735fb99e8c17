"""What clients do besides and after their job: guidance, positions on the labour market, transmissions.

Guidance, training and workplace learning happen during the trajectory, after the art. 60 job and after the end;
a transmission is a file handed to the Controledienst.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import published_totals
from .arrays import MISSING, choose, day, generator, year_of
from .jobs import Jobs
from .trajectories import Trajectories

#: Actions by number, in the order of `delivery_format.ACTIONS`.
WES, IBO, WORK_STAGE, COURSE, COACHING = range(5)

#: (action, chance, shortest, longest in days) after the last art. 60 job, when a month or more is left (general
#: knowledge: WES, IBO and opleidingsstage with coaching are the instruments of that period).
AFTER_JOB = ((WES, 0.34, 14, 60), (IBO, 0.13, 28, 180), (WORK_STAGE, 0.16, 14, 90), (COACHING, 0.45, 30, 180))
#: The same in the twelve months after the end of the trajectory.
AFTER_END = (
    (COURSE, 0.14, 10, 240),
    (WORK_STAGE, 0.05, 14, 90),
    (IBO, 0.07, 28, 180),
    (WES, 0.03, 14, 60),
    (COACHING, 0.06, 30, 180),
)


@dataclass(frozen=True)
class Actions:
    """Actions of clients, by start; `trajectory` is the trajectory that led to the action."""

    trajectory: np.ndarray
    kind: np.ndarray
    start: np.ndarray
    end: np.ndarray


def draw_actions(drawn: Trajectories, jobs: Jobs, seed: int) -> Actions:
    """About two actions per trajectory, in order of start."""
    rng = generator(seed, "guidance")
    count = len(drawn)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    def add(chosen: np.ndarray, kind: int, start: np.ndarray, end: np.ndarray) -> None:
        rows = np.flatnonzero(chosen)
        parts.append((rows, np.full(len(rows), kind), start[rows], np.maximum(end, start)[rows]))

    length = drawn.end - drawn.start
    begun = drawn.start + rng.integers(0, 30, count)
    add((rng.random(count) < 0.72) & (length > 40), COACHING, begun, drawn.end - rng.integers(0, 20, count))
    begun = drawn.start + np.floor(length * rng.uniform(0.05, 0.8, count)).astype(np.int32)
    short = np.minimum(begun + rng.integers(5, 90, count), drawn.end)  # recognised short training: 3 months at most
    add((rng.random(count) < 0.20) & (length > 60), COURSE, begun, short)

    room = np.where(jobs.last_end == MISSING, -1, drawn.end - jobs.last_end)
    for kind, chance, shortest, longest in AFTER_JOB:
        begun = jobs.last_end + 1 + np.floor(np.maximum(room, 0) * rng.uniform(0, 0.5, count)).astype(np.int32)
        lasting = begun + rng.integers(shortest, longest, count)
        add((room >= 30) & (rng.random(count) < chance), kind, begun, lasting)
    for kind, chance, shortest, longest in AFTER_END:
        begun = drawn.end + 1 + rng.integers(0, 420, count)  # some begin after the twelve months
        lasting = begun + rng.integers(shortest, longest, count)
        add(drawn.ended & (rng.random(count) < chance), kind, begun, lasting)

    trajectory, kind, start, end = (np.concatenate(column).astype(np.int32) for column in zip(*parts, strict=True))
    order = np.lexsort((kind, trajectory, start))
    return Actions(trajectory[order], kind[order], start[order], end[order])


#: Positions by number, in the order of `delivery_format.POSITIONS`.
NEC, NEC_SOCIAL, SEC, SELF_EMPLOYED, TRAINING, JOBSEEKER, LEEFLOON, ILL, PENSION, MOVED, DEAD, OTHER = range(12)
_FINAL = (PENSION, MOVED, DEAD)

#: Exits to work by kind, and the other positions on the day after the end (general knowledge; together with
#: `published_totals.EXIT_TO_WORK_AFTER_ONE_DAY` they make up everybody whose position is known).
WORK = {NEC: 0.74, NEC_SOCIAL: 0.13, SEC: 0.10, SELF_EMPLOYED: 0.03}
ELSEWHERE = {TRAINING: 6, JOBSEEKER: 48, LEEFLOON: 27, ILL: 10, PENSION: 1.2, MOVED: 4, DEAD: 0.4, OTHER: 3.4}
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
    works = rng.random(count) < published_totals.EXIT_TO_WORK_AFTER_ONE_DAY / KNOWN_SHARE * mood
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
