"""How the process of a command ends: with its exit code, all that was printed, and at once."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT

FULL = Path("/dev/full")
PROGRAM = """
import atexit, sys, threading, types
from concurrent.futures import ThreadPoolExecutor
import click
from orchestration.cli import main

class Told:
    def __del__(self):
        print("taken apart")

kept = Told()
if {heavy}:
    sys.modules["dagster"] = types.ModuleType("dagster")
go_on = threading.Event()
pool = ThreadPoolExecutor(1)
pool.submit(lambda: (go_on.wait(), print("thread ended")))
atexit.register(print, "at exit")

@main.twe.command("ends")
@click.pass_context
def command(context):
    print("last line")
    go_on.set()
    {end}

sys.argv = ["twe", "ends"]
main.main()
"""
ENDS = {
    "pass": 0,
    "sys.exit(0)": 0,
    "sys.exit(1)": 1,
    "sys.exit(None)": 0,
    "context.exit(0)": 0,
    "context.exit(1)": 1,
    "raise click.Abort": 130,
    "raise main.TweError('not so')": 2,
    "raise click.UsageError('not so')": 2,
}


@pytest.mark.parametrize("heavy", [True, False])
@pytest.mark.parametrize("end", ENDS)
def test_what_was_begun_is_ended_and_the_rest_left(heavy: bool, end: str) -> None:
    program = PROGRAM.format(heavy=heavy, end=end)
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, "not so" in done.stderr) == (ENDS[end], "not so" in end)
    told = ["last line", "thread ended", "at exit", *([] if heavy else ["taken apart"])]
    assert done.stdout.splitlines() == told


def test_an_error_that_nobody_foresaw_is_shown_and_ends_as_any_other() -> None:
    program = PROGRAM.format(heavy=True, end="raise ZeroDivisionError")
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


def test_nobody_reads_the_last_line_and_the_exit_code_stands() -> None:
    program = PROGRAM.format(heavy=True, end="sys.exit(1)")
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, env=buffered)
    assert process.stdout
    process.stdout.close()
    assert process.wait() == 1


@pytest.mark.skipif(not FULL.exists(), reason="this system has no file that is always full")
@pytest.mark.parametrize("end", ["pass", "sys.exit(1)"])
def test_output_that_is_lost_is_said_and_is_no_success(end: str) -> None:
    program = PROGRAM.format(heavy=True, end=end)
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, env=buffered, text=True
        )
    assert done.returncode == (1 if "1" in end else 120)
    assert done.stderr == f"twe: what was printed could not be written: {os.strerror(errno.ENOSPC)}\n"


@pytest.mark.parametrize("closed", ["sys.stdout.close()", "sys.stderr.close()", "sys.stdout = sys.stderr = None"])
def test_a_stream_that_is_closed_is_no_failure(closed: str) -> None:
    program = PROGRAM.format(heavy=True, end=closed).replace("print, ", "len, ").replace(', print("thread ended")', "")
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
