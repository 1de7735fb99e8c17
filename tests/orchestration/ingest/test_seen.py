"""Which files of the inbox are read again, and what is kept of those that are not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from orchestration.ingest import seen
from orchestration.ingest.seen import SeenFiles


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "SETTLED", -1.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "inbox" / "trajecten_2024-01-31_85073003328.csv"
    path.parent.mkdir()
    path.write_bytes(b"a;b\n1;2\n")
    return path


def look(kept: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the file is read for its digest, which must be right."""
    read: list[object] = []
    real = hashlib.file_digest
    known = SeenFiles(kept)
    with monkeypatch.context() as patched:
        patched.setattr(seen.hashlib, "file_digest", lambda *asked: read.append(asked) or real(*asked))
        content = file.read_bytes()
        assert known.digest(file) == (hashlib.sha256(content).hexdigest(), len(content))
    known.save()
    return bool(read)


def test_a_file_that_lies_as_it_did_is_read_once(tmp_path, file, monkeypatch):
    kept = tmp_path / "work" / "seen.json"
    assert [look(kept, file, monkeypatch) for _ in range(3)] == [True, False, False]
    text = kept.read_text()
    assert "85073003328" not in text and "trajecten" not in text


def test_other_content_is_read_however_it_came_there(tmp_path, file, monkeypatch):
    kept = tmp_path / "seen.json"
    look(kept, file, monkeypatch)
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    file.write_bytes(b"a;b\n1;3\n")  # as long as before, and dated as before
    os.utime(file, ns=times)
    assert look(kept, file, monkeypatch)
    other = tmp_path / "other"
    other.write_bytes(b"a;b\n1;4\n")
    os.utime(other, ns=times)
    other.replace(file)
    assert look(kept, file, monkeypatch)
    with file.open("ab") as opened:
        opened.write(b"2;5\n")
    assert look(kept, file, monkeypatch) and not look(kept, file, monkeypatch)


def test_a_file_that_was_written_just_now_is_read_again(tmp_path, file, monkeypatch):
    monkeypatch.setattr(seen, "SETTLED", 3600.0)
    assert [look(tmp_path / "seen.json", file, monkeypatch) for _ in range(2)] == [True, True]


def test_what_is_kept_is_only_of_files_that_are_there(tmp_path, file, monkeypatch):
    kept, other = tmp_path / "seen.json", file.with_name("other.csv")
    look(kept, file, monkeypatch)
    other.write_bytes(b"x")
    look(kept, other, monkeypatch)
    assert look(kept, file, monkeypatch)


@pytest.mark.parametrize("damage", ["", "[1]", "{"])
def test_a_damaged_file_is_made_again(tmp_path, file, monkeypatch, damage):
    kept = tmp_path / "seen.json"
    kept.write_text(damage)
    assert [look(kept, file, monkeypatch) for _ in range(2)] == [True, False]
