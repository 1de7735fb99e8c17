"""Odd files of every kind: each is read right, quarantined by name or refused with a word, and the others go on.

300 every day; `python -m tests.integration.odd` makes as many as it is asked for, and `make nightly` ten thousand.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest.readers.apart import FilePart
from orchestration.store.paths import PROJECT

from .judge import BATCH, KINDS, judge

pytestmark = pytest.mark.slow
SEED = 13


@pytest.mark.parametrize("batch", range(300 // BATCH))
def test_odd_files_are_read_right_or_refused_with_a_word(batch: int, tmp_path: Path) -> None:
    judged = judge(tmp_path, SEED, batch)
    assert judged.faults == []
    assert judged.outcomes["accepted"] > 30 and judged.outcomes["rejected"] > 30
    assert judged.outcomes["accepted rows"] > 100 and judged.outcomes["quarantined rows"] > 50


@pytest.mark.nightly
def test_ten_thousand_odd_files() -> None:
    command = [sys.executable, "-m", "tests.integration.odd", "--files", "10000", "--seed", "1"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [(kind.name, kind.suffix) for kind in KINDS]
    assert len(set(names)) == len(names) > 150


def test_the_judge_sees_rows_that_were_read_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FilePart.take

    def wrong(part: FilePart, con: Any, number: int) -> Any:
        remarks = real(part, con, number)
        con.execute("update raw set _row = _row + 1 where _delivery = ?", [number])
        return remarks

    monkeypatch.setattr(FilePart, "take", wrong)
    assert any("should not be loaded" in line for line in judge(tmp_path, SEED, 0, count=20).faults)
