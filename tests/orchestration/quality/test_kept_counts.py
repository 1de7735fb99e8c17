"""Counts that are kept from one run to the next are those that counting anew gives, and nothing is counted twice."""

import datetime as dt
from dataclasses import replace

import duckdb
import pytest

from expectations import contract
from orchestration.quality import alike, kept_counts
from orchestration.quality.kept_counts import KeptCounts
from orchestration.quality.recipients import Recipients
from orchestration.quality.review_log import record
from orchestration.quality.senders import rows_by_ocmw
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, load, rows_of, write

pytestmark = pytest.mark.slow  # every test loads deliveries

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
PROFILES = "traject_id | leeftijd"
NEVER, DAY = dt.date(2030, 1, 1), dt.date(2025, 6, 1)


@pytest.fixture
def delivered(data: DataFolder) -> DataFolder:
    rows = f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | 2022-12-31 | UITGEVOERD\nT2 | {INSZ[1]} | 44021 | ooit | |"
    load(data, write(data.inbox, "trajecten_2024-01-31.csv", f"{HEAD}\n{rows}"))
    load(data, write(data.inbox, "klantprofielen_2024-02-01.csv", f"{PROFILES}\nT1 | 7"))
    return data


def cases_anew(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts cases with what is kept, holds them against all counted anew; returns the sources that were counted."""
    looked_at: list[str] = []
    of_source = alike._of_source

    def noted(con: duckdb.DuckDBPyConnection, data: DataFolder, source: contract.SourceContract, now: bool):
        looked_at.append(source.source)
        return of_source(con, data, source, now)

    kept = KeptCounts(data)
    with monkeypatch.context() as patch:
        patch.setattr(alike, "_of_source", noted)
        found = alike.counted(data, kept)
    kept.save()
    nothing = {"why": None, "reviewed_by": None, "reviewed_at": None}
    assert found == [replace(case, **nothing) for case in alike.read(data)]
    return looked_at


def lines_anew(data: DataFolder, monkeypatch: pytest.MonkeyPatch, as_of: dt.date = NEVER) -> list[str]:
    """As `cases_anew`, of rows per OCMW."""
    looked_at: list[str] = []
    add = rows_by_ocmw._add

    def noted(con: duckdb.DuckDBPyConnection, data: DataFolder, source: contract.SourceContract) -> None:
        looked_at.append(source.source)
        add(con, data, source)

    with monkeypatch.context() as patch:
        patch.setattr(rows_by_ocmw, "_add", noted)
        number = rows_by_ocmw.write(data, data.rows_by_ocmw, as_of, DAY)
    with duckdb.connect() as con:
        rows_by_ocmw.create(con, data, as_of, Recipients(DAY))
        cursor = con.execute("from rows_by_ocmw order by all")
        names = [name for name, *_ in cursor.description or []]
        expected = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found = rows_of(data.rows_by_ocmw)
    assert found == expected and number == len(found)
    return looked_at


def test_a_delivery_has_its_own_source_counted_alone(delivered: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    data, every = delivered, sorted(contract.sources())
    for anew in (cases_anew, lines_anew):
        assert sorted(anew(data, monkeypatch)) == every
        assert anew(data, monkeypatch) == []
    load(data, write(data.inbox, "klantprofielen_2024-03-01.csv", f"{PROFILES}\nT1 | 30\nT2 | 9"))
    for anew in (cases_anew, lines_anew):
        assert anew(data, monkeypatch) == ["klantprofielen"]
    # Trajectories say which OCMW the rows of every other source are of.
    load(data, write(data.inbox, "trajecten_2024-03-02.csv", f"{HEAD}\nT2 | {INSZ[1]} | 44021 | 2024-01-01 | |"))
    for anew in (cases_anew, lines_anew):
        assert sorted(anew(data, monkeypatch)) == every


def test_what_was_decided_found_or_erased_is_counted_anew(
    delivered: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = delivered
    cases_anew(data, monkeypatch), lines_anew(data, monkeypatch)
    record(data, {("trajecten_2024-01-31.csv", 2, "over_24_months"): "klopt"}, "iemand", dt.datetime(2024, 2, 1))
    assert cases_anew(data, monkeypatch) == ["trajecten"]
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'trajecten' as source, 'trajecten_2024-01-31.csv' as file_name, 'T1' as row_key, "
            f"'overlapping_trajectory' as rule, 'warn' as on_fail, 'T9' as other_key) to '{data.warehouse_findings}' "
            "(format parquet)"
        )
    assert cases_anew(data, monkeypatch) != []
    (file,) = (data.quarantine / "klantprofielen").glob("*.parquet")
    with duckdb.connect() as con:  # as an erasure does: the same file with other rows
        con.execute(f"copy (from '{file}' where false) to '{file}.next' (format parquet)")
    file.with_name(f"{file.name}.next").replace(file)
    assert cases_anew(data, monkeypatch) == lines_anew(data, monkeypatch) == ["klantprofielen"]


def test_another_stand_and_other_code_are_counted_anew(delivered: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    data, every = delivered, sorted(contract.sources())
    lines_anew(data, monkeypatch)
    assert lines_anew(data, monkeypatch, dt.date(2024, 1, 31)) == ["klantprofielen"]  # which did not exist then
    assert lines_anew(data, monkeypatch) == ["klantprofielen"]
    with monkeypatch.context() as patch:
        patch.setattr(kept_counts, "counts_digest", lambda: "other code")
        assert sorted(lines_anew(data, patch)) == every
        patch.setattr(duckdb, "__version__", "another")
        assert sorted(lines_anew(data, patch)) == every
        patch.setattr(kept_counts, "digest", lambda path: "other municipalities")
        assert sorted(lines_anew(data, patch)) == every
        load_contract = contract.load
        patch.setattr(contract, "load", lambda name, *more: replace(load_contract(name, *more), version="other rules"))
        assert sorted(lines_anew(data, patch)) == every
    rows_by_ocmw.write(data, data.rows_by_ocmw, NEVER, DAY)
    assert lines_anew(data, monkeypatch) == []
    rows_by_ocmw.write(data, data.rows_by_ocmw, NEVER, dt.date(2018, 1, 1))  # other municipalities than those of DAY
    assert sorted(lines_anew(data, monkeypatch)) == every


@pytest.mark.parametrize("damage", [b"", b"[1]", b'{"cases of trajecten": 3}', b'{"rows of trajecten": ["x"]}'])
def test_a_damaged_file_is_counted_anew(damage: bytes, delivered: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered.kept_counts.parent.mkdir(parents=True, exist_ok=True)
    delivered.kept_counts.write_bytes(damage)
    for anew in (cases_anew, lines_anew):
        assert len(anew(delivered, monkeypatch)) == len(contract.sources())
        assert anew(delivered, monkeypatch) == []
