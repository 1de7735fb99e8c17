"""Leefloners of every municipality and month, adding up to the published path for Flanders (scaled)."""

from __future__ import annotations

import numpy as np

from . import anchors
from .dates import MISSING, month_start
from .geography import DemoGeography
from .seeds import generator


def draw_leefloners(
    geography: DemoGeography, share: np.ndarray, scale: float, seed: int, last_year: int
) -> dict[str, np.ndarray]:
    """Columns nis_code, maand, leefloners and equivalent_leefloners, by month and code, codes as they were valid.

    The Flemish total of a month is exactly the rounded path times `scale`; municipalities drift around their share.
    """
    rng = generator(seed, "leefloners")
    first, last = (2017 - 1970) * 12, (last_year - 1970) * 12 + 11
    months = np.arange(first, last + 1, dtype=np.int32)
    path = np.array([((year - 1970) * 12 + month - 1, persons) for year, month, persons in anchors.LEEFLONERS_PATH])
    total = np.round(np.interp(months, path[:, 0], path[:, 1]) * scale).astype(np.int64)
    drift = np.cumsum(rng.normal(0.0, 0.012, (len(months), geography.units)), axis=0)
    large = share > 0.01  # the take-up of a small OCMW differs more from the average than that of a large one
    level = share * rng.lognormal(0.0, np.where(large, 0.1, 0.7))
    persons = _allot(level * np.exp(drift), total)
    equivalent = _allot(level * rng.lognormal(0.0, 0.1, persons.shape), np.round(total * anchors.EQUIVALENT_SHARE))

    units = np.arange(geography.units)
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("nis_code", "maand", "leefloners", "equivalent")}
    for index, month in enumerate(months):
        of_unit = geography.code(units, np.full(geography.units, month_start(months[index : index + 1])[0]))
        codes, position = np.unique(of_unit, return_inverse=True)
        columns["nis_code"].append(codes)
        columns["maand"].append(np.full(len(codes), month))
        columns["leefloners"].append(np.bincount(position, persons[index], len(codes)).astype(np.int32))
        columns["equivalent"].append(np.bincount(position, equivalent[index], len(codes)).astype(np.int32))
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    given = joined.pop("equivalent")
    joined["equivalent_leefloners"] = np.where(rng.random(len(given)) < 0.01, MISSING, given)
    return joined


def _allot(weights: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Whole numbers per row of `weights`, in proportion, that add up to the row's total (largest remainders)."""
    exact = weights / weights.sum(axis=1, keepdims=True) * np.asarray(totals)[:, None]
    whole = np.floor(exact).astype(np.int64)
    missing = np.round(np.asarray(totals) - whole.sum(axis=1)).astype(np.int64)
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1, kind="stable")
    return whole + (rank < missing[:, None])
