"""What is judged by Great Expectations, and what by the routing alone since both agreed on such rows before."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from expectations import agreement, contract, routing
from expectations.agreement import AgreedValidation
from expectations.contract import Rule
from orchestration.ingest import ledger, validation
from orchestration.ingest.load import load_source
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, KEY, delivery, write

SOURCE = contract.load("transmissies")
BETWEEN = "expect_column_values_to_be_between"
RULES = (
    Rule("small", "reject", BETWEEN, {"column": "n", "min_value": 0}, "live", ("kind", "A")),
    Rule(
        "odd",
        "warn",
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "select _id from {batch} where n = 7"},
        "live",
    ),
)
SOUND, BROKEN, OTHER_KIND, MISSING = "(1, 'A')", "(-1, 'A')", "(1, 'B')", "(null, 'A')"
NO_KIND, ODD, ON_THE_BOUND = "(1, null)", "(7, 'A')", "(0, 'A')"


@dataclass
class Suite:
    """Counts as Great Expectations would, by the routing; `off` is by how much it counts otherwise."""

    asked: list[str] = field(default_factory=list)
    off: int = 0

    def __call__(self, database: str, table: str, rules: Sequence[Rule]) -> Sequence[int]:
        self.asked.append(table)
        return [count + self.off for count in validation.by_routing(database, table, rules)]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Any]:
    """judged(*rows) -> whether Great Expectations was asked, by an object of its own each time."""
    suite = Suite()
    path = tmp_path / "agreed.json"

    def judge(*rows: str, by: Suite = suite, source: contract.SourceContract = SOURCE) -> bool:
        validate = AgreedValidation(path, source, by)
        before = len(by.asked)
        database = f":memory:{uuid4().hex}"
        with duckdb.connect(database) as con:
            values = ", ".join(f"({number}, {row[1:-1]})" for number, row in enumerate(rows))
            con.execute(f"create table live as from (values {values}) as t(_id, n, kind)")
            counts = validate(database, "live", RULES)
            assert list(counts) == [count + by.off for count in validation.by_routing(database, "live", RULES)]
        said, asked = validate.judged_by(), len(by.asked) > before
        assert said.startswith("great_expectations " if asked else "routing (as great_expectations ")
        assert validate.judged_by() == ""
        validate.save()
        return asked

    yield judge


def test_rows_of_known_kinds_are_judged_by_the_routing_alone(judged: Any) -> None:
    assert judged(SOUND, BROKEN)
    for rows in ((SOUND,), (BROKEN,), (BROKEN, SOUND, SOUND)):
        assert not judged(*rows)


@pytest.mark.parametrize("new", [BROKEN, OTHER_KIND, MISSING, NO_KIND, ODD, ON_THE_BOUND])
def test_a_row_of_a_new_kind_for_any_rule_is_judged_by_great_expectations_once(judged: Any, new: str) -> None:
    assert judged(SOUND)
    assert judged(SOUND, new)
    assert not judged(new, SOUND) and not judged(SOUND)


def test_a_query_that_names_a_row_twice_is_not_left_to_the_routing(
    judged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Great Expectations counts what a query returns, and the routing whom it names."""
    twice = "select a._id from {batch} as a join {batch} as b on a.n = b.n where a.n = 7"
    odd = replace(RULES[1], kwargs={"unexpected_rows_query": twice})
    monkeypatch.setattr(sys.modules[__name__], "RULES", (RULES[0], odd))
    assert judged(ODD, SOUND) and not judged(ODD, SOUND)
    assert judged(ODD, ODD) and judged(ODD, ODD)


def test_the_kinds_of_every_rule_fit_in_a_number() -> None:
    rules = [rule for name in contract.sources() for rule in contract.load(name).rules]
    assert max(len(routing.on_a_bound(rule)) + len(list(agreement._columns(rule))) for rule in rules) <= 4


def test_a_large_batch_always_is(judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "MOST_ROWS", 2)
    assert judged(SOUND, SOUND) and not judged(SOUND, SOUND)
    assert judged(SOUND, SOUND, SOUND)


def test_another_suite_code_or_version_and_another_source_know_nothing(
    judged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged(SOUND) and not judged(SOUND)
    assert judged(SOUND, source=replace(SOURCE, version="another"))
    assert judged(SOUND), "what was agreed on under another suite is forgotten"
    assert judged(SOUND, source=contract.load("screenings"))
    assert not judged(SOUND), "that of another source is not"
    for name in ("CODE", "LIBRARIES"):
        with monkeypatch.context() as patch:
            patch.setattr(agreement, name, getattr(agreement, name)[:1])
            assert judged(SOUND)


def test_what_was_not_agreed_on_is_not_remembered(judged: Any) -> None:
    assert judged(SOUND, by=Suite(off=1))
    assert judged(SOUND) and not judged(SOUND)


@pytest.mark.parametrize("damage", ["{", "[]"])
def test_a_damaged_file_is_as_none(judged: Any, tmp_path: Path, damage: str) -> None:
    assert judged(SOUND)
    (tmp_path / "agreed.json").write_text(damage)
    assert judged(SOUND) and not judged(SOUND)


def test_the_ledger_says_what_judged_each_delivery_and_its_rows_are_the_same(data: DataFolder) -> None:
    """Three loads: the first, one of rows of the same kinds, and one with a new kind."""
    header = "transmissie_id | klant_id | transmissiedatum | verwijderd"
    suite, said = Suite(), []
    for number, day in enumerate(("2024-01-02", "2024-01-03", "2024-13-01"), 1):
        path = write(data.inbox, f"transmissies_2024-01-0{number}.csv", f"{header}\nX{number} | {INSZ[0]} | {day} |\n")
        validate = AgreedValidation(data.agreed, SOURCE, suite)
        done = load_source(data, SOURCE, [delivery(path)], KEY, f"run-{number}", validate)
        validate.save()
        said.append(done.entries[0].judged_by.split()[0])
        assert done.entries[0].rows_quarantined == (number == 3)
    assert said == ["great_expectations", "routing", "great_expectations"]
    assert [entry.judged_by.split()[0] for entry in ledger.read(data.ledger)] == said
    assert len(list((data.lake / "transmissies").iterdir())) == 3
