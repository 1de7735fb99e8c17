"""What all assets share: who owns them, which files say more, and which errors are worth another try."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.store.lock import BusyError
from orchestration.store.paths import PROJECT

STEWARDS = ["team:data-stewards"]
ENGINEERS = ["team:data-engineers"]
ANALYSTS = ["team:analysts"]

RETRIES = 3
SECONDS_BETWEEN = 10
TRANSIENT = (BusyError, PermissionError, BlockingIOError, InterruptedError, TimeoutError, ConnectionError)
"""A workbook that somebody has open on a share, a share that is gone for a moment, another process that writes."""


def see(*files: str) -> Mapping[str, dg.CodeReferencesMetadataValue]:
    """Metadata that links to files of the project, such as `docs/data-steward.md`; those that exist."""
    references: list = [
        dg.LocalFileCodeReference(file_path=str(PROJECT / file), label=Path(file).name)
        for file in files
        if (PROJECT / file).exists()
    ]
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=references)}


def table(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> dg.TableMetadataValue:
    """A table for the page: column -> Dagster's name of its type, and the rows."""
    schema = dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()])
    return dg.TableMetadataValue([dg.TableRecord(row) for row in rows], schema)


@contextmanager
def retried() -> Generator[None]:
    """Asks Dagster to do the step again when what went wrong may be over by then; bad data are never tried again."""
    try:
        yield
    except Exception as error:
        retry(error)
        raise


def retry(error: Exception) -> None:
    """Raises Dagster's request to do the step again when the error may be gone in a moment."""
    # dbt hands on as text what DuckDB said when somebody has the warehouse open; there is no class to ask for.
    if isinstance(error, TRANSIENT) or "Could not set lock on file" in str(error):
        raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=SECONDS_BETWEEN) from error
