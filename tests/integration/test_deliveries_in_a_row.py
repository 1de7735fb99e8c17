"""Deliveries that come in late, one by one: after each of them nobody can tell the data folder from a new one."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import runner
from orchestration.demo import write_demo
from orchestration.ingest.inbox import DELIVERY_NAME
from orchestration.results import RunReport
from orchestration.runner import RunRequest
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt, publication
from tests.support.deliveries import KEY

pytestmark = pytest.mark.slow

DELIVERIES = 10
TRAJECTORIES = 300
ALL = 44
"""Models and seeds; a part of them is asked for by name."""
LITTLE, MUCH, NEARLY_ALL = "screenings", "trajecten", "insz_wijzigingen"
"""Sources, by how much of the warehouse is made of them."""


def run(settings: Settings, request: RunRequest = RunRequest()) -> RunReport:  # noqa: B008
    report = runner.run(settings, request)
    assert not report.problems, report.problems
    return report


def documents(settings: Settings) -> dict[str, tuple[str, int]]:
    """Every document and its tables: the digest, and which file it is."""
    roots = (settings.folder.annexes, settings.folder.figure_books)
    found = (path for root in roots for path in root.rglob("*") if path.is_file())
    return {
        path.relative_to(settings.folder.root).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_ino,
        )
        for path in found
    }


def digests(found: dict[str, tuple[str, int]]) -> dict[str, str]:
    return {name: digest for name, (digest, _) in found.items()}


def day(path: Path) -> str:
    match = DELIVERY_NAME.fullmatch(path.name)
    assert match
    return match["day"]


def difference(one: DataFolder, other: DataFolder) -> list[str]:
    """Tables of two warehouses that differ, in rows or by being in one alone."""
    with duckdb.connect() as con:
        for name, data in (("one", one), ("other", other)):
            con.execute(f"attach '{data.warehouse}' as {name} (read_only)")
        tables = con.execute("""
            select schema_name || '.' || table_name, count(*) from duckdb_tables()
            where database_name in ('one', 'other') group by all order by all
        """).fetchall()
        assert len(tables) > 20
        found = [name for name, times in tables if times < 2]
        for name, _ in tables:
            sides = f"(from one.{name} except all from other.{name})", f"(from other.{name} except all from one.{name})"
            found += [name for side in sides if con.execute(f"select 1 from {side} limit 1").fetchall()]
    return found


def built_whole(settings: Settings, folder: Path) -> DataFolder:
    """The warehouse of the same deliveries and dates, built from nothing."""
    data, whole = settings.folder, DataFolder(folder)
    shutil.copytree(dbt.target(data), dbt.target(whole))
    for link, to in ((whole.lake, data.lake), (whole.ledger.parent, data.ledger.parent)):
        link.symlink_to(to)
    for file in (data.run_settings, data.rows_by_ocmw):
        shutil.copy(file, whole.work)
    dbt.invoke(whole, ["build", "--exclude", "resource_type:unit_test"])
    return whole


@pytest.mark.parametrize(
    "sources", [(LITTLE,), pytest.param((LITTLE, MUCH, NEARLY_ALL), marks=pytest.mark.nightly)], ids=len
)
def test_each_builds_the_tables_that_it_changes_and_leaves_all_as_a_whole_build_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parsed: Path, sources: Sequence[str]
) -> None:
    inbox, later = tmp_path / "inbox", tmp_path / "later"
    write_demo(inbox, trajectories=TRAJECTORIES // 3, seed=1)
    later.mkdir()
    newest = max(map(day, inbox.iterdir()))
    old = sorted(path for path in inbox.iterdir() if day(path) < newest)
    late = [next(path for path in reversed(old) if path.name.startswith(source)) for source in sources]
    late = [Path(shutil.move(path, later)) for path in late]
    row = Settings(data=tmp_path / "row", inbox=inbox, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    shutil.copytree(parsed, dbt.target(row.folder))
    built: list[int] = []
    begun = dbt.invoke

    def invoke(data: DataFolder, arguments: Sequence[str], *others: Any, **named: Any) -> None:
        begun(data, arguments, *others, **named)
        if arguments[0] == "build":
            built.append(len(arguments) - arguments.index("--select") - 1 if "--select" in arguments else ALL)

    monkeypatch.setattr(dbt, "invoke", invoke)
    tables = RunRequest(annexes=False)
    run(row, tables)
    for number, path in enumerate(late):
        shutil.move(path, inbox)
        run(row, tables)
        assert difference(row.folder, built_whole(row, tmp_path / f"whole-{number}")) == [], path.name
    every, *each = built[0], *built[1::2]  # after each, the whole build
    assert each == sorted(set(each)) and each[0] < every / 3 and each[-1] < every


@pytest.mark.nightly
def test_each_leaves_what_a_build_from_nothing_makes(tmp_path: Path) -> None:
    inbox, later = tmp_path / "inbox", tmp_path / "later"
    write_demo(inbox, trajectories=TRAJECTORIES, seed=1)
    later.mkdir()
    newest = max(map(day, inbox.iterdir()))
    old = sorted(path for path in inbox.iterdir() if day(path) < newest)
    late = [Path(shutil.move(path, later)) for path in random.Random(1).sample(old, DELIVERIES)]
    row = Settings(data=tmp_path / "row", inbox=inbox, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    run(row)
    before, untouched = documents(row), 0
    for number, path in enumerate(late):
        shutil.move(path, inbox)
        run(row)
        after = documents(row)
        fresh = Settings(data=tmp_path / f"fresh-{number}", inbox=inbox, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
        run(fresh)
        made, alone = publication.current(row.folder), publication.current(fresh.folder)
        assert made and alone and made.tables == alone.tables, path.name
        assert difference(row.folder, fresh.folder) == [], path.name
        assert digests(after) == digests(documents(fresh)), path.name
        untouched += sum(before.get(name) == file for name, file in after.items())
        before = after
        shutil.rmtree(fresh.folder.root)
    assert untouched > DELIVERIES, "documents that have nothing of a source lie as they were"
    assert run(row).nothing_new
