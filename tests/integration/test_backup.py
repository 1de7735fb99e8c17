"""A backup is whole, says so, and gives back everything that readers had."""

import json
import shutil
from pathlib import Path

import pytest

from orchestration.maintenance import backup as copies
from orchestration.maintenance.backup import BackupError
from orchestration.store.lock import BusyError, single_writer
from orchestration.store.settings import Settings
from tests.conftest import Finished
from tests.integration.test_gates import hashes
from tests.support.deliveries import KEY
from tests.support.processes import Twe

pytestmark = pytest.mark.slow


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "restored", pseudonym_key=KEY.decode())  # type: ignore[arg-type]


def relative(finished: Settings) -> dict[str, str]:
    """What readers and the door rely on, by its place in the data folder."""
    root = finished.folder.root
    folders = (finished.folder.ledger.parent, finished.folder.lake, finished.folder.quarantine)
    folders += (finished.folder.published, finished.folder.disclosure, finished.folder.annexes)
    return {name.removeprefix(str(root)): digest for folder in folders for name, digest in hashes(folder).items()}


def test_what_is_put_back_is_what_was_there_and_needs_no_work(
    finished: Finished, empty: Settings, tmp_path: Path
) -> None:
    kept = tmp_path / "backup"
    twe = Twe(tmp_path / "processes", finished.data.root)
    assert twe("backup", str(kept)).code == 0
    assert not (kept / "inbox").exists() and not (kept / "work" / "warehouse.duckdb").exists()
    there = Twe(tmp_path / "processes-there", empty.folder.root)
    assert there("restore", str(kept)).code == 0
    assert len(relative(empty)) > 100
    assert relative(empty) == relative(finished.settings)
    assert there("verify").out.startswith("As it was written: ")
    again = there("run")
    assert again.out.startswith("Nothing new") and again.code == 0
    assert there("restore", str(kept)).code == 2  # never over what was loaded


def test_a_backup_that_is_not_whole_is_not_put_back(finished: Finished, empty: Settings, tmp_path: Path) -> None:
    kept = tmp_path / "backup"
    copies.backup(finished.settings, kept)
    for number, (spoil, said) in enumerate(
        [
            (lambda folder: (folder / copies.CONTENTS).unlink(), "it is no backup, or the backup was cut short"),
            (lambda folder: (folder / "ledger" / "deliveries.parquet").unlink(), "deliveries.parquet is missing"),
            (lambda folder: next((folder / "lake").rglob("*_2*.parquet")).write_bytes(b"x"), "not as it was when the"),
        ]
    ):
        spoiled = tmp_path / f"spoiled-{number}"
        shutil.copytree(kept, spoiled, symlinks=True)
        spoil(spoiled)
        with pytest.raises(BackupError, match=said):
            copies.restore(empty, spoiled)
        assert not empty.folder.ledger.exists()


def test_a_restore_that_was_killed_can_be_done_again(
    finished: Finished, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "backup"
    copies.backup(finished.settings, kept)
    real, names = copies._copy_plain, list(json.loads((kept / copies.CONTENTS).read_text()))

    def killed(path: Path, copy: Path) -> None:
        if path.name == "deliveries.parquet":
            raise KeyboardInterrupt
        real(path, copy)

    monkeypatch.setattr(copies, "_copy_plain", killed)
    with pytest.raises(KeyboardInterrupt):
        copies.restore(empty, kept)
    assert not empty.folder.ledger.exists()
    monkeypatch.setattr(copies, "_copy_plain", real)
    assert copies.restore(empty, kept) == len(names)
    assert relative(empty) == relative(finished.settings)


def test_no_backup_is_made_of_half_a_run(finished: Finished, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(finished.data.ledger.parent, copy / "ledger")
    settings = Settings(data=copy)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    for folder in (tmp_path / "used", copy / "backup"):
        with pytest.raises(BackupError):
            copies.backup(settings, folder)
    twe = Twe(tmp_path / "processes", copy)
    with single_writer(settings.folder.lock):
        ended = twe("backup", str(tmp_path / "busy"))
    assert ended.code == 2 and "another run is busy" in ended.err
    assert not (tmp_path / "busy").exists()


def test_nothing_loaded_is_nothing_to_keep(empty: Settings, tmp_path: Path) -> None:
    with pytest.raises((BackupError, BusyError), match="there is nothing to keep"):
        copies.backup(empty, tmp_path / "backup")
