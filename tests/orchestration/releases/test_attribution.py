"""Change attribution: every date role is traced, and time passing is a cause for the kinds that it changes alone."""

import datetime as dt
import re

import pytest

from exports.annexes import KINDS
from exports.annexes.model import DateRole
from exports.comparison.compare import CODE, TIME
from orchestration.releases import attribution
from orchestration.releases.attribution import ChangeAttribution

OLD, NEW = dt.date(2023, 12, 31), dt.date(2024, 12, 31)


def test_every_role_of_a_date_is_traced() -> None:
    made = {role for sql in (attribution._YEARS, *attribution._DIRECT.values()) for role in re.findall(r"'(\w+)'", sql)}
    assert made == set(DateRole)


@pytest.mark.parametrize("key", KINDS)
def test_a_delivery_is_a_cause_by_the_role_of_the_kind(key: str) -> None:
    kind = KINDS[key]
    trace = ChangeAttribution((NEW, NEW), other_code=False)
    for role in DateRole:
        trace.add(kind.sources[0], role, "44021", 2023, f"{role}.csv")
    trace.add("elsewhere", kind.date_role, "44021", 2023, "elsewhere.csv")
    assert trace.causes(kind, "44021", 2023) == [f"{kind.date_role}.csv"]


@pytest.mark.parametrize("key", KINDS)
def test_time_is_a_cause_for_kinds_that_change_with_it(key: str) -> None:
    kind = KINDS[key]
    causes = ChangeAttribution((OLD, NEW), other_code=True).causes
    assert causes(kind, "44021", 2024) == [*([TIME] if kind.changes_with_time else []), CODE]
    assert causes(kind, "44021", 2022) == [CODE]
    assert ChangeAttribution((NEW, NEW), other_code=False).causes(kind, "44021", 2024) == []
