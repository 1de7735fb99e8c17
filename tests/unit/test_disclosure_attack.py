"""The attacker against the public edition: small worlds, one release and two, under one geography and two.

The attacker knows what is published, the rule and that a hidden count is at least 1; the tests add that it even knows
which figures changed between two releases. No hidden count of 1 to 3 may be determined or confined to fewer than four
neighbouring values.
"""

from __future__ import annotations

import datetime as dt

import pytest

from exports.disclosure.audit import Verdict
from exports.disclosure.collect import Wanted
from exports.disclosure.control import Control, control
from exports.disclosure.system import CellId
from tests import attacker
from tests.attacker import FLANDERS, Attacker, Key
from tests.disclosure_views import ANNEXES, true_cells, view
from tests.disclosure_world import PLACES, draw, publish

BEFORE, AFTER = dt.date(2024, 6, 1), dt.date(2025, 6, 1)
YEARS = (2021, 2022, 2023)
THRESHOLD = 4


@pytest.fixture(autouse=True)
def codes_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attacker, "PRESENT", set(PLACES))


def attack(program: Attacker, number: int, truth: dict[Key, int], every: int = 1) -> list[str]:
    """What the attacker gets out of the hidden small counts of one release (of every n-th)."""
    found = []
    hidden = sorted(key for view_, key in program.hidden if view_ == number and truth[key] < THRESHOLD)
    assert hidden
    for key in hidden[::every]:
        lowest, highest = program.interval(number, key)
        assert lowest <= truth[key] <= highest
        if highest - lowest < THRESHOLD - 1:
            found.append(f"{key}: {lowest}..{highest}, truth {truth[key]}")
    return found


@pytest.mark.parametrize(("people", "seed"), [(6, 1), (40, 2), (150, 3), (600, 4), (2000, 5)])
def test_one_release_withstands(people, seed):
    outcome = control(publish(draw(seed, people, YEARS), BEFORE), ANNEXES, "q")
    assert outcome.passed
    truth = true_cells(outcome)
    shown = view(outcome, BEFORE)
    small = [key for key, value in truth.items() if 0 < value < THRESHOLD]
    assert all(shown.cells[key] is None for key in small)
    assert all(shown.cells[key] == 0 for key, value in truth.items() if value == 0)
    assert attack(Attacker([shown]), 0, truth, every=11) == []


def test_without_secondary_suppression_the_attacker_wins():
    outcome = control(publish(draw(4, 600, YEARS), BEFORE), ANNEXES, "q")
    shown = view(outcome, BEFORE)
    truth = true_cells(outcome)
    for key in shown.cells:
        shown.cells[key] = None if 0 < truth[key] < THRESHOLD else truth[key]
    assert attack(Attacker([shown]), 0, truth, every=10)


def _two(first: Control, second: Control, dates: tuple[dt.date, dt.date]) -> tuple[Attacker, list[dict[Key, int]]]:
    truths = [true_cells(first), true_cells(second)]
    views = [view(first, dates[0]), view(second, dates[1])]
    old = {(p, i, y, views[0].territory[place]): value for (p, i, place, y), value in truths[0].items()}

    def unchanged(key: Key, number: int) -> bool:
        population, item, place, year = key
        land = views[number].territory[place]
        value = truths[number][key]
        if (population, item, year, land) in old:
            return old[population, item, year, land] == value
        parts = [code for code in views[0].municipalities if views[0].territory[code] <= land]
        return sum(truths[0].get((population, item, code, year), 0) for code in parts) == value

    return Attacker(views, unchanged), truths


