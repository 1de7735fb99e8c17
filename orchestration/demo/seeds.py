"""Random numbers: one generator per part of the demo, so that a change in one part leaves the others as they were."""

from __future__ import annotations

import numpy as np


def generator(seed: int, part: str) -> np.random.Generator:
    """The generator of one part (a short ASCII name); the same seed and part give the same numbers for ever."""
    return np.random.default_rng([seed, *part.encode("ascii")])


def choose(rng: np.random.Generator, weights: dict[int, float], size: int) -> np.ndarray:
    """`size` draws from the keys of `weights` (int32), each with its relative weight."""
    values = np.array(list(weights), dtype=np.int32)
    chances = np.array(list(weights.values()), dtype=float)
    return rng.choice(values, size=size, p=chances / chances.sum())
