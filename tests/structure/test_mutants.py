"""What the mutants of tests/mutants name is there: places chosen by hand, tests, and those that may live."""

import pytest

from tests.mutants import python
from tests.mutants.handmade import PLACES, Place
from tests.mutants.mutant import PROJECT, accepted, source


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.file}: {place.old}")
def test_a_place_can_be_tried(place: Place) -> None:
    renew = "give the place in tests/mutants/handmade.py its new text, or take it out with what it guarded"
    assert (PROJECT / place.file).is_file(), f"{place.file} is gone: {renew}"
    assert place.old in source(place.file), f"{place.file} no longer holds {place.old!r}: {renew}"
    assert place.old != place.new
    gone = [test for test in place.test.split() if not (PROJECT / test).is_file()]
    assert not gone, f"{' and '.join(gone)} is gone: {renew}"


def test_modules_and_their_tests_are_there() -> None:
    files = [*python.MODULES, *(test for file in python.MODULES for test in python.tests_of(file))]
    assert [file for file in files if not (PROJECT / file).is_file()] == []


def test_what_may_live_still_stands_there() -> None:
    """A line that changed has to be judged anew: take it out of accepted.yml, and run `make mutants`."""
    found = accepted()
    texts = {file: " ".join(source(file).split()) for file, _, _ in found}
    assert [(file, was) for file, was, _ in found if was not in texts[file]] == []
    assert all(len(why) > 10 for why in found.values())
