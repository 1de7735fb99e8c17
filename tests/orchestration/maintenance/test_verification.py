"""Whatever is changed, added, removed or put in another order in a data folder, `twe verify` names it in one line."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from exports.figure_book import book_file, load_definition, write_figure_book
from orchestration.cli.main import twe
from orchestration.ingest import ledger, storage
from orchestration.ingest.workspace import Workspace
from orchestration.maintenance import erase, rewrite, verification
from orchestration.releases import register
from orchestration.store import chain, swap
from orchestration.store.lock import BusyError, single_writer
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from tests.orchestration.releases.test_register import NOW, published
from tests.orchestration.warehouse.test_publication import DATES, publish, warehouse
from tests.support.deliveries import INSZ, KEY, contract, csv_text, load, write_text

pytestmark = pytest.mark.slow  # every test has a data folder with deliveries, a publication and a release
ROWS = csv_text(
    f"""
    transmissie_id | klant_id  | transmissiedatum
    X1             | {INSZ[0]} | 2024-01-02
    X2             | {INSZ[1]} | 2024-13-02
    """
)
NAMES = [f"transmissies_2024-0{month}-28.csv" for month in (1, 2, 3)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Three deliveries loaded one after the other, a publication and a release of a figure book."""
    folder = tmp_path_factory.mktemp("written")
    data = DataFolder(folder / "data")
    for number, name in enumerate(NAMES):
        load(data, write_text(data.inbox, name, ROWS.replace("X1", f"X{number}")))
    storage.ensure_empty(data.lake, [contract.load(name) for name in contract.sources()])
    publish(warehouse(data))
    made = published(folder / "publication")
    book = data.figure_books / book_file(made.as_of, made.geography_date, made.synthetic)
    write_figure_book(made.path, book)
    register.release(data, load_definition(), made, data.figure_books, NOW)
    return data


@pytest.fixture
def data(written: DataFolder, tmp_path: Path) -> DataFolder:
    shutil.copytree(written.root, tmp_path / "data", symlinks=True)
    return DataFolder(tmp_path / "data")


def faults(data: DataFolder, head: str | None = None) -> tuple[str, ...]:
    return verification.check(data, head).faults


def test_a_data_folder_that_nobody_touched_is_as_it_was_written(data: DataFolder) -> None:
    checked = verification.check(data)
    assert checked.faults == () and (checked.rows, checked.cut_short) == (3, 0)
    kinds = {place.split("/")[0] for place in chain.read(data.root).files}  # type: ignore[union-attr]
    assert kinds == set(chain.COVERED), "every kind of file is in the chain"
    assert checked.text.startswith("As it was written: 3 rows of the ledger and")


def flip(path: Path) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def each_file(data: DataFolder) -> list[Path]:
    return [path for path in chain.covered(data.root).values() if path.name != storage.NO_ROWS]


def test_one_bit_in_any_file_is_found(data: DataFolder) -> None:
    paths = each_file(data)
    assert len(paths) > 10
    for path in paths:
        flip(path)
    places = (path.relative_to(data.root).as_posix() for path in paths)
    assert sorted(faults(data)) == sorted(f"{place}: is not as it was written" for place in places)


def test_a_file_that_is_gone_or_added_is_found(data: DataFolder) -> None:
    expected = []
    for path in each_file(data):
        added = path.rename(path.with_name(f"zz-{path.name}")).relative_to(data.root).as_posix()
        expected.append(f"{path.relative_to(data.root).as_posix()}: is missing")
        expected.append(f"{added}: is not in the chain: a killed run left it, or somebody added it")
    assert len(expected) > 20 and sorted(faults(data)) == sorted(expected)


def test_rows_beside_the_chain_are_found_in_a_table_without_rows(data: DataFolder) -> None:
    (path,) = (data.lake / "transmissies").glob("*2024-01*.parquet")
    shutil.copy2(path, data.lake / "transmissies" / storage.NO_ROWS)
    assert len(faults(data)) == 1 and storage.NO_ROWS in faults(data)[0]
    (data.lake / "transmissies" / storage.NO_ROWS).write_bytes(b"PAR1")
    assert len(faults(data)) == 1


