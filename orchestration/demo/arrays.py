"""Dates and random draws as NumPy arrays.

Dates are days since 1970-01-01 (int32), months are counted from January 1970 (int32). No clock is read here.
"""

from datetime import date

import numpy as np

#: Stands for "no value" in every integer column of the demo (no date of the demo lies before 1970).
MISSING = -1


def day(year: int, month: int = 1, day_of_month: int = 1) -> int:
    """Days since 1970-01-01 of one date."""
    return date(year, month, day_of_month).toordinal() - date(1970, 1, 1).toordinal()


def month_of(days: np.ndarray) -> np.ndarray:
    """Month number of each day."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)


def year_of(days: np.ndarray) -> np.ndarray:
    """Calendar year of each day."""
    return (1970 + month_of(days) // 12).astype(np.int32)


def month_start(months: np.ndarray) -> np.ndarray:
    """First day of each month number."""
    return np.asarray(months).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)


def month_length(months: np.ndarray) -> np.ndarray:
    """Days in each month number."""
    return month_start(np.asarray(months) + 1) - month_start(months)


def add_months(days: np.ndarray, months: np.ndarray | int) -> np.ndarray:
    """Each day plus a number of months, clamped at the month's end (2020-02-29 + 12 = 2021-02-28)."""
    start = month_of(days)
    target = start + np.asarray(months, dtype=np.int32)
    day_of_month = np.asarray(days) - month_start(start)
    return (month_start(target) + np.minimum(day_of_month, month_length(target) - 1)).astype(np.int32)


def generator(seed: int, part: str) -> np.random.Generator:
    """The generator of one part (a short ASCII name); the same seed and part give the same numbers for ever."""
    return np.random.default_rng([seed, *part.encode("ascii")])


def choose(rng: np.random.Generator, weights: dict[int, float], size: int) -> np.ndarray:
    """`size` draws from the keys of `weights` (int32), each with its relative weight."""
    values = np.array(list(weights), dtype=np.int32)
    chances = np.array(list(weights.values()), dtype=float)
    return rng.choice(values, size=size, p=chances / chances.sum())


def taken(columns: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of a table with these of its rows, in this order."""
    return {name: values[rows] for name, values in columns.items()}
