"""Corrections after a release: still a public edition, and safe from a reader who compares both.

Two readers. One is told of every figure whether it is the same in both; where earlier releases leave no room against
him, the other decides: he takes a hidden figure to be the same where nothing shown around it changed.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from exports.disclosure.geography import Geography
from exports.disclosure.policy import load_policy
from exports.disclosure.releases.published import PublishedSystem, ReaderView, possibly_changed
from exports.disclosure.releases.union import with_earlier
from exports.disclosure.system import CellId, System
from exports.figures.reading import Municipality
from tests.disclosure import release_attacker
from tests.disclosure.release_attacker import FLANDERS, Attacker, Key, View
from tests.disclosure.world import PLACES, Person, draw, publish
from tests.exports.disclosure.test_attack import STARTED, TRAJECTORIES, YEARS, Two, attack

DATE = dt.date(2024, 6, 1)


@pytest.fixture(autouse=True)
def codes_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_attacker, "PRESENT", set(PLACES))


def corrected(people: Sequence[Person], seed: int, share: float = 0.02) -> list[Person]:
    """Some withdrawn, some ended otherwise, some delivered twice: what corrections of a year look like."""
    rng = random.Random(seed)
    result: list[Person] = []
    for person in people:
        if rng.random() >= share:
            result.append(person)
        elif (kind := rng.randrange(3)) == 1:
            result.append(replace(person, ending="early" if person.ending == "executed" else "executed"))
        elif kind == 2:
            result += [person, person]
    return result


class Reader:
    """Which hidden figures a reader of two public tables takes to be the same: his own idea of what is around one."""

    def __init__(self, views: Sequence[View]) -> None:
        self.one, self.other = views

    def takes_as_same(self, key: Key) -> bool:
        return not any(self.changed(near) for near in self.around(key))

    def changed(self, key: Key) -> bool:
        old, new = self.one.cells.get(key, 0), self.other.cells.get(key, 0)
        return old != new

    def around(self, key: Key) -> set[Key]:
        """The figures of every sum that this one is in: of its place, and of the places above and below."""
        population, item, place, year = key
        found = {(population, other, place, year) for other in self.items_with(population, item)}
        provinces = {code: f"provincie:{name}" for code, name in self.other.municipalities.items()}
        if place in provinces:
            home = provinces[place]
            found |= {(population, item, code, year) for code in provinces if provinces[code] == home}
            found.add((population, item, home, year))
        else:
            below = [code for code in provinces if provinces[code] == place] if place != FLANDERS else []
            above = [FLANDERS, *provinces.values()]
            found |= {(population, item, other, year) for other in (*below, *above)}
        if item == "total" and population in ("ended", "measured"):
            twin, shift = ("measured", 1) if population == "ended" else ("ended", -1)
            found.add((twin, item, place, year + shift))
        return found

    def items_with(self, population: str, item: str) -> set[str]:
        items = {key[1] for key in self.other.cells.keys() | self.one.cells.keys() if key[0] == population}
        if item == "total":
            return {other for other in items if "|" not in other}
        family, _, part = item.partition("/")
        total = family if family in ("executed", "early") else "total"
        near = {other for other in items if other.startswith(f"{family}/")} | {total}
        return near | {"executed", "early", "total"} if not part else near


def after_corrections(people: int, seed: int, marts: dict[str, tuple[int, ...]]) -> Two:
    crowd = draw(seed, people, YEARS)
    worlds = publish(crowd, DATE), publish(corrected(crowd, seed), DATE)
    later = replace(worlds[1], facts=replace(worlds[1].facts, as_of=dt.date(2026, 3, 15)))
    return Two((worlds[0], later), (DATE, DATE), marts)


@pytest.mark.parametrize(
    ("people", "seed", "marts", "room"),
    [
        (300, 3, STARTED, True),
        pytest.param(1200, 5, STARTED, False, marks=pytest.mark.nightly),
        (600, 2, TRAJECTORIES, False),
    ],
)
@pytest.mark.slow
def test_corrections_are_published_and_withstand(people, seed, marts, room):
    """`room`: even the reader who is told what changed gets nothing; else he gets something, and that is counted."""
    two = after_corrections(people, seed, marts)
    every = 11 if marts is STARTED else 41
    report = two.second.report
    assert two.second.passed and report is not None and not report.findings
    reader = Reader(two.views)
    looking = Attacker(two.views, lambda key, _: two.unchanged(key, 1) and reader.takes_as_same(key))
    for number in (0, 1):
        assert attack(looking, number, two.truths[number], every) == []
    assert bool(report.informed_findings) is not room
    assert bool(two.attack(every)) is not room
    assert ("wie van elk cijfer zou weten" in " ".join(two.second.audit_lines)) is not room


@pytest.mark.slow
def test_a_withdrawn_person_is_not_given_away_by_the_totals():
    """A hidden 1 becomes a shown 0: totals that dropped with it are hidden, as far up as it takes."""
    crowd = [person for person in draw(21, 900, YEARS) if person.nis_code != "73109"]
    alone = replace(crowd[0], nis_code="73109", start=2022, delivered=1)
    worlds = publish([*crowd, alone], DATE), publish(crowd, DATE)
    later = replace(worlds[1], facts=replace(worlds[1].facts, as_of=dt.date(2026, 3, 15)))
    two = Two((worlds[0], later), (DATE, DATE), STARTED)
    total = ("started", "total", "73109", 2022)
    assert two.views[0].cells[total] is None and two.truths[0][total] == 1 and two.views[1].cells[total] == 0
    assert (
        two.second.passed
        and not two.findings
        and two.second.report is not None
        and not two.second.report.informed_findings
    )
    lowest, highest = two.program.interval(0, total)
    assert highest - lowest >= 3


def edition(as_of: int, hidden: set[str], **values: int) -> ReaderView:
    """A province of municipalities a, b, c; `hidden` by name."""
    system = System(4)
    for name, value in values.items():
        system.add(CellId("started", 2022, name, "total"), value)
    parts = [CellId("started", 2022, name, "total") for name in values if name != "vlaanderen"]
    system.equate(CellId("started", 2022, "vlaanderen", "total"), parts)
    numbers = {number for number, cell in enumerate(system.cells) if cell.place in hidden}
    territory = {name: frozenset({name}) for name in "abc"} | {"vlaanderen": frozenset("abc")}
    return ReaderView(dt.date(2026, 1, as_of), system, numbers, territory)


@pytest.mark.parametrize(
    ("later", "sure"),
    [
        (edition(2, {"a", "b"}, a=2, b=3, c=9, vlaanderen=14), True),
        (edition(2, {"a", "b"}, a=1, b=4, c=9, vlaanderen=14), True),  # what is hidden changed: nobody sees it
        (edition(2, {"a", "b"}, a=2, b=3, c=8, vlaanderen=13), False),
        (edition(2, {"a", "b", "c"}, a=2, b=3, c=9, vlaanderen=14), False),
        (edition(2, {"b"}, b=5, c=9, vlaanderen=14), False),  # a is shown as 0
        (edition(1, {"b"}, b=5, c=9, vlaanderen=14), True),  # of one stand: nothing changed
    ],
)
def test_a_hidden_figure_is_taken_as_the_same_where_all_around_it_looks_the_same(later, sure):
    before = edition(1, {"a", "b"}, a=2, b=3, c=9, vlaanderen=14)
    b = CellId("started", 2022, "b", "total")
    for one, other in ((before, later), (later, before)):
        mine, theirs = possibly_changed(one, other)
        assert (one.system.index[b] not in mine and other.system.index[b] not in theirs) is sure


def test_a_province_of_one_arrondissement_is_itself_and_not_that_arrondissement():
    """Both count the same people. What an earlier edition hid of one is hidden; what it showed of the other, shown."""
    places = ("arrondissement:Halle-Vilvoorde", "provincie:Vlaams-Brabant")
    municipality = Municipality("23002", "Asse", "Vlaams-Brabant", False, "Halle-Vilvoorde")
    system = System(4)
    cells = [CellId("started", 2020, place, "total") for place in places]
    for cell in cells:
        system.add(cell, 9)
    system.equate(cells[1], cells[:1])
    edition = PublishedSystem("usual", DATE, DATE, Geography((municipality,)), system, frozenset())
    for hidden in (0, 1):
        union = with_earlier(edition, [replace(edition, hidden=frozenset({hidden}))], load_policy())
        assert [union.fixed[number] for number in (0, 1)] == [hidden == 0, hidden == 1]
