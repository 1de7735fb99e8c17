"""A publication: which inputs make another one, what is copied, when `current` moves, what is pruned."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.ledger import Entry
from orchestration.store.paths import DataFolder
from orchestration.warehouse import publication
from orchestration.warehouse.run_dates import RunDates
from tests.support.deliveries import rows_of

DAY = dt.date(2024, 3, 31)
DATES = RunDates(DAY, DAY, as_of_is_default=True)


def entry(name: str = "trajecten_2024-03-31.csv", day: dt.date = DAY, status: str = "accepted") -> Entry:
    return Entry(name, name, "trajecten", day, status, "", f"sha of {name}", "1", "run-1", dt.datetime(2024, 4, 1))


def warehouse(data: DataFolder) -> DataFolder:
    """The data folder with a warehouse of one mart, with rows in no order, and one view."""
    data.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(data.warehouse)) as con:
        con.execute("create schema marts; create schema facts")
        con.execute("create table marts.mart_x as select * from (values (2, 'b'), (1, 'a')) as t (year, place)")
        con.execute("create view marts.labels as select 'x' as label")
        con.execute("create table facts.fct_warehouse_finding as select unnest(['unknown_trajectory', 'late']) as rule")
    data.warehouse_findings.parent.mkdir(parents=True, exist_ok=True)
    return data


@pytest.fixture
def built(data: DataFolder) -> DataFolder:
    return warehouse(data)


def publish(data: DataFolder, dates: RunDates = DATES, **choice: bool) -> publication.Publication:
    return publication.publish(data, dates, [entry()], "test 1.0", **choice)[0]


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        (entry("leefloners_2024-03-31.csv"), True),  # of the very day of as_of
        (entry("leefloners_2024-04-01.csv", DAY + dt.timedelta(1)), False),
        (entry("leefloners_2024-03-31.csv", status="rejected"), True),
        (entry("leefloners_2024-04-01.csv", DAY + dt.timedelta(1), "rejected"), True),  # shown to the steward today
    ],
)
def test_a_delivery_up_to_as_of_makes_other_inputs(other: Entry, counts: bool) -> None:
    assert (publication.inputs_digest([entry(), other], DATES) != publication.inputs_digest([entry()], DATES)) is counts


def test_of_another_day_a_rejection_that_came_later_does_not_count() -> None:
    dates = replace(DATES, as_of_is_default=False)
    later = entry("leefloners_2024-04-01.csv", DAY + dt.timedelta(1), "rejected")
    assert publication.inputs_digest([entry(), later], dates) == publication.inputs_digest([entry()], dates)


@pytest.mark.parametrize("change", [{"sha256": "x"}, {"status": "rejected"}, {"message": "x"}, {"suite_version": "2"}])
def test_content_status_and_rules_of_a_delivery_make_other_inputs(change: dict[str, str]) -> None:
    one = [entry()]
    assert publication.inputs_digest([replace(entry(), **change)], DATES) != publication.inputs_digest(one, DATES)


@pytest.mark.parametrize("change", [{"as_of": dt.date(2024, 4, 1)}, {"geography_date": DAY - dt.timedelta(1)}])
def test_each_date_makes_other_inputs(change: dict[str, dt.date]) -> None:
    assert publication.inputs_digest([entry()], replace(DATES, **change)) != publication.inputs_digest([entry()], DATES)


def test_the_order_of_the_ledger_and_the_moment_of_a_load_make_no_other_inputs() -> None:
    one, other = entry(), entry("leefloners_2024-03-31.csv")
    loaded_later = replace(one, loaded_at=dt.datetime(2025, 1, 1), run_id="run-2")
    assert publication.inputs_digest([other, loaded_later], DATES) == publication.inputs_digest([one, other], DATES)


def test_findings_have_an_order_since_the_same_rows_are_the_same_bytes(built: DataFolder) -> None:
    publish(built)
    assert [row["rule"] for row in rows_of(built.warehouse_findings)] == ["late", "unknown_trajectory"]


def test_what_was_published_is_found_by_its_inputs_and_is_current(built: DataFolder) -> None:
    made = publish(built)
    assert publication.find(built, publication.inputs_digest([entry()], DATES)) == made
    assert publication.find(built, "other") is None
    assert publication.published(built) == [made] == [publication.current(built)]
    assert not made.synthetic


def test_tables_and_views_are_copied_in_order_and_read_only(built: DataFolder) -> None:
    made, rows = publication.publish(built, DATES, [entry()], "test 1.0")
    assert rows == {"labels": 1, "mart_x": 2, "publication": 1}
    assert sorted(path.stem for path in made.path.glob("*.parquet")) == sorted(rows)
    assert made.database.stat().st_mode & 0o222 == 0
    with duckdb.connect(str(made.database), read_only=True) as con:
        assert con.execute("from mart_x").fetchall() == [(1, "a"), (2, "b")]
        assert con.execute("select as_of, engine, synthetic from publication").fetchall() == [(DAY, "test 1.0", False)]


def test_one_synthetic_delivery_makes_a_publication_synthetic(built: DataFolder) -> None:
    entries = [entry(), entry("trajecten_2024-03-31_synthetisch.csv")]
    assert publication.publish(built, DATES, entries, "test 1.0")[0].synthetic


def test_the_same_inputs_leave_the_first_publication_as_it_was(built: DataFolder) -> None:
    made = publish(built)
    before = made.database.stat().st_mtime_ns
    assert publish(built) == made
    assert made.database.stat().st_mtime_ns == before
    assert [path for path in built.published.iterdir() if path != built.current] == [made.path]


def test_current_stays_for_another_day_and_when_it_is_not_to_move(built: DataFolder) -> None:
    made = publish(built)
    publish(built, replace(DATES, as_of=DAY - dt.timedelta(1), as_of_is_default=False))
    publish(built, replace(DATES, geography_date=DAY - dt.timedelta(1)), move_current=False)
    assert publication.current(built) == made
    assert len(publication.published(built)) == 3


def test_a_link_that_a_kill_left_beside_current_stops_no_later_run(built: DataFolder) -> None:
    """It leads to a folder, and a link is no folder that can be emptied."""
    made = publish(built)
    link = built.published / f".{built.current.name}{publication.TEMPORARY}"
    link.symlink_to(made.path.name)
    assert publish(built).path == made.path
    assert not link.is_symlink() and made.path.is_dir()


def test_what_a_killed_build_left_is_swept(built: DataFolder) -> None:
    half = built.published / f".half{publication.TEMPORARY}"
    half.mkdir(parents=True)
    publish(built)
    assert not half.exists()


def test_nothing_published_is_nothing_current(data: DataFolder) -> None:
    assert publication.current(data) is None and publication.published(data) == []


def test_the_newest_publication_is_kept_also_when_the_clock_was_set_back(
    built: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "KEPT", 1)
    first = publish(built)
    facts = first.path / publication.FACTS
    later = first.published_at + dt.timedelta(days=3)
    facts.write_text(facts.read_text().replace(str(first.published_at), str(later)))
    second = publish(built, replace(DATES, as_of_is_default=False, geography_date=DAY - dt.timedelta(1)))
    assert second.published_at > later and second.path.is_dir()
    assert publication.published(built)[0] == second


def test_old_publications_are_pruned_but_never_the_current_one(
    built: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "KEPT", 2)
    made = publish(built)
    _older(made.path)
    for days in range(1, 5):
        other = replace(DATES, as_of=DAY - dt.timedelta(days), as_of_is_default=False)
        _older(publication.publish(built, other, [entry(day=DAY - dt.timedelta(9))], "test 1.0")[0].path, days)
    kept = publication.published(built)
    assert made.path in {each.path for each in kept}
    assert len(kept) == 3, "two newest, and the current one"


def _older(folder: Path, days: int = 0) -> None:
    """As if it was published on another day: publications are told apart by the second."""
    facts = folder / publication.FACTS
    text = facts.read_text(encoding="utf-8")
    moment = text.split('"published_at": "')[1].split('"')[0]
    facts.write_text(text.replace(moment, f"2024-05-0{1 + days} 12:00:00"), encoding="utf-8")


def test_a_table_whose_rows_did_not_change_keeps_its_digest_whatever_came_in(built: DataFolder) -> None:
    with duckdb.connect(str(built.warehouse)) as con:
        con.execute("create table marts.deliveries as select 'one' as file_name")
    first = publish(built)
    with duckdb.connect(str(built.warehouse)) as con:
        con.execute("insert into marts.deliveries values ('two')")
        con.execute("create or replace table marts.mart_x as from marts.mart_x order by year desc")
    entries = [entry(), entry("leefloners_2024-03-31.csv")]
    second, _ = publication.publish(built, DATES, entries, "test 1.0")
    assert first.inputs != second.inputs and first.tables.keys() == {"deliveries", "labels", "mart_x"}
    assert {name for name in first.tables if first.tables[name] != second.tables[name]} == {"deliveries"}
    assert first.figures == second.figures == publication.find(built, second.inputs).figures
    with duckdb.connect(str(built.warehouse)) as con:
        con.execute("insert into marts.mart_x values (3, 'c')")
    third, _ = publication.publish(built, DATES, [*entries, entry("screenings_2024-03-31.csv")], "test 1.0")
    assert third.figures != second.figures


@pytest.mark.parametrize(
    "change", [{"as_of": DAY.replace(day=1)}, {"geography_date": DAY.replace(day=1)}, {"synthetic": True}]
)
def test_what_figures_are_said_to_be_of_is_part_of_them(built: DataFolder, change: dict[str, object]) -> None:
    made = publish(built)
    assert replace(made, **change).figures != made.figures
    assert replace(made, tables={}).figures != replace(made, tables={}, inputs="others").figures, "as before digests"
