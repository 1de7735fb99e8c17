"""What the events of a Dagster run tell its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.quality.counts import RowCounts

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


def row_counts(result: ExecuteInProcessResult) -> RowCounts | None:
    """What the quality report counted; None when the run made none."""
    from orchestration.assets.quality import COUNTS, REPORT

    for event in result.get_asset_materialization_events():
        if event.asset_key == REPORT:
            return RowCounts.from_json(event.materialization.metadata[COUNTS].value)
    return None


def problems(result: ExecuteInProcessResult) -> list[str]:
    """One line per step that failed, with its deepest cause, and one per check that blocked."""
    lines = []
    for event in result.all_events:
        if not event.is_step_failure and not event.is_failure:
            continue
        failure = event.event_specific_data
        told = getattr(failure, "user_failure_data", None)
        error = getattr(failure, "error", None)
        where = event.step_key or "run"
        if told is not None:
            lines.append(f"{where}: {told.description}")
        elif error is not None:
            while error.cause:
                error = error.cause
            lines.append(f"{where}: {error.message.strip().splitlines()[0]}")
    lines += [
        f"check {c.asset_key.to_user_string()} {c.check_name} failed"
        for c in result.get_asset_check_evaluations()
        if not c.passed and c.blocking
    ]
    return lines
