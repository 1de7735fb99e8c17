"""Hand-computed cases for every definition of the contract: the oracle is proved before it proves anything."""

import doctest
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.oracle import calendar, marts
from tests.oracle.building import add, ledger_of
from tests.oracle.geography import load

Rows = list[dict[str, Any]]


def pick(rows: Rows, *columns: str) -> list[tuple]:
    return sorted((tuple(row[column] for column in columns) for row in rows), key=str)


def trip(traject_id: str = "T1", start: str = "2020-01-01", end: str | None = None, **more: Any) -> dict[str, Any]:
    """A trajectory of client k1 in Gent unless said otherwise."""
    row = {"traject_id": traject_id, "klant": "k1", "ocmw_nis": "44021", "startdatum": start, "einddatum": end}
    return row | ({"beeindiging": "UITGEVOERD"} if end else {}) | more


def test_calendar_examples_of_the_contract() -> None:
    assert doctest.testmod(calendar).failed == 0
    assert calendar.completed_months(date(2020, 1, 31), date(2020, 1, 31)) == 0
    assert calendar.completed_months(date(2019, 12, 1), date(9999, 12, 31)) == (10000 - 2020) * 12 + 1
    assert calendar.add_months(date(2020, 1, 31), 1) == date(2020, 2, 29)


def test_the_three_geographies_have_their_size() -> None:
    geography = load()
    assert [len(geography.all_on(date(year, 6, 1))) for year in (2017, 2018, 2019, 2024, 2025)] == [
        308,
        308,
        300,
        300,
        285,
    ]


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("44011", "2018-12-31", ("44011", "Deinze")),
        ("44011", "2019-01-01", ("44083", "Deinze")),
        ("44083", "2018-12-31", ("99999", "Niet toewijsbaar")),
        ("11007", "2024-12-31", ("11007", "Borsbeek")),
        ("11007", "2025-01-01", ("11002", "Antwerpen")),
        ("11002", "2018-06-01", ("11002", "Antwerpen")),
        ("11056", "2025-01-01", ("46030", "Beveren-Kruibeke-Zwijndrecht")),
    ],
)
def test_codes_resolve_forward(code: str, on: str, expected: tuple[str, str]) -> None:
    place = load().resolve(code, date.fromisoformat(on))
    assert (place.nis_code, place.municipality) == expected


def test_newest_delivery_wins_and_withdrawals_come_back() -> None:
    ledger = ledger_of("2021-01-01", trajecten=[trip(start="2019-01-01"), trip("T2", "2019-01-01")])
    add(ledger, "trajecten_2021-02-01_a.csv", [trip(start="2020-01-01")])
    add(ledger, "trajecten_2021-02-01.csv", [trip(start="2018-01-01")])  # "." sorts before "_": older
    add(ledger, "trajecten_2021-03-01.csv", [{"traject_id": "T1", "verwijderd": True}])
    add(ledger, "trajecten_2021-04-01.csv", [trip(start="2017-01-01")])

    def years(as_of: date | None) -> list[tuple]:
        return pick(marts(ledger, as_of)["mart_started_duration"], "year", "trajectories")

    assert years(date(2020, 12, 31)) == []
    assert years(date(2021, 1, 1)) == [(2019, 1 + 1)]
    assert years(date(2021, 2, 1)) == [(2019, 1), (2020, 1)]
    assert years(date(2021, 3, 1)) == [(2019, 1)]
    assert years(None) == [(2017, 1), (2019, 1)]


