"""Files with rows of people say so in their name, and are for their maker alone."""

import os
from pathlib import Path

import pytest

from orchestration.store.files import (
    confidential,
    keep_private,
    make_read_only,
    replaced,
    shut_out_others,
    write_confidential,
)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("rijen.xlsx", "VERTROUWELIJK_rijen.xlsx"),
        ("VERTROUWELIJK rijen.xlsx", "VERTROUWELIJK rijen.xlsx"),
        ("rijen_vertrouwelijk.xlsx", "rijen_vertrouwelijk.xlsx"),
        ("VERTROUWELIJK/rijen.xlsx", "VERTROUWELIJK/VERTROUWELIJK_rijen.xlsx"),
    ],
)
def test_the_name_says_that_a_file_is_confidential(given: str, name: str) -> None:
    assert confidential(Path(given)) == Path(name)


@pytest.mark.parametrize("before", [None, 0o644])
def test_it_is_for_its_maker_alone_whatever_was_there_and_whatever_the_mask(tmp_path: Path, before: int | None) -> None:
    path = tmp_path / "VERTROUWELIJK.xlsx"
    if before:
        path.touch(before)
    mask = os.umask(0)
    try:
        assert write_confidential(path, b"rijen") == path
    finally:
        os.umask(mask)
    assert path.read_bytes() == b"rijen" and path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("started_with", "file", "folder"),
    [(0o022, 0o600, 0o700), (0o002, 0o600, 0o700), (0o077, 0o600, 0o700), (0o027, 0o640, 0o750)],
)
def test_what_is_written_is_closed_to_others(tmp_path: Path, started_with: int, file: int, folder: int) -> None:
    mask = os.umask(started_with)
    try:
        keep_private()
        with replaced(tmp_path / "map" / "x") as temporary:
            temporary.write_text("x")
    finally:
        os.umask(mask)
    assert (tmp_path / "map" / "x").stat().st_mode & 0o777 == file
    assert (tmp_path / "map").stat().st_mode & 0o777 == folder


def test_a_folder_loses_the_rights_of_others_and_no_other_ones(tmp_path: Path) -> None:
    for before, after in ((0o755, 0o750), (0o2777, 0o2770), (0o750, 0o750)):
        tmp_path.chmod(before)
        shut_out_others(tmp_path)
        assert tmp_path.stat().st_mode & 0o7777 == after
    tmp_path.chmod(0o700)


def test_a_folder_that_cannot_be_closed_to_others_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    shut_out_others(tmp_path)
    assert str(tmp_path) in capsys.readouterr().err
    monkeypatch.undo()
    tmp_path.chmod(0o700)


def test_a_file_that_is_read_only_can_be_read_by_nobody_more(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    path.chmod(0o640)
    make_read_only(path)
    assert path.stat().st_mode & 0o777 == 0o440
