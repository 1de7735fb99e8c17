"""One bad file: whatever it does to its reader, it is refused by name and the next one is read."""

import os
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.ingest import readers
from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.readers import apart, limits
from orchestration.ingest.readers.limits import Limits
from tests.orchestration.ingest.readers.reading import HEADER, SOURCE, parquet
from tests.support.deliveries import delivery, door_database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not apart.IS_POSSIBLE, reason="files are read in the same process here"),
]
SMALL = Limits(memory=512 * 1024**2, seconds=60)
MIB = 1024**2

MISBEHAVING = """
import ctypes, os, resource, signal, sys, time
sys.path[:] = {path!r}
from orchestration.ingest import readers
from orchestration.ingest.readers import worker

def no_memory():
    sys.stderr.write("memory allocation of 549755813888 bytes failed")
    sys.stderr.flush()
    os.abort()

def loop():
    if os.path.exists("told"):
        with open("told", "w") as told:
            told.write("reads")
    time.sleep(600)

DOES = dict(
    abort=os.abort,
    allot=no_memory,
    segfault=lambda: ctypes.string_at(0),
    leave=lambda: os._exit(3),
    loop=loop,
    swell=lambda: [bytearray(1 << 24) for _ in range(1000)],
    fail=lambda: int("x93051822361"),
    killed=lambda: os.kill(os.getpid(), signal.SIGKILL),
    core=lambda: os._exit(10 + (resource.getrlimit(resource.RLIMIT_CORE) != (0, 0))),
    keys=lambda: os._exit(10 + any(name.startswith("TWE_") for name in os.environ)),
)
real = readers.read

def read(con, contract, delivery, number, parts):
    if delivery.label in DOES:
        DOES[delivery.label]()
    if delivery.label == "once" and not os.path.exists(flag := f"{{delivery.path}}.flag"):
        open(flag, "w").close()
        DOES["killed"]()
    return real(con, contract, delivery, number, parts)

readers.read = read
worker.main({rows}, {lifeline}, {memory})
"""


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch):
    """A reader that does what the label of a delivery says."""
    apart._stop()
    monkeypatch.setattr(apart, "_START", MISBEHAVING)
    yield
    apart._stop()


def one(folder: Path, label: str = "one", content: bytes | str = HEADER + "1;93051822361;2024-01-01\n") -> Path:
    path = folder / f"transmissies_2024-01-31_{label}.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, allowed: Limits = SMALL) -> list[tuple[int, int, str]]:
    with door_database(SOURCE) as con:
        apart.read(con, SOURCE, delivery(path), 7, allowed)
        return con.execute("select _delivery, _row, klant_id from raw order by _row").fetchall()


def refusal(path: Path, allowed: Limits = SMALL) -> DeliveryError:
    with door_database(SOURCE) as con:
        with pytest.raises(DeliveryError) as error:
            apart.read(con, SOURCE, delivery(path), 7, allowed)
        assert con.execute("from raw").fetchall() == []
    return error.value


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("abort", "fail (SIGABRT)"),
        ("segfault", "fail (SIGSEGV)"),
        ("leave", "fail (exit code 3)"),
        ("allot", "takes more than 512 MiB of memory"),
        ("fail", "fail (ValueError)"),
        ("core", "fail (exit code 10)"),  # 11 would be: it may leave a dump of its memory
        ("keys", "fail (exit code 10)"),  # 11 would be: it knows the pseudonym key
        ("swell", "takes more than 512 MiB of memory"),
    ],
)
def test_a_file_that_its_reader_does_not_survive_is_refused_and_the_next_is_read(
    tmp_path, monkeypatch, misbehaving, label, said
):
    monkeypatch.setenv("TWE_PSEUDONYM_KEY", "a key that no reader needs")
    error = refusal(one(tmp_path, label))
    assert said in str(error)
    assert error.dutch != str(error)
    assert read(one(tmp_path)) == [(7, 2, "93051822361")]


def test_the_answer_that_somebody_interrupted_is_not_taken_for_that_of_the_next_file(tmp_path, monkeypatch):
    def interrupted(reader, seconds):
        raise KeyboardInterrupt

    first = one(tmp_path, "first", HEADER + "1;85010110194;2024-01-01\n2;85010110194;2024-01-01\n")
    assert len(read(first)) == 2  # it has started
    with monkeypatch.context() as patch:
        patch.setattr(apart._Reader, "_answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read(first)
    assert read(one(tmp_path)) == [(7, 2, "93051822361")]


@pytest.mark.parametrize("label", ["abort", "segfault", "fail", "swell"])
def test_a_run_that_may_take_little_memory_blames_no_file(tmp_path, monkeypatch, misbehaving, label):
    """Refused as too large or broken, it would stay so when there is memory again."""
    monkeypatch.setattr(limits, "is_short", lambda: True)
    error = refusal(one(tmp_path, label))
    assert isinstance(error, limits.NotReadError) and error.under == limits.MACHINE


@pytest.mark.parametrize(("limit", "short"), [(resource.RLIM_INFINITY, False), (3 * 1024**3, True)])
def test_a_run_may_take_little_memory_when_somebody_said_so(monkeypatch, limit, short):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, resource.RLIM_INFINITY))
    assert limits.is_short() is short


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(tmp_path, misbehaving):
    assert read(one(tmp_path))  # it has started
    assert "takes longer than 1 seconds to read" in str(refusal(one(tmp_path, "loop"), Limits(SMALL.memory, 1)))
    assert read(one(tmp_path)) == [(7, 2, "93051822361")]