def test_started_marts() -> None:
    ledger = ledger_of(
        "2026-01-01",
        trajecten=[
            trip("T1", "2020-01-01", vermoedelijke_einddatum="2020-12-31"),
            trip("T2", "2020-01-15", vermoedelijke_einddatum="2020-07-10"),
            trip("T3", "2020-01-31", vermoedelijke_einddatum="2020-02-28", ocmw_nis="44011"),
            trip("T4", "2020-05-01", ocmw_nis="44049"),
        ],
        klantprofielen=[
            {"traject_id": "T1", "geslacht": "X", "leeftijd": 24, "werkloosheidsduur_maanden": 11},
            {"traject_id": "T2", "geslacht": "V", "leeftijd": 25, "kortgeschoold": False, "migratieachtergrond": True},
            {"traject_id": "T9", "geslacht": "M"},
        ],
    )
    tables = marts(ledger)
    assert pick(tables["mart_started_duration"], "nis_code", "expected_months", "trajectories") == [
        ("44021", 12, 1),
        ("44021", 5, 1),
        ("44083", 1, 1),
        ("44083", None, 1),
    ]
    profile = {(row["nis_code"], row["characteristic"], row["category"]): row for row in tables["mart_started_profile"]}
    assert sum(row["trajectories"] for row in profile.values()) == 4 * 5
    for cell in (("gender", "x"), ("age", "<25"), ("age", "25-39"), ("unemployment", "0-11")):
        assert profile["44021", *cell]["trajectories"] == 1
    assert profile["44021", "schooling", "not_short"]["trajectories"] == 1
    assert profile["44021", "schooling", "unknown"]["trajectories"] == 1
    assert profile["44021", "migration_background", "yes"]["trajectories"] == 1
    assert profile["44083", "gender", "unknown"]["trajectories"] == 2
    assert pick(tables["warehouse_findings"], "source", "rule", "rows") == [
        ("klantprofielen", "unknown_trajectory", 1),
        ("trajecten", "overlapping_trajectory", 4),
    ]


@pytest.mark.parametrize(("leeftijd", "age"), [(24, "<25"), (25, "25-39"), (39, "25-39"), (40, "40-54"), (55, "55+")])
def test_age_classes(leeftijd: int, age: str) -> None:
    ledger = ledger_of("2026-01-01", trajecten=[trip()], klantprofielen=[{"traject_id": "T1", "leeftijd": leeftijd}])
    rows = marts(ledger)["mart_started_profile"]
    assert [row["category"] for row in rows if row["characteristic"] == "age"] == [age]


def test_ended_counts_from_as_of_on() -> None:
    ends = ("2020-03-30", "2020-03-31", "2021-12-30", "2021-12-31", "2022-01-01")
    ledger = ledger_of("2021-12-31", trajecten=[trip(f"T{end}", "2020-01-01", end) for end in ends])
    rows = pick(marts(ledger)["mart_ended_duration"], "year", "ending", "duration_class", "trajectories")
    assert rows == [
        (2020, "executed", "0-2", 1),
        (2020, "executed", "3-5", 1),
        (2021, "executed", "18-23", 1),
        (2021, "executed", "24+", 1),
    ]


def payment(number: int, month: str, paid: str, amount: str, kind: str = "BETALING", **more: Any) -> dict[str, Any]:
    row = {"betaling_id": f"B{number}", "traject_id": "T1", "ocmw_nis": "44021", "prestatiemaand": month}
    return row | {"betaaldatum": paid, "soort": kind, "bedrag": Decimal(amount)} | more


def test_wage_subsidies_by_both_bases() -> None:
    ledger = ledger_of(
        "2026-01-01",
        loontoelagen=[
            payment(1, "2020-12", "2021-01-10", "445.10"),
            payment(2, "2020-12", "2021-06-01", "-445.10", "CORRECTIE"),  # net nought: no subsidy
            payment(3, "2020-11", "2020-12-05", "0.10"),
            payment(4, "2020-11", "2021-02-05", "0.20", "CORRECTIE"),
            payment(5, "2020-11", "2020-12-05", "7.00", traject_id="T2", ocmw_nis="11007"),
        ],
    )
    tables = marts(ledger)
    measures = ("basis", "year", "nis_code", "subsidies", "amount_eur", "correction_eur")
    ghent = [
        ("payment", 2020, "44021", 1, Decimal("0.10"), Decimal(0)),
        ("payment", 2021, "44021", 1, Decimal("445.10") - Decimal("445.10") + Decimal("0.20"), Decimal("-444.90")),
        ("performance", 2020, "44021", 1, Decimal("0.30"), Decimal("-445.10") + Decimal("0.20")),
    ]
    rows = pick(tables["mart_wage_subsidies"], *measures)
    assert [row for row in rows if row[2] == "44021"] == ghent
    assert [row[2:5] for row in rows if row[2] != "44021"] == [("11002", 1, Decimal(7))] * 2
    assert [row["rows"] for row in tables["warehouse_findings"]] == [5]
    older = marts(ledger, geography_date=date(2024, 12, 31))["mart_wage_subsidies"]
    assert {row["municipality"] for row in older} == {"Gent", "Borsbeek"}


