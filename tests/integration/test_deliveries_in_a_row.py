"""Deliveries that come in late, one by one: after each of them nobody can tell the data folder from a new one."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path

import pytest

from orchestration import runner
from orchestration.demo import write_demo
from orchestration.ingest.inbox import DELIVERY_NAME
from orchestration.results import RunReport
from orchestration.runner import RunRequest
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from tests.support.deliveries import KEY

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

DELIVERIES = 10
TRAJECTORIES = 300


def run(settings: Settings) -> RunReport:
    report = runner.run(settings, RunRequest())
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
        assert digests(after) == digests(documents(fresh)), path.name
        untouched += sum(before.get(name) == file for name, file in after.items())
        before = after
        shutil.rmtree(fresh.folder.root)
    assert untouched > DELIVERIES, "documents that have nothing of a source lie as they were"
    assert run(row).nothing_new
