"""The whole pipeline against the oracle: every figure at every date, over deliveries with everything wrong in them."""

import datetime as dt
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration import runner
from orchestration.runner import RunRequest
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from tests.conftest import Finished, finished_run
from tests.hostile import write_inbox
from tests.oracle import Ledger, deliver, marts
from tests.support.compare import assert_door_equals, assert_publication_equals, read_table
from tests.support.deliveries import KEY

pytestmark = pytest.mark.slow
# One small question: the figures are compared in the publication, the annexes have their own tests.
QUESTION = ("twe-2018",)


def publish(settings: Settings, as_of: dt.date | None = None, geography_date: dt.date | None = None) -> Publication:
    """Runs the pipeline in this process and returns the publication for these dates."""
    report = runner.run(settings, RunRequest(QUESTION, as_of, geography_date, annexes=False))
    assert not report.problems
    return report.publications[0]


# --- one run --------------------------------------------------------------------------------------------------------


def test_the_door_takes_in_what_the_oracle_takes_in(finished: Finished) -> None:
    assert_door_equals(finished.data.root, finished.ledger)


def test_every_published_figure_is_the_oracles(finished: Finished) -> None:
    assert_publication_equals(finished.data.current, marts(finished.ledger))


def test_the_inbox_was_hostile_enough_to_prove_something(finished: Finished) -> None:
    """Every mart has figures, and the deliveries broke most rules there are."""
    tables = marts(finished.ledger)
    assert all(len(rows) > 10 for name, rows in tables.items() if name.startswith("mart_"))
    assert {rule for each in finished.ledger.accepted for rule, _ in each.reasons} >= {
        "malformed_row",
        "duplicate_row",
        "conflicting_key",
        "invalid_klant_id",
        "end_before_start",
        "over_24_months",
    }


def test_every_row_read_is_accepted_or_quarantined(finished: Finished) -> None:
    rows = read_table(finished.data.current / "deliveries.parquet")
    assert sum(row["rows_read"] for row in rows) > 1000
    assert all(row["rows_read"] == row["rows_accepted"] + row["rows_quarantined"] for row in rows)


def test_the_quarantine_holds_every_row_that_is_not_in_the_lake(finished: Finished) -> None:
    found = {
        (path.parent.name, path.stem, row["row_number"]): set(row["rules"])
        for path in finished.data.quarantine.glob("*/*.parquet")
        for row in read_table(path)
        if row["outcome"] == "quarantined"
    }
    expected = {
        (each.source, f"{each.file_name.rsplit('.', 1)[0]}_{each.sha256[:12]}", number): set(rules)
        for each in finished.ledger.accepted
        for number, rules in each.quarantined.items()
    }
    assert found == expected


def test_refused_files_are_a_failure_and_the_rest_is_done(finished: Finished) -> None:
    ended = finished.ended
    assert ended.code == 1, ended.err
    assert ended.err == ""
    for name in finished.inbox.refused.values():
        assert f"rejected        {name}: " in ended.out
    for name in finished.inbox.misnamed:
        assert f"not a delivery  {name}: " in ended.out
    assert "PROBLEM" not in ended.out
    named = [line for line in ended.out.splitlines() if "/bijlage_" in line]
    assert len(list(finished.data.annexes.glob("*/bijlage_*.xlsx"))) == len(named) > 5


def test_the_marts_are_also_tables_of_a_database(finished: Finished) -> None:
    import duckdb

    with duckdb.connect(str(finished.data.current / publication.DATABASE), read_only=True) as con:
        for path in finished.data.current.glob("*.parquet"):
            for name in (path.stem, f"marts.{path.stem}"):
                (same,) = con.execute(f"select count(*) = (select count(*) from '{path}') from {name}").fetchall()[0]
                assert same, name
            assert con.execute(f"(from {path.stem} except all from '{path}')").fetchall() == []


