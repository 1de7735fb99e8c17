"""A person is found in quarantine without the original files; several numbers are erased when somebody agrees."""

import datetime as dt
import hashlib
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from orchestration.cli.main import twe
from orchestration.ingest.persons import number_marks
from orchestration.ingest.persons.pseudonym import client_key
from orchestration.maintenance import erase, originals, rewrite, rotate_key
from orchestration.maintenance.erasure_preview import ErasurePreview
from orchestration.quality import alike
from orchestration.quality.kept_counts import KeptCounts
from orchestration.quality.review_log import record
from orchestration.store import swap
from orchestration.store.lock import is_held
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from tests.support.deliveries import INSZ, KEY, contract, csv_text, delivery, load, rows_of, write, write_text

pytestmark = pytest.mark.slow  # every test loads deliveries
PERSON, OTHER, LATER = INSZ[0], INSZ[1], INSZ[2]
NAME = "transmissies_2024-01-31.csv"
STRAY = csv_text(
    f"""
    transmissie_id | klant_id             | transmissiedatum
    X1             | {PERSON}             | 2024-13-02
    X2             | zie 93.05.18-223.61  | 2024-01-02
    X3 {PERSON} x  | {OTHER}              | 2024-13-02
    X4             | {PERSON}             | 2024-01-02       | te veel
    X5             | 93.05.18             | -223.61          | 2024-01-02
    X6             | {OTHER}              | 2024-13-02
    X7             | 93051822362          | 2024-01-02
    """
)
HIS, NOT_HIS = [2, 3, 4, 5, 6], [7, 8]
NEW = b"een andere sleutel van de testen"


@pytest.fixture
def environment(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWE_DATA", str(data.root))
    monkeypatch.setenv("TWE_PSEUDONYM_KEY", KEY.decode())


def quarantined(data: DataFolder) -> dict[int, dict]:
    return {row["row_number"]: row for path in data.quarantine.rglob("*.parquet") for row in rows_of(path)}


def marked(data: DataFolder, key: bytes, insz: str = PERSON) -> list[int]:
    own = number_marks.mark(client_key(insz, key), key)
    return sorted(number for number, row in quarantined(data).items() if own in (row[number_marks.COLUMN] or ()))


def state(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("[a-z]*.parquet"))}


def test_a_person_in_quarantine_alone_is_erased_without_the_original(data: DataFolder, settings: Settings) -> None:
    path = write_text(data.inbox, NAME, STRAY)
    load(data, path)
    assert marked(data, KEY) == HIS and marked(data, KEY, OTHER) == [4, 7]
    path.unlink()
    record(data, {(NAME, 2, "invalid_transmissiedatum"): "mijn reden"}, "iemand", dt.datetime(2024, 2, 1))
    kept = KeptCounts(data)
    alike.counted(data, kept)
    kept.save()
    done = erase.erase(settings, PERSON)
    assert (done.rows, done.quarantined, done.unsearchable) == (0, len(HIS), {})
    assert not [path for path in data.root.rglob("*") if path.is_file() and b"mijn reden" in path.read_bytes()]
    left = quarantined(data)
    given = ("transmissie_id", "klant_id", "transmissiedatum", "fields", number_marks.COLUMN)
    assert [number for number, row in left.items() if not any(row[name] for name in given)] == HIS
    assert all(left[number]["transmissie_id"] for number in NOT_HIS)


def test_a_mark_is_neither_the_number_nor_its_pseudonym(data: DataFolder) -> None:
    load(data, write_text(data.inbox, NAME, STRAY))
    (path,) = (data.quarantine / "transmissies").glob("*.parquet")
    kept = path.read_bytes()
    said = " ".join(str(row) for row in rows_of(path))
    for number in (PERSON, OTHER):
        assert client_key(number, KEY)[:16] not in said and number not in said and number.encode() not in kept
    assert number_marks.mark(client_key(PERSON, KEY), KEY) != number_marks.mark(client_key(PERSON, KEY), NEW)


@pytest.mark.usefixtures("environment")
def test_rows_that_cannot_be_searched_are_named(data: DataFolder, settings: Settings) -> None:
    """Files of before there were marks."""
    path = write_text(data.inbox, NAME, STRAY)
    load(data, path)
    (kept,) = (data.quarantine / "transmissies").glob("*.parquet")
    old = kept.with_suffix(".old")
    duckdb.execute(f"copy (select * exclude ({number_marks.COLUMN}) from '{kept}') to '{old}' (format parquet)")
    old.replace(kept)
    assert erase.erase(settings, LATER).unsearchable == {}, "the original was searched"
    path.unlink()
    done = erase.erase(settings, LATER)
    assert done.unsearchable == {NAME: [*HIS, *NOT_HIS]}
    assert f"MAY HOLD THE PERSON      {NAME}, quarantined row 2, 3, 4" in done.text
    told = CliRunner().invoke(twe, ["erase"], input=f"{LATER}\n")
    assert (told.output, told.exit_code) == (f"{done.text}\n", 1)


