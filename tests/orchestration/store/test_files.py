"""Files with rows of people say so in their name, and are for their maker alone."""

import os
from pathlib import Path

import pytest

from orchestration.store.files import confidential, write_confidential


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
