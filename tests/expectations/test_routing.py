"""Great Expectations and the routing find the same rows: every supported expectation, with nulls and conditions."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from uuid import uuid4

import duckdb
import pytest

from expectations import suite
from expectations.contract import ContractError, Rule
from expectations.routing import SUPPORTED, broken
from expectations.suite import SuiteError
from orchestration.ingest.validation import IngestError, validate_batch
from orchestration.store.sql import literal, quote
from tests.support.deliveries import by_routing, one_column

TABLE = """
    create table batch (_id bigint, n integer, m integer, money decimal(12, 2), word varchar, day date, kind varchar);
    insert into batch values
        (1, 1,    5,    0.00,  'aap',    date '2020-02-29', 'A'),
        (2, 24,   24,   -0.01, 'noot''', date '2017-01-01', 'A'),
        (3, 25,   24,   0.01,  'MIES',   date '2016-12-31', 'B'),
        (4, null, 3,    null,  null,     null,              'B'),
        (5, 7,    null, 12.50, '',       date '2021-03-01', null),
        (6, null, null, null,  'é€',     null,              null);
"""


def rule(expect: str, only_if: tuple[str, str] | None = None, on_fail: str = "reject", **kwargs: object) -> Rule:
    return Rule("proef", on_fail, expect, kwargs, "live", only_if)


COLUMN = "expect_column_values_to_"
LENGTHS = "expect_column_value_lengths_to_be_between"
PAIR = "expect_column_pair_values_a_to_be_greater_than_b"
QUERY = "unexpected_rows_expectation"
BETWEEN = COLUMN + "be_between"
# (rule, ids of the rows that break it)
CASES: list[tuple[Rule, set[int]]] = [
    (rule(COLUMN + "not_be_null", column="n"), {4, 6}),
    (rule(COLUMN + "not_be_null", ("m", "given"), column="n"), {4}),
    (rule(COLUMN + "not_be_null", ("kind", "B"), column="n"), {4}),
    (rule(COLUMN + "be_null", column="money"), {1, 2, 3, 5}),
    (rule(COLUMN + "be_null", ("kind", "A"), column="money"), {1, 2}),
    (rule(COLUMN + "be_in_set", column="kind", value_set=["A", "C"]), {3, 4}),
    (rule(COLUMN + "be_in_set", column="word", value_set=["noot'"]), {1, 3, 5, 6}),
    (rule(COLUMN + "be_in_set", ("kind", "given"), column="word", value_set=["aap"]), {2, 3}),
    (rule(COLUMN + "not_be_in_set", column="n", value_set=[24, 25]), {2, 3}),
    (rule(COLUMN + "not_be_in_set", ("kind", "A"), column="money", value_set=[0]), {1}),
    (rule(BETWEEN, column="n", min_value=2, max_value=24), {1, 3}),
    (rule(BETWEEN, column="n", max_value=24), {3}),
    (rule(BETWEEN, column="n", min_value=24, strict_min=True), {1, 2, 5}),
    (rule(BETWEEN, column="n", max_value=25, strict_max=True), {3}),
    (rule(BETWEEN, ("kind", "A"), column="money", min_value=0, strict_min=True), {1, 2}),
    (rule(BETWEEN, column="day", min_value=dt.date(2017, 1, 1)), {3}),
    (rule(LENGTHS, column="word", min_value=1, max_value=4), {2, 5}),
    (rule(LENGTHS, ("kind", "A"), column="word", max_value=3), {2}),
    (rule(COLUMN + "match_regex", column="word", regex="a"), {2, 3, 5, 6}),
    (rule(COLUMN + "match_regex", ("kind", "B"), column="word", regex="^[A-Z]+$"), set()),
    (rule(COLUMN + "not_match_regex", column="word", regex="^(aap|.*')$"), {1, 2}),
    (rule(PAIR, column_A="m", column_B="n"), {2, 3}),
    (rule(PAIR, column_A="m", column_B="n", or_equal=True), {3}),
    (rule(PAIR, ("kind", "A"), column_A="m", column_B="n"), {2}),
    (rule(QUERY, unexpected_rows_query="select _id from {batch} where n > m or word = 'MIES';"), {3}),
    (rule(QUERY, on_fail="warn", unexpected_rows_query="select _id from {batch} where false"), set()),
]


@pytest.fixture
def database() -> Iterator[str]:
    name = f":memory:{uuid4().hex}"
    with duckdb.connect(name) as con:
        con.execute(TABLE)
        yield name


def routed(database: str, one: Rule) -> set[int]:
    with duckdb.connect(database) as con:
        return {i for (i,) in con.execute(f"select _id from batch where {broken(one, 'batch')}").fetchall()}


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{n}-{CASES[n][0].expect}")
def test_the_routing_finds_these_rows(number: int, database: str) -> None:
    one, expected = CASES[number]
    assert routed(database, one) == expected


@pytest.mark.slow
def test_great_expectations_counts_as_many_for_every_rule(database: str) -> None:
    counts = suite.validate(database, "batch", [one for one, _ in CASES])
    assert counts == [len(ids) for _, ids in CASES]


def test_every_supported_expectation_is_in_these_tests() -> None:
    assert {one.expect for one, _ in CASES} == set(SUPPORTED)


@pytest.mark.slow
def test_no_rule_finds_anything_in_a_table_of_missing_values_but_not_null(database: str) -> None:
    with duckdb.connect(database) as con:
        con.execute("delete from batch where _id <> 6; update batch set word = null")
    found = {one.expect for one, _ in CASES if routed(database, one)}
    assert found == {COLUMN + "not_be_null"}
    counts = suite.validate(database, "batch", [one for one, _ in CASES])
    assert {rule.expect for (rule, _), rows in zip(CASES, counts, strict=True) if rows} == found


@pytest.mark.slow
def test_a_result_of_great_expectations_holds_no_value(database: str) -> None:
    counts = suite.validate(database, "batch", [one for one, _ in CASES])
    assert all(type(rows) is int for rows in counts)


def test_an_unsupported_expectation_is_refused() -> None:
    with pytest.raises(KeyError):
        broken(rule("expect_column_values_to_be_unique", column="n"), "batch")


@pytest.mark.slow  # imports Great Expectations
def test_an_empty_suite_never_passes(database: str) -> None:
    with pytest.raises(SuiteError, match="an empty suite never passes"):
        suite.validate(database, "batch", [])


@pytest.mark.parametrize(
    "wrong",
    [
        rule(COLUMN + "be_in_set", column="bestaat_niet", value_set=["A"]),
        rule(COLUMN + "match_regex", column="word", regex="(["),
        rule(QUERY, unexpected_rows_query="select _id from {batch} where geen_kolom"),
    ],
)
@pytest.mark.slow  # imports Great Expectations
def test_a_rule_that_raises_is_never_a_pass_and_is_told_without_values(wrong: Rule, database: str) -> None:
    with pytest.raises(SuiteError, match=r"the rule 'proef' .* could not be validated") as error:
        suite.validate(database, "batch", [wrong, CASES[0][0]])
    assert "aap" not in str(error.value)


@pytest.mark.slow  # imports Great Expectations
def test_great_expectations_logs_nothing_since_it_quotes_the_database() -> None:
    suite._context()
    assert not logging.getLogger("great_expectations.execution_engine").isEnabledFor(logging.CRITICAL)


@pytest.mark.slow  # imports Great Expectations
def test_settings_that_great_expectations_does_not_take_are_told(database: str) -> None:
    with pytest.raises(ContractError, match="rule 'proef' is not accepted by Great Expectations"):
        suite.validate(database, "batch", [rule(BETWEEN, column="n", min_value=[1])])


@pytest.mark.slow
def test_a_database_stays_usable_after_great_expectations_read_it(database: str) -> None:
    suite.validate(database, "batch", [CASES[0][0]])
    with duckdb.connect(database) as con:
        assert con.execute("delete from batch returning _id").fetchall()


def test_names_and_texts_are_quoted() -> None:
    assert quote('a"b') == '"a""b"'
    assert literal("O'Neill") == "'O''Neill'"
    assert (literal(True), literal(3)) == ("true", "3")
    assert literal(dt.date(2017, 1, 1)) == "date '2017-01-01'"


# --- the guard: counts of two readings must agree -------------------------------------------------------------------

BATCH = """
    create table batch (_id bigint, _shape varchar, _repeat varchar, id__text varchar, x__unparsed varchar);
    insert into batch values
        (1, 'row', null, 'a', null), (2, 'row', null, 'b', 'fout'), (3, 'malformed', null, null, null),
        (4, 'withdrawal', null, 'd', 'telt niet'), (5, 'row', null, 'e', 'fout');
