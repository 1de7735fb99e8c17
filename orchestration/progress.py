"""The steps of a run as they go on: a line per step on a terminal, one line in all in a log."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_terminal: Console | None = None


class Step:
    """A step that goes on. `summary` is shown beside its name when it ends."""

    summary = ""


def watch(work: str) -> None:
    """Shows the steps from now on, if standard error is a terminal. If not, writes once what is being done, so that a
    log isn't silent for minutes.

    The terminal is kept aside, because Dagster sends what a step prints to the step's log.
    """
    global _terminal
    if not sys.stderr.isatty():
        print(work, file=sys.stderr, flush=True)
    elif _terminal is None:
        from rich.console import Console

        _terminal = Console(file=os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8"))


@contextmanager
def step(name: str) -> Generator[Step]:
    """Shows `name` and the seconds while the block runs, and its summary when it ends."""
    done = Step()
    if _terminal is None:
        yield done
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description:<36}", markup=False),
        TextColumn("{task.fields[summary]:<62}", markup=False),
        TextColumn("{task.elapsed:6.1f} s"),
    )
    with Progress(
        *columns, console=_terminal, refresh_per_second=4, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        task = bar.add_task(name, total=1, summary="…")
        try:
            yield done
        except BaseException:
            done.summary = "failed"
            raise
        finally:
            bar.update(task, completed=1, summary=done.summary)
