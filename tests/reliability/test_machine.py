"""A machine that is short of something: memory, the right to write, the right time, a file that is whole.

Each run that fails says why in one line; the next, with what was missing, leaves the bytes of one that lacked nothing.
"""

import datetime as dt
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.store.paths import DataFolder
from tests.integration.test_gates import BENEFICIARIES, PAYMENTS, TRAJECTORIES
from tests.oracle import deliver, marts
from tests.oracle.marts import MARTS as FIGURES
from tests.reliability.contents import Contents, contents, differences
from tests.support.compare import assert_publication_equals
from tests.support.deliveries import KEY, csv_text, write
from tests.support.moments import ClockSetBack, LittleMemory, Moment
from tests.support.processes import Twe

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
RUN = ("run", "--question", "twe-2018")
NOBODY = 65534
SHORT = (
    "there is too little memory",
    "this machine ran short of memory",
    "the process that reads files does not start",
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not below pytest's own, which nobody else may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def data(folder: Path) -> DataFolder:
    """A folder to begin from, always at the same path: it is in what dbt compiles."""
    data = DataFolder(folder / "data")
    shutil.rmtree(data.root, ignore_errors=True)
    write(data.inbox, "trajecten_2020-12-31_Gent.csv", TRAJECTORIES)
    write(data.inbox, "leefloners_2020-12-31.csv", BENEFICIARIES)
    return data


@pytest.fixture(scope="module")
def twe(folder: Path) -> Twe:
    return Twe(folder / "processes", folder / "data", patience=3600)


def deliver_more(data: DataFolder) -> None:
    write(data.inbox, "loontoelagen_2020-12-31.csv", PAYMENTS)


@pytest.fixture(scope="module")
def undisturbed(folder: Path, twe: Twe) -> tuple[Contents, Contents]:
    """What is there after a run, and after a second with one more delivery."""
    data = DataFolder(folder / "data")
    write(data.inbox, "trajecten_2020-12-31_Gent.csv", TRAJECTORIES)
    write(data.inbox, "leefloners_2020-12-31.csv", BENEFICIARIES)
    assert twe(*RUN).code == 0
    first = contents(data)
    deliver_more(data)
    assert twe(*RUN).code == 0
    return first, contents(data)


@pytest.mark.parametrize("megabytes", [20, 60, 100, 200, 300, 400, 600, 800])
def test_too_little_memory_is_one_line_and_nothing_is_half_done(
    megabytes: int, undisturbed: tuple[Contents, Contents], data: DataFolder, twe: Twe
) -> None:
    """DuckDB or the loader of libraries may end the process itself: then it is as after a kill, and nobody says what to
    do. A file that could not be read for it is tried again."""
    ended = twe(*RUN, kill=LittleMemory(megabytes))
    assert ended.code in (0, 1, 127, -signal.SIGSEGV, -signal.SIGABRT), ended.said
    if ended.code == 1:
        assert "Traceback" not in ended.said
        assert any(said in ended.said for said in SHORT), ended.said
        assert ended.err.count("\n") <= 1
    assert twe(*RUN).code == 0
    tried_twice = "this machine ran short of memory" in ended.said  # the ledger, and all that shows it, says so
    assert tried_twice or differences(undisturbed[0], contents(data)) == []
    assert_publication_equals(data.current, marts(deliver(sorted(data.inbox.iterdir()), KEY)), tables=FIGURES)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_became_read_only_is_one_line_and_stays_as_it_was(
    undisturbed: tuple[Contents, Contents], data: DataFolder, twe: Twe
) -> None:
    """Somebody else, who may read everything, and write nothing."""
    assert twe(*RUN).code == 0
    deliver_more(data)
    for path in (data.root, *data.root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    before = contents(data)
    ended = twe(*RUN, as_user=NOBODY)
    assert ended.code == 2 and ended.said.count("\n") == 1, ended.said
    assert ended.err.startswith("twe: TWE_DATA: nothing can be written in ")
    assert contents(data) == before
    for path in (data.root, *data.root.rglob("*")):
        if not path.is_symlink() and path.name != "marts.duckdb":
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert twe(*RUN).code == 0
    assert differences(undisturbed[1], contents(data)) == []


def test_a_clock_that_was_set_back_changes_nothing(
    undisturbed: tuple[Contents, Contents], data: DataFolder, twe: Twe
) -> None:
    assert twe(*RUN).code == 0
    deliver_more(data)
    ended = twe(*RUN, kill=ClockSetBack(dt.timedelta(days=400)))
    assert ended.code == 0, ended.said
    # What is late depends on the day of today, and stands in the quality report.
    late = "differs: reports/kwaliteitsrapport.html"
    assert [line for line in differences(undisturbed[1], contents(data)) if line != late] == []
    assert twe(*RUN).out.startswith("Nothing new")


def test_a_delivery_that_is_still_written_is_left_for_the_next_run(
    undisturbed: tuple[Contents, Contents], data: DataFolder, twe: Twe
) -> None:
    """Its first half is there when the run looks; the rest comes while the run reads."""
    whole = csv_text(PAYMENTS)
    path = data.inbox / "loontoelagen_2020-12-31.csv"
    path.write_text(whole[:-30], encoding="utf-8")
    running = twe.start(*RUN, wait=Moment("orchestration.ingest.load:load_source"))
    path.write_text(whole, encoding="utf-8")
    ended = running.go()
    assert ended.code == 0 and path.name in ended.out, ended.said
    assert twe(*RUN).code == 0
    assert differences(undisturbed[1], contents(data)) == []
