"""A delivery with more rows than are held at once: as it would be if all of them were."""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import contract
from expectations.contract import Rule
from orchestration.ingest import in_parts, ledger, storage, validation
from orchestration.ingest.load import SourceLoad, load_source
from orchestration.ingest.readers import apart
from orchestration.ingest.readers.limits import DEFAULT, Limits, NotReadError
from orchestration.quality import cases
from orchestration.store.files import sweep
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, KEY, by_routing, delivery, rows_of, write_text

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not apart.IS_POSSIBLE, reason="files are read in the same process here, at once"),
]
HEADERS = {
    "transmissies": "transmissie_id;klant_id;transmissiedatum;verwijderd",
    "insz_wijzigingen": "oude_insz;nieuwe_insz;ingangsdatum",
    "leefloners": "nis_code;maand;leefloners;equivalent_leefloners",
}


SAME = {
    "transmissies": f"S1;{INSZ[0]};2024-01-02;",
    "insz_wijzigingen": "85010110194;93051822361;2024-01-02",
    "leefloners": "11003;2024-01;5;",
}
"""A row that comes again and again."""


def transmissies(chance: random.Random, number: int) -> str:
    """Rows of every kind: right, repeated, contradicted in any way, withdrawn, malformed, blank, with stray numbers."""
    key = chance.choice(["", "X1", "X2", INSZ[0], "93.05.18-223.61", f"nr {INSZ[1]}", f"Y{number}", f"Z{number}"])
    person = chance.choice([*INSZ, "93.05.18-223.61", "fout", "", f" {INSZ[2]} "])
    day = chance.choice(["2024-01-02", "2024-01-02", "02/01/2024", "2024-13-02", f"a {INSZ[3]}", ""])
    odd = chance.choice(["", "", "", "J", ";te veel", "misschien"])
    return chance.choice([f"{key};{person};{day};{odd}"] * 12 + ["", ";;;", "half"])


def insz_wijzigingen(chance: random.Random, number: int) -> str:
    new = chance.choice([*INSZ, "93.05.18-223.61", "fout", ""])
    return f"{chance.choice([*INSZ, '930518 223 61', 'fout', '', f'{number}'])};{new};2024-01-0{number % 3 + 1}"


def leefloners(chance: random.Random, number: int) -> str:
    month = chance.choice(["2024-01", "01/2024", "2024-02", f"{number % 12 + 1}/20{number % 20 + 10}", "geen"])
    return f"{chance.choice(['11001', '11002', '99999', ''])};{month};{chance.choice('12x')};{chance.choice(['', '3'])}"


MAKERS = {"transmissies": transmissies, "insz_wijzigingen": insz_wijzigingen, "leefloners": leefloners}


