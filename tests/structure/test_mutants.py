"""What the mutants of tests/mutants name is there: places chosen by hand, tests, and those that may live."""

from collections.abc import Iterable

import pytest

from tests.mutants import python, python_text, rules_text, sql_text
from tests.mutants.handmade import PLACES, Place
from tests.mutants.mutant import PROJECT, Mutant, accepted, source


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


def made(mutants: Iterable[Mutant], text: str) -> set[str]:
    return {mutant.text(text) for mutant in mutants}


def test_mutants_of_sql_leave_jinja_words_and_comments_alone() -> None:
    text = "select {{ day('a.b', 2) }} from x -- a < b\n{% if not b and c %}left{% endif %}\nwhere a <= 'it'"
    assert made(sql_text.mutants("x.sql", text), text) == {
        text.replace("2", "3"),
        text.replace("2", "1"),
        text.replace("<=", "<"),
        text.replace("<=", ">"),
        text.replace("'it'", "'mutated'"),
        text.replace("a <= 'it'", "true"),
        text.replace("a <= 'it'", "false"),
    }


def test_a_condition_ends_where_the_next_one_begins() -> None:
    text = "where {{ f('a or b') }} in (1 or 2)\n    and b\norder by c"
    dropped = {mutant.text(text) for mutant in sql_text.mutants("x.sql", text) if mutant.new == "true"}
    assert "where true\n    and b\norder by c" in dropped
    assert "where {{ f('a or b') }} in (1 or 2)\n    and true\norder by c" in dropped


def test_mutants_of_rules_are_those_of_the_yaml_and_not_of_its_words() -> None:
    text = "  - name: a\n    on_fail: warn\n    max_value: 24\n    remedy: Max 24; de rij is geladen.\n"
    assert made(rules_text.of_yaml("x.yml", text), text) == {
        "",
        text.replace("max_value: 24", "max_value: 25"),
        text.replace("max_value: 24", "max_value: 23"),
        text.replace("warn", "reject").replace("geladen", "gelezen"),
    }


def test_mutants_of_python_leave_docstrings_and_hints_alone() -> None:
    text = 'def f(a: "x < y") -> int:\n    """a < b"""\n    if a < 1:\n        g(a)\n    return a\n'
    assert made(python_text.mutants("x.py", text), text) == {
        text.replace("a < 1", "a <= 1"),
        text.replace("a < 1", "a < 2"),
        text.replace("a < 1", "True"),
        text.replace("a < 1", "False"),
        text.replace("g(a)", "None"),
        text.replace("return a", "return None"),
    }
