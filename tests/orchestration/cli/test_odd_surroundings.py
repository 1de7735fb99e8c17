"""A folder with an odd name, files with odd names, and a disk that is full: read right, or said in one line."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.ingest import ledger
from orchestration.store.paths import PROJECT, DataFolder
from tests.support.deliveries import INSZ, KEY, write
from tests.support.processes import Twe

pytestmark = pytest.mark.slow
ROWS = f"transmissie_id | klant_id | transmissiedatum\nX1 | {INSZ[0]} | 2024-01-02"


def test_a_folder_and_files_may_have_any_name(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "a{}b{name} jaar=2026 it's %s é $x {{ y }}")
    first = write(data.inbox, "transmissies_2024-01-31.csv", ROWS)
    (data.inbox / "transmissies_2024-02-29.csv").write_bytes(first.read_bytes())
    (data.inbox / os.fsdecode(b"caf\xe9\x1b[31m.csv")).write_text("x")
    (data.inbox / "transmissies_2024-03-31.csv").symlink_to(first)
    twe = Twe(tmp_path / "processes", data.root)
    run = twe("run", "--question", "twe-2018")
    assert (run.code, run.err) == (0, "")
    assert "already loaded  transmissies_2024-02-29.csv: same content as transmissies_2024-01-31.csv" in run.out
    assert "not a delivery  caf\\udce9\\x1b[31m.csv: is not named as a delivery" in run.out
    assert "not a delivery  transmissies_2024-03-31.csv: is a link" in run.out
    assert "Annexes (3 workbooks):" in run.out
    status = twe("status")
    assert (status.code, status.err) == (0, "")
    assert "caf\\udce9\\x1b[31m.csv" in status.out and "\x1b" not in status.out
    assert "Nothing new" in twe("run", "--question", "twe-2018").out


@pytest.mark.parametrize("kilobytes", [pytest.param(64, marks=pytest.mark.nightly), 600])
def test_a_disk_that_takes_no_more_is_one_line_and_nothing_is_lost(tmp_path: Path, kilobytes: int) -> None:
    """No file may grow over the limit, as on a full disk or beyond a quota; the next run has none."""
    data = DataFolder(tmp_path / "data")
    write(data.inbox, "transmissies_2024-01-31.csv", ROWS)
    run = subprocess.run(
        [sys.executable, "-m", "orchestration.cli.main", "run", "--question", "twe-2018"],
        cwd=PROJECT,
        env={**os.environ, "TWE_DATA": str(data.root), "TWE_PSEUDONYM_KEY": KEY.decode()},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024,) * 2),
        check=False,
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stdout + run.stderr
    assert len([line for line in run.stderr.splitlines() if not line.startswith("Building")]) <= 1, run.stderr
    assert Twe(tmp_path / "processes", data.root)("run", "--question", "twe-2018").code == 0
    assert [entry.file_name for entry in ledger.read(data.ledger)] == ["transmissies_2024-01-31.csv"]
