"""The Dagster instance of a data folder: runs, checks and metadata stay there for whoever opens the page later."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from orchestration.services.locations import is_ours
from orchestration.store.errors import of_machine
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.settings import SettingsError

if TYPE_CHECKING:
    from dagster import DagsterInstance

CONFIG = """\
# Written by twe when it is missing; change it as Dagster's documentation says.
telemetry: {enabled: false}
nux: {enabled: false}
concurrency:
  pools: {default_limit: 1, granularity: op}
  runs: {max_concurrent_runs: 1}
# A run that could not begin (another one held the data folder) or whose process died is tried again by the daemon. A
# step that failed is not: bad data stay bad.
run_retries: {enabled: true, max_retries: 3, retry_on_asset_or_op_failure: false}
freshness: {enabled: true}
# Every message of a step is kept in the event log; the terminal and the journal get warnings and errors.
python_logs: {python_log_level: WARNING}
# One event log instead of one per run and an index: half the writing. What steps print is not kept; they print nothing.
event_log_storage:
  module: dagster._core.storage.event_log
  class: ConsolidatedSqliteEventLogStorage
  config: {base_dir: {env: DAGSTER_HOME}}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
ADDED = {
    "run_monitoring": """\
# Added by twe. A run whose process died gives back its place in the pool; every later run would wait for it.
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  cancel_timeout_seconds: 180
  max_resume_run_attempts: 0
  poll_interval_seconds: 15
  free_slots_after_run_end_seconds: 5
""",
    "run_launcher": """\
# Added by twe. Dagster's own launcher, which also knows which run is dead: one without the lock on the data folder.
run_launcher: {module: orchestration.services.launcher, class: LockingRunLauncher}
""",
}
"""Blocks without which a queue can stand still; added to a `dagster.yaml` that does not have them."""


def prepare(data: DataFolder) -> None:
    """Makes the instance's folder, brings its configuration up to date, and points Dagster to it."""
    config = data.dagster / "dagster.yaml"
    given = config.read_text(encoding="utf-8") if config.exists() else CONFIG
    missing = [block for name, block in ADDED.items() if not re.search(rf"^{name} *:", given, re.MULTILINE)]
    if missing or not config.exists():
        with replaced(config) as temporary:
            temporary.write_text("".join([given.rstrip("\n"), "\n", *missing]), encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(data.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


def open_instance(data: DataFolder) -> DagsterInstance:
    """The persistent instance under the data folder. Raises `SettingsError` when its database can't be opened."""
    prepare(data)
    from dagster import DagsterInstance

    try:
        return DagsterInstance.get()
    except Exception as error:
        if of_machine(error):
            raise
        while error.__cause__ is not None:  # the deepest says it: a server that refuses, a variable that is not set
            error = error.__cause__
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise SettingsError(
            f"Dagster's instance can't be opened ({said}); look at {data.dagster / 'dagster.yaml'}, and when it names "
            "PostgreSQL at TWE_DAGSTER_POSTGRES"
        ) from None


@contextmanager
def kept_open(instance: DagsterInstance) -> Generator[None]:
    """While the block runs, Dagster's books in SQLite are written through connections that stay open, and are on the
    disk for good only now and then.

    Dagster opens one per event, which costs more than the event, and SQLite moves its journal into the database when
    the last one closes. A power cut may cost the books their last events, never their order; what the project itself
    relies on (ledger, publications) is written otherwise. Books in another database are left as they are.
    """
    from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
    from dagster._core.storage.runs import SqliteRunStorage
    from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
    from sqlalchemy import create_engine, event

    def relax(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("pragma synchronous = normal")

    with ExitStack() as opened:
        books = (instance.event_log_storage, "_connect"), (instance.run_storage, "connect")
        for storage, connect in books:
            if isinstance(storage, ConsolidatedSqliteEventLogStorage | SqliteRunStorage):
                engine = create_engine(storage._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
                event.listen(engine, "connect", relax)
                setattr(storage, connect, engine.begin)  # what Dagster's own method gives: a transaction
                opened.callback(engine.dispose)
                opened.callback(delattr, storage, connect)
        yield


def end_killed_runs(instance: DagsterInstance, run_id: str = "", launched: bool = False) -> None:
    """Ends in Dagster's books the runs that were killed, and gives back their place in the pool.

    For whoever holds the lock on the data folder: no other run than `run_id` can be alive then, and a place that a
    killed run still claims would keep every later run waiting for ever. `launched`: also runs whose process was still
    starting and had not come to the lock; for a daemon that begins, since they were the former daemon's. A run of
    another code location goes on, and keeps its place: the lock says nothing of it.
    """
    from dagster import DagsterRunStatus, RunsFilter
    from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

    storage = instance.event_log_storage
    open_ones = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
    open_ones += [DagsterRunStatus.STARTING] if launched else []
    living = {run_id}
    for run in instance.get_runs(RunsFilter(statuses=list(NOT_FINISHED_STATUSES))):
        if not is_ours(run):
            living.add(run.run_id)
        elif run.status in open_ones and run.run_id != run_id:
            instance.report_run_failed(run, "The process of this run was ended from outside; a later run found it so.")
    claims = storage.get_concurrency_run_ids()
    for pool in storage.get_concurrency_keys():
        claims |= {slot.run_id for slot in storage.get_concurrency_info(pool).claimed_slots}
    for stale in claims - living:
        storage.free_concurrency_slots_for_run(stale)
