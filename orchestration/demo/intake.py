"""Screenings: everybody who starts was screened shortly before, and about a third more were not referred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dates import MISSING, day
from .geography import draw_units
from .seeds import generator
from .trajectories import Trajectories

REFERRED, NOT_REFERRED = 0, 1
YES, NO = 0, 1
CRITERIA = (
    "werkervaring_nodig",
    "generieke_competenties_te_ontwikkelen",
    "nec_haalbaar_binnen_2_jaar",
    "minstens_halftijds_inzetbaar",
)
#: People screened but not referred, for every trajectory (general knowledge).
NOT_REFERRED_SHARE = 0.35


@dataclass(frozen=True)
class Screenings:
    """Screenings by day. `person` numbers the clients first, then those who never started."""

    person: np.ndarray
    unit: np.ndarray
    day: np.ndarray
    decision: np.ndarray
    criteria: np.ndarray


def draw_screenings(drawn: Trajectories, client: np.ndarray, clients: int, share: np.ndarray, seed: int) -> Screenings:
    """One screening per trajectory and `NOT_REFERRED_SHARE` more. `criteria` has one column per criterion."""
    rng = generator(seed, "screenings")
    count = len(drawn)
    others = round(count * NOT_REFERRED_SHARE)
    before = np.maximum(drawn.start - rng.integers(3, 70, count), day(2017, 1, 2))
    days = np.concatenate([np.minimum(before, drawn.start), rng.choice(drawn.start, others)])
    person = np.concatenate([client, clients + np.arange(others)])
    unit = np.concatenate([drawn.unit, draw_units(rng, share, others)])
    decision = np.repeat([REFERRED, NOT_REFERRED], [count, others])

    total = count + others
    fails = rng.random(total) < np.where(decision == REFERRED, 0.07, 0.86)
    criteria = np.zeros((total, len(CRITERIA)), dtype=np.int32)
    weakest = rng.choice(len(CRITERIA), total, p=[0.15, 0.15, 0.45, 0.25])
    criteria[np.flatnonzero(fails), weakest[fails]] = NO
    criteria[(rng.random(criteria.shape) < 0.12) & fails[:, None]] = NO
    blank = (rng.random(total) < np.where(decision == REFERRED, 0.04, 0.10))[:, None]
    criteria[(rng.random(criteria.shape) < 0.4) & blank] = MISSING
    order = np.lexsort((person, days))
    return Screenings(person[order], unit[order], days[order].astype(np.int32), decision[order], criteria[order])
