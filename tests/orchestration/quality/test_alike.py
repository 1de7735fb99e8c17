"""Cases that are alike are counted together: the same numbers as those of the cases one by one."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import duckdb
import pytest

from expectations import contract
from orchestration.ingest.workspace import Workspace
from orchestration.quality import alike, cases, counts, current_rules, listing
from orchestration.quality.cases import OPEN, QUARANTINED, WARNED, Case
from orchestration.quality.review_log import record
from orchestration.store.errors import WrongChoiceError
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from tests.conftest import Finished
from tests.support.deliveries import INSZ, load, write

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
LONG = "2020-01-01 | 2022-12-31 | UITGEVOERD"


def without_row(found: Iterable[Case]) -> Counter[Case]:
    """Case without its number, values and other row -> how many there are."""
    numbers: Counter[Case] = Counter()
    for case in found:
        plain = replace(case, row_number=0, values={}, fields=None, other_key=None, other_nis_code=None)
        numbers[replace(plain, has_other=False, count=1)] += case.count
    return numbers


@pytest.mark.slow
def test_there_are_as_many_as_one_by_one(finished: Finished) -> None:
    one_by_one = current_rules.marked(finished.data, cases.read(finished.data))
    together = alike.read(finished.data, by_current_rules=True)
    assert len(together) < len(one_by_one) == sum(case.count for case in together)
    assert without_row(together) == without_row(one_by_one)
    assert {case.row_number for case in together} == {0} and not any(case.values or case.fields for case in together)
    files = {case.file_name for case in one_by_one}
    assert counts.per_source(together, files) == counts.per_source(one_by_one, files)
    for choice in (listing.CaseFilter(), listing.CaseFilter(everything=True), listing.CaseFilter(files=True)):
        who = listing.recipients(finished.data)
        assert listing.text(together, choice, who) == listing.text(one_by_one, choice, who)


@pytest.fixture
def warned(data: DataFolder) -> DataFolder:
    """Rows that are warned about, of which one is reviewed, and one by the warehouse as well."""
    rows = "\n".join(f"T{n} | {INSZ[n]} | 11001 | {LONG}" for n in range(4))
    load(data, write(data.inbox, "trajecten_2024-01-31.csv", f"{HEAD}\n{rows}\nT9 | {INSZ[0]} | 11001 | nooit | |"))
    file = "trajecten_2024-01-31.csv"
    record(data, {(file, 3, "over_24_months"): "klopt"}, "iemand", dt.datetime(2024, 2, 1))
    with duckdb.connect() as con:
        con.execute(
            "create table found as select 'trajecten' as source, $file as file_name, unnest(['T0', 'T1']) as row_key, "
            "'overlapping_trajectory' as rule, 'warn' as on_fail, 'T9' as other_key",
            {"file": file},
        )
        con.execute(f"copy found to '{data.warehouse_findings}' (format parquet)")
    return data


@pytest.mark.slow
def test_a_row_counts_once_per_ocmw_though_it_is_two_cases(warned: DataFolder) -> None:
    together = alike.read(warned)
    assert without_row(together) == without_row(cases.read(warned))
    found = [case for case in together if case.rules == ("overlapping_trajectory",)]
    # Of the row that was reviewed the finding of the warehouse is the only open case.
    assert [(case.status, case.has_other, case.count) for case in found] == [(OPEN, True, 1), (OPEN, False, 1)]
    for choice, expected in ((listing.CaseFilter(), 4), (listing.CaseFilter(rule="overlapping_trajectory"), 2)):
        by = listing.by_ocmw(
            Workspace(Settings(data=warned.root), dt.date(2024, 6, 1)),
            listing.chosen(warned, choice),
            listing.recipients(warned),
            choice,
        )
        assert [line.warned for line in by.lines] == [expected]
    still = [case for case in cases.read(warned) if case.status == OPEN]
    assert len({case.row for case in still if case.outcome == WARNED}) == 4
    assert sum(case.outcome == QUARANTINED for case in still) == 1


@pytest.mark.slow
def test_what_todays_rules_say_is_kept_apart(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    now = contract.load("klantprofielen")
    former = replace(
        now,
        version="former",
        rules=tuple(
            replace(r, kwargs={**r.kwargs, "min_value": 20})
            if r.name == "invalid_leeftijd" and "min_value" in r.kwargs
            else r
            for r in now.rules
        ),
    )
    with monkeypatch.context() as patch:
        patch.setattr(contract, "load", lambda name, *_: former)
        rows = "T1 | 19 | V\nT2 | 19 | V\nT3 | 14 | V\nT4 | 19 | Q"
        load(data, write(data.inbox, "klantprofielen_2024-01-31.csv", f"traject_id | leeftijd | geslacht\n{rows}"))
    together = alike.read(data, by_current_rules=True)
    assert without_row(together) == without_row(current_rules.marked(data, cases.read(data)))
    assert sorted((case.rules, case.gone, case.count) for case in together) == [
        (("invalid_geslacht", "invalid_leeftijd"), ("invalid_leeftijd",), 1),
        (("invalid_leeftijd",), (), 1),
        (("invalid_leeftijd",), ("invalid_leeftijd",), 2),
    ]
    assert {case.gone for case in alike.read(data)} == {()}


def test_an_unknown_source_is_refused(data: DataFolder) -> None:
    with pytest.raises(WrongChoiceError, match="there is no source 'trajekten'"):
        alike.read(data, "trajekten")
