"""Other years of a publication beside its usual edition: never refused, and safe from who has both.

The usual edition shows some of the figures of those years already: profiles by municipality, the outflow of Flanders.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from exports import load_questions, write_annex
from exports.disclosure import withhold
from exports.disclosure.control import Control, control
from exports.figures.identity import GEMEENTE, VLAANDEREN, FigureId
from tests.disclosure.release_attacker import Attacker, key_of
from tests.disclosure.views import figures, truth, view
from tests.disclosure.world import FakePublication, draw, publish
from tests.exports.disclosure.test_attack import attack
from tests.exports.tiny_publication import make_publication

DAY = dt.date(2024, 6, 1)
USUAL = {"mart_started_profile": (2021, 2022, 2023), "mart_ended_duration": (2021, 2022, 2023), "mart_outflow": (2023,)}
ASKED = {"mart_outflow": (2022,), "mart_started_duration": (2021,)}
BOTH = {**USUAL, **ASKED, "mart_outflow": (2022, 2023)}


@pytest.fixture(scope="module")
def world() -> FakePublication:
    return publish(draw(3, 100, (2021, 2022, 2023)), DAY)


@pytest.fixture(scope="module")
def usual(world) -> Control:
    return control(world, {*figures(world, USUAL), *figures(world, ASKED, [VLAANDEREN])}, "usual")


@pytest.fixture(scope="module")
def other(world, usual) -> Control:
    return control(world, figures(world, BOTH), "other", usual=usual)


def test_hiding_counts_alone_would_not_do(world, usual):
    """The zeros of the new tables determine counts in totals that the usual edition shows."""
    assert usual.passed
    assert not control(world, figures(world, BOTH), "other", earlier=[usual.release]).passed


def test_other_years_come_out_with_rows_withheld(world, usual, other):
    assert other.passed and other.report is not None and not other.report.findings
    told = " ".join(other.audit_lines + other.policy_lines)
    assert "ook een 0" in told and "gewone uitgave van deze stand" in told and "vrijgegeven" not in told
    withheld = [figure for figure in figures(world, BOTH) if other.withheld(figure)]
    values = figures(world, BOTH)
    assert withheld and all(other.hidden(figure) for figure in withheld)
    assert any(values[figure] == 0 for figure in withheld) and any(values[figure] for figure in withheld)
    assert all(not other.hidden(figure) for figure in values.keys() - set(withheld) if not values[figure])


def test_what_the_usual_edition_shows_or_hides_stays_so(world, usual, other):
    for figure in (*figures(world, USUAL), *figures(world, ASKED, [VLAANDEREN])):
        assert usual.hidden(figure) == other.hidden(figure), figure
        assert not other.withheld(figure)
    for item in world.municipalities:  # measured is what ended the year before, which the usual edition has
        ended = FigureId("mart_ended_duration", "trajectories", 2021, GEMEENTE, item.nis_code, "*")
        measured = FigureId("mart_outflow", "trajectories", 2022, GEMEENTE, item.nis_code, "position/*")
        assert usual.hidden(ended) == other.hidden(measured), item.nis_code


@pytest.mark.slow
def test_who_has_both_gets_nothing_out_of_them(world, other):
    """All that the usual edition shows is in the view of the other years."""
    shown = view(other, world, BOTH, DAY)
    whole = frozenset(key_of(figure) for figure in figures(world, BOTH) if other.withheld(figure))
    # A cell is one figure in several annexes; that an annex of the usual edition hides it tells that it isn't 0.
    known = {key_of(figure) for figure in figures(world, BOTH) if not other.withheld(figure)}
    true = {key: value if value else 4 for key, value in truth(world, BOTH).items()}  # a hidden 0 needs no protection
    program = Attacker([replace(shown, withheld=whole - known)])
    assert attack(program, 0, true, every=3) == []


@pytest.mark.parametrize("first", [0, -1])
def test_when_the_search_finds_too_little_more_is_withheld(world, usual, monkeypatch, first):
    """Down to everything that the usual edition doesn't publish."""
    monkeypatch.setattr(withhold, "_narrow", lambda *_: {})
    monkeypatch.setattr(
        "exports.disclosure.control.withholding_options",
        lambda *given: list(withhold.withholding_options(*given))[first:],
    )
    made = control(world, figures(world, BOTH), "other", usual=usual)
    assert made.passed and "ook een 0" in made.audit_lines[-1]


def test_the_data_table_does_not_list_what_is_withheld(tmp_path):
    question = load_questions()["twe-2024"]
    made = make_publication(tmp_path / "made")

    def place(figure: FigureId) -> bool:
        return figure.place == "11002"

    for edition, listed in (("publiek", False), ("volledig", True)):
        result = write_annex(
            made, question, question.annex("1"), tmp_path, (2022, 2023), edition=edition, hidden=place, withheld=place
        )
        assert (",11002," in (result.package / "gegevens.csv").read_text(encoding="utf-8")) == listed
