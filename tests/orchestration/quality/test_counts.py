"""Counts of cases: each status under its own field, added over sources, and carried through a run as one object."""

import datetime as dt
import json

import pytest

from expectations import contract
from orchestration.quality import counts
from orchestration.quality.cases import CLOSED, OPEN, QUARANTINED, REPEATED, RESOLVED, REVIEWED, WARNED, Case
from orchestration.quality.counts import RowCounts

DAY = dt.date(2024, 1, 31)
FILE = "trajecten_2024-02-29.csv"
"""The delivery of the run."""


def case(status: str, outcome: str = QUARANTINED, rule: str = "invalid_startdatum", by: str | None = None) -> Case:
    return Case("trajecten", "old.csv", DAY, 2, outcome, (rule,), status, DAY, by, True, None, {}, None)


WAREHOUSE_RULE = next(iter(contract.warehouse_texts()))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (case(OPEN), RowCounts(quarantined=1, since=DAY)),
        (case(OPEN, WARNED), RowCounts(warned=1, since=DAY)),
        (case(OPEN, WARNED, WAREHOUSE_RULE), RowCounts(found=1, since=DAY)),
        (case(REVIEWED, WARNED), RowCounts(reviewed=1)),
        (case(CLOSED), RowCounts(closed=1)),
        (case(REPEATED), RowCounts()),
        (case(RESOLVED, by=FILE), RowCounts(resolved=1)),
        (case(RESOLVED, by="of_another_run.csv"), RowCounts()),
        (case(RESOLVED, by="old.csv"), RowCounts()),  # a literal repeat, resolved by its own file
    ],
)
def test_a_case_counts_under_one_field(one: Case, expected: RowCounts) -> None:
    assert counts.per_source([one], {FILE, "old.csv"}) == {"trajecten": expected}


def test_counts_add_up_and_keep_the_oldest_day() -> None:
    later = DAY + dt.timedelta(days=1)
    both = counts.total({"a": RowCounts(1, 2, 3, since=later), "b": RowCounts(10, reviewed=4, since=DAY)})
    assert both == RowCounts(11, 2, 3, reviewed=4, since=DAY)
    assert (both.open, counts.total({}), RowCounts(since=DAY) + RowCounts()) == (16, RowCounts(), RowCounts(since=DAY))


@pytest.mark.parametrize("given", [RowCounts(), RowCounts(1, 2, 3, 4, 5, 6, DAY)])
def test_counts_come_back_from_json(given: RowCounts) -> None:
    assert RowCounts.from_json(json.loads(json.dumps(given.to_json()))) == given


def test_every_number_has_a_label_of_its_own() -> None:
    assert list(RowCounts(1, 2, 3, 4, 5, 6, DAY).labelled().values()) == [1, 2, 3, 4, 5, 6]
