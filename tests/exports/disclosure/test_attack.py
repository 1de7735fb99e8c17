"""The attacker against the public edition: small worlds, one release and two, under one geography and two.

The attacker knows what is published, the rule and that a hidden count is at least 1; the tests add that it even knows
which figures changed between two releases. No hidden count of 1 to 3 may be determined or confined to fewer than four
neighbouring values.
"""

from __future__ import annotations

import datetime as dt

import pytest

from exports.disclosure.control import Control
from exports.figures.identity import FigureId
from tests.disclosure import release_attacker
from tests.disclosure.release_attacker import FLANDERS, Attacker, Key
from tests.disclosure.views import EVERYTHING, controlled, truth, view
from tests.disclosure.world import PLACES, FakePublication, draw, publish

pytestmark = pytest.mark.slow  # every test solves many programs

BEFORE, AFTER = dt.date(2024, 6, 1), dt.date(2025, 6, 1)
YEARS = (2021, 2022, 2023)
THRESHOLD = 4
STARTED = {mart: EVERYTHING[mart] for mart in ("mart_started_duration", "mart_started_profile")}
TRAJECTORIES = STARTED | {mart: EVERYTHING[mart] for mart in ("mart_ended_duration", "mart_outflow", "mart_competence")}


@pytest.fixture(autouse=True)
def codes_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_attacker, "PRESENT", set(PLACES))


def attack(program: Attacker, number: int, true: dict[Key, int], every: int = 1) -> list[str]:
    """What the attacker gets out of the hidden small counts of one release (of every n-th)."""
    found = []
    hidden = sorted(key for view_, key in program.hidden if view_ == number and true[key] < THRESHOLD)
    assert hidden
    for key in hidden[::every]:
        lowest, highest = program.interval(number, key)
        assert lowest <= true[key] <= highest
        if highest - lowest < THRESHOLD - 1:
            found.append(f"{key}: {lowest}..{highest}, truth {true[key]}")
    return found


@pytest.mark.parametrize(
    ("people", "seed"),
    [(6, 1), (40, 2), pytest.param(600, 4, marks=pytest.mark.slow), pytest.param(2000, 5, marks=pytest.mark.slow)],
)
def test_one_release_withstands(people, seed):
    world = publish(draw(seed, people, YEARS), BEFORE)
    outcome = controlled(world)
    assert outcome.passed
    true, shown = truth(world, EVERYTHING), view(outcome, world, EVERYTHING, BEFORE)
    assert all(shown.cells[key] is None for key, value in true.items() if 0 < value < THRESHOLD)
    assert all(shown.cells[key] == 0 for key, value in true.items() if value == 0)
    assert attack(Attacker([shown]), 0, true, every=17) == []


def test_without_secondary_suppression_the_attacker_wins():
    world = publish(draw(4, 600, YEARS), BEFORE)
    true, shown = truth(world, EVERYTHING), view(controlled(world), world, EVERYTHING, BEFORE)
    for key in shown.cells:
        shown.cells[key] = None if 0 < true[key] < THRESHOLD else true[key]
    assert attack(Attacker([shown]), 0, true, every=10)


class Two:
    """Two releases of the same marts, attacked together."""

    def __init__(
        self,
        worlds: tuple[FakePublication, FakePublication],
        dates: tuple[dt.date, dt.date],
        marts: dict[str, tuple[int, ...]],
        together: bool = True,
    ) -> None:
        self.first: Control = controlled(worlds[0], marts, "first")
        self.second = controlled(worlds[1], marts, "second", [self.first.release] if together else [])
        assert self.second.report is not None
        self.findings = self.second.report.findings
        self.truths = [truth(world, marts) for world in worlds]
        self.views = [
            view(self.first, worlds[0], marts, dates[0]),
            view(self.second, worlds[1], marts, dates[1]),
        ]
        self.program = Attacker(self.views, self.unchanged)

    def unchanged(self, key: Key, number: int) -> bool:
        population, item, place, year = key
        territory, land = self.views[0].territory, self.views[number].territory[place]
        value, old = self.truths[number][key], self.truths[0]
        same = [other for other, at in territory.items() if at == land and (population, item, other, year) in old]
        if same:
            return old[population, item, same[0], year] == value
        parts = [code for code in self.views[0].municipalities if territory[code] <= land]
        return sum(old.get((population, item, code, year), 0) for code in parts) == value

    def attack(self, every: int) -> list[str]:
        return [item for number in (0, 1) for item in attack(self.program, number, self.truths[number], every)]