def test_a_reader_that_the_system_killed_gets_the_file_once_more(tmp_path, misbehaving):
    assert read(one(tmp_path, "once")) == [(7, 2, "93051822361")]


def test_a_file_is_not_called_bad_when_the_machine_was_short_of_memory_twice(tmp_path, misbehaving):
    error = refusal(one(tmp_path, "killed"))
    assert "the file may be right; the next run tries it again" in str(error)
    assert error.under == limits.MACHINE
    assert read(one(tmp_path)) == [(7, 2, "93051822361")]


def test_refusals_of_the_file_itself_are_those_of_the_reader(tmp_path):
    path = one(tmp_path, content="transmissie_id;klant_id\n1;2\n")
    error = refusal(path)
    assert str(error).startswith("lacks the required column(s) transmissiedatum")
    assert error.dutch.startswith("mist de verplichte kolom(men) transmissiedatum")
    remarks = []
    with door_database(SOURCE) as con:
        extra = one(tmp_path, "extra", HEADER.strip() + ";extra\n1;93051822361;2024-01-01;x\n")
        remarks = apart.read(con, SOURCE, delivery(extra), 0, SMALL)
    assert [remark.english for remark in remarks] == ["unknown column(s) ignored: extra"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_small_file_with_more_rows_than_fit_into_the_limit_is_refused(tmp_path, suffix):
    content: bytes = (HEADER + "a\n" * 3_000_000).encode()
    if suffix == "parquet":
        long = "repeat('x', 36)"
        content = parquet(
            tmp_path,
            f"select {long} as {f', {long} as '.join(HEADER.strip().split(';'))} from range(5_000_000)",
        )
        assert len(content) < MIB
    path = tmp_path / f"transmissies_2024-01-31.{suffix}"
    path.write_bytes(content)
    assert "takes more than 256 MiB of memory to read" in str(refusal(path, Limits(256 * MIB, 60)))
    assert read(one(tmp_path), Limits(256 * MIB, 60)) == [(7, 2, "93051822361")]


def test_one_process_reads_all_files_and_keeps_nothing_of_them(tmp_path):
    read(one(tmp_path))
    reader = apart._Reader._running
    for number in range(30):  # the name of what it hands over stays the same, and its time may
        path = one(tmp_path, f"n{number}", HEADER + f"1;{number};2024-01-01\n")
        assert read(path) == [(7, 2, str(number))]
    assert apart._Reader._running is reader
    assert os.fstat(reader.rows).st_size == 0


def test_the_reader_ends_with_the_process_that_started_it(tmp_path):
    """Also when that is killed in the middle of a file."""
    script = f"""
import sys, pathlib
sys.path[:] = {sys.path!r}
from orchestration.ingest.readers import apart
from tests.orchestration.ingest.readers import test_apart
apart._START = test_apart.MISBEHAVING
reader = apart._Reader.get(1 << 29)
print(reader._process.pid, flush=True)
test_apart.read(pathlib.Path(sys.argv[1]))
"""
    os.mkfifo(tmp_path / "told")
    command = [sys.executable, "-c", script, str(one(tmp_path, "loop"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as parent:
        reader = int(parent.stdout.readline())
        watched = os.pidfd_open(reader)
        assert (tmp_path / "told").read_text() == "reads"
        parent.send_signal(signal.SIGKILL)
    assert select.select([watched], [], [], 60)[0], "the reader lives on"


def test_a_reader_that_does_not_start_is_no_fault_of_a_file(tmp_path, monkeypatch):
    apart._stop()
    monkeypatch.setattr(apart, "_START", "raise SystemExit(1) # {path} {rows} {lifeline} {memory}")
    with pytest.raises(apart.ReaderError, match="does not start, so nothing was read"):
        read(one(tmp_path))


def test_without_files_in_memory_alone_files_are_read_in_this_process(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "IS_POSSIBLE", False)
    monkeypatch.setattr(readers, "read", lambda con, contract, delivery, number: [number])
    with door_database(SOURCE) as con:
        assert apart.read(con, SOURCE, delivery(one(tmp_path)), 3, SMALL) == [3]
