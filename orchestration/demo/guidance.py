"""Guidance, training and workplace learning: during the trajectory, after the art. 60 job, and after the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dates import MISSING
from .jobs import Jobs
from .seeds import generator
from .trajectories import Trajectories

WES, IBO, WORK_STAGE, TRAINING, COACHING = range(5)

#: (action, chance, shortest, longest in days) after the last art. 60 job, when a month or more is left (general
#: knowledge: WES, IBO and opleidingsstage with coaching are the instruments of that period).
AFTER_JOB = ((WES, 0.34, 14, 60), (IBO, 0.13, 28, 180), (WORK_STAGE, 0.16, 14, 90), (COACHING, 0.45, 30, 180))
#: The same in the twelve months after the end of the trajectory.
AFTER_END = (
    (TRAINING, 0.14, 10, 240),
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
    add((rng.random(count) < 0.20) & (length > 60), TRAINING, begun, short)

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
