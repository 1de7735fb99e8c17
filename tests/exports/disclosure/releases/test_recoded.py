"""Categories that changed after a release: a reader adds up what no longer has the same name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from exports.disclosure.control import Control
from exports.disclosure.policy import PolicyError
from exports.disclosure.releases import union
from exports.disclosure.releases.recoded import covered, recoded
from exports.disclosure.system import CellId
from tests.disclosure.views import controlled
from tests.disclosure.world import FakePublication, draw, publish
from tests.exports.disclosure.releases.test_releases import corrected

DATE = dt.date(2024, 6, 1)
PROFILE = {"mart_started_profile": (2021, 2022, 2023)}
LANDS = {"11002": frozenset({"11002"}), "44021": frozenset({"44021"})}


def split(world: FakePublication, parts: Mapping[str, tuple[str, ...]]) -> FakePublication:
    """The world with each of these categories of age in parts: one person in each but the last."""
    rows = []
    for row in world.marts["mart_started_profile"]:
        count = row["trajectories"]
        new = parts.get(row["category"], ()) if row["characteristic"] == "age" else ()
        for name in new[:-1]:
            rows.append({**row, "category": name, "trajectories": min(1, count)})
            count -= min(1, count)
        rows.append({**row, "category": new[-1] if new else row["category"], "trajectories": count})
    return replace(world, marts={**world.marts, "mart_started_profile": rows})


def two(seed: int, parts: Mapping[str, tuple[str, ...]]) -> tuple[Control, Control]:
    crowd = draw(seed, 900, (2021, 2022, 2023))
    before, after = publish(crowd, DATE), split(publish(corrected(crowd, seed, 0.06), DATE), parts)
    after = replace(after, facts=replace(after.facts, as_of=dt.date(2026, 3, 15)))
    first = controlled(before, PROFILE, "first")
    return first, controlled(after, PROFILE, "second", [first.release])


def given_away(first: Control, second: Control, whole: str, parts: tuple[str, ...]) -> list[CellId]:
    """Small parts that are the difference between the whole as it was shown and the other parts."""
    old, new, found = first.release, second.release, []
    for cell, number in old.system.index.items():
        if cell.item != whole or number in old.hidden:
            continue
        cells = [new.system.index.get(cell._replace(item=part)) for part in parts]
        there = [part for part in cells if part is not None]
        if sum(new.system.values[part] for part in there) == old.system.values[number]:
            hidden = [part for part in there if part in new.hidden]
            if len(hidden) == 1 and new.system.is_small(hidden[0]):
                found.append(new.system.cells[hidden[0]])
    return found


PARTS = ("55-64", "65+")


@pytest.mark.slow
def test_a_category_that_was_divided_does_not_give_its_parts_away(monkeypatch):
    items = tuple(f"age/{part}" for part in PARTS)
    first, second = two(9, {"55+": PARTS})
    assert second.passed and given_away(first, second, "age/55+", items) == []
    monkeypatch.setattr(union, "recoded", lambda *_: ())
    assert given_away(*two(9, {"55+": PARTS}), "age/55+", items)


def cells(*items: str, place: str = "11002") -> list[CellId]:
    return [CellId("started", 2020, place, item) for item in items]


def pairs(before: list[str], now: list[str]) -> list[tuple[list[str], list[str]]]:
    found = recoded(cells(*before), cells(*now), (LANDS, LANDS))
    return [([cell.item for cell in left], [cell.item for cell in right]) for left, right in found]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (["age/<25", "age/55+"], ["age/<25", "age/55-64", "age/65+"], [(["age/55+"], ["age/55-64", "age/65+"])]),
        (
            ["age/25-39", "age/40-54", "age/55+"],
            ["age/25-34", "age/35-54", "age/55-64", "age/65+"],
            [(["age/25-39", "age/40-54"], ["age/25-34", "age/35-54"]), (["age/55+"], ["age/55-64", "age/65+"])],
        ),
        (["months/25+|months/30"], ["months/24+|months/30"], []),
        (["age/55+"], ["schooling/short"], []),
        (
            ["position/leefloon"],
            ["position/steun", "position/loon"],
            [(["position/leefloon"], ["position/steun", "position/loon"])],
        ),
        (["gender/v", "gender/x"], ["gender/v"], []),
        (["total"], ["referred"], []),
    ],
)
def test_categories_are_matched_by_what_they_cover(before, now, expected):
    assert pairs(before, now) == expected


def test_of_another_place_nothing_is_matched():
    other = cells("age/55-64", "age/65+", place="44021")
    assert list(recoded(cells("age/55+"), other, (LANDS, LANDS))) == []


def test_what_only_a_reader_can_match_is_refused_by_name():
    with pytest.raises(PolicyError, match=r"started in 2020 changed .*: position/a, position/b became position/c, pos"):
        pairs(["position/c", "position/d"], ["position/a", "position/b"])


def test_codes_say_what_they_cover():
    items = ("age/<25", "age/25-39", "age/55+", "months/7", "months/25+|months/30", "gender/v", "total")
    assert [covered(item) for item in items] == [
        (float("-inf"), 24),
        (25, 39),
        (55, float("inf")),
        (7, 7),
        (30, 30),
        None,
        None,
    ]
