"""Marked people go through everything that the system does; every byte that it then wrote is searched for them.

A number stands nowhere outside the inbox, however it was spelled. A name stands only where the contract keeps what was
typed into a column of it: in the lake, in what is made of it for the warehouse, and in the quarantine and what comes
of that for the steward and the OCMW. The pseudonym key stands nowhere at all.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.ingest.load import load_source
from orchestration.ingest.validation import by_routing
from orchestration.ingest.workspace import Workspace
from orchestration.quality import cases, listing
from orchestration.quality.workbooks import return_book
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.store.settings import Settings
from tests.support.deliveries import KEY
from tests.support.moments import Moment
from tests.support.processes import Twe
from tests.support.search import Search, files, name

from .marked import Marked, write_marked

QUESTION = "twe-2024"
NEW_KEY = b"een andere sleutel van de testen, even geheim"
KEEP = {"lake", "quarantine", "work"}
"""Folders of the data folder in which a name may stand that was typed into a column of a contract."""
NUMBER = "93051822361"


def search_for(made: Marked) -> Search:
    return Search(made.numbers, (KEY, NEW_KEY), made.kept | made.nowhere)


def leaks(search: Search, made: Marked, paths: list[Path], may_keep: bool) -> list[str]:
    """What stands in files, with the place; names that are kept are none where they may be."""
    found = []
    for path in paths:
        there = search.file(path) | search.text(path.name)
        found += [f"{what} in {path}" for what in sorted(there - made.kept if may_keep else there)]
    return found


def of_data(search: Search, made: Marked, data: DataFolder) -> list[str]:
    """What stands in the data folder outside the inbox."""
    outside = [path for path in files(data.root) if not path.is_relative_to(data.inbox)]
    kept = [path for path in outside if path.relative_to(data.root).parts[0] in KEEP]
    return leaks(search, made, kept, True) + leaks(search, made, [p for p in outside if p not in kept], False)


FORMS = {
    "digits": NUMBER.encode(),
    "within digits": f"1{NUMBER}2".encode(),
    "within letters": f"x{NUMBER}y".encode(),
    "parted": b"93.05.18-223.61",
    "hard spaces": "93\u00a005\u00a018\u00a0223\u00a061".encode(),
    "a field cut in two": b"930518;22361",
    "UTF-16": f"a {NUMBER}".encode("utf-16-le"),
    "UTF-16, the other way": f"a {NUMBER}".encode("utf-16-be"),
    "from the back": NUMBER[::-1].encode(),
    "hex": NUMBER.encode().hex().encode(),
    "base64": b"eHkgOTMwNTE4MjIzNjEgenp6",
    "the key": b"sleutel=" + KEY,
    "the key in hex": KEY.hex().encode(),
    "a name": name(7).encode(),
    "a name from the back": name(7)[::-1].encode(),
    "a name in UTF-16": name(7).encode("utf-16-le"),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS.keys())
def test_the_search_finds_every_form(content: bytes, tmp_path: Path) -> None:
    assert Search([NUMBER], [KEY], [name(7)]).bytes(b"voor " + content + b" na")


def test_the_search_finds_nothing_where_nothing_is() -> None:
    search = Search([NUMBER], [KEY], [name(7)])
    assert not search.bytes(b"93051822362 9305182236 9-3-0 305182236 qzxabcde 93********* sleutel") | search.text("é")


@pytest.mark.slow
def test_the_search_finds_people_in_every_format(tmp_path: Path) -> None:
    made = write_marked(tmp_path / "inbox")
    for suffix in ("a.csv", "b.xlsx", "c.parquet"):
        found = {what for path in made.folder.glob(f"*_{suffix}") for what in search_for(made).file(path)}
        assert len(found & made.numbers) > 100 and len(found & made.kept) > 40 and len(found & made.nowhere) > 40, (
            suffix
        )


@pytest.mark.slow
def test_nobody_gets_through_the_door(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """Of every day: the door, what is refused at it, and the workbooks that go back."""
    made, data = write_marked(settings.inbox_folder), settings.folder
    space = Workspace(settings)
    space.prepare()
    said = [f"{name} {why}" for name, why in (*space.inbox.unrecognised, *space.inbox.unreadable)]
    for source, contract in space.contracts.items():
        new = [delivery for delivery in space.inbox.new if delivery.source == source]
        done = load_source(data, contract, new, KEY, "run-1", by_routing)
        said += [done.text, *(f"{e.file_name} {e.message} {e.message_nl}" for e in done.entries)]
    entries = space.entries()
    assert len(entries) > 60 and len([e for e in entries if e.status == "rejected"]) > 30
    assert sum(e.rows_quarantined for e in entries) > 300
    search = search_for(made)
    assert of_data(search, made, data) == []
    back = return_book.write(cases.read(data), listing.recipients(data), data.root.parent / "terug")
    assert len(back) > 5 and leaks(search, made, list(back), True) == []
    out, err = capfd.readouterr()
    assert not {what for text in (*said, out, err) for what in search.text(text)}


@pytest.mark.slow
@pytest.mark.nightly
def test_nobody_is_in_a_byte_that_any_command_writes(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    made = write_marked(data.inbox)
    search = search_for(made)
    outside = tmp_path / "buiten"
    for folder in ("tmp", "terug", "sjablonen", "precheck", "docs"):
        (outside / folder).mkdir(parents=True)
    twe = Twe(tmp_path / "processes", data.root, TMPDIR=str(outside / "tmp"))
    person = made.world.clients[0]

    def everything(when: str, *kept: Path) -> None:
        assert of_data(search, made, data) == [], when
        written = [path for path in files(outside, tmp_path / "processes") if path not in kept]
        may_keep = [p for p in written if p.is_relative_to(outside / "terug") or p.is_relative_to(outside / "precheck")]
        told = {path.parent for path in files(tmp_path / "processes") if "quarant" in path.read_text(errors="replace")}
        may_keep += [path for path in written if path.parent in told]
        assert leaks(search, made, may_keep, True) == [], when
        assert leaks(search, made, [p for p in written if p not in may_keep], False) == [], when

    for moment in ("orchestration.ingest.storage:write_lake", "orchestration.ingest.ledger:append"):
        assert twe("run", kill=Moment(moment, 2)).code < 0
        everything(f"killed at {moment}")
    shutil.rmtree(data.quarantine / "screenings", ignore_errors=True)
    (data.quarantine / "screenings").write_text("geen map")  # so that a load fails while its rows are in memory
    assert twe("run").code and not data.current.exists()
    everything("a run that failed")
    (data.quarantine / "screenings").unlink()
    ran = subprocess.run(
        [sys.executable, "-m", "orchestration.cli.main", "run"],
        env={**os.environ, **twe.env},
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    (tmp_path / "processes" / "run").write_text(ran.stdout + ran.stderr)
    assert ran.returncode in (0, 1) and data.current.exists(), ran.stderr[-2000:]
    everything("the run")
    refused = sorted(map(str, data.inbox.glob("trajecten_*")))
    commands = [
        ("status",),
        ("check",),
        ("questions",),
        ("quarantine", "--all"),
        ("quarantine", "--all", "--xlsx", str(outside / "terug" / "VERTROUWELIJK_alles.xlsx")),
        ("quarantine", "--all", "--back", str(outside / "terug" / "ocmw")),
        ("precheck", *refused),
        ("precheck", *refused, "--xlsx", str(outside / "precheck" / "boeken")),
        ("template", "--all", str(outside / "sjablonen")),
        ("annexes", "--question", QUESTION),
        ("compare", "--from", "2024-01-31", "--to", "2024-04-30"),
        ("figure-book", "--out", str(outside / "docs" / "boek.html")),
        ("dictionary", "--out", str(outside / "docs" / "woorden.xlsx")),
        ("release", "--question", QUESTION, "--draft"),
        ("releases",),
        ("backup", str(outside / "kopie")),
        ("run",),
    ]
    codes = {command: twe(*command).code for command in commands}
    assert [command for command, code in codes.items() if code not in (0, 1)] == []
    kopie = files(outside / "kopie")
    assert kopie
    everything("every command", *kopie)
    assert leaks(search, made, kopie, True) == []
    assert twe("rotate-key", TWE_PSEUDONYM_KEY_NEW=NEW_KEY.decode()).code == 0
    everything("another key", *kopie)
    erased = subprocess.run(
        [sys.executable, "-m", "orchestration.cli.main", "erase", "--yes", "--remove-files"],
        env={**os.environ, **twe.env, "TWE_PSEUDONYM_KEY": NEW_KEY.decode()},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        input=person + "\n",
    )
    (tmp_path / "processes" / "erase").write_text(erased.stdout + erased.stderr)
    assert erased.returncode in (0, 1) and not erased.stderr, erased.stderr[-2000:]
    everything("an erasure", *kopie)
