"""Another key and an erasure change who can be recognised, and never a figure; and they happen whole or not at all."""

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration import runner
from orchestration.ingest.persons.pseudonym import client_key
from orchestration.ingest.workspace import Workspace
from orchestration.maintenance import erase, originals, rotate_key, verification
from orchestration.maintenance.same_figures import FiguresDifferError
from orchestration.quality import cases, review_log
from orchestration.runner import RunRequest
from orchestration.store import swap
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt
from tests.exports.cell_keys import write_key_sums
from tests.integration.persons.test_privacy import files, insz_in, keys_in, texts
from tests.support.deliveries import INSZ, KEY, rows_of, write
from tests.support.processes import Twe

pytestmark = pytest.mark.slow

NEW_KEY = b"de volgende sleutel van de testen"
PERSON, OTHER = INSZ[0], INSZ[1]
OLD_STAND = "2020-12-31"
# The person's rows lead from one source to the next; T3 was delivered for both, one after the other.
DELIVERIES = {
    "trajecten_2020-12-31_Gent.csv": f"""
        traject_id | klant_id    | ocmw_nis | startdatum | einddatum  | beeindiging
        PERSOON-T1 | {PERSON}    | 44021    | 2019-01-15 | 2019-07-10 | UITGEVOERD
        PERSOON-T2 | {PERSON}    | 44021    | 2019-06-15 | 2020-07-10 |
        ANDER-T1   | {OTHER}     | 11002    | 2019-03-01 | 2019-12-31 | VROEGTIJDIG
        T3         | {PERSON}    | 11002    | 2020-03-01 |            |
    """,
    "trajecten_2021-12-31_Gent.csv": f"""
        traject_id | klant_id    | ocmw_nis | startdatum | einddatum  | beeindiging
        PERSOON-T1 | {PERSON}    | 44021    | 2019-01-15 | 2019-08-10 | VROEGTIJDIG
        PERSOON-T2 | {PERSON}    | 44021    | 2019-06-15 | 2020-07-10 | UITGEVOERD
        T3         | {OTHER}     | 11002    | 2020-03-01 |            |
    """,
    "klantprofielen_2020-12-31.csv": """
        traject_id | geslacht | leeftijd
        PERSOON-T1 | V        | 33
        ANDER-T1   | M        | 44
    """,
    "art60_tewerkstellingen_2020-12-31.csv": """
        tewerkstelling_id | traject_id | startdatum | einddatum
        PERSOON-J1        | PERSOON-T1 | 2019-02-01 | 2019-05-31
        ANDER-J1          | ANDER-T1   | 2019-03-15 |
    """,
    "loontoelagen_2020-12-31.csv": """
        betaling_id | traject_id | ocmw_nis | prestatiemaand | betaaldatum | soort    | bedrag
        PERSOON-B1  | PERSOON-T1 | 44021    | 2019-02        | 2019-03-15  | BETALING | 1000,10
        ANDER-B1    | ANDER-T1   | 11002    | 2019-04        | 2019-05-15  | BETALING | 500
    """,
    "arbeidsmarktposities_2020-12-31.csv": f"""
        positie_id | klant_id | positie | startdatum
        PERSOON-P1 | {PERSON} | NEC     | 2020-01-01
        ANDER-P1   | {OTHER}  | SEC     | 2020-01-01
    """,
    "transmissies_2020-12-31.csv": f"""
        transmissie_id | klant_id | transmissiedatum
        PERSOON-X1     | {PERSON} | 2020-02-02
        PERSOON-X2     | {PERSON} | 2020-02-30
        {PERSON}       | {OTHER}  | 2020-02-30
    """,
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> DataFolder:
    """A data folder with all deliveries loaded and published, at the default stand and at an older one."""
    folder = tmp_path_factory.mktemp("persons")
    data = DataFolder(folder / "data")
    shutil.copytree(parsed, dbt.target(data))
    for name, table in DELIVERIES.items():
        write(data.inbox, name, table)
    twe = Twe(folder / "processes", data.root)
    assert twe("run", "--question", "twe-2024").code == 0
    write_key_sums(data)  # as under a policy that changes counts
    assert twe("annexes", "--question", "twe-2024", "--as-of", OLD_STAND).code == 0
    return data


@pytest.fixture
def settings(loaded: DataFolder, tmp_path: Path) -> Settings:
    """A copy of it for one test."""
    shutil.copytree(loaded.root, tmp_path / "data", symlinks=True)
    return Settings(data=tmp_path / "data", pseudonym_key=KEY.decode(), pseudonym_key_new=NEW_KEY.decode())  # type: ignore[arg-type]


def lake(data: DataFolder) -> list[dict]:
    return [row for path in files(data.lake) for row in rows_of(path)]


def state(data: DataFolder) -> dict[str, str]:
    """Every file that counts, by its content."""
    kept = (data.lake, data.quarantine, data.ledger.parent, data.published)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files(*kept)}


