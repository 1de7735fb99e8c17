"""The attacker of changed counts, on sums that are worked out by hand."""

from __future__ import annotations

import pytest

from exports.disclosure.policy import load_policy
from tests.disclosure.cell_key_attacker import World, guesses, possible

TABLES = load_policy().perturbation


def world(total: tuple[int, int], parts: list[tuple[int, int]], true: list[int]) -> World:
    names = [("11001", "total"), *(("11001", f"part/{number}") for number in range(len(parts)))]
    low, high = ({name: bounds[at] for name, bounds in zip(names, [total, *parts], strict=True)} for at in (0, 1))
    return World(dict(zip(names, [sum(true), *true], strict=True)), low, high, [(names[0], names[1:])])


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("within_two", {0: (0, 2), 1: (1, 3), 2: (1, 4), 3: (1, 5), 4: (2, 6), 9: (7, 11)}),
        ("base_three", {0: (0, 2), 3: (1, 5), 6: (4, 8), 9: (7, 11)}),
    ],
)
def test_what_can_be_behind_a_count(table: str, expected: dict[int, tuple[int, int]]) -> None:
    found = possible(TABLES[table])
    assert {shown: found[shown] for shown in expected} == expected


def test_a_total_and_parts_that_lie_far_apart_tell_each_other() -> None:
    """Shown 0 and 0 beside a total of 6 of within_two: 2, 2 and 4."""
    found = world((4, 8), [(0, 2), (0, 2)], [2, 2]).narrowed()
    assert found.low == found.high == {("11001", "total"): 4, ("11001", "part/0"): 2, ("11001", "part/1"): 2}


def test_sums_and_an_integer_programme_agree() -> None:
    made = world((5, 9), [(0, 2), (1, 4), (2, 6)], [1, 2, 3]).narrowed()
    for cell in made.true:
        assert made.exactly("11001", cell) == (made.low[cell], made.high[cell])


def test_a_guess_is_as_good_as_what_is_shown() -> None:
    assert guesses([1, 1, 1, 2, 3], [1, 1, 1, 2, 3]) == (0.6, 1, 1)
    prior, best, sure = guesses([1, 1, 2, 2, 3], [0, 3, 0, 3, 3])
    assert (prior, best, sure) == (0.4, 0.4, 0)
