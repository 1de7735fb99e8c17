"""What memory one delivery takes does not hang on how many rows it has."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.ingest.readers import apart
from orchestration.store.paths import PROJECT

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(not apart.IS_POSSIBLE, reason="files are read in the same process here, at once"),
]
ROWS = (600_000, 2_400_000)
BYTES_OF_A_ROW = 8
SPREAD = 100
"""MiB by which two runs of the same may differ."""


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_four_times_the_rows_take_no_more_memory_but_for_their_hashes(form: str, tmp_path: Path) -> None:
    few, many = (memory(tmp_path / str(rows), rows, form) for rows in ROWS)
    hashes = (ROWS[1] - ROWS[0]) * BYTES_OF_A_ROW / 1024**2
    assert all(more - less < hashes + SPREAD for less, more in zip(few, many, strict=True)), (few, many)


def memory(folder: Path, rows: int, form: str) -> list[int]:
    """MiB at most of the process that loads and of the one that reads."""
    command = [sys.executable, "-m", "tests.benchmark.deliveries.large", folder, "--rows", str(rows), "--format", form]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return [int(found) for found in re.findall(r"(\d+) MiB in the", done.stdout)]
