"""Perturbation tables and what they do to counts."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.disclosure.cell_key.change import most_change, shown_count, shown_mean
from exports.disclosure.cell_key.keys import RANGE, client_number, draws, secrets
from exports.disclosure.cell_key.table import PerturbationTable
from exports.disclosure.policy import PolicyError, load_policy
from tests.disclosure.tables import EVERYTHING, text_with

POLICY = load_policy()
TABLES = sorted(POLICY.perturbation.items())
SECRET = secrets(b"a pseudonym key of the tests").cells
COUNTS = st.integers(0, 5_000)
SUMS = st.integers(0, RANGE * 1_000)
tables = pytest.mark.parametrize("table", [table for _, table in TABLES], ids=[name for name, _ in TABLES])


@tables
@given(count=COUNTS, key_sum=SUMS)
def test_a_count_changes_by_two_at_most_and_zero_stays_zero(table: PerturbationTable, count: int, key_sum: int) -> None:
    shown = shown_count(count, key_sum, table, SECRET)
    assert shown >= 0
    assert abs(shown - count) <= table.most == 2
    assert shown in table.possible(count)
    assert count or shown == 0


@tables
@given(count=COUNTS, key_sum=SUMS)
def test_the_same_members_give_the_same_count(table: PerturbationTable, count: int, key_sum: int) -> None:
    same = shown_count(count, key_sum % RANGE, table, SECRET)
    assert shown_count(count, key_sum, table, SECRET) == same


@given(count=COUNTS, key_sum=SUMS)
def test_base_three_never_shows_a_count_of_1_or_2(count: int, key_sum: int) -> None:
    assert shown_count(count, key_sum, POLICY.perturbation["base_three"], SECRET) % 3 == 0


@tables
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 31, 1_000])
def test_counts_stay_the_same_on_average(table: PerturbationTable, count: int) -> None:
    many = 20_000
    shown = [shown_count(count, client_number(str(number), b"x"), table, SECRET) for number in range(many)]
    assert abs(sum(shown) / many - count) < 0.05


@tables
@given(count=COUNTS, key_sum=SUMS, times=st.sampled_from([12, 24]))
def test_where_a_person_counts_several_times_persons_are_changed(
    table: PerturbationTable, count: int, key_sum: int, times: int
) -> None:
    shown = shown_count(count, key_sum, table, SECRET, times)
    assert abs(shown - count) <= most_change(table, times)
    assert count or shown == 0
    assert shown >= 0


def test_the_part_of_a_person_cannot_be_read_from_what_is_shown() -> None:
    """Seven months of one person: any number of months beyond whole persons comes out."""
    table = POLICY.perturbation["within_two"]
    shown = {shown_count(7, client_number(str(number), b"x"), table, SECRET, 12) for number in range(2_000)}
    assert {months % 12 for months in shown} == set(range(12))


@tables
@given(halves=st.integers(0, 400), key_sum=SUMS)
def test_a_mean_is_shown_in_whole_persons(table: PerturbationTable, halves: int, key_sum: int) -> None:
    shown = shown_mean(halves, 2, key_sum, table, SECRET)
    assert abs(shown - Fraction(halves, 2)) <= Fraction(2 * table.most + 1, 2)
    assert halves or shown == 0


def test_draws_of_sums_that_are_close_have_nothing_to_do_with_each_other() -> None:
    found = [draws(number, SECRET)[0] for number in range(10_000)]
    mean = sum(found) / len(found)
    beside = sum((one - mean) * (other - mean) for one, other in pairwise(found)) / len(found)
    assert abs(mean - 0.5) < 0.01
    assert abs(beside) < 0.01 / 12 * 3
    assert 0 <= min(found) <= max(found) < 1


def test_keys_follow_from_the_pseudonym_key_alone_and_differ_by_use() -> None:
    one, other = secrets(b"one key of the project"), secrets(b"another key of the project")
    assert one == secrets(b"one key of the project")
    assert len({one.clients, one.cells, other.clients, other.cells, b"one key of the project"}) == 5
    assert client_number("a", one.clients) != client_number("b", one.clients)
    assert 0 <= client_number("a", one.clients) < RANGE


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("method: suppression", "method: rounding", "`method` must be"),
        (
            "method: suppression\ntable: within_two",
            "method: cell_key",
            "`table` must name a table under `perturbation`",
        ),
        ("table: within_two", "table: within_ten", ""),  # nothing reads it as long as the method is suppression
        ("    base: 3", "    base: 1", "`base` must be greater than or equal to 2"),
        ("    base: 3", "    base: 3\n    rows: {1: {0: 1.0}}", "give either `base` or `rows`"),
        ("{-1: 0.42,", "{-2: 0.42,", "must stay the same on average"),
        ("{-1: 0.42, 0: 0.28, 1: 0.18, 2: 0.12}", "{-2: 0.5, 2: 0.5}", "a count of 1 can't become -1"),
        ("0: 0.28, 1: 0.18", "0: 0.38, 1: 0.18", "the shares of a count of 1 must add up to 1"),
        ("      1: {-1:", "      3: {-1:", "the first row is that of a count of 1"),
    ],
)
def test_mistakes_in_method_and_tables_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = text_with(EVERYTHING)
    assert text.count(old) == 1
    path = tmp_path / "policy.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    if not message:
        assert load_policy(path).changes_by is None
        return
    with pytest.raises(PolicyError, match=message):
        load_policy(path)


def test_exceptions_do_not_go_with_cell_keys(tmp_path: Path) -> None:
    text = text_with(EVERYTHING).replace("method: suppression", "method: cell_key")
    path = tmp_path / "policy.yml"
    path.write_text(text, encoding="utf-8")
    changes_by = load_policy(path).changes_by
    assert changes_by == POLICY.perturbation["within_two"]
    path.write_text(
        text.replace("exceptions: []", "exceptions:\n  - {population: started, reason: x}"), encoding="utf-8"
    )
    with pytest.raises(PolicyError, match="can't have exceptions"):
        load_policy(path)
