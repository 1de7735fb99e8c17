"""Code locations: this project is one, and others may have their runs in the same books of Dagster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterRun

MODULE = "orchestration.definitions"
"""What Dagster loads of this project."""


def is_ours(run: DagsterRun) -> bool:
    """Whether a run is of this project: only such a run holds the lock on the data folder, so only of such a run does
    the lock tell whether it is alive, and only such runs are for this project to end or to forget.

    Goes by the code that Dagster loaded for the run. A run that names none began without a code server, as those of
    the command line do.
    """
    origin = run.job_code_origin
    if origin is None:
        return True
    return MODULE in re.split(r"[^\w.]+", origin.repository_origin.code_pointer.describe())
