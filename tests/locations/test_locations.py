"""What `python -m tests.locations` plays, all of it, and what its reading of the books calls at once."""

import contextlib
from pathlib import Path

import pytest

from tests.locations import __main__ as script
from tests.locations.books import Held

PARTS = 9
"""As many as the table of docs/spark.md has, at least."""


@pytest.mark.slow
@pytest.mark.nightly
def test_several_locations_and_machines(tmp_path: Path) -> None:
    with contextlib.closing(script.played(tmp_path, "")) as parts:
        came = {what: play() for what, play in parts}
    untried = [said for said in came.values() if str(said).startswith("not tried")]
    assert len(came) >= PARTS and all(came.values())
    if untried:
        pytest.skip("; ".join(untried))


@pytest.mark.parametrize(("begin", "end", "meet"), [(0, 2, True), (1, 2, True), (2, 3, False), (0, 1, False)])
def test_two_hold_a_place_at_once_when_their_times_meet(begin: int, end: int, meet: bool) -> None:
    one, other = Held("a", "letter", 1, 2), Held("b", "publication", begin, end)
    assert (one.meets(other), other.meets(one)) == (meet, meet)
