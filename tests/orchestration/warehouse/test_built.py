"""Which tables are built again: those that something was changed of, and after any doubt all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest.ledger import Entry
from orchestration.store.paths import DataFolder
from orchestration.warehouse import built, dbt
from orchestration.warehouse.built import Waiting, WarehouseContent
from orchestration.warehouse.run_dates import RunDates
from tests.orchestration.ingest.test_ledger import ENTRY

DAY = dt.date(2024, 1, 31)
DATES = RunDates(DAY, DAY, True)
PARENTS = {
    "codes": [],
    "stg_deliveries": ["ledger.deliveries", "stg_run_settings"],
    "stg_run_settings": ["work.run_settings"],
    "stg_one": ["lake.one", "stg_deliveries", "codes"],
    "stg_other": ["lake.other", "stg_deliveries"],
    "fct_one": ["stg_one"],
    "mart_one": ["fct_one"],
    "mart_both": ["fct_one", "stg_other"],
    "mart_other": ["stg_other"],
    "deliveries": ["stg_deliveries"],
    "quality": ["work.rows_by_ocmw"],
}
TESTS = {"same_totals": ("mart_one", ["mart_one", "mart_both"]), "of_other": ("mart_other", ["mart_other"])}
OF_LEDGER = {"stg_deliveries", "deliveries"}


def manifest() -> dict[str, Any]:
    """That of a small project, as dbt writes it."""

    def full(name: str) -> str:
        kind = "source" if "." in name else "seed" if name == "codes" else "model"
        return f"{kind}.twe.{name}"

    nodes: dict[str, Any] = {
        full(name): {
            "resource_type": "seed" if name == "codes" else "model",
            "fqn": ["twe", name],
            "depends_on": {"nodes": [full(parent) for parent in parents]},
        }
        for name, parents in PARENTS.items()
    }
    for name, (attached, parents) in TESTS.items():
        nodes[f"test.twe.{name}"] = {
            "resource_type": "test",
            "attached_node": full(attached),
            "depends_on": {"nodes": [full(parent) for parent in parents]},
        }
    named = {parent for parents in PARENTS.values() for parent in parents if "." in parent}
    sources = {full(name): dict(zip(("source_name", "name"), name.split("."), strict=True)) for name in named}
    return {"nodes": nodes, "sources": sources}


def entry(source: str, day: dt.date = DAY) -> Entry:
    name = f"{source}_{day}"
    return replace(ENTRY, source=source, file_name=f"{name}.csv", delivery_id=name, delivered_on=day, status="accepted")


@pytest.fixture
def content(tmp_path: Path) -> Iterator[WarehouseContent]:
    """A warehouse that was built of one delivery of each of two sources."""
    data = DataFolder(tmp_path)
    entries = [entry("one"), entry("other")]
    for path in (data.warehouse, data.ledger, data.rows_by_ocmw, *(lake(data, e) for e in entries)):
        write(path, "first")
    made = WarehouseContent(data, manifest(), entries, DATES)
    made.record()
    yield replace(made)


def lake(data: DataFolder, of: Entry) -> Path:
    return data.lake / of.source / f"{of.delivery_id}.parquet"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def stale(content: WarehouseContent) -> set[str]:
    return {name.rpartition(".")[2] for name in replace(content).stale}


def test_nothing_is_built_again_where_nothing_changed(content: WarehouseContent) -> None:
    assert stale(content) == set()
    assert {name.rpartition(".")[2] for name in content.all} == set(PARENTS)


def test_spark_builds_all_or_nothing_and_nothing_that_another_engine_built_stays(
    content: WarehouseContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(built.metadata, "version", lambda package: "1.0")  # the extra is not installed everywhere
    on_spark = replace(content, engine="spark")
    assert on_spark.stale == content.all
    on_spark.record()
    assert replace(on_spark).stale == frozenset()
    assert replace(on_spark).to_build({"model.twe.mart_one"}) == content.all
    write(content.data.rows_by_ocmw, "second")
    assert replace(on_spark).stale == content.all


def test_what_a_killed_build_on_spark_left_goes_before_the_next(content: WarehouseContent) -> None:
    left = content.data.spark / "tables" / "facts.db" / "part.parquet"
    write(left, "rows of people")
    built.begin(content.data)
    assert not content.data.spark.exists()


def test_a_delivery_makes_anew_what_its_source_is_in_and_what_tells_of_deliveries(content: WarehouseContent) -> None:
    new = entry("other", DAY - dt.timedelta(1))
    write(lake(content.data, new), "new")
    write(content.data.ledger, "second")
    later = replace(content, entries=[*content.entries, new])
    # `mart_one` as well: a test that must run again, of it and `mart_both`, is shown at it.
    assert stale(later) == OF_LEDGER | {"stg_other", "mart_other", "mart_both", "mart_one"}
    later.record()
    assert stale(later) == set()


def test_what_a_source_takes_of_the_ledger_is_what_counts_of_it(content: WarehouseContent) -> None:
    write(content.data.ledger, "second")
    assert stale(content) == OF_LEDGER
    after = entry("one", DAY + dt.timedelta(1))
    rejected = replace(entry("one"), delivery_id="other", status="rejected")
    assert stale(replace(content, entries=[*content.entries, after, rejected])) == OF_LEDGER
    moved = [replace(e, delivered_on=e.delivered_on - dt.timedelta(1)) for e in content.entries]
    assert stale(replace(content, entries=moved)) == OF_LEDGER | {
        *("stg_one", "stg_other", "fct_one", "mart_one", "mart_both", "mart_other")
    }


def test_another_content_of_a_file_is_seen(content: WarehouseContent) -> None:
    write(lake(content.data, content.entries[0]), "other")
    assert stale(content) == {"stg_one", "fct_one", "mart_one", "mart_both"}
    write(content.data.rows_by_ocmw, "other")
    assert stale(content) == {"stg_one", "fct_one", "mart_one", "mart_both", "quality"}


def test_other_dates_change_everything_that_knows_of_them(content: WarehouseContent) -> None:
    for dates in (
        replace(DATES, as_of=DAY + dt.timedelta(1)),
        replace(DATES, geography_date=DAY - dt.timedelta(1)),
        replace(DATES, as_of_is_default=False),
    ):
        assert stale(replace(content, dates=dates)) == {"stg_run_settings", *OF_LEDGER}
    assert "mart_one" in stale(replace(content, dates=replace(DATES, as_of=DAY - dt.timedelta(1))))


def test_before_a_run_what_waits_counts_as_changed(content: WarehouseContent) -> None:
    waits = Waiting(frozenset({"one"}), dates=False)
    expected = {"stg_one", "fct_one", "mart_one", "mart_both", "quality", *OF_LEDGER}
    assert stale(replace(content, waiting=waits)) == expected
    assert stale(replace(content, waiting=Waiting(frozenset(), dates=False))) == {"quality"}
    newer = Waiting(frozenset({"one"}), dates=True)
    assert stale(replace(content, waiting=newer)) == set(PARENTS) - {"codes"}


@pytest.mark.parametrize("doubt", ["begun", "journal", "written", "gone", "damaged", "project", "tools", "moved"])
def test_after_any_doubt_everything_is_built(
    content: WarehouseContent, doubt: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = content.data
    match doubt:
        case "begun":
            built.begin(data)
        case "journal":
            write(data.work / "warehouse.duckdb.wal", "what a killed build left")
        case "written":
            write(data.warehouse, "other")
        case "gone":
            data.warehouse.unlink()
        case "damaged":
            write(data.work / "built.json", "{")
        case "project":
            monkeypatch.setattr(dbt, "digest_of_sources", lambda: "another")
        case "tools":
            monkeypatch.setattr(built.metadata, "version", lambda name: "another")
        case "moved":
            data.root.rename(tmp_path.with_name("moved"))  # the views name the folder
            content = replace(content, data=DataFolder(tmp_path.with_name("moved")))
    assert stale(content) == set(PARENTS)


def test_nothing_is_left_of_a_warehouse_that_is_removed(content: WarehouseContent) -> None:
    data = content.data
    write(data.work / "warehouse.duckdb.wal", "what a killed build left")
    for _ in range(2):
        built.remove(data)
        assert not list(data.work.glob("warehouse*")) and stale(content) == set(PARENTS)


def test_dbt_is_asked_for_models_by_their_place_in_the_project(content: WarehouseContent) -> None:
    assert built.names(content.manifest, ["model.twe.mart_one", "model.twe.fct_one"]) == ["twe.fct_one", "twe.mart_one"]