@pytest.mark.usefixtures("environment")
def test_a_file_that_could_not_be_searched_whole_is_named(data: DataFolder) -> None:
    rows = f"transmissie_id | klant_id | transmissiedatum | zus\nX1 | {{}} | 2024-01-02 | {LATER}"
    load(data, write(data.inbox, NAME, rows.format(PERSON)))
    told = CliRunner().invoke(twe, ["erase"], input=f"{LATER}\n")
    assert told.exit_code == 1 and f"MAY HOLD THE PERSON      {NAME}: it can't be read, or has columns" in told.output
    assert LATER not in told.output
    told = CliRunner().invoke(twe, ["erase", "--remove-files"], input=f"{PERSON}\n")
    assert told.exit_code == 0 and "MAY HOLD" not in told.output


@pytest.mark.parametrize("with_original", [True, False])
def test_another_key_makes_the_marks_again_or_says_that_it_cannot(
    data: DataFolder, tmp_path: Path, with_original: bool
) -> None:
    path = write_text(data.inbox, NAME, STRAY)
    load(data, path)
    source = contract.load("transmissies")
    translated = originals.Translation()
    if with_original:
        translated.read(source, delivery(path), KEY, NEW)
    after = DataFolder(tmp_path / "after")
    replacements = {number_marks.COLUMN: translated.marks}
    rewrite.rewrite_rows(data.quarantine, after.quarantine, source, replacements, "row_number")
    assert marked(after, KEY) == [] and marked(after, NEW) == (HIS if with_original else [])
    (delivery_id,) = (p.stem for p in (data.quarantine / "transmissies").iterdir())
    unknown = {} if with_original else {delivery_id: [*HIS, 7]}
    assert rewrite.unsearchable(after.quarantine, source, ()) == unknown


CHANGES = f"""
    oude_insz | nieuwe_insz | ingangsdatum
    {PERSON}  | {LATER}     | 2019-09-01
    {LATER}   | {OTHER}     | 2019-10-01
"""


@pytest.mark.usefixtures("environment")
def test_several_numbers_are_erased_only_when_somebody_agrees(data: DataFolder) -> None:
    load(data, write(data.inbox, "insz_wijzigingen_2024-01-31.csv", CHANGES))
    load(data, write(data.inbox, NAME, f"transmissie_id | klant_id | transmissiedatum\nX1 | {LATER} | 2024-01-02"))
    before = state(data.root)
    done = CliRunner().invoke(twe, ["erase"], input=f"{PERSON}\n")
    assert done.exit_code == 2 and state(data.root) == before
    assert "known under 3 numbers" in done.output and "give the command again with --yes" in done.output
    assert "2 rows of insz_wijzigingen" in done.output and "1 row of transmissies" in done.output
    assert not any(number in done.output for number in (PERSON, LATER, OTHER))


@pytest.mark.usefixtures("environment")
def test_the_person_who_is_asked_may_say_no(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    load(data, write(data.inbox, "insz_wijzigingen_2024-01-31.csv", CHANGES))
    before = state(data.root)
    monkeypatch.setattr("orchestration.cli.options.is_terminal", lambda: True)
    done = CliRunner().invoke(twe, ["erase"], input=f"{PERSON}\nn\n")
    assert (
        done.exit_code == 2
        and "Erase? [y/N]" in done.output
        and "--yes" not in done.output
        and state(data.root) == before
    )


@pytest.mark.parametrize("meanwhile", [False, True])
def test_runs_go_on_while_somebody_is_asked(data: DataFolder, settings: Settings, meanwhile: bool) -> None:
    rows = "transmissie_id | klant_id | transmissiedatum\nX{} | {} | 2024-01-02"
    load(data, write(data.inbox, "insz_wijzigingen_2024-01-31.csv", CHANGES))
    load(data, write(data.inbox, NAME, rows.format(1, LATER)))
    seen = []

    def agree(preview: ErasurePreview) -> None:
        assert not is_held(data.lock)
        if meanwhile:
            load(data, write(data.inbox, "transmissies_2024-02-29.csv", rows.format(2, OTHER)))
        seen.append(state(data.root))

    if not meanwhile:
        assert erase.erase(settings, PERSON, agree=agree).rows == 3 and state(data.root) != seen[0]
        return
    with pytest.raises(erase.ChangedMeanwhileError, match="changed while you were asked"):
        erase.erase(settings, PERSON, agree=agree)
    assert state(data.root) == seen[0]


@pytest.mark.parametrize("is_erasure", [True, False])
def test_a_change_that_is_killed_once_it_is_decided_leaves_no_warehouse_of_before(
    data: DataFolder, settings: Settings, monkeypatch: pytest.MonkeyPatch, is_erasure: bool
) -> None:
    load(data, write(data.inbox, NAME, f"transmissie_id | klant_id | transmissiedatum\nX1 | {PERSON} | 2024-01-02"))
    known, sums = data.work / "built.json", data.key_sums / "2024" / "about.json"
    for path in (data.warehouse, known, sums):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")

    def killed(folder: Path, place: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.maintenance.same_figures.prove", lambda *_: 0)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(swap, "_put", killed)
        if is_erasure:
            erase.erase(settings, PERSON)
        else:
            rotate_key.rotate(settings.model_copy(update={"pseudonym_key_new": SecretStr(NEW.decode())}))
    assert data.next.exists()
    assert (data.warehouse.exists(), known.exists(), sums.exists()) == (False, False, not is_erasure)