def test_an_earlier_stand_with_its_own_municipalities(finished: Finished) -> None:
    day = dt.date(2023, 6, 30)
    made = publish(finished.settings, day)
    assert_publication_equals(made.path, marts(finished.ledger, day))
    assert made.geography_date == day


@pytest.mark.nightly
def test_the_municipalities_of_2018_leave_what_is_newer_unallocated(finished: Finished) -> None:
    as_of, geography = dt.date(2025, 12, 31), dt.date(2018, 12, 31)
    made = publish(finished.settings, as_of, geography)
    expected = marts(finished.ledger, as_of, geography)
    assert "99999" in {row["nis_code"] for row in expected["mart_started_duration"]}
    assert len(expected["municipalities"]) == 308 + 1
    assert_publication_equals(made.path, expected)


def test_another_stand_leaves_the_current_publication_alone(finished: Finished) -> None:
    before = finished.data.current.resolve()
    publish(finished.settings, dt.date(2023, 6, 30))
    assert finished.data.current.resolve() == before
    assert_publication_equals(finished.data.current, marts(finished.ledger))


# --- two runs -------------------------------------------------------------------------------------------------------

OLD, OLD_GEOGRAPHY = dt.date(2021, 3, 31), dt.date(2024, 1, 1)


@dataclass(frozen=True)
class Followed:
    """A copy of the finished run, as it is and after an inbox that corrects, withdraws and repeats what it loaded."""

    settings: Settings
    after_first: Ledger
    after_second: Ledger
    old_first: Path
    old_second: Path


@pytest.fixture(scope="module")
def followed(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    folder = tmp_path_factory.mktemp("followed")
    data = shutil.copytree(finished.data.root, folder / "data", symlinks=True)
    made = publish(finished.settings.model_copy(update={"data": data}), OLD, OLD_GEOGRAPHY)
    old_first = made.path.rename(folder / "old-first")  # away, so that it must be made again
    after = {"after": finished.inbox, "first": dt.date(2026, 3, 1), "last": dt.date(2026, 8, 31), "deliveries": 14}
    inbox = write_inbox(folder / "later", seed=4, **after)
    later = Settings(data=data, inbox=inbox.folder, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    report = runner.run(later, RunRequest(QUESTION, annexes=False))
    assert not report.problems
    first = deliver(finished.inbox.paths, KEY)
    second = deliver(inbox.paths, KEY, deliver(finished.inbox.paths, KEY))
    old_second = publish(later, OLD, OLD_GEOGRAPHY).path
    return Followed(later, first, second, old_first, old_second)


@pytest.mark.nightly
def test_a_second_seed_and_the_municipalities_of_2026(parsed: Path, tmp_path: Path) -> None:
    one = finished_run(tmp_path, 3, parsed)
    assert_publication_equals(one.data.current, marts(one.ledger))


def test_the_municipalities_of_2024_at_an_old_stand(followed: Followed) -> None:
    expected = marts(followed.after_first, OLD, OLD_GEOGRAPHY)
    assert "99999" in {row["nis_code"] for row in expected["mart_started_duration"]}
    assert_publication_equals(followed.old_first, expected)


def test_a_second_inbox_corrects_withdraws_and_brings_back(followed: Followed) -> None:
    assert_door_equals(followed.settings.folder.root, followed.after_second)
    assert_publication_equals(followed.settings.folder.current, marts(followed.after_second))


def test_an_old_stand_is_the_same_after_later_deliveries(followed: Followed) -> None:
    """Byte for byte. `publication` tells another time, and `deliveries` what was refused since under an old day."""
    first, second = (
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}
        for folder in (followed.old_first, followed.old_second)
    )
    different = {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}
    assert different <= {"publication.parquet", "deliveries.parquet"}
    assert len(first) == 19
    before, after = (read_table(folder / "deliveries.parquet") for folder in (followed.old_first, followed.old_second))
    assert [row for row in before if row not in after] == []
    assert {row["status"] for row in after if row not in before} <= {"rejected"}
