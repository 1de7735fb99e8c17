"""The ledger remembers every delivery, in order, and is replaced whole."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest import ledger
from orchestration.ingest.ledger import COLUMNS, Entry, Reason

ENTRY = Entry(
    delivery_id="trajecten_2024-01-31_0123",
    file_name="trajecten_2024-01-31.csv",
    source="trajecten",
    delivered_on=dt.date(2024, 1, 31),
    status="accepted",
    message="unknown column(s) ignored: opmerking",
    sha256="0123",
    suite_version="v1",
    run_id="r1",
    loaded_at=dt.datetime(2024, 2, 1, 12, 0, 0, 123456),
    rows_read=5,
    rows_accepted=3,
    rows_quarantined=2,
    rows_warned=1,
    reasons=(Reason("duplicate_row", "reject", 2), Reason("over_24_months", "warn", 1)),
    message_nl="onbekende kolom(men) genegeerd: opmerking",
)


def test_no_file_is_an_empty_ledger(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "nergens.parquet") == []


def test_an_empty_ledger_is_a_typed_table_for_the_models(tmp_path: Path) -> None:
    ledger.append(tmp_path / "ledger" / "l.parquet", [])
    with duckdb.connect() as con:
        described = con.execute(f"describe from '{tmp_path / 'ledger' / 'l.parquet'}'").fetchall()
    names = {name: kind.lower() for name, kind, *_ in described}
    assert list(names) == list(COLUMNS)
    assert names["reasons"] == 'struct("rule" varchar, on_fail varchar, "rows" integer)[]'
    assert ledger.read(tmp_path / "ledger" / "l.parquet") == []


def test_what_was_entered_is_read_back_exactly(tmp_path: Path) -> None:
    refused = replace(ENTRY, status="rejected", message='lacks "een"; twee', reasons=(), rows_read=0)
    ledger.append(tmp_path / "map" / "l.parquet", [ENTRY, replace(refused, loaded_at=dt.datetime(2024, 2, 2))])
    assert ledger.read(tmp_path / "map" / "l.parquet") == [ENTRY, replace(refused, loaded_at=dt.datetime(2024, 2, 2))]


def test_a_ledger_of_before_the_dutch_messages_is_read_and_completed(tmp_path: Path) -> None:
    path = tmp_path / "ledger" / "l.parquet"
    ledger.append(path, [ENTRY])
    with duckdb.connect() as con:
        con.execute(f"create table l as select * exclude (message_nl) from '{path}'; copy l to '{path}'")
    assert not ledger.is_current(path)
    older = replace(ENTRY, message_nl="")
    assert ledger.read(path) == [older]
    ledger.append(path, [replace(ENTRY, file_name="z")])
    assert ledger.is_current(path) and ledger.read(path) == [older, replace(ENTRY, file_name="z")]


def test_entries_stay_and_come_in_the_order_in_which_deliveries_count(tmp_path: Path) -> None:
    path = tmp_path / "ledger" / "l.parquet"
    for name, day in (("b", 31), ("a", 31), ("c", 1), ("B", 31)):
        ledger.append(path, [replace(ENTRY, file_name=name, delivered_on=dt.date(2024, 1, day))])
    assert [e.file_name for e in ledger.read(path)] == ["c", "B", "a", "b"]


def test_what_is_added_last_was_loaded_last_also_when_the_clock_was_set_back(tmp_path: Path) -> None:
    """The quality report is on the newest run, and a file counts by its newest outcome."""
    path = tmp_path / "l.parquet"
    refused = replace(ENTRY, status="rejected", run_id="run-1", loaded_at=dt.datetime(2024, 2, 1))
    accepted = replace(ENTRY, run_id="run-2", loaded_at=dt.datetime(2024, 1, 30))
    ledger.append(path, [refused])
    ledger.append(path, [accepted])
    assert max(ledger.read(path), key=lambda e: e.loaded_at).run_id == "run-2"
    assert [e.status for e in ledger.once(ledger.read(path))] == ["accepted"]


def test_a_write_that_fails_leaves_the_ledger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger" / "l.parquet"
    ledger.append(path, [ENTRY])
    before = path.read_bytes()

    def fail(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        ledger.append(path, [replace(ENTRY, file_name="x")])
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == [path.with_name("chain.jsonl"), path]


def test_the_default_as_of_is_the_newest_accepted_day() -> None:
    later = replace(ENTRY, delivered_on=dt.date(2024, 3, 1))
    assert ledger.newest_accepted([later, ENTRY]) == dt.date(2024, 3, 1)
    assert ledger.newest_accepted([replace(later, status="rejected"), ENTRY]) == dt.date(2024, 1, 31)
    assert ledger.newest_accepted([]) is None


def test_a_file_that_was_refused_counts_by_its_newest_outcome() -> None:
    first = replace(ENTRY, status="rejected")
    second = replace(first, loaded_at=first.loaded_at + dt.timedelta(days=1), message="still not")
    mended = replace(ENTRY, loaded_at=first.loaded_at + dt.timedelta(days=2))
    other = replace(first, file_name="another.csv")
    assert ledger.once([second, first, other]) == [second, other]
    assert ledger.once([first, mended]) == [mended]
    assert ledger.once([ENTRY, second]) == [ENTRY, second]


def test_a_delivery_exists_from_its_own_day_on() -> None:
    refused, later = replace(ENTRY, status="rejected"), replace(ENTRY, delivered_on=dt.date(2024, 2, 1))
    assert ledger.accepted_until([ENTRY, refused, later], dt.date(2024, 1, 31)) == [ENTRY]
    assert ledger.accepted_until([ENTRY, refused, later], dt.date(2024, 1, 30)) == []