def test_measured_from_meetdatum_on_and_never_earlier() -> None:
    ledger = ledger_of("2021-02-28", trajecten=[trip("T1", "2019-01-01", "2020-02-29"), trip("T2", end="2020-03-01")])
    assert pick(marts(ledger)["mart_outflow"], "year", "position", "trajectories") == [(2021, "unknown", 1)]
    assert marts(ledger, date(2021, 2, 27))["mart_outflow"] == []


SPELLS = [
    ("ANDERE", "2018-01-01", None),
    ("SEC", "2020-01-01", "2021-06-30"),
    ("NEC_SOCIALE_ECONOMIE", "2021-07-01", "2021-07-01"),
    ("NEC", "2021-07-02", None),
]


@pytest.mark.parametrize(
    ("end", "position"),
    [("2020-06-30", "sec"), ("2020-07-01", "nec_sociale_economie"), ("2020-07-02", "nec"), ("2016-12-30", "unknown")],
)
def test_position_at_meetdatum(end: str, position: str) -> None:
    spells = [
        {"positie_id": str(n), "klant": "k1", "positie": code, "startdatum": start, "einddatum": stop}
        for n, (code, start, stop) in enumerate(SPELLS)
    ]
    ledger = ledger_of("2026-01-01", trajecten=[trip(start="2016-01-01", end=end)], arbeidsmarktposities=spells)
    assert [row["position"] for row in marts(ledger)["mart_outflow"]] == [position]


@pytest.mark.parametrize(
    ("kind", "start", "end", "training", "workplace"),
    [
        ("OPLEIDING", "2020-01-01", "2020-06-30", 0, 0),  # until the end itself: outside (einddatum, meetdatum]
        ("OPLEIDING", "2020-01-01", "2020-07-01", 1, 0),
        ("IBO", "2021-06-30", None, 0, 1),  # on meetdatum itself
        ("IBO", "2021-07-01", None, 0, 0),
        ("WES", "2019-01-01", None, 0, 1),
        ("COACHING", "2020-12-01", None, 0, 0),
    ],
)
def test_competence_strengthening(kind: str, start: str, end: str | None, training: int, workplace: int) -> None:
    action = {"actie_id": "A", "klant": "k1", "type": kind, "startdatum": start, "einddatum": end}
    ledger = ledger_of("2026-01-01", trajecten=[trip(end="2020-06-30")], begeleidingsacties=[action])
    measures = ("measured", "with_training", "with_workplace_learning", "with_either")
    expected = (1, training, workplace, max(training, workplace))
    assert pick(marts(ledger)["mart_competence"], *measures) == [expected]


def test_transmissions_are_counted_per_trajectory() -> None:
    handed = [{"transmissie_id": d, "klant": "k1", "transmissiedatum": d} for d in ("2020-06-30", "2021-06-30")]
    ledger = ledger_of(
        "2026-01-01",
        trajecten=[trip("T1", end="2020-06-29"), trip("T2", end="2020-06-30"), trip("T3", end="2021-06-30")],
        transmissies=handed,
    )
    rows = pick(marts(ledger)["mart_transmissions"], "year", "measured", "with_transmission")
    assert rows == [(2021, 2, 2), (2022, 1, 0)]
