"""Small made-up worlds for the tests of disclosure control: people, the marts they give, and what gets published.

People are drawn with a seed. `World.publication` counts them into the marts of the contract in memory, under a
geography and a stand date, with the same interface as `exports.figures.reading.Publication`. No tests here.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exports.figures.reading import UNASSIGNED, Facts, Municipality
from orchestration.store.municipalities import code_on, read_codes

CODES = read_codes()
PLACES = {
    # as they were before 2025: code -> (name, province, centre city, weight)
    "11001": ("Aartselaar", "Antwerpen", False, 1.0),
    "11002": ("Antwerpen", "Antwerpen", True, 9.0),
    "11007": ("Borsbeek", "Antwerpen", False, 0.4),
    "11056": ("Zwijndrecht", "Antwerpen", False, 0.7),
    "46003": ("Beveren", "Oost-Vlaanderen", False, 2.0),
    "46013": ("Kruibeke", "Oost-Vlaanderen", False, 0.5),
    "44021": ("Gent", "Oost-Vlaanderen", True, 7.0),
    "46014": ("Lokeren", "Oost-Vlaanderen", False, 1.5),
    "44045": ("Moerbeke", "Oost-Vlaanderen", False, 0.2),
    "71016": ("Genk", "Limburg", True, 3.0),
    "73109": ("Voeren", "Limburg", False, 0.1),
    "71002": ("As", "Limburg", False, 0.3),
}
LATER = {
    "46030": ("Beveren-Kruibeke-Zwijndrecht", "Oost-Vlaanderen", False),
    "46029": ("Lokeren", "Oost-Vlaanderen", False),
}
CHARACTERISTICS = {
    "gender": ("m", "v", "x", "unknown"),
    "age": ("<25", "25-39", "40-54", "55+", "unknown"),
    "unemployment": ("0-11", "12-23", "24-59", "60+", "unknown"),
    "schooling": ("short", "not_short", "unknown"),
    "migration_background": ("yes", "no", "unknown"),
}
CLASSES = ("0-2", "3-5", "6-11", "12-17", "18-23", "24+")
POSITIONS = ("nec", "sec", "ziekte", "werkzoekend", "leefloon", "unknown")


@dataclass(frozen=True)
class Person:
    """One trajectory with everything that the marts count of it."""

    nis_code: str
    delivered: int  # year of the delivery that brought it
    start: int
    months: int | None
    profile: tuple[tuple[str, str], ...]
    end: int | None
    ending: str
    duration: str
    position: str
    training: bool
    learning: bool
    transmission: bool
    art60: bool
    timely: bool
    after: int
    forms: tuple[bool, ...]
    paid: int
    correction: int
    screening: tuple[bool, bool, bool]  # meets, incomplete, referred


def draw(seed: int, people: int, years: Sequence[int]) -> list[Person]:
    """People with skewed attributes, so that there are many small cells and some empty ones."""
    rng = random.Random(seed)
    codes = list(PLACES)
    weights = [PLACES[code][3] for code in codes]

    def pick(values: Sequence[str]) -> str:
        return rng.choices(values, [2.0**-number for number in range(len(values))])[0]

    def one() -> Person:
        start = rng.choice(list(years))
        meets = rng.random() < 0.7
        art60 = rng.random() < 0.7
        return Person(
            nis_code=rng.choices(codes, weights)[0],
            delivered=rng.choice((1, 1, 1, 1, 2)),
            start=start,
            months=rng.choice((None, 0, 6, 12, 12, 12, 18, 24, 26, 30)),
            profile=tuple((name, pick(values)) for name, values in CHARACTERISTICS.items()),
            end=rng.choice((None, start, start + 1)),
            ending=rng.choice(("executed", "early")),
            duration=pick(CLASSES),
            position=pick(POSITIONS),
            training=rng.random() < 0.3,
            learning=rng.random() < 0.2,
            transmission=rng.random() < 0.15,
            art60=art60,
            timely=art60 and rng.random() < 0.6,
            after=rng.randrange(7),
            forms=tuple(art60 and rng.random() < share for share in (0.3, 0.1, 0.1, 0.5)),
            paid=rng.randrange(0, 4),
            correction=rng.choice((0, 0, 0, -300, 150)),
            screening=(meets, not meets and rng.random() < 0.4, rng.random() < 0.8),
        )

    return [one() for _ in range(people)]


@dataclass
class FakePublication:
    """The part of `exports.figures.reading.Publication` that disclosure control reads."""

    marts: dict[str, list[dict[str, Any]]]
    municipalities: tuple[Municipality, ...]
    facts: Facts

    def rows(
        self,
        relation: str,
        columns: Sequence[str],
        *,
        where: dict[str, Any] | None = None,
        order_by: Sequence[str] = (),
    ) -> list[tuple[Any, ...]]:
        wanted = {key: value if isinstance(value, tuple) else (value,) for key, value in (where or {}).items()}
        return [
            tuple(row[column] for column in columns)
            for row in self.marts[relation]
            if all(row[key] in values for key, values in wanted.items())
        ]


def publish(people: Sequence[Person], geography_date: dt.date, delivered: int = 2) -> FakePublication:
    """Count the people that were delivered by then into marts, in the municipalities of that date."""
    table = {**{code: place[:3] for code, place in PLACES.items()}, **LATER}
    here = {code: code_on(code, geography_date, CODES) or UNASSIGNED for code in PLACES}
    municipalities = tuple(Municipality(code, *table[code]) for code in sorted(set(here.values())))
    known = [person for person in people if person.delivered <= delivered]
    counters: dict[str, Counter[tuple[Any, ...]]] = {}

    def count(mart: str, *key: Any, number: int = 1) -> None:
        counters.setdefault(mart, Counter())[key] += number

    sums: dict[tuple[int, str], list[Any]] = {}
    afters: dict[tuple[int, str], list[int]] = {}
    for person in known:
        code = here[person.nis_code]
        count("mart_started_duration", person.start, code, person.months)
        for name, value in person.profile:
            count("mart_started_profile", person.start, code, name, value)
        money = sums.setdefault((person.start, code), [0, Decimal(0), Decimal(0)])
        money[0] += person.paid
        money[1] += Decimal(person.paid * 950 + person.correction)
        money[2] += Decimal(person.correction)
        meets, incomplete, referred = person.screening
        for column, yes in {
            "screened": True,
            "meeting_criteria": meets,
            "incomplete": incomplete,
            "referred": referred,
            "referred_meeting": referred and meets,
            "referred_not_meeting": referred and not meets,
        }.items():
            count("mart_intake", person.start, code, column, number=int(yes))
        if person.end is None:
            continue
        count("mart_ended_duration", person.end, code, person.ending, person.duration)
        wes, ibo, stage, coaching = person.forms
        for column, yes in {
            "ended": True,
            "with_art60": person.art60,
            "timely_work": person.timely,
            "with_wes": wes,
            "with_ibo": ibo,
            "with_opleidingsstage": stage,
            "with_coaching": coaching,
        }.items():
            count("mart_aftercare", person.end, code, column, number=int(yes))
        if person.art60:
            afters.setdefault((person.end, code), []).append(person.after)
        measured = person.end + 1
        count("mart_outflow", measured, code, person.position)
        for mart, columns in {
            "mart_competence": {
                "measured": True,
                "with_training": person.training,
                "with_workplace_learning": person.learning,
                "with_either": person.training or person.learning,
            },
            "mart_transmissions": {"measured": True, "with_transmission": person.transmission},
        }.items():
            for column, yes in columns.items():
                count(mart, measured, code, column, number=int(yes))
    marts = _long(counters)
    marts["mart_wage_subsidies"] = [
        {
            "year": year,
            "nis_code": code,
            "basis": "performance",
            "subsidies": number,
            "amount_eur": amount,
            "correction_eur": correction,
        }
        for (year, code), (number, amount, correction) in sums.items()
    ]
    for row in marts["mart_aftercare"]:
        months = afters.get((row["year"], row["nis_code"]))
        row["aftercare_months"] = sum(months) / len(months) if months else None
    facts = Facts(dt.date(2026, 1, delivered), geography_date, "test", "test", True)
    return FakePublication(marts, municipalities, facts)


_KEYS = {
    "mart_started_duration": ("expected_months",),
    "mart_started_profile": ("characteristic", "category"),
    "mart_ended_duration": ("ending", "duration_class"),
    "mart_outflow": ("position",),
}


def _long(counters: dict[str, Counter[tuple[Any, ...]]]) -> dict[str, list[dict[str, Any]]]:
    marts: dict[str, list[dict[str, Any]]] = {}
    for mart in (*_KEYS, "mart_intake", "mart_aftercare", "mart_competence", "mart_transmissions"):
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for (year, code, *rest), number in counters.get(mart, Counter()).items():
            if mart in _KEYS:
                named = dict(zip(_KEYS[mart], rest, strict=True))
                rows[year, code, *rest] = {"year": year, "nis_code": code, **named, "trajectories": number}
            else:
                rows.setdefault((year, code), {"year": year, "nis_code": code})[rest[0]] = number
        marts[mart] = list(rows.values())
    return marts
