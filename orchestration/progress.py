"""A line on the terminal per step of a run, with its counts and its time; one line in all when nobody looks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

_terminal: TextIO | None = None


class Step:
    """What a step has to tell when it ends."""

    summary = ""


def watch(work: str) -> None:
    """Shows the steps from now on, if standard error is a terminal; else says once what is being done, so that a log
    isn't silent for minutes.

    Takes the terminal aside, because Dagster sends what a step prints to the step's log.
    """
    global _terminal
    if _terminal is None and sys.stderr.isatty():
        _terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    if _terminal is None:
        print(work, file=sys.stderr, flush=True)


@contextmanager
def step(name: str) -> Generator[Step]:
    """Shows `name` while the block runs, then its summary and seconds."""
    _show(f"  {name:<36} …\r")
    begun = time.perf_counter()
    done = Step()
    try:
        yield done
    finally:
        _show(f"  {name:<36} {done.summary:<62} {time.perf_counter() - begun:6.1f} s\n")


def _show(text: str) -> None:
    if _terminal is not None:
        _terminal.write(text)
        _terminal.flush()
