"""The policy at work, the figures of the annexes, what is hidden with what, and the file in which a control is kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import json

import pytest

from exports import PublicationError, annex_figures, write_annex
from exports.disclosure.control import Control, ControlError, control
from exports.disclosure.geography import territories
from exports.disclosure.policy import PolicyError, load_policy
from exports.disclosure.scope import CountFinder, marts
from exports.disclosure.store import RegisterError, load, save
from exports.disclosure.system import CellId
from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN, Figure, FigureId
from exports.figures.reading import Facts, Municipality
from exports.xlsx.document import CONFIDENTIAL
from tests.disclosure.question import control_question, exposed
from tests.disclosure.views import EVERYTHING, controlled, figures
from tests.disclosure.world import FakePublication, draw, publish
from tests.exports.disclosure.test_policy import changed
from tests.exports.tiny_publication import QUESTIONS

BEFORE, AFTER = dt.date(2024, 6, 1), dt.date(2025, 6, 1)
YEARS = (2022, 2023)
RATIO = "mart_activation_ratio"


@pytest.fixture(scope="module")
def world() -> FakePublication:
    return publish(draw(3, 400, (2021, 2022, 2023)), BEFORE)


@pytest.fixture(scope="module")
def outcome(world) -> Control:
    return controlled(world)


# Policy


@pytest.mark.parametrize(("cost", "shown"), [(1, False), (6, True)])
def test_a_smaller_municipality_is_hidden_before_a_centrumstad(tmp_path, cost, shown):
    """Of three places one is small; beside it goes the cheapest: the lower count, unless that is of a centrumstad."""
    world = subsidies(12, 60, 80, 900)
    places = [dataclasses.replace(item, is_centre_city=number == 1) for number, item in enumerate(world.municipalities)]
    world = dataclasses.replace(world, municipalities=tuple(places))
    policy = changed(tmp_path, "centrumstad: 6", f"centrumstad: {cost}")
    made = controlled(world, {"mart_wage_subsidies": (2022,)}, policy=policy)
    city = at("mart_wage_subsidies", "subsidies", places[1].nis_code, 2022, "performance")
    assert made.passed and made.hidden(city) is not shown


# Seam with the annexes


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_figure_of_every_annex_is_covered(publication, name):
    """And each line of the policy is needed: without its mart, the first figure is refused with what to add."""
    question = QUESTIONS[name]
    outcome = control_question(publication, question, years=YEARS)
    assert outcome.passed
    shown = [figure for annex in question.annexes for figure in annex_figures(publication, question, annex, YEARS)]
    assert {outcome.hidden(figure.id) for figure in shown} == {True, False}
    assert exposed(outcome, shown) == []
    for mart in {figure.id.mart for figure in shown}:
        marts = {key: value for key, value in load_policy().marts.items() if key != mart}
        less = load_policy().model_copy(update={"marts": marts})
        with pytest.raises(PolicyError, match=f"says nothing about {mart}; add a block"):
            CountFinder(less).scope(figure.id for figure in shown)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (("mart_started_profile", "trajectories", "hair/*"), "the sum over hair/"),
        (("mart_started_profile", "trajectories", "hair/red"), "no sum holds hair/red"),
        (("mart_intake", "shoe_size", ""), "no line covers shoe_size"),
        (("mart_weather", "rain", ""), "says nothing about mart_weather"),
    ],
)
def test_a_figure_that_no_policy_covers_is_refused(outcome, figure, message):
    mart, measure, category = figure
    with pytest.raises(PolicyError, match=message):
        outcome.hidden(FigureId(mart, measure, 2022, VLAANDEREN, VLAANDEREN, category))


def test_a_figure_that_was_not_controlled_is_refused(outcome):
    with pytest.raises(ControlError, match="wasn't among what was controlled"):
        outcome.hidden(FigureId("mart_intake", "screened", 2019, VLAANDEREN, VLAANDEREN))


def test_a_workbook_hides_what_the_control_hides(publication, tmp_path):
    question = QUESTIONS["twe-2024"]
    outcome = control_question(publication, question, years=YEARS)
    result = write_annex(
        publication,
        question,
        question.annex("6"),
        tmp_path,
        YEARS,
        hidden=outcome.hidden,
        policy=outcome.policy_lines,
        audit=outcome.audit_lines,
    )
    text = "".join(path.read_text(encoding="utf-8") for path in result.package.glob("*.csv"))
    assert CONFIDENTIAL in text
    assert all(
        value == CONFIDENTIAL or value == 0 or not isinstance(value, int) or value > 3
        for row in result.totals.values()
        for value in row.values()
    )


def test_only_totals_that_are_published_bind(world):
    """Without a table of provinces, nothing is known of them; without one of Flanders, the provinces stand alone."""
    marts = {"mart_started_profile": (2022,)}

    def made(*levels: str) -> Control:
        return control(world, figures(world, marts, levels), "q")

    both, without, alone = made(GEMEENTE, PROVINCIE, VLAANDEREN), made(GEMEENTE, VLAANDEREN), made(VLAANDEREN)
    assert all(item.passed for item in (both, without, alone))
    places = {cell.place for cell in without.release.system.cells}
    assert not any(place.startswith("provincie:") for place in places) and "vlaanderen" in places
    assert len(without.release.hidden) <= len(both.release.hidden)
    assert {cell.place for cell in alone.release.system.cells} == {"vlaanderen"}


# What is hidden with what


def at(mart: str, measure: str, code: str, year: int = 2022, category: str = "") -> FigureId:
    return FigureId(mart, measure, year, GEMEENTE, code, category)


def test_cells_with_one_meaning_are_hidden_together(outcome, world):
    for item in world.municipalities:
        code = item.nis_code
        started = {
            outcome.hidden(at("mart_started_duration", "trajectories", code, category="months/*")),
            *(
                outcome.hidden(at("mart_started_profile", "trajectories", code, category=f"{name}/*"))
                for name in ("gender", "age", "unemployment", "schooling", "migration_background")
            ),
        }
        ended = {
            outcome.hidden(at("mart_ended_duration", "trajectories", code, 2021, "*")),
            outcome.hidden(at("mart_outflow", "trajectories", code, category="position/*")),
            outcome.hidden(at("mart_transmissions", "measured", code)),
            outcome.hidden(at("mart_competence", "measured", code)),
        }
        assert len(started) == len(ended) == 1


def test_one_number_in_two_populations_is_hidden_at_every_level_of_both():
    """What is measured in a year ended the year before; a reader puts the provinces of both annexes side by side."""
    world = publish(draw(4, 600, (2021, 2022, 2023)), BEFORE)
    found = controlled(world)
    shown = figures(world, EVERYTHING)
    hidden = {level: set() for level in (GEMEENTE, PROVINCIE, VLAANDEREN)}
    for measured in shown:
        if (measured.mart, measured.category) == ("mart_outflow", "position/*"):
            ended = measured._replace(mart="mart_ended_duration", category="*", year=measured.year - 1)
            assert shown[ended] == shown[measured]
            assert found.hidden(ended) == found.hidden(measured), measured
            hidden[measured.level].add(found.hidden(measured))
    assert hidden[GEMEENTE] == hidden[PROVINCIE] == {True, False}


def subsidies(*counts: int) -> FakePublication:
    """Trajectory-months of 2022 in municipalities of one province."""
    codes = ("11001", "11002", "11007", "11056")[: len(counts)]
    return FakePublication(
        {
            "mart_wage_subsidies": [
                {
                    "year": 2022,
                    "nis_code": code,
                    "basis": "performance",
                    "subsidies": count,
                    "amount_eur": 950 * count,
                    "correction_eur": 0,
                }
                for code, count in zip(codes, counts, strict=True)
            ]
        },
        tuple(Municipality(code, code, "Antwerpen", False) for code in codes),
        Facts(dt.date(2026, 1, 1), BEFORE, "test", "test", True),
    )


def test_months_of_fewer_persons_than_the_threshold_are_hidden_with_their_money(tmp_path):
    """47 months can be of four persons or of fewer; 48 are of four at least."""
    world = subsidies(12, 47, 48, 900)

    def hidden(measure: str, **options) -> list[bool]:
        found = controlled(world, {"mart_wage_subsidies": (2022,)}, **options)
        assert found.passed
        place = (
            at("mart_wage_subsidies", measure, item.nis_code, 2022, "performance") for item in world.municipalities
        )
        return [found.hidden(figure) for figure in place]

    assert hidden("subsidies") == hidden("amount_eur") == [True, True, False, False]
    persons = changed(tmp_path, "per_person: {performance: 12, payment: 24}", "per_person: 1")
    assert hidden("subsidies", policy=persons) == [False] * 4
    found = controlled(subsidies(60, 900), {"mart_wage_subsidies": (2022,)})
    figure = at("mart_wage_subsidies", "subsidies", "11001", 2022, "performance")
    assert exposed(found, [Figure(47, figure)]) == [figure] and not exposed(found, [Figure(48, figure)])
    assert "tot 12 of 24 keer" in " ".join(found.policy_lines)


def test_what_is_computed_from_a_hidden_count_is_hidden(outcome, world):
    seen = set()
    for item in world.municipalities:
        code = item.nis_code
        parts = [outcome.hidden(at("mart_transmissions", name, code)) for name in ("measured", "with_transmission")]
        seen.add(tuple(parts))
        assert outcome.hidden(at("mart_transmissions", "with_transmission_pct", code)) == any(parts)
        mean, count = (outcome.hidden(at("mart_aftercare", name, code)) for name in ("aftercare_months", "with_art60"))
        assert mean == count
        if outcome.hidden(at("mart_wage_subsidies", "subsidies", code, category="performance")):
            for amount in ("amount_eur", "correction_eur"):
                assert outcome.hidden(at("mart_wage_subsidies", amount, code, category="performance"))
    assert len(seen) > 1


def test_money_without_a_count_is_hidden_with_a_second_amount_of_its_province():
    """A correction alone is one person's; the province's amount must not give it away."""
    rows = [("11001", 0, -300), ("11002", 900, 800_000), ("11007", 60, 50_000), ("44021", 700, 600_000)]
    places = {"44021": "Oost-Vlaanderen"}
    world = FakePublication(
        {
            "mart_wage_subsidies": [
                {
                    "year": 2022,
                    "nis_code": code,
                    "basis": "performance",
                    "subsidies": count,
                    "amount_eur": amount,
                    "correction_eur": min(amount, 0),
                }
                for code, count, amount in rows
            ]
        },
        tuple(Municipality(code, code, places.get(code, "Antwerpen"), False) for code, _, _ in rows),
        Facts(dt.date(2026, 1, 1), BEFORE, "test", "test", True),
    )
    found = controlled(world, {"mart_wage_subsidies": (2022,)})

    def hidden(measure: str) -> set[str]:
        return {
            code for code, *_ in rows if found.hidden(at("mart_wage_subsidies", measure, code, 2022, "performance"))
        }

    assert found.passed
    assert hidden("subsidies") == set()  # a 0 is shown
    assert hidden("amount_eur") == hidden("correction_eur") == {"11001", "11007"}


def ratio_world(rows: list[tuple[int, str, float, float]]) -> FakePublication:
    places = {"11001": "Antwerpen", "11002": "Antwerpen", "44021": "Oost-Vlaanderen"}
    empty = dict.fromkeys(field.column for field in marts()[RATIO].fields)
    return FakePublication(
        {
            RATIO: [
                {
                    **empty,
                    "year": year,
                    "nis_code": code,
                    "basis": "year_average",
                    "clients_in_twe": clients,
                    "leefloners": people,
                }
                for year, code, clients, people in rows
            ]
        },
        tuple(Municipality(code, code, province, True) for code, province in places.items()),
        Facts(dt.date(2026, 1, 1), BEFORE, "test", "test", True),
    )


def test_a_change_gives_no_mean_of_the_year_before_back():
    rows = [
        (2021, "11001", 2.25, 30.0),
        (2022, "11001", 9.0, 30.0),
        (2021, "11002", 50.5, 90.0),
        (2022, "11002", 60.0, 95.0),
        (2021, "44021", 40.0, 80.0),
        (2022, "44021", 41.0, 81.0),
    ]
    levels = (
        (GEMEENTE, "11001"),
        (GEMEENTE, "11002"),
        (GEMEENTE, "44021"),
        (PROVINCIE, "Antwerpen"),
        (PROVINCIE, "Oost-Vlaanderen"),
        (VLAANDEREN, VLAANDEREN),
    )
    shown = [
        FigureId(RATIO, measure, 2022, level, place, "year_average")
        for measure in ("clients_in_twe", "leefloners", "ratio_pct", "clients_change_pct", "ratio_change_pp")
        for level, place in levels
    ]
    found = control(ratio_world(rows), shown, "q")
    hidden = {(figure.measure, figure.place) for figure in shown if found.hidden(figure)}
    assert found.passed
    assert not {name for name, _ in hidden} & {"clients_in_twe", "leefloners", "ratio_pct"}
    assert ("clients_change_pct", "11001") in hidden and ("ratio_change_pp", "11001") in hidden
    # 2.25 can't follow from the change of its province either: another change is hidden with it.
    assert {place for name, place in hidden if name == "clients_change_pct"} >= {"11001", "11002"}


def test_marts_that_contradict_each_other_are_refused():
    world = publish(draw(3, 60, (2022,)), BEFORE)
    world.marts["mart_started_profile"].pop()
    with pytest.raises(PublicationError, match="contradict each other"):
        controlled(world, dict.fromkeys(("mart_started_duration", "mart_started_profile"), (2022,)))


# The file of a control


def test_a_control_survives_its_file_byte_for_byte(tmp_path, outcome, world):
    path = save(outcome, tmp_path / "a")
    again = load(path)
    assert again == outcome and (again.policy_lines, again.audit_lines) == (outcome.policy_lines, outcome.audit_lines)
    assert all(again.hidden(figure) == outcome.hidden(figure) for figure in figures(world, EVERYTHING))
    assert save(again, tmp_path / "b").read_bytes() == path.read_bytes()
    assert save(controlled(world), tmp_path / "c").read_bytes() == path.read_bytes()


def test_a_damaged_control_is_refused(tmp_path, outcome):
    path = save(outcome, tmp_path / "a")
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(RegisterError, match="can't be read"):
        load(path)
    path.write_bytes(gzip.compress(json.dumps({"format": 99}).encode()))
    with pytest.raises(RegisterError, match="without it nothing may be published"):
        load(path)


def test_a_failed_audit_is_said_and_remembered(tmp_path):
    """Everything shown under the new geography first: the finer one afterwards would give small counts away."""
    people = draw(11, 3000, (2021, 2022, 2023))
    started = {"mart_started_profile": (2021, 2022, 2023)}
    first = controlled(publish(people, AFTER), started, "first")
    system = first.release.system
    shown = dataclasses.replace(first.release, hidden=frozenset())  # as if nothing had been hidden
    second = controlled(publish(people, BEFORE), started, "second", [shown])
    assert any(system.is_small(cell) for cell in range(len(system.cells))) and not second.passed
    assert second.audit_lines[0].startswith("NIET GESLAAGD")
    assert not load(save(second, tmp_path / "x")).passed


def test_shares_count_what_is_small_and_what_is_hidden(outcome):
    system = outcome.release.system
    assert sum(row[2] for row in outcome.release.tallies().values()) == len(outcome.release.hidden)
    cells, small, hidden = outcome.release.tallies()["started", VLAANDEREN]
    assert 0 < small <= hidden < cells
    assert CellId("started", 2022, VLAANDEREN, "total") in system.index
    assert outcome.levels[VLAANDEREN][1] <= outcome.levels[VLAANDEREN][0]


def test_a_place_stands_for_all_codes_that_resolve_to_it():
    before = territories(controlled(publish(draw(1, 50, (2022,)), BEFORE)).release.geography, BEFORE)
    after = territories(controlled(publish(draw(1, 50, (2022,)), AFTER)).release.geography, AFTER)
    assert before["11007"] == {"11007"} and "11007" not in before["11002"]
    assert after["11002"] >= {"11002", "11007"} and "11007" not in after
    assert after["46030"] >= before["46003"] | before["46013"] | before["11056"]
    assert before["provincie:Antwerpen"] - after["provincie:Antwerpen"] == {"11056"}
