"""Publications in a row: what is written, what is left as it lies, and that nobody could tell from the bytes."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.answers import documents, figure_books, writing
from orchestration.answers.questions import known
from orchestration.ingest.ledger import Entry
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication, _digests
from tests.exports.tiny_publication import make_publication
from tests.orchestration.ingest.test_ledger import ENTRY
from tests.support.deliveries import KEY

pytestmark = pytest.mark.slow

DAY = dt.date(2024, 3, 31)
ENTRIES: list[Entry] = [ENTRY]
STEPS: dict[str, tuple[str, str] | None] = {
    "first": None,
    "a delivery changes nothing": (
        "deliveries",
        "from {table} union all by name select * replace ('trajecten_2024-01-10_nog.csv' as file_name) from {table} "
        "where file_name = 'trajecten_2024-01-10.csv'",
    ),
    "one transmission more": (
        "mart_transmissions",
        "select * replace (if(year = 2023 and nis_code = '11002', 4, with_transmission) as with_transmission) from "
        "{table}",
    ),
}


def publication(folder: Path, before: Publication | None, change: tuple[str, str] | None) -> Publication:
    """The next publication: the one before with another table."""
    if before is None:
        make_publication(folder)
    else:
        shutil.copytree(before.path, folder)
    if change:
        table, select = change
        path = folder / f"{table}.parquet"
        with duckdb.connect() as con:
            con.execute(f"create table changed as {select.format(table=repr(str(path)))}")
            con.execute(f"copy changed to '{path}' (format parquet)")
    tables = _digests(folder, (path.stem for path in folder.glob("*.parquet")))
    return Publication(folder, DAY, DAY, True, "1.2.3", folder.name, dt.datetime(2024, 4, 1), tables)


def write_everything(settings: Settings, made: Publication) -> None:
    for question in known(settings).values():
        for name in documents.names(question):
            writing.write(settings, ENTRIES, made, question, name, None)
    figure_books.write(settings, made)


def files(settings: Settings) -> dict[str, tuple[bytes, int]]:
    """Every document and table: its bytes, and the file that it is (another one once it was replaced)."""
    roots = (settings.folder.annexes, settings.folder.figure_books)
    found = (path for root in roots for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(settings.folder.root)): (path.read_bytes(), path.stat().st_ino) for path in found}


def test_in_a_row_gives_what_each_gives_by_itself_and_leaves_what_did_not_change(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "resolve", lambda *_: made)
    settings = Settings(data=tmp_path / "row", pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    made, before, new = None, {}, {}
    for number, (step, change) in enumerate(STEPS.items()):
        made = publication(tmp_path / f"made-{number}", made, change)
        write_everything(settings, made)
        after = files(settings)
        if before:
            alone = Settings(data=tmp_path / f"alone-{number}", pseudonym_key=KEY.decode())  # type: ignore[arg-type]
            write_everything(alone, made)
            by_itself = {name: content for name, (content, _) in files(alone).items()}
            assert {name: content for name, (content, _) in after.items()} == by_itself, step
        new[step] = {
            Path(name).name for name, file in after.items() if before.get(name) != file and "_csv/" not in name
        }
        before = after
    came_in, more = new["a delivery changes nothing"], new["one transmission more"]
    assert came_in and all(name.endswith("_volledig_VERTROUWELIJK.xlsx") for name in came_in), "these name deliveries"
    assert not any("loontoelagen" in name or "toeleiding" in name for name in came_in), "of their own sources"
    transmissions = "bijlage_6_transmissies"
    assert {f"{transmissions}.xlsx", f"{transmissions}_volledig_VERTROUWELIJK.xlsx"} <= more
    assert not any(name.startswith(("bijlage_1", "bijlage_2", "bijlage_3")) for name in more)