LEDGER = "ledger/deliveries.parquet"
KILLED = "is missing: a run was killed (the next one loads it), or it was removed"
ALL = "select * exclude (n)"
EDITS = {
    f"{ALL} replace (rows_accepted + 1 as rows_accepted) from l": [f"the row of {n} was changed" for n in NAMES],
    f"{ALL} replace (if(n = 2, 'x', sha256) as sha256) from l": [f"the row of {NAMES[1]} was changed"],
    f"{ALL} from l where n <> 2": [f"the row of {NAMES[1]} was removed"],
    f"{ALL} from l where n < 3": [f"the row of {NAMES[2]} {KILLED}"],
    f"{ALL} from l order by n desc": ["the rows are in another order"],
    f"{ALL} from l union all {ALL} replace ('y.csv' as file_name) from l where n = 1": ["the row of y.csv was added"],
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_of_the_ledger_is_named(data: DataFolder, edit: str) -> None:
    rows = f"(select *, row_number() over () as n from '{data.ledger}')"
    with duckdb.connect() as con:
        con.execute(f"create table edited as {edit.replace('from l', f'from {rows} as l')}")
        con.execute(f"copy edited to '{data.ledger}' (format parquet)")
    assert [line.removeprefix(f"{LEDGER}: ") for line in faults(data)] == EDITS[edit]


def test_a_ledger_that_is_no_table_any_more(data: DataFolder) -> None:
    data.ledger.write_bytes(b"weg")
    assert faults(data) == (f"{LEDGER}: can't be read",)


def lines(data: DataFolder) -> list[str]:
    return (data.root / chain.FILE).read_text().splitlines(keepends=True)


def forge(line: str) -> str:
    """A line with another hash of a file, and a hash of its own that is right."""
    said = json.loads(line)
    del said["hash"]
    said["files"] = dict.fromkeys(said["files"], "0" * 64)
    return json.dumps(said | {"hash": chain._hash(said)}) + "\n"


CHAIN_EDITS: dict[str, tuple[Callable[[list[str]], list[str]], int]] = {
    "a bit": (lambda ls: [*ls[:2], ls[2].replace("loaded", "loadee"), *ls[3:]], 3),
    "a line that is none": (lambda ls: [*ls[:2], "\xff{\n", *ls[3:]], 3),
    "a line made anew with a right hash": (lambda ls: [*ls[:2], forge(ls[2]), *ls[3:]], 4),
    "a line removed": (lambda ls: [*ls[:2], *ls[3:]], 3),
    "two lines swapped": (lambda ls: [ls[0], ls[2], ls[1], *ls[3:]], 2),
    "a line twice": (lambda ls: [*ls[:2], ls[1], *ls[2:]], 3),
}


@pytest.mark.parametrize("edit", CHAIN_EDITS)
def test_every_edit_of_the_chain_is_named_by_its_line(data: DataFolder, edit: str) -> None:
    change, number = CHAIN_EDITS[edit]
    (data.root / chain.FILE).write_text("".join(change(lines(data))), encoding="latin-1")
    expected = f"{chain.FILE}: line {number} was changed, or the one before it was changed or removed"
    assert faults(data)[0] == expected
    chain.record(data.root, "later", files={})
    assert faults(data)[0] == expected, "what is written later heals nothing"


def test_a_chain_that_was_cut_off_leaves_files_and_rows_that_are_in_no_line(data: DataFolder) -> None:
    (data.root / chain.FILE).write_text("".join(lines(data)[:3]))
    assert any("was added" in line for line in faults(data)) and any(
        "not in the chain" in line for line in faults(data)
    )


def test_a_noted_head_shows_a_chain_that_was_made_anew(data: DataFolder) -> None:
    head = verification.check(data).head
    chain.record(data.root, "later")
    assert faults(data, head) == ()
    (data.root / chain.FILE).unlink()
    with pytest.raises(verification.NoChainError, match="of before there was a chain"):
        verification.check(data)
    ledger.begin_chain(data.ledger)
    assert faults(data) == () and faults(data, head) == (
        f"{chain.FILE}: the head that was noted is not in it: it was made anew, or cut off",
    )


def test_a_data_folder_of_before_gets_a_chain_with_the_first_run(data: DataFolder) -> None:
    (data.root / chain.FILE).unlink()
    load(data, write_text(data.inbox, "transmissies_2024-05-28.csv", ROWS))
    assert faults(data) == () and verification.check(data).rows == 4
    assert [json.loads(line)["what"] for line in lines(data)] == ["begun", "loaded"]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("place", ["chain", "ledger"])
def test_a_load_that_is_killed_beside_its_ledger_is_whole_after_the_next(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = write_text(data.inbox, "transmissies_2024-05-28.csv", ROWS)
    with monkeypatch.context() as patched:
        if place == "chain":
            patched.setattr(chain, "record", lambda *_, **__: (_ for _ in ()).throw(Killed))
        else:
            patched.setattr(ledger, "replaced", lambda path: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            load(data, path)
    assert len(ledger.read(data.ledger)) == 3
    assert faults(data), "something is not whole before the next run"
    load(data, path)
    checked = verification.check(data)
    assert checked.faults == () and checked.rows == 4 and checked.cut_short == (place == "ledger")
    assert ("killed" in checked.text) == (place == "ledger")


def test_an_erasure_and_another_key_change_files_with_a_line(data: DataFolder) -> None:
    settings = Settings(data=data.root, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
    for path in data.inbox.iterdir():
        path.unlink()
    before = {path: path.read_bytes() for path in (data.quarantine / "transmissies").iterdir()}
    done = erase.erase(settings, INSZ[1])
    assert done.quarantined == 3 and all(path.read_bytes() != content for path, content in before.items())
    assert faults(data) == ()
    assert json.loads(lines(data)[-1])["what"] == "erased" and len(json.loads(lines(data)[-1])["files"]) == 3


def test_what_somebody_changed_does_not_become_right_by_an_erasure(data: DataFolder) -> None:
    (bad,) = (data.quarantine / "transmissies").glob("*2024-01*.parquet")
    (good,) = (data.quarantine / "transmissies").glob("*2024-02*.parquet")
    with duckdb.connect() as con:
        con.execute(f"create table t as from '{bad}'; update t set transmissie_id = 'Z'; copy t to '{bad}'")
    with swap.exchange(data) as after:
        shutil.copytree(data.ledger.parent, after.ledger.parent)
        for folder in ("lake", "quarantine"):
            shutil.copytree(data.root / folder, after.root / folder)
        for name in (bad.name, good.name):
            flip(after.quarantine / "transmissies" / name)
        rewrite.record(data, after, "erased")
    assert faults(data) == (f"quarantine/transmissies/{bad.name}: is not as it was written",)


def test_a_publication_that_is_removed_for_newer_ones_is_not_missing(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "KEPT", 1)
    for year in (2020, 2021):
        publish(data, replace(DATES, as_of=DATES.as_of.replace(year=year), as_of_is_default=False))
    assert len(publication.published(data)) == 2 and faults(data) == ()


def test_while_a_run_writes_nobody_verifies(data: DataFolder) -> None:
    environment = {**os.environ, "TWE_DATA": str(data.root)}
    with single_writer(data.lock):
        command = [sys.executable, "-m", "orchestration.cli.main", "verify"]
        done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == BusyError.exit_code and "another run is busy" in done.stderr


def test_verify_on_the_command_line(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWE_DATA", str(data.root))
    good = CliRunner().invoke(twe, ["verify"])
    assert good.exit_code == 0 and f"head {verification.check(data).head}" in good.output
    (path,) = (data.lake / "transmissies").glob("*2024-02*.parquet")
    flip(path)
    bad = CliRunner().invoke(twe, ["verify", "--head", "0" * 64])
    assert bad.exit_code == 1
    assert bad.output.splitlines()[0] == f"lake/transmissies/{path.name}: is not as it was written"
    assert "1 fault: 3 rows of the ledger" in bad.output
    monkeypatch.setenv("TWE_DATA", str(data.root / "nergens"))
    assert CliRunner().invoke(twe, ["verify"]).exit_code == 2 and not (data.root / "nergens").exists()


def test_a_run_prepares_the_chain(settings: Settings) -> None:
    Workspace(settings).prepare()
    assert verification.check(settings.folder).faults == ()