@pytest.mark.parametrize("people", [300, 2000])
@pytest.mark.parametrize("delivered", [1, 2])
@pytest.mark.parametrize("later", [BEFORE, AFTER])
def test_two_releases_withstand(later, delivered, people):
    """The same years again: as they were, after a later delivery, under another geography, or both."""
    crowd = draw(people, people, YEARS)
    annexes = {number: ANNEXES[number] for number in ("1", "2", "4", "5")}
    first = control(publish(crowd, BEFORE, delivered=1), annexes, "first")
    second = control(publish(crowd, later, delivered), annexes, "second", earlier=[first.release])
    assert second.passed and not second.report.findings
    program, truths = _two(first, second, (BEFORE, later))
    assert attack(program, 0, truths[0], every=23) == []
    assert attack(program, 1, truths[1], every=23) == []


@pytest.mark.parametrize("seed", [11, 13])
def test_a_finer_geography_after_a_coarser_one_is_refused_or_safe(seed):
    """Which of the merged municipalities have a 0 can leave no room in a total that is out already."""
    people = draw(seed, 3000, YEARS)
    annexes = {number: ANNEXES[number] for number in ("1", "2")}
    first = control(publish(people, AFTER), annexes, "first")
    second = control(publish(people, BEFORE), annexes, "second", earlier=[first.release])
    program, truths = _two(first, second, (AFTER, BEFORE))
    if second.passed:
        admitted = len(second.report.findings)
        found = attack(program, 0, truths[0], every=5) + attack(program, 1, truths[1], every=5)
        assert len(found) <= 2 * admitted
        assert not [item for item in second.report.findings if item.verdict is Verdict.DETERMINED]
    else:
        assert [item for item in second.report.findings if item.verdict is Verdict.DETERMINED]


def test_two_releases_made_without_each_other_give_cells_away():
    """What the register is for: a year under two geographies, each safe by itself."""
    people = draw(11, 400, YEARS)
    annexes = {number: ANNEXES[number] for number in ("1", "2")}
    first = control(publish(people, BEFORE), annexes, "first")
    second = control(publish(people, AFTER), annexes, "second")
    program, truths = _two(first, second, (BEFORE, AFTER))
    assert attack(program, 0, truths[0], every=5) + attack(program, 1, truths[1], every=5)


def test_publishing_again_changes_nothing():
    people = draw(7, 300, YEARS)
    first = control(publish(people, BEFORE), ANNEXES, "q")
    again = control(publish(people, BEFORE), ANNEXES, "q", earlier=[first.release])
    assert again.release == first.release and again.passed


def test_another_annex_of_a_published_year_keeps_to_what_was_shown():
    people = draw(8, 500, YEARS)
    first = control(publish(people, BEFORE), {"1": ANNEXES["1"]}, "first")
    second = control(publish(people, BEFORE), {"2": ANNEXES["2"]}, "second", earlier=[first.release])
    assert second.passed
    for code in (*PLACES, FLANDERS):
        cell = CellId("started", 2022, code, "total")
        assert (cell in first.hidden) == (cell in second.hidden)


def test_a_cell_shown_before_is_taken_as_known():
    """A count that shrank: its old value stays known, the new one is hidden and safe."""
    people = draw(9, 300, YEARS)
    first = control(publish(people, BEFORE, delivered=2), {"4": ANNEXES["4"]}, "first")
    second = control(publish(people, BEFORE, delivered=1), {"4": ANNEXES["4"]}, "second", earlier=[first.release])
    assert second.passed
    program, truths = _two(first, second, (BEFORE, BEFORE))
    assert attack(program, 1, truths[1], every=5) == []


def test_years_outside_an_earlier_release_are_not_slowed_down_by_it():
    people = draw(10, 300, YEARS)
    first = control(publish(people, BEFORE), {"2": Wanted(ANNEXES["2"].kind, (2021,))}, "first")
    alone = control(publish(people, BEFORE), {"2": Wanted(ANNEXES["2"].kind, (2023,))}, "second")
    joined = control(
        publish(people, BEFORE), {"2": Wanted(ANNEXES["2"].kind, (2023,))}, "second", earlier=[first.release]
    )
    assert joined.hidden == alone.hidden
