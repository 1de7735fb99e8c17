"""Dagster's books do not grow for ever, and still know the newest of everything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.resources import workspace_resource
from orchestration.services import instance as services
from orchestration.services import old_runs
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings

pytestmark = pytest.mark.slow  # runs of Dagster


@dg.asset(check_specs=[dg.AssetCheckSpec("fine", asset="often")])
def often() -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    yield dg.MaterializeResult(metadata={"long": "x" * 10_000})
    yield dg.AssetCheckResult(passed=True, metadata={"long": "x" * 10_000})


@dg.asset
def once() -> None:
    pass


@dg.asset_check(asset=once)
def looked_at_once() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", "")
    with services.open_instance(DataFolder(tmp_path)) as opened:
        yield opened


def run(books: dg.DagsterInstance, *assets: object) -> str:
    return dg.materialize(list(assets), instance=books).run_id  # type: ignore[arg-type]


def rows(books: dg.DagsterInstance) -> dict[str, int]:
    """Rows that hang on a run, by their table."""
    with sqlite3.connect(Path(books.root_directory) / "event_log.db") as log:
        tables = ("event_logs", "asset_event_tags", "asset_check_executions")
        return {table: log.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}


def test_old_runs_are_forgotten_and_the_newest_word_on_everything_stays(books: dg.DagsterInstance) -> None:
    rare = [run(books, once), run(books, once, looked_at_once)]
    for _ in range(5):
        run(books, often)
    assert old_runs.forget(books, kept=3, at_once=5) == 0
    newest = [run(books, often) for _ in range(3)]
    before = rows(books)
    assert old_runs.forget(books, kept=3, at_once=5) == 6
    assert set(books.get_run_ids()) == {rare[1], *newest}
    after = rows(books)
    assert after["event_logs"] < before["event_logs"] / 2
    assert after["asset_check_executions"] == 1 + len(newest)
    for asset, last in ((often, newest[-1]), (once, rare[1])):
        event = books.get_latest_materialization_event(asset.key)
        assert event is not None and event.run_id == last
    keys = [*often.check_keys, *looked_at_once.check_keys]
    found = books.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    assert {key.name: record.run_id for key, record in found.items()} == {"fine": newest[-1], "looked_at_once": rare[1]}


def test_the_books_stop_growing(books: dg.DagsterInstance) -> None:
    sizes = []
    for _ in range(4):
        for _ in range(4):
            run(books, often)
            old_runs.forget(books, kept=4, at_once=2)
        sizes.append(rows(books))
    assert sizes[1] == sizes[3]


def test_a_run_that_goes_on_is_never_forgotten(books: dg.DagsterInstance) -> None:
    for _ in range(3):
        run(books, often)
    going_on = books.create_run_for_job(
        dg.define_asset_job("job").resolve(asset_graph=graph()), status=dg.DagsterRunStatus.STARTED
    )
    assert old_runs.forget(books, kept=0, at_once=1) == 2
    assert going_on.run_id in books.get_run_ids()


def graph():
    return dg.Definitions(assets=[often]).resolve_asset_graph()


def test_every_run_on_a_data_folder_has_old_ones_forgotten(
    books: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[dg.DagsterInstance] = []
    monkeypatch.setattr(old_runs, "forget", forgotten.append)

    @dg.asset(required_resource_keys={"workspace"})
    def works() -> None:
        pass

    workspace = workspace_resource(Settings(data=tmp_path))
    assert dg.materialize([works], instance=books, resources={"workspace": workspace}).success
    assert len(forgotten) == 1