@pytest.mark.parametrize("people", [300, pytest.param(2000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("delivered", [pytest.param(1, marks=pytest.mark.nightly), 2])
@pytest.mark.parametrize("later", [BEFORE, AFTER])
@pytest.mark.slow
def test_two_releases_withstand(later, delivered, people):
    """The same years again: as they were, after a later delivery, under another geography, or both."""
    crowd = draw(people, people, YEARS)
    worlds = publish(crowd, BEFORE, delivered=1), publish(crowd, later, delivered)
    two = Two(worlds, (BEFORE, later), TRAJECTORIES)
    assert two.second.passed and not two.findings
    assert two.attack(every=53) == []


@pytest.mark.parametrize("seed", [11, pytest.param(13, marks=pytest.mark.nightly)])
@pytest.mark.slow
def test_a_finer_geography_after_a_coarser_one_is_refused_or_safe(seed):
    """Which of the merged municipalities have a 0 can leave no room in a total that is out already."""
    people = draw(seed, 3000, YEARS)
    two = Two((publish(people, AFTER), publish(people, BEFORE)), (AFTER, BEFORE), STARTED)
    determined = [item for item in two.findings if item.determined]
    assert two.second.passed is not bool(determined)
    if two.second.passed:
        assert len(two.attack(every=5)) <= 2 * len(two.findings)


@pytest.mark.slow
def test_two_releases_made_without_each_other_give_cells_away():
    """What the register is for: a year under two geographies, each safe by itself."""
    people = draw(11, 400, YEARS)
    assert Two((publish(people, BEFORE), publish(people, AFTER)), (BEFORE, AFTER), STARTED, together=False).attack(5)


def test_publishing_again_changes_nothing():
    world = publish(draw(7, 300, YEARS), BEFORE)
    first = controlled(world)
    again = controlled(world, earlier=[first.release])
    assert again.release == first.release and again.passed


def test_other_tables_of_a_published_year_keep_to_what_was_shown():
    world = publish(draw(8, 500, YEARS), BEFORE)
    first = controlled(world, {"mart_started_duration": (2022,)}, "first")
    second = controlled(world, {"mart_started_profile": (2022,)}, "second", [first.release])
    assert second.passed
    for code in PLACES:
        total = FigureId("mart_started_profile", "trajectories", 2022, "gemeente", code, "gender/*")
        before = total._replace(mart="mart_started_duration", category="months/*")
        assert first.hidden(before) == second.hidden(total)
    flanders = FigureId("mart_started_profile", "trajectories", 2022, FLANDERS, FLANDERS, "gender/*")
    assert not second.hidden(flanders)


def test_a_cell_shown_before_is_taken_as_known():
    """Counts that shrank: their old values stay known, the new ones are hidden and safe."""
    people = draw(9, 300, YEARS)
    ended = {"mart_ended_duration": EVERYTHING["mart_ended_duration"]}
    two = Two((publish(people, BEFORE, 2), publish(people, BEFORE, 1)), (BEFORE, BEFORE), ended)
    assert two.second.passed
    assert attack(two.program, 1, two.truths[1], every=5) == []


def test_years_outside_an_earlier_release_are_not_touched_by_it():
    world = publish(draw(10, 300, YEARS), BEFORE)
    first = controlled(world, {"mart_started_profile": (2021,)}, "first")
    alone = controlled(world, {"mart_started_profile": (2023,)}, "second")
    assert controlled(world, {"mart_started_profile": (2023,)}, "second", [first.release]).release == alone.release
