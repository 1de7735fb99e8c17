"""What may be tried again: trouble that passes by itself. Bad data never are."""

from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg

from orchestration.store.lock import BusyError

TIMES = 3
SECONDS_BETWEEN = 10
PASSING = (BusyError, PermissionError, BlockingIOError, InterruptedError, TimeoutError, ConnectionError)
"""A workbook that somebody has open on a share, a share that is gone for a moment, another process that writes."""


@contextmanager
def tried_again() -> Generator[None]:
    """Asks Dagster to do the step again when what went wrong may be over by then."""
    try:
        yield
    except Exception as error:
        if not passes(error):
            raise
        raise dg.RetryRequested(max_retries=TIMES, seconds_to_wait=SECONDS_BETWEEN) from error


def passes(error: BaseException) -> bool:
    """True for an error that may be gone in a moment."""
    # dbt passes on what DuckDB said as text, when somebody has the warehouse open to look at it.
    return isinstance(error, PASSING) or "Could not set lock on file" in str(error)
