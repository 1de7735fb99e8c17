"""A person with three numbers: erased under all of them, wherever one of them stands, and followed by another key."""

import json
import shutil
from pathlib import Path

import pytest

from orchestration.ingest import ledger
from orchestration.ingest.persons.pseudonym import SHORT, client_key
from orchestration.maintenance import erase, rotate_key
from orchestration.quality import cases
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt
from tests.integration.persons.test_persons import NEW_KEY, figures, published
from tests.integration.persons.test_privacy import files, insz_in, keys_in, texts
from tests.support.deliveries import INSZ, KEY, rows_of, write
from tests.support.processes import Twe

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
FIRST, SECOND, LAST = NUMBERS = ("85210112333", "72450199823", "93051822361")
OLD_STAND = "2021-01-31"
OTHER, THIRD = INSZ[1], "80010150090"
DELIVERIES = {
    "trajecten_2020-12-31.csv": f"""
        traject_id | klant_id | ocmw_nis | startdatum | einddatum  | beeindiging
        PERSOON-T1 | {FIRST}  | 44021    | 2019-01-15 | 2019-07-10 | UITGEVOERD
        PERSOON-T2 | {SECOND} | 44021    | 2019-06-15 | 2020-07-10 | VROEGTIJDIG
        ANDER-T1   | {OTHER}  | 11002    | 2019-03-01 | 2019-12-31 | VROEGTIJDIG
        ANDER-T2   | {THIRD}  | 11002    | 2019-03-01 | 2019-12-31 | VROEGTIJDIG
        {OTHER}    | {OTHER}  | 11002    | 2020-01-15 | 2020-06-30 | UITGEVOERD
        zie {THIRD} | {THIRD} | 11002    | 2020-01-15 | 2020-06-30 | UITGEVOERD
    """,
    "art60_tewerkstellingen_2020-12-31.csv": f"""
        tewerkstelling_id | traject_id  | startdatum | einddatum
        ANDER-J1          | {OTHER}     | 2020-01-20 | 2020-03-31
        ANDER-J2          | zie {THIRD} | 2020-01-20 | 2020-03-31
        ANDER-J3          | {LAST}      | 2019-02-01 | 2019-03-31
    """,
    "arbeidsmarktposities_2020-12-31.csv": f"""
        positie_id | klant_id | positie | startdatum
        PERSOON-P1 | {LAST}   | NEC     | 2020-01-01
        ANDER-P1   | {OTHER}  | SEC     | 2020-01-01
    """,
    "transmissies_2020-12-31.csv": f"""
        transmissie_id | klant_id | transmissiedatum
        PERSOON-X1     | {SECOND} | 2020-02-02
        PERSOON-X2     | {LAST}   | 2020-02-30
    """,
    "insz_wijzigingen_2021-01-31.csv": f"""
        oude_insz | nieuwe_insz | ingangsdatum
        {FIRST}   | {SECOND}    | 2019-09-01
        {SECOND}  | {OTHER}     | 2019-10-01
        {OTHER}   | {THIRD}     | 2019-10-01
        {THIRD}   | {OTHER}     | 2019-10-01
    """,
    "insz_wijzigingen_2021-12-31.csv": f"""
        oude_insz | nieuwe_insz | ingangsdatum
        {SECOND}  | {LAST}      | 2019-10-01
        {FIRST}   | {FIRST}     | 2019-10-01
    """,
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> DataFolder:
    """All deliveries loaded and published; the person and OTHER were one until the last delivery came."""
    folder = tmp_path_factory.mktemp("numbers")
    data = DataFolder(folder / "data")
    shutil.copytree(parsed, dbt.target(data))
    for name, table in DELIVERIES.items():
        write(data.inbox, name, table)
    twe = Twe(folder / "processes", data.root)
    assert twe("run", "--question", "twe-2024").code == 0
    assert twe("annexes", "--question", "twe-2024", "--as-of", OLD_STAND).code == 0
    return data


@pytest.fixture
def settings(loaded: DataFolder, tmp_path: Path) -> Settings:
    shutil.copytree(loaded.root, tmp_path / "data", symlinks=True)
    return Settings(data=tmp_path / "data", pseudonym_key=KEY.decode(), pseudonym_key_new=NEW_KEY.decode())  # type: ignore[arg-type]


def everything(data: DataFolder) -> list[Path]:
    """All that the system keeps, the inbox too."""
    return files(data.root)


def test_the_person_counts_once_and_the_circle_is_listed(loaded: DataFolder) -> None:
    told = published(loaded, "2021-12-31")
    assert [(str(day), *counts) for _, day, *counts in told["number_changes"]] == [
        ("2021-01-31", 3, 2, 0),
        ("2021-12-31", 1, 0, 2),
    ]
    (circle, repeated) = (
        [c for c in cases.read(loaded, "insz_wijzigingen") if c.rules == (rule,)]
        for rule in ("number_circle", "same_number")
    )
    assert [(c.file_name, c.row_number, c.status, c.other_key) for c in circle] == [
        ("insz_wijzigingen_2021-01-31.csv", row, cases.OPEN, None) for row in (4, 5)
    ]
    assert [(c.status, c.has_key) for c in repeated] == [(cases.OPEN, True)]
    assert all(set(c.values) <= {"oude_insz", "nieuwe_insz", "ingangsdatum"} for c in circle + repeated)
    assert not any(insz_in(str(c.values), {*NUMBERS, OTHER, THIRD}) for c in circle + repeated)


@pytest.mark.parametrize("given", NUMBERS)
def test_a_person_is_erased_under_all_numbers(given: str, loaded: DataFolder, settings: Settings) -> None:
    data = settings.folder
    done = erase.erase(settings, given, remove_files=True)
    assert done.numbers == 3 and "The person was known under 3 numbers." in done.text
    assert set(done.removed) == set(DELIVERIES) and not done.in_inbox
    keys = {client_key(number, KEY) for number in NUMBERS}
    for path in everything(data):
        for text in texts(path):
            assert not keys_in(text, keys), path
            assert not insz_in(text, set(NUMBERS)), path
            assert not any(key[:SHORT] in text for key in keys), path
            assert "PERSOON" not in text, path
    others = {key for path in files(data.lake) for text in texts(path) for key in keys_in(text, OTHERS)}
    assert others == OTHERS, "whom a withdrawn or corrected change took for the person is another one"
    (noted,) = [json.loads(line) for line in data.erasures.read_text().splitlines()]
    assert noted["numbers"] == 3
    assert figures(data, KEY) == published(loaded, "2021-12-31")
    assert figures(data, KEY, OLD_STAND) == published(loaded, OLD_STAND)


OTHERS = {client_key(number, KEY) for number in (OTHER, THIRD)}


def test_a_data_folder_of_before_the_source_can_be_worked_on(settings: Settings) -> None:
    data = settings.folder
    for folder in (data.lake, data.quarantine):
        shutil.rmtree(folder / "insz_wijzigingen")
    entries = [e for e in ledger.read(data.ledger) if e.source != "insz_wijzigingen"]
    data.ledger.unlink()
    ledger.append(data.ledger, entries)
    assert (erase.erase(settings, FIRST).numbers, rotate_key.rotate(settings).numbers) == (1, 4)


def test_numbers_in_a_circle_are_erased_together(settings: Settings) -> None:
    done = erase.erase(settings, OTHER)
    assert done.numbers == 2
    left = {key for path in files(settings.folder.lake) for text in texts(path) for key in keys_in(text, OTHERS)}
    assert not left


def test_another_key_translates_both_numbers_of_a_change(loaded: DataFolder, settings: Settings) -> None:
    data = settings.folder
    done = rotate_key.rotate(settings)
    assert done.numbers == 5
    former = {client_key(number, KEY) for number in (*NUMBERS, OTHER, THIRD)}
    for path in [path for path in everything(data) if not path.is_relative_to(data.inbox)]:
        assert not any(keys_in(text, former) for text in texts(path)), path
        assert not any(key[:SHORT] in text for text in texts(path) for key in former), path
    changes = [row for path in files(data.lake / "insz_wijzigingen") for row in rows_of(path)]
    assert (client_key(FIRST, NEW_KEY), client_key(SECOND, NEW_KEY)) in {
        (row["oude_insz_key"], row["nieuwe_insz_key"]) for row in changes
    }
    assert {c.rules for c in cases.read(data, "insz_wijzigingen")} == {("number_circle",), ("same_number",)}
    assert figures(data, NEW_KEY) == published(loaded, "2021-12-31")
