"""Municipalities: their codes over time, how large each is, and how many leefloners each has a month.

A *unit* is a municipality of 2017 (308 of them). A unit keeps its size through mergers; only the code under which its
OCMW reports changes, on the day that the municipality is merged.
"""

import csv
from collections import ChainMap, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import published_totals
from .arrays import MISSING, day, generator, month_start

#: The project's own seed, read as plain data.
MUNICIPALITIES = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "municipalities.csv"


@dataclass(frozen=True)
class DemoGeography:
    """Units with their codes over time. `codes` has one row per unit and one column per era."""

    provinces: np.ndarray
    codes: np.ndarray
    era_starts: np.ndarray
    validity: dict[int, tuple[int, int]]

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.codes)

    def code(self, unit: np.ndarray, days: np.ndarray) -> np.ndarray:
        """NIS code of each unit as it was valid on each day."""
        era = np.searchsorted(self.era_starts, days, side="right") - 1
        return self.codes[unit, era]

    def wrong_code(self, unit: np.ndarray, days: np.ndarray) -> np.ndarray:
        """A code of the same unit that was *not* valid on the day, or 0 where the unit has none.

        After a merger that is the old code that the OCMW kept using; before it, the code of the later municipality.
        """
        now, first, last = self.code(unit, days), self.codes[unit, 0], self.codes[unit, -1]
        other = np.where(now != first, first, last)
        begin, end = np.array([self.validity[int(code)] for code in other]).reshape(-1, 2).T
        return np.where((days < begin) | (days > end), other, 0)

    def units_with_wrong_codes(self) -> np.ndarray:
        """Units that have a wrong code on every day between 2017 and now, because a merger gave them a new one."""
        begin = np.array([self.validity[int(code)][0] for code in self.codes[:, -1]])
        return np.flatnonzero((self.codes[:, 0] != self.codes[:, -1]) & (begin > day(2017)))


def read_geography() -> DemoGeography:
    """Read the municipalities seed (columns nis_code, valid_from, valid_to, successor_nis_code, province …)."""
    with MUNICIPALITIES.open(encoding="utf-8", newline="") as file:
        rows = {int(row["nis_code"]): row for row in csv.DictReader(file)}
    validity = {code: (_day(row["valid_from"], 1970), _day(row["valid_to"], 2200)) for code, row in rows.items()}
    start = day(2017)
    eras = [start, *sorted({begin for begin, _ in validity.values() if begin > start})]
    units = sorted(code for code, (begin, end) in validity.items() if begin <= start <= end)
    codes = np.empty((len(units), len(eras)), dtype=np.int32)
    for position, unit in enumerate(units):
        code = unit
        for era, moment in enumerate(eras):
            while validity[code][1] < moment:
                code = int(rows[code]["successor_nis_code"])
            codes[position, era] = code
    provinces = np.array([rows[unit]["province"] for unit in units])
    return DemoGeography(provinces, codes, np.array(eras), validity)


def sizes(geography: DemoGeography, rng: np.random.Generator, spread: float = 1.25) -> np.ndarray:
    """Share of each unit in Flanders (sums to 1): provinces as published, centre cities large, a long tail of small."""
    raw = rng.lognormal(0.0, spread, geography.units)
    cities = ChainMap(*published_totals.CITY_SHARES.values())
    city = np.array([cities.get(int(code), 0.0) for code in geography.codes[:, 0]])
    share = np.zeros(geography.units)
    for province in published_totals.PROVINCE_SHARES:
        inside = geography.provinces == province
        rest = inside & (city == 0)
        share[inside] = city[inside]
        share[rest] = raw[rest] / raw[rest].sum() * (1 - city[inside].sum())
    return within_provinces(geography, share)


def within_provinces(geography: DemoGeography, weights: np.ndarray) -> np.ndarray:
    """Shares that keep the proportions of `weights` within each province, and the published shares between them."""
    share = np.zeros(geography.units)
    for province, weight in published_totals.PROVINCE_SHARES.items():
        inside = geography.provinces == province
        share[inside] = weights[inside] / weights[inside].sum() * weight
    return share


def draw_units(rng: np.random.Generator, share: np.ndarray, count: int) -> np.ndarray:
    """`count` units in random order, by systematic sampling: each within one of its expected number."""
    points = (rng.random() + np.arange(count)) / max(count, 1)
    drawn = np.searchsorted(np.cumsum(share / share.sum()), points, side="right")
    return rng.permutation(np.minimum(drawn, len(share) - 1)).astype(np.int32)


def _day(text: str, year_when_open: int) -> int:
    return day(*map(int, text.split("-"))) if text else day(year_when_open)


def draw_leefloners(
    geography: DemoGeography, share: np.ndarray, scale: float, seed: int, last_year: int
) -> dict[str, np.ndarray]:
    """Columns nis_code, maand, leefloners and equivalent_leefloners, by month and code, codes as they were valid.

    The Flemish total of a month is exactly the rounded path times `scale`; municipalities drift around their share.
    """
    rng = generator(seed, "leefloners")
    first, last = (2017 - 1970) * 12, (last_year - 1970) * 12 + 11
    months = np.arange(first, last + 1, dtype=np.int32)
    year, month, known = np.array(published_totals.LEEFLONERS_PATH).T
    total = np.round(np.interp(months, (year - 1970) * 12 + month - 1, known) * scale).astype(np.int64)
    drift = np.cumsum(rng.normal(0.0, 0.012, (len(months), geography.units)), axis=0)
    large = share > 0.01  # the take-up of a small OCMW differs more from the average than that of a large one
    level = share * rng.lognormal(0.0, np.where(large, 0.1, 0.7))
    persons = _allot(level * np.exp(drift), total)
    weight = level * rng.lognormal(0.0, 0.1, persons.shape)
    equivalent = _allot(weight, np.round(total * published_totals.EQUIVALENT_SHARE))

    units = np.arange(geography.units)
    parts: dict[str, list[np.ndarray]] = defaultdict(list)
    for index, first_day in enumerate(month_start(months)):
        codes, position = np.unique(geography.code(units, first_day), return_inverse=True)
        parts["nis_code"].append(codes)
        parts["maand"].append(np.full(len(codes), months[index]))
        for name, of_units in (("leefloners", persons), ("equivalent_leefloners", equivalent)):
            parts[name].append(np.bincount(position, of_units[index], len(codes)).astype(np.int32))
    columns = {name: np.concatenate(part) for name, part in parts.items()}
    unknown = rng.random(len(columns["maand"])) < 0.01
    columns["equivalent_leefloners"] = np.where(unknown, MISSING, columns["equivalent_leefloners"])
    return columns


def _allot(weights: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Whole numbers per row of `weights`, in proportion, that add up to the row's total (largest remainders)."""
    exact = weights / weights.sum(axis=1, keepdims=True) * np.asarray(totals)[:, None]
    whole = np.floor(exact).astype(np.int64)
    missing = np.round(np.asarray(totals) - whole.sum(axis=1)).astype(np.int64)
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1, kind="stable")
    return whole + (rank < missing[:, None])
