"""A line on the terminal per step of a run, with its counts and its time; silent when nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager


class Step:
    """What a step has to tell when it ends."""

    summary = ""


@contextmanager
def step(name: str) -> Generator[Step]:
    """Shows `name` while the block runs, then its summary and seconds. Only on a terminal."""
    shown = sys.stderr.isatty()
    if shown:
        print(f"  {name:<34} …", end="\r", file=sys.stderr, flush=True)
    begun = time.perf_counter()
    done = Step()
    try:
        yield done
    finally:
        if shown:
            print(f"  {name:<34} {done.summary:<70} {time.perf_counter() - begun:6.1f} s", file=sys.stderr, flush=True)
