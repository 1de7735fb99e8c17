"""One writer at a time; the lock ends with the process that holds it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.store.lock import BusyError, is_held, single_writer
from orchestration.store.paths import PROJECT

HOLD = """
import sys, time
from pathlib import Path
from orchestration.store.lock import single_writer
with single_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(path: Path, *within: str) -> subprocess.Popen[str]:
    """Another process that holds the lock until its standard input closes, started by the program `within`."""
    command = [*within, sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(command, cwd=PROJECT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_is_busy_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "map" / "run.lock"
    with holder(path) as other:
        with pytest.raises(BusyError) as error, single_writer(path):
            pass
        other.communicate()
    assert re.fullmatch(
        rf"another run is busy \(process {other.pid} on {re.escape(os.uname().nodename)}, "
        r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\); try again when it ends",
        str(error.value),
    )
    with single_writer(path):
        pass


def test_a_process_under_the_name_of_another_machine_is_told_of_as_there(tmp_path: Path) -> None:
    renamed = ("unshare", "--uts", "sh", "-c", 'echo machine-2 > /proc/sys/kernel/hostname && exec "$@"', "sh")
    if subprocess.run([*renamed, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may give no process another name of the machine")
    path = tmp_path / "run.lock"
    with holder(path, *renamed) as other:
        with pytest.raises(BusyError, match=rf"\(process {other.pid} on machine-2, since "), single_writer(path):
            pass
        other.communicate()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_process_holds_nothing(how: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with holder(path) as other:
        other.send_signal(how)
        other.wait()
        with single_writer(path):
            pass


def test_a_refused_process_leaves_the_lock_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with holder(path) as other:
        for _ in range(2):
            with pytest.raises(BusyError, match=str(other.pid)), single_writer(path):
                pass
        other.communicate()


def test_one_process_may_take_the_lock_again(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with single_writer(path):
        with single_writer(path):
            pass
        with pytest.raises(subprocess.CalledProcessError):  # still held for others
            subprocess.run(
                [sys.executable, "-c", HOLD, str(path)],
                cwd=PROJECT,
                check=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
            )


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with pytest.raises(ZeroDivisionError), single_writer(path):
        _ = 1 / 0
    with holder(path) as other:
        other.communicate()
    assert other.returncode == 0
    assert path.read_text() == ""


def test_whether_it_is_held_is_seen_without_taking_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    assert not path.exists()
    with single_writer(path):
        assert is_held(path)
    assert not is_held(path)