def content(source: str, rows: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    lines = [SAME[source] if chance.random() < 0.1 else MAKERS[source](chance, n) for n in range(rows)]
    return "\n".join([HEADERS[source], *lines, ""])


def kept(data: DataFolder, done: SourceLoad) -> dict[str, Any]:
    """All that is left of a load, but for the moment of it."""
    (entry,) = ledger.read(data.ledger)
    (listed,) = done.entries
    assert entry == listed
    files = sorted(file for folder in (data.lake, data.quarantine) for file in folder.rglob("*") if file.is_file())
    return {
        "entry": replace(entry, loaded_at=None),
        "files": {file.relative_to(data.root).as_posix(): (types(file), rows_of(file)) for file in files},
        "text": done.text,
        "cases": cases.read(data, done.source),
    }


def types(file: Path) -> list[tuple]:
    with duckdb.connect() as con:
        return [row[:2] for row in con.execute(f"describe from '{file}'").fetchall()]


def load(root: Path, path: Path, validate: validation.Validate = by_routing) -> dict[str, Any]:
    data = DataFolder(root)
    found = delivery(path)
    return kept(data, load_source(data, contract.load(found.source), [found], KEY, "run-1", validate))


@pytest.mark.parametrize("source", list(MAKERS))
@pytest.mark.parametrize("rows", [1000, 40])
def test_a_delivery_in_parts_is_the_delivery_as_a_whole(
    source: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_text(tmp_path, f"{source}_2024-01-31.csv", content(source, 300))
    whole = load(tmp_path / "whole", path)
    assert whole["entry"].rows_quarantined > 30 and len(whole["files"]) == 2
    assert {"duplicate_row", "conflicting_key"} <= {reason.rule for reason in whole["entry"].reasons}
    calls = []

    def validate(database: str, table: str, rules: Sequence[Rule]) -> Sequence[int]:
        calls.append(table)
        return by_routing(database, table, rules)

    monkeypatch.setattr(apart, "ROWS", rows)
    assert load(tmp_path / "parts", path, validate) == whole
    assert (calls.count("delivered") > 7) is (rows == 40)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "ROWS", 10)


GOOD = "".join(f"X{n};{INSZ[0]};2024-01-02;\n" for n in range(35))


def write(folder: Path, rows: str, label: str = "a", header: str = HEADERS["transmissies"]) -> Path:
    return write_text(folder, f"transmissies_2024-01-31_{label}.csv", f"{header}\n{rows}")


def load_all(data: DataFolder, *paths: Path, validate: validation.Validate = by_routing) -> SourceLoad:
    found = [delivery(path) for path in paths]
    return load_source(data, contract.load("transmissies"), found, KEY, "run-1", validate)


def files_of(data: DataFolder) -> list[Path]:
    """Of the lake and the quarantine."""
    return [path for folder in (data.lake, data.quarantine) for path in folder.rglob("*") if path.is_file()]


def test_others_of_the_batch_are_loaded_beside_it(data: DataFolder, small: None) -> None:
    few = [write(data.inbox, f"{label};{INSZ[0]};2024-01-02;\n", label) for label in ("a", "c")]
    large, again = (write(data.inbox, GOOD, label) for label in ("b", "d"))
    done = load_all(data, few[0], large, few[1], again)
    accepted = {e.file_name: e.rows_accepted for e in ledger.read(data.ledger)}
    assert accepted == {few[0].name: 1, large.name: 35, few[1].name: 1}
    assert done.repeats == [(again.name, large.name)]


def test_remarks_on_the_file_are_in_the_ledger(data: DataFolder, small: None) -> None:
    load_all(data, write(data.inbox, GOOD, header=HEADERS["transmissies"].replace("verwijderd", "extra")))
    assert [e.message for e in ledger.read(data.ledger)] == ["unknown column(s) ignored: extra"]


def test_a_file_that_is_wrong_at_its_end_is_refused_and_nothing_of_it_is_left(data: DataFolder, small: None) -> None:
    done = load_all(data, write(data.inbox, GOOD + '"X;\n'))
    assert [e.message[:24] for e in done.rejected] == ['has a quote (") in row 3']
    assert files_of(data) == []


@pytest.mark.parametrize("times", [1, 2])
def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(
    times: int, data: DataFolder, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the first reading, or in the second."""
    path = write(data.inbox, GOOD)
    real, calls = apart.parts, []

    def parts(*arguments: Any) -> Any:
        calls.append(1)
        yield from real(*arguments)
        if len(calls) == times:
            path.write_text(path.read_text() + f"Y;{INSZ[0]};2024-01-02;\n")

    monkeypatch.setattr(apart, "parts", parts)
    done = load_all(data, path)
    assert (done.changed, done.entries) == ([path.name], [])
    assert files_of(data) == []
    assert load_all(data, path).entries[0].rows_accepted == 36


def test_when_the_counts_differ_in_one_part_nothing_is_loaded(data: DataFolder, small: None) -> None:
    calls = []

    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        calls.append(table)
        return [n + (calls.count("delivered") == 3) for n in by_routing(database, table, rules)]

    with pytest.raises(validation.IngestError, match="nothing was loaded"):
        load_all(data, write(data.inbox, GOOD), validate=validate)
    assert files_of(data) == []
    assert load_all(data, write(data.inbox, GOOD)).entries[0].rows_accepted == 35


def test_the_pieces_on_disk_hold_no_number_of_a_person(
    data: DataFolder, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real = storage.Pieces.join

    def join(pieces: storage.Pieces) -> None:
        seen.extend(str(rows_of(path)) for path in files_of(data))
        real(pieces)

    monkeypatch.setattr(storage.Pieces, "join", join)
    load_all(data, write(data.inbox, content("transmissies", 120).partition("\n")[2]))
    assert len(seen) > 20 and not [number for number in INSZ for text in seen if number in text]


def test_what_a_killed_run_left_of_its_pieces_is_swept_and_never_read(data: DataFolder) -> None:
    pieces = storage.Pieces(data.lake / "transmissies" / "a.parquet", "_row")
    path = pieces.new(2)
    path.parent.mkdir(parents=True)
    path.write_text("half")
    assert not list(data.lake.rglob("*.parquet"))
    assert sweep(data.lake) == 1


def test_a_key_in_more_rows_than_can_be_judged_together_refuses_the_file(
    data: DataFolder, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = SAME["transmissies"] + "\n"
    monkeypatch.setattr(in_parts, "ONE_KEY", 20)
    few, many = write(data.inbox, same * 20 + GOOD, "a"), write(data.inbox, same * 21 + GOOD, "b")
    assert [(e.status, e.rows_quarantined) for e in load_all(data, few).entries] == [("accepted", 19)]
    (entry,) = load_all(data, many).entries
    assert entry.message.startswith("has one key in more than 20 rows; ")
    assert entry.message_nl.startswith("heeft een zelfde sleutel in meer dan 20 rijen; ")


@pytest.mark.parametrize("row", ["half", f";{INSZ[0]};2024-01-02;"])
def test_a_file_with_more_rows_without_a_key_than_a_few_is_refused(
    row: str, data: DataFolder, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes can hold any number of them."""
    monkeypatch.setattr(in_parts, "ONE_KEY", 20)
    few, many = (write(data.inbox, f"{row}\n" * rows + GOOD, f"{rows}") for rows in (20, 21))
    assert [(e.status, e.rows_quarantined) for e in load_all(data, few).entries] == [("accepted", 20)]
    (entry,) = load_all(data, many).entries
    assert entry.message.startswith("has more than 20 rows without a key, or ")
    assert entry.message_nl.startswith("heeft meer dan 20 rijen zonder sleutel, of ")


def test_a_file_whose_every_key_comes_twice_waits_and_is_judged_in_several_parts(data: DataFolder, small: None) -> None:
    seen: list[int] = []

    def validate(database: str, table: str, rules: Sequence[Rule]) -> Sequence[int]:
        with duckdb.connect(database) as con:
            seen.extend(con.execute(f"select count(*) from {table}").fetchall()[0] if table == "delivered" else ())
        return by_routing(database, table, rules)

    (entry,) = load_all(data, write(data.inbox, GOOD + GOOD), validate=validate).entries
    assert (entry.rows_read, entry.rows_accepted, entry.rows_quarantined) == (70, 35, 35)
    assert len(seen) > 3 and sum(seen) == 70 and max(seen) < 20
    lake, quarantine = (rows_of(next((folder / "transmissies").iterdir())) for folder in (data.lake, data.quarantine))
    assert [row["_row"] for row in lake] == list(range(2, 37))
    assert [row["row_number"] for row in quarantine] == list(range(37, 72))


class RoomForThirtyFourKeys(Limits):
    validating = DEFAULT.validating


def test_a_survey_that_takes_too_much_memory_refuses_the_file(data: DataFolder, small: None) -> None:
    source, found = contract.load("transmissies"), delivery(write(data.inbox, GOOD))
    ways = in_parts.InParts(source, 10, KEY, RoomForThirtyFourKeys(memory=8 * 34))
    parts = apart.parts(source, found, DEFAULT, 10)
    with closing(parts), pytest.raises(NotReadError, match="memory to validate"):
        ways.survey(found, parts)