def figures(data: DataFolder, key: bytes, as_of: str = "", annexes: bool = False) -> dict[str, list]:
    """Every published table, built anew."""
    shutil.rmtree(data.published)
    settings = Settings(data=data.root, pseudonym_key=key.decode())  # type: ignore[arg-type]
    day = dt.date.fromisoformat(as_of) if as_of else None
    report = runner.run(settings, RunRequest(("twe-2024",), day, load=False, annexes=annexes))
    assert report.exit_code == 0
    return published(data, "[0-9]")


def published(data: DataFolder, stand: str) -> dict[str, list]:
    (made,) = data.published.glob(f"{stand}*/marts.duckdb")
    with duckdb.connect(str(made), read_only=True) as con:
        tables = [t for (t,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        return {t: con.execute(f"from {t} order by all").fetchall() for t in tables if t != "publication"}


NEW_KEYS = {client_key(insz, NEW_KEY) for insz in (PERSON, OTHER)}


def client_keys(data: DataFolder) -> set[str]:
    return {row["client_key"] for row in lake(data) if row.get("client_key")}


def test_another_key_translates_every_client(settings: Settings, tmp_path: Path) -> None:
    """The change of key itself compares the figures; `test_another_key_gives_the_same_figures` does so from outside."""
    data = settings.folder
    done = rotate_key.rotate(settings)
    assert (done.numbers, done.rows, done.files) == (2, 9, 4)
    assert verification.check(data).faults == ()
    assert client_keys(data) == NEW_KEYS
    write(data.inbox, "transmissies_2022-01-31.csv", "transmissie_id | klant_id | transmissiedatum")
    assert Twe(tmp_path / "processes", data.root)("run").code == 2, "the former key is refused"


@pytest.mark.nightly
def test_another_key_gives_the_same_figures_and_the_clients_are_still_recognised(
    loaded: DataFolder, settings: Settings, tmp_path: Path
) -> None:
    data = settings.folder
    rotate_key.rotate(settings)
    assert figures(data, NEW_KEY) == published(loaded, "2021-12-31")
    write(
        data.inbox,
        "transmissies_2022-01-31.csv",
        f"""
        transmissie_id | klant_id | transmissiedatum
        PERSOON-X9     | {PERSON} | 2020-02-02
    """,
    )
    assert Twe(tmp_path / "processes", data.root)("run", TWE_PSEUDONYM_KEY=NEW_KEY.decode()).code == 0
    assert client_keys(data) == NEW_KEYS


def test_a_client_of_whom_no_original_is_left_keeps_everything_as_it_was(settings: Settings) -> None:
    data = settings.folder
    path = data.inbox / "transmissies_2020-12-31.csv"
    path.unlink()  # both clients are in other files as well
    for name in ("trajecten_2020-12-31_Gent.csv", "trajecten_2021-12-31_Gent.csv"):
        (data.inbox / name).write_text((data.inbox / name).read_text().replace("2019", "2018"))
    (data.inbox / "arbeidsmarktposities_2020-12-31.csv").unlink()
    before = state(data)
    with pytest.raises(
        rotate_key.OriginalsMissingError, match=r"^2 clients are in no original .*trajecten_2020-12-31_G"
    ):
        rotate_key.rotate(settings)
    assert state(data) == before


def test_figures_that_would_change_stop_a_rotation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = rotate_key.rewrite.rewrite_rows

    def loses_a_file(old: Path, new: Path, *rest: object) -> tuple[int, int]:
        done = real(old, new, *rest)  # type: ignore[arg-type]
        for path in (new / "trajecten").glob("trajecten_2021*"):
            path.unlink()
        return done

    monkeypatch.setattr(rotate_key.rewrite, "rewrite_rows", loses_a_file)
    before = state(settings.folder)
    with pytest.raises(FiguresDifferError, match=r"the figures would change in .*mart_.*; nothing was changed"):
        rotate_key.rotate(settings)
    assert state(settings.folder) == before


def test_an_erased_person_is_nowhere_and_every_figure_stays(
    loaded: DataFolder, settings: Settings, tmp_path: Path
) -> None:
    """The INSZ goes in by standard input; the process is started as a person would."""
    data = settings.folder
    mine, other = (("trajecten_2021-12-31_Gent.csv", row, "overlapping_trajectory") for row in (2, 4))
    review_log.record(data, {mine: "PERSOON werd ziek", other: "Klopt"}, "steward", dt.datetime(2022, 1, 1))
    told = subprocess.run(
        [sys.executable, "-m", "orchestration.cli.main", "erase", "--remove-files"],
        input=f"93.05.18-223.61 {chr(10)}",
        env={**os.environ, "TWE_DATA": str(data.root), "TWE_PSEUDONYM_KEY": KEY.decode()},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Erased: 9 rows of 7 files" in told.stdout and "3 rows in quarantine were emptied" in told.stdout
    assert verification.check(data).faults == ()
    kept = files(data.lake, data.quarantine, data.ledger.parent, data.work, data.published, data.annexes, data.dagster)
    for path in kept + files(data.inbox):
        for text in texts(path):
            assert not keys_in(text, {client_key(PERSON, KEY)}), path
            assert not insz_in(text, {PERSON}), path
            assert "PERSOON" not in text, path
    assert PERSON not in told.stdout + told.stderr
    assert files(loaded.key_sums) and not data.key_sums.exists()

    (noted,) = [json.loads(line) for line in data.erasures.read_text().splitlines()]
    assert {k: v for k, v in noted.items() if k != "erased_at"} == {
        "rows": 9,
        "quarantined": 3,
        "files": 7,
        "numbers": 1,
    }
    others = [row for row in lake(data) if row.get("client_key") == client_key(OTHER, KEY)]
    assert {row["traject_id"] for row in others if "traject_id" in row} == {"ANDER-T1", "T3"}
    assert figures(data, KEY, OLD_STAND, annexes=True) == published(loaded, OLD_STAND)
    # Another key afterwards: nobody can, and nobody need, translate the erased one.
    originals = tmp_path / "originals"
    write(originals, "trajecten_2020-12-31_Gent.csv", DELIVERIES["trajecten_2020-12-31_Gent.csv"])
    assert rotate_key.rotate(settings, originals).numbers == 1
    assert {place: review.why for place, review in review_log.current(data).items()} == {
        mine: review_log.ERASED,
        other: "Klopt",
    }
    stand = {(c.row_number, c.status) for c in cases.read(data, "trajecten") if c.rules == (mine[2],)}
    assert (2, cases.REVIEWED) in stand and (3, cases.OPEN) in stand


def test_a_person_who_is_not_there_changes_nothing(settings: Settings) -> None:
    before = state(settings.folder)
    done = erase.erase(settings, INSZ[2])
    assert (done.rows, done.quarantined, done.in_inbox) == (0, 0, [])
    assert state(settings.folder) == before
    with pytest.raises(erase.InszError) as error:
        erase.erase(settings, "93.05.18-22")
    with pytest.raises(erase.InszError) as wrong:  # a control number that is wrong: a slip, and somebody else's
        erase.erase(settings, "93.05.18-223.62")
    assert "223" not in str(wrong.value)
    assert "93" not in str(error.value)


def test_files_that_were_loaded_long_enough_ago_leave_the_inbox(settings: Settings) -> None:
    inbox = settings.folder.inbox
    write(inbox, "transmissies_2022-01-31.csv", "transmissie_id | klant_id | transmissiedatum")
    (inbox / "leesmij.txt").write_text("geen levering")
    now = max(entry.loaded_at for entry in Workspace(settings).entries())
    assert originals.remove_loaded(settings, 30, now) == []
    assert set(originals.remove_loaded(settings, 30, now + dt.timedelta(days=31))) == set(DELIVERIES)
    assert {path.name for path in inbox.iterdir()} == {"transmissies_2022-01-31.csv", "leesmij.txt"}


@pytest.mark.parametrize("killed_at", [0, 1, 2])
def test_an_exchange_that_is_killed_is_finished_by_the_next_run(
    killed_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataFolder(tmp_path)
    for folder in (data.lake, data.quarantine, data.ledger.parent):
        folder.mkdir()
        (folder / "was").write_text("oud")
    real: Callable[[Path, Path], None] = swap._put
    done: list[Path] = []

    def killed(folder: Path, place: Path) -> None:
        if len(done) == killed_at:
            shutil.rmtree(place)  # the worst moment: the old one is gone, the new one is not there yet
            raise KeyboardInterrupt
        done.append(place)
        real(folder, place)

    monkeypatch.setattr(swap, "_put", killed)
    with pytest.raises(KeyboardInterrupt), swap.exchange(data) as after:
        for folder in (after.lake, after.quarantine, after.ledger.parent):
            folder.mkdir()
            (folder / "is").write_text("nieuw")
    monkeypatch.setattr(swap, "_put", real)
    swap.finish(data)
    assert {str(p.relative_to(tmp_path)) for p in files(tmp_path)} == {"lake/is", "quarantine/is", "ledger/is"}


def test_an_exchange_that_fails_before_it_is_complete_changes_nothing(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.lake.mkdir()
    (data.lake / "was").write_text("oud")
    with pytest.raises(ValueError, match="halverwege"), swap.exchange(data) as after:
        after.lake.mkdir()
        raise ValueError("halverwege")
    swap.finish(data)
    assert [str(p.relative_to(tmp_path)) for p in files(tmp_path)] == ["lake/was"]


def test_what_a_killed_exchange_had_written_is_removed_by_the_next_run(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.lake.mkdir()
    (data.lake / "was").write_text("oud")
    killed = swap.exchange(data)  # never ended: as after `kill -9`
    after = killed.__enter__()
    after.lake.mkdir()
    (after.lake / "half").write_text("een pseudoniem")
    swap.finish(data)
    assert [str(p.relative_to(tmp_path)) for p in files(tmp_path)] == ["lake/was"]
