"""Marts about trajectories that started: expected duration and profile (annexes 1 and 2)."""

from collections.abc import Iterator

from .calendar import completed_months
from .snapshot import Fact, MartRow, Snapshot, count_by

# Class sets: (lower bound, upper bound or None for open, code); bounds inclusive.
ClassSet = tuple[tuple[int, int | None, str], ...]
DURATION: ClassSet = (
    (0, 2, "0-2"),
    (3, 5, "3-5"),
    (6, 11, "6-11"),
    (12, 17, "12-17"),
    (18, 23, "18-23"),
    (24, None, "24+"),
)
AGE: ClassSet = ((0, 24, "<25"), (25, 39, "25-39"), (40, 54, "40-54"), (55, None, "55+"))
UNEMPLOYMENT: ClassSet = ((0, 11, "0-11"), (12, 23, "12-23"), (24, 59, "24-59"), (60, None, "60+"))
UNKNOWN = "unknown"


def class_of(value: int | None, classes: ClassSet) -> str:
    if value is None:
        return UNKNOWN
    return next(code for low, high, code in classes if low <= value and (high is None or value <= high))


def yes_no(value: bool | None, yes: str, no: str) -> str:
    return UNKNOWN if value is None else yes if value else no


def expected_months(trajectory: Fact) -> int | None:
    if trajectory["vermoedelijke_einddatum"] is None:
        return None
    return completed_months(trajectory["startdatum"], trajectory["vermoedelijke_einddatum"])


def started_duration(snap: Snapshot) -> list[MartRow]:
    return count_by(
        snap,
        ("expected_months",),
        ((row["startdatum"].year, row["ocmw_nis"], expected_months(row)) for row in snap.rows["trajecten"]),
    )


def categories(profile: Fact) -> Iterator[tuple[str, str]]:
    """Every characteristic with its category; `profile` may be empty."""
    yield "gender", (profile.get("geslacht") or UNKNOWN).lower()
    yield "age", class_of(profile.get("leeftijd"), AGE)
    yield "unemployment", class_of(profile.get("werkloosheidsduur_maanden"), UNEMPLOYMENT)
    yield "schooling", yes_no(profile.get("kortgeschoold"), "short", "not_short")
    yield "migration_background", yes_no(profile.get("migratieachtergrond"), "yes", "no")


def started_profile(snap: Snapshot) -> list[MartRow]:
    profiles = {row["traject_id"]: row for row in snap.rows["klantprofielen"]}
    return count_by(
        snap,
        ("characteristic", "category"),
        (
            (row["startdatum"].year, row["ocmw_nis"], characteristic, category)
            for row in snap.rows["trajecten"]
            for characteristic, category in categories(profiles.get(row["traject_id"], {}))
        ),
    )
