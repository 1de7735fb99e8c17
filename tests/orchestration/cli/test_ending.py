"""How the process of a command ends: with its exit code, all that was printed, and at once."""

import os
import subprocess
import sys

import pytest

from orchestration.store.paths import PROJECT

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
