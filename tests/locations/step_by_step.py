"""This project with Dagster's multi-process executor in place of its own: a process, a workspace and a lock per step.

Only to see what comes of it; `tests.locations.parts` runs it, docs/spark.md says why the project doesn't.
"""

from unittest import mock

import dagster as dg

from orchestration.definitions import build_definitions, quiet
from orchestration.store.settings import load_settings


@dg.definitions
def defs() -> dg.Definitions:
    quiet()
    with mock.patch.object(dg, "in_process_executor", dg.multiprocess_executor):
        return build_definitions(load_settings())
