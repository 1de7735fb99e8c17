"""Old runs leave Dagster's books, or these would grow by a megabyte and more with every run, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from orchestration.services.locations import is_ours

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

KEPT = 100
"""Runs that the page can show, beside those that hold the newest word on something."""
AT_ONCE = 10
"""Runs that must be too many before any is forgotten, so that not every run has to look."""


def forget(instance: DagsterInstance, kept: int = KEPT, at_once: int = AT_ONCE) -> int:
    """Takes ended runs of this project out of the books, with their events, but for the `kept` newest; returns how
    many.

    A run stays in which an asset was made or a check looked last: the page, the sensors and what is late go by that.
    What the project itself relies on is in the ledger and the publications, which keep everything.
    """
    from dagster import RunsFilter
    from dagster._core.storage.dagster_run import FINISHED_STATUSES

    if instance.get_runs_count() < kept + at_once:
        return 0
    found = instance.get_runs(RunsFilter(statuses=list(FINISHED_STATUSES)))  # the newest first
    ended = [run.run_id for run in found if is_ours(run)]
    needed = _made_last(instance) | _looked_last(instance)
    old = [run for run in ended[kept:] if run not in needed]
    if len(old) < at_once:
        return 0
    for run in old:
        instance.delete_run(run)
    _forget_checks(instance, old)
    return len(old)


def _made_last(instance: DagsterInstance) -> set[str | None]:
    """Runs in which an asset was made, or should have been, last."""
    entries = [record.asset_entry for record in instance.event_log_storage.get_asset_records()]
    made = {e.last_materialization_record.run_id for e in entries if e.last_materialization_record}
    return made | {e.last_run_id for e in entries} | {e.last_planned_materialization_run_id for e in entries}


def _looked_last(instance: DagsterInstance) -> set[str | None]:
    """Runs in which a check looked, or should have, last."""
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as Looks

    one_check = sa.select(sa.func.max(Looks.c.id)).group_by(Looks.c.asset_key, Looks.c.check_name)
    done = one_check.where(Looks.c.execution_status != "PLANNED")
    last = sa.or_(Looks.c.id.in_(one_check), Looks.c.id.in_(done))
    with _storage(instance).index_connection() as connection:
        return set(connection.execute(sa.select(Looks.c.run_id).where(last)).scalars())


def _forget_checks(instance: DagsterInstance, runs: Sequence[str]) -> None:
    """Dagster leaves what checks found in the books when it deletes a run."""
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as Looks

    with _storage(instance).index_connection() as connection:
        connection.execute(Looks.delete().where(Looks.c.run_id.in_(runs)))


def _storage(instance: DagsterInstance) -> SqlEventLogStorage:
    return cast("SqlEventLogStorage", instance.event_log_storage)