"""
UNREADABLE = Rule("invalid_x", "reject", COLUMN + "be_null", {"column": "x__unparsed"}, "live")
NO_ID = Rule("missing_id", "reject", COLUMN + "not_be_null", {"column": "id__text"}, "keyed")
NO_A = Rule("no_a", "warn", COLUMN + "not_be_in_set", {"column": "id__text", "value_set": ["a", "b"]}, "loaded")


def judged(validate: object) -> list[tuple[int, str, str]]:
    source = one_column("integer")
    object.__setattr__(source, "rules", (NO_ID, UNREADABLE, NO_A))
    name = f":memory:{uuid4().hex}"
    with duckdb.connect(name) as con:
        con.execute(BATCH)
        try:
            validate_batch(con, name, source, validate)  # type: ignore[arg-type]
        finally:
            rows = con.execute("select _id, rule, on_fail from broken order by all").fetchall()
        return rows


def test_each_rule_is_judged_on_the_rows_of_its_scope() -> None:
    """Row 2 is refused, so it is never warned about; row 3 is malformed; row 4 is withdrawn."""
    assert judged(by_routing) == [(1, "no_a", "warn"), (2, "invalid_x", "reject"), (5, "invalid_x", "reject")]


def test_the_guard_gives_great_expectations_the_same_rows() -> None:
    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        return suite.validate(database, table, rules)

    assert judged(validate) == judged(by_routing)


@pytest.mark.parametrize("difference", [-1, 1])
def test_counts_that_differ_stop_the_load(difference: int) -> None:
    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        return [n + difference for n in by_routing(database, table, rules)]

    with pytest.raises(IngestError, match=r"rule 'missing_id': Great Expectations found -?1 rows, the routing 0"):
        judged(validate)


def test_a_missing_count_stops_the_load() -> None:
    with pytest.raises(ValueError, match="shorter"):
        judged(lambda database, table, rules: by_routing(database, table, rules)[:-1])
