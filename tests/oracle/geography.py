"""Municipalities and how a code resolves forward to the one valid on a date.

Reads the project's reference facts (a seed), because facts about municipalities have one home; what is done
with them is written here a second time.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SEED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "municipalities.csv"
NOT_ASSIGNABLE = "99999"


@dataclass(frozen=True)
class Municipality:
    """One code with its validity (bounds inclusive, None = open)."""

    nis_code: str
    municipality: str
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    province: str
    arrondissement: str
    is_centre_city: bool
    longitude: float | None
    latitude: float | None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and not self.ended_before(day)

    def ended_before(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


NOWHERE = Municipality(
    NOT_ASSIGNABLE, "Niet toewijsbaar", None, None, None, "Niet toewijsbaar", "Niet toewijsbaar", False, None, None
)


class Geography:
    """All codes that were valid at some time since 2017."""

    def __init__(self, municipalities: list[Municipality]) -> None:
        self.by_code = {each.nis_code: each for each in municipalities}

    def is_known(self, code: str) -> bool:
        return code in self.by_code

    def valid_on(self, code: str, day: date) -> bool:
        return self.by_code[code].valid_on(day)

    def resolve(self, code: str, day: date) -> Municipality:
        """The municipality that holds this code on a day; a code newer than the day is not assignable."""
        here = self.by_code[code]
        while here.ended_before(day):
            assert here.successor is not None, f"{here.nis_code} ends without a successor"
            here = self.by_code[here.successor]
        return here if here.valid_on(day) else NOWHERE

    def all_on(self, day: date) -> list[Municipality]:
        return [each for each in self.by_code.values() if each.valid_on(day)]


def load(path: Path | None = None) -> Geography:
    """Read the seed `municipalities.csv`; empty dates are open."""

    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    with (path or SEED).open(encoding="utf-8", newline="") as file:
        return Geography(
            [
                Municipality(
                    nis_code=row["nis_code"],
                    municipality=row["municipality"],
                    valid_from=day(row["valid_from"]),
                    valid_to=day(row["valid_to"]),
                    successor=row["successor_nis_code"] or None,
                    province=row["province"],
                    arrondissement=row["arrondissement"],
                    is_centre_city=row["is_centre_city"].strip().lower() == "true",
                    longitude=float(row["longitude"]) if row["longitude"] else None,
                    latitude=float(row["latitude"]) if row["latitude"] else None,
                )
                for row in csv.DictReader(file)
            ]
        )
