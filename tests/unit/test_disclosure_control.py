"""Policy, collection, lookup, amounts and register of disclosure control."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from exports.annexes import KINDS
from exports.annexes.model import Measure
from exports.annexes.rules import Cell, Change, Percentage, Sum
from exports.disclosure.amounts import determined, hide_amounts
from exports.disclosure.collect import Wanted
from exports.disclosure.control import Control, control
from exports.disclosure.geography import CENTRE_CITIES, FLANDERS, of
from exports.disclosure.lookup import Lookup
from exports.disclosure.policy import PolicyError, load_policy
from exports.disclosure.register import RegisterError, read_register, read_release, write_release
from exports.disclosure.system import CellId
from exports.disclosure.territory import territories
from exports.reading import Facts, Municipality, PublicationError
from tests.disclosure_views import ANNEXES
from tests.disclosure_world import FakePublication, draw, publish

BEFORE, AFTER = dt.date(2024, 6, 1), dt.date(2025, 6, 1)
POLICY = (Path(__file__).parents[2] / "exports" / "disclosure" / "policy.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outcome() -> Control:
    return control(publish(draw(3, 400, (2021, 2022, 2023)), BEFORE), ANNEXES, "q")


def ratio_publication(rows: list[tuple[int, str, float, float]]) -> FakePublication:
    places = {"11001": ("Antwerpen", False), "11002": ("Antwerpen", True), "44021": ("Oost-Vlaanderen", True)}
    municipalities = tuple(Municipality(code, code, *place) for code, place in places.items())
    marts = [
        {"year": year, "nis_code": code, "basis": "year_average", "clients_in_twe": clients, "leefloners": people,
         "equivalent_leefloners": None, "ratio_pct": None, "clients_change_pct": None, "ratio_change_pct": None,
         "ratio_change_pp": None, "difference_flanders_pp": None}
        for year, code, clients, people in rows
    ]  # fmt: skip
    facts = Facts(dt.date(2026, 1, 1), BEFORE, "test", "test", True)
    return FakePublication({"mart_activation_ratio": marts}, municipalities, facts)


def test_the_policy_speaks_of_every_mart_of_every_annex():
    policy = load_policy()
    assert policy.threshold == 4 and policy.width == 3
    for kind in KINDS.values():
        options = {name: values[0] for name, values in kind.options.items()}
        lookup = Lookup(policy, kind, options)
        for table in kind.tables:
            for column in table.columns:
                if isinstance(column, Measure):
                    assert lookup.figure(column.rule, "11001", 2020) != ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("threshold: 4", "threshold: 1", r"policy\.yml, line 6: `threshold` must be a whole number of at least 2"),
        ("gemeente: 1", "gemeente: no", r"cost `gemeente` must be a number above 0"),
        ("      - total = months/*", "      - total months/*", "write `total = part"),
        ("      - with_either <= total", "      - with_either < total", "write `part <= whole`"),
        ("aftercare_months: [with_art60]", "aftercare_months: [with art60]", "write the name of a count"),
        ("  - measured.total = ended.total@-1", "  - measured = ended", r"write `population\.count"),
        ("exceptions: []", "exceptions:\n  - {population: started}", "an exception needs a `reason`"),
        ("    population: screened", "    populatie: screened", "unknown field `populatie`"),
        ("costs:", "costs: 3\nother:", "unknown field `other`"),
    ],
)
def test_mistakes_in_the_policy_are_named(tmp_path, old, new, message):
    path = tmp_path / "policy.yml"
    assert POLICY.count(old) >= 1
    path.write_text(POLICY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        load_policy(path)


def test_an_exception_shows_a_small_cell(tmp_path):
    path = tmp_path / "policy.yml"
    rule = "exceptions:\n  - {population: started, item: gender/x, place: vlaanderen, reason: agreed in writing}"
    path.write_text(POLICY.replace("exceptions: []", rule), encoding="utf-8")
    people = draw(3, 60, (2022,))
    plain = control(publish(people, BEFORE), {"2": ANNEXES["2"]}, "q")
    cell = CellId("started", 2022, FLANDERS, "gender/x")
    assert cell in plain.hidden
    excepted = control(publish(people, BEFORE), {"2": ANNEXES["2"]}, "q", policy=load_policy(path))
    assert cell not in excepted.hidden and excepted.passed


def test_cells_with_one_meaning_are_one_cell(outcome):
    assert outcome.table("1").lookup.figure(Sum("months/"), "11002", 2022) == outcome.table("2").lookup.figure(
        Sum("age/"), "11002", 2022
    )
    assert outcome.table("5").lookup.figure(Sum("position/"), "11002", 2022) == outcome.table("6").lookup.figure(
        Cell("measured"), "11002", 2022
    )
    assert outcome.table("4").lookup.figure(Sum(""), "11002", 2022) == outcome.table("aftercare").lookup.figure(
        Cell("ended"), "11002", 2022
    )
    for place in (*(item.nis_code for item in outcome.collected.geography.municipalities), CENTRE_CITIES, FLANDERS):
        measured = CellId("measured", 2022, place, "total") in outcome.hidden
        assert measured == (CellId("ended", 2021, place, "total") in outcome.hidden)


def test_what_is_computed_from_a_hidden_count_is_hidden(outcome):
    transmissions = outcome.table("6")
    aftercare = outcome.table("aftercare")
    share = Percentage("with_transmission", "measured")
    seen = set()
    for item in outcome.collected.geography.municipalities:
        parts = [transmissions.hidden(Cell(key), item.nis_code, 2022) for key in ("measured", "with_transmission")]
        seen.add(tuple(parts))
        assert transmissions.hidden(share, item.nis_code, 2022) == any(parts)
        assert aftercare.hidden(Cell("aftercare_months"), item.nis_code, 2022) == aftercare.hidden(
            Cell("with_art60"), item.nis_code, 2022
        )
    assert len(seen) > 1


def test_a_change_gives_no_count_of_the_year_before_back():
    rows = [(2021, "11001", 2.25, 30.0), (2022, "11001", 9.0, 30.0), (2021, "11002", 50.5, 90.0),
            (2022, "11002", 60.0, 95.0), (2021, "44021", 40.0, 80.0), (2022, "44021", 41.0, 81.0)]  # fmt: skip
    found = control(ratio_publication(rows), {"1": Wanted(KINDS["ratio"], (2022,), {"basis": "year_average"})}, "q")
    table = found.table("1")
    assert found.passed
    assert not table.hidden(Cell("clients_in_twe"), "11001", 2022) and not table.hidden(
        Cell("ratio_pct"), "11001", 2022
    )
    assert table.hidden(Cell("clients_change_pct"), "11001", 2022)
    assert table.hidden(Cell("ratio_change_pp"), "11001", 2022)
    assert not table.hidden(Change(Cell("clients_in_twe")), FLANDERS, 2022)
    # 2.25 can't follow from Flanders' change either: another municipality's change is hidden with it.
    assert sum(table.hidden(Cell("clients_change_pct"), code, 2022) for code in ("11001", "11002", "44021")) >= 2


def test_a_row_of_the_tidy_sheet_asks_for_its_own_count(outcome):
    table = outcome.table("1")
    (mart,) = KINDS["1"].marts
    row = {"year": 2022, "nis_code": "11002", "expected_months": 26, "trajectories": 0}
    one = table.row_hidden(mart, row, "trajectories")
    assert one == (CellId("started", 2022, "11002", "months/25+|26") in outcome.hidden)
    row["expected_months"] = 12
    assert table.row_hidden(mart, row, "trajectories") == table.hidden(Cell("months/12"), "11002", 2022)


def test_marts_that_contradict_each_other_are_refused():
    people = publish(draw(3, 60, (2022,)), BEFORE)
    people.marts["mart_started_profile"].pop()
    with pytest.raises(PublicationError, match="contradict each other"):
        control(people, {"1": ANNEXES["1"], "2": ANNEXES["2"]}, "q")


def test_a_mart_without_policy_is_not_published(tmp_path):
    path = tmp_path / "policy.yml"
    path.write_text(POLICY.replace("mart_intake:", "mart_other:"), encoding="utf-8")
    with pytest.raises(PolicyError, match="says nothing about mart_intake"):
        control(publish(draw(3, 6, (2022,)), BEFORE), {"i": ANNEXES["intake"]}, "q", policy=load_policy(path))


# Amounts

GEOGRAPHY = of(
    Municipality(code, code, province, centre)
    for code, province, centre in (("a", "P", True), ("b", "P", False), ("c", "P", False), ("d", "Q", True))
)


def test_amounts_go_with_their_count_and_not_alone():
    cents = {"a": 90_000, "b": 2_000, "c": 30_000, "d": 50_000, "provincie:P": 122_000, "provincie:Q": 50_000,
             CENTRE_CITIES: 140_000, FLANDERS: 172_000}  # fmt: skip
    counts = {
        "a": 90,
        "b": 2,
        "c": 30,
        "d": 50,
        "provincie:P": 122,
        "provincie:Q": 50,
        CENTRE_CITIES: 140,
        FLANDERS: 172,
    }
    hidden = hide_amounts(cents, counts, lambda place: place == "b", GEOGRAPHY)
    assert hidden == {"b", "c"} and determined(hidden, GEOGRAPHY) == set()
    counts["c"] = 0  # only a correction: as good as one person's
    assert hide_amounts(cents, counts, lambda place: False, GEOGRAPHY) >= {"c"}


def test_elimination_sees_what_two_equations_give_together():
    # a and d are the centre cities and b the rest of P: P shown, centre cities shown, Flanders shown.
    assert determined({"a", "b"}, GEOGRAPHY) == {"a", "b"}
    assert determined({"b", "c"}, GEOGRAPHY) == set()
    assert determined({"a", "b", "d", "provincie:P"}, GEOGRAPHY) == {"provincie:P", "d", "a", "b"}


def test_hidden_numbers_of_subsidies_hide_their_amounts(outcome):
    table = outcome.table("3")
    for item in outcome.collected.geography.municipalities:
        if table.hidden(Cell("subsidies"), item.nis_code, 2022):
            assert table.hidden(Cell("amount_eur"), item.nis_code, 2022)
            assert table.hidden(Cell("correction_eur"), item.nis_code, 2022)
    assert outcome.exposed_amounts == ()


# Register and territories


def test_a_release_survives_the_register(tmp_path, outcome):
    path = write_release(tmp_path / "register", outcome.release)
    first = path.read_bytes()
    assert read_release(path) == outcome.release and read_register(tmp_path / "register") == [outcome.release]
    write_release(tmp_path / "register", outcome.release)
    assert path.read_bytes() == first
    assert read_register(tmp_path / "nothing") == []


def test_a_damaged_register_stops_everything(tmp_path, outcome):
    path = write_release(tmp_path, outcome.release)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(RegisterError, match="can't be read"):
        read_register(tmp_path)


def test_a_place_stands_for_all_codes_that_resolve_to_it():
    before = territories(of(publish([], BEFORE).municipalities), BEFORE)
    after = territories(of(publish([], AFTER).municipalities), AFTER)
    assert before["11007"] == {"11007"} and "11007" not in before["11002"]
    assert after["11002"] >= {"11002", "11007"} and "11007" not in after
    assert after["46030"] >= before["46003"] | before["46013"] | before["11056"]
    assert before["provincie:Antwerpen"] - after["provincie:Antwerpen"] == {"11056"}
