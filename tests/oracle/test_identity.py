"""Hand-made changes of numbers: what every mart makes of one person with several, at every stand."""

import doctest
from datetime import date
from typing import Any

import pytest

from tests.oracle import Ledger, identity, marts
from tests.oracle.building import add, ledger_of

DAY = "2024-03-28"


def change(old: str, new: str, **more: Any) -> dict[str, Any]:
    return {"oude_insz": old, "nieuwe_insz": new, "ingangsdatum": "2099-01-01"} | more


def trip(traject_id: str, client: str, start: str = "2020-01-01", end: str | None = None) -> dict[str, Any]:
    row = {"traject_id": traject_id, "klant": client, "ocmw_nis": "44021", "startdatum": start, "einddatum": end}
    return row | ({"beeindiging": "UITGEVOERD"} if end else {})


def test_chains() -> None:
    assert doctest.testmod(identity).failed == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "abcde"),
        ({"a": "b"}, "bbcde"),
        ({"a": "b", "b": "c", "c": "d"}, "dddde"),
        ({"a": "c", "b": "c", "c": "d"}, "dddde"),  # several old numbers of one person
        ({"a": "b", "b": "a", "c": "d"}, "abdde"),
        ({"a": "b", "b": "c", "c": "b", "d": "e"}, "abcee"),  # a runs into the circle of b and c
    ],
)
def test_the_last_key_of_a_chain(changes: dict[str, str], expected: str) -> None:
    assert "".join(identity.last_key(key, changes) for key in "abcde") == expected


def story(*changes: dict[str, Any]) -> Ledger:
    """A trajectory under a, and what followed under b; another person z had the same things."""
    return ledger_of(
        DAY,
        trajecten=[trip("T1", "a", end="2021-06-30"), trip("T2", "b", start="2021-01-01"), trip("T3", "z")],
        art60_tewerkstellingen=[
            {"tewerkstelling_id": "W", "traject_id": "T1", "startdatum": "2020-02-01", "einddatum": "2020-12-31"}
        ],
        begeleidingsacties=[
            {"actie_id": "A1", "klant": "b", "type": "COACHING", "startdatum": "2021-03-01"},
            {"actie_id": "A2", "klant": "c", "type": "OPLEIDING", "startdatum": "2022-03-01"},
        ],
        arbeidsmarktposities=[{"positie_id": "P", "klant": "c", "positie": "NEC", "startdatum": "2022-01-01"}],
        transmissies=[{"transmissie_id": "X", "klant": "b", "transmissiedatum": "2022-06-30"}],
        leefloners=[{"nis_code": "44021", "maand": "2021-01", "leefloners": 10}],
        insz_wijzigingen=list(changes),
    )


def told(ledger: Ledger, as_of: date | None = None) -> dict[str, Any]:
    tables = marts(ledger, as_of)
    return {
        "position": [row["position"] for row in tables["mart_outflow"]],
        "training": [row["with_training"] for row in tables["mart_competence"]],
        "transmission": [row["with_transmission"] for row in tables["mart_transmissions"]],
        "in TWE": [row["clients_in_twe"] for row in tables["mart_activation_ratio"] if row["basis"] == "january"],
        "coaching": [row["with_coaching"] for row in tables["mart_aftercare"]],
        "findings": {row["rule"]: row["rows"] for row in tables["warehouse_findings"]},
    }


APART = {
    "position": ["unknown"],
    "training": [0],
    "transmission": [0],
    "in TWE": [3],
    "coaching": [0],
    "findings": {},
}
ONE = {
    "position": ["nec"],
    "training": [1],
    "transmission": [1],
    "in TWE": [2],
    "coaching": [1],
    "findings": {"overlapping_trajectory": 2},
}


def test_every_mart_follows_a_chain() -> None:
    assert told(story()) == APART
    assert told(story(change("a", "b"), change("b", "c"))) == ONE
    assert told(story(change("a", "c"), change("b", "c"))) == ONE
    assert told(story(change("c", "a"), change("b", "a"))) == ONE  # whichever is the last


def test_a_circle_is_listed_and_changes_nothing() -> None:
    circle = story(change("a", "b"), change("b", "c"), change("c", "b"), change("y", "x"))
    assert told(circle) == APART | {"findings": {"number_circle": 3}}


def test_changes_count_as_they_stood_at_a_stand() -> None:
    ledger = story()
    add(ledger, "insz_wijzigingen_2024-04-01.csv", [change("a", "b"), change("b", "c")])
    add(ledger, "insz_wijzigingen_2024-05-01.csv", [{"oude_insz": "b", "verwijderd": True}])
    add(ledger, "insz_wijzigingen_2024-06-01.csv", [change("a", "q")])
    add(ledger, "insz_wijzigingen_2024-07-01.csv", [change("a", "c"), change("b", "c")])
    half = APART | {"transmission": [1], "coaching": [1], "in TWE": [2], "findings": ONE["findings"]}
    assert told(ledger, date(2024, 3, 31)) == APART
    assert told(ledger, date(2024, 4, 1)) == ONE
    assert told(ledger, date(2024, 5, 1)) == half  # a is b, and c somebody else again
    assert told(ledger, date(2024, 6, 1)) == APART  # the newest change of a number holds
    assert told(ledger) == ONE
