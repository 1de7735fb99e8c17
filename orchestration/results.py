"""What the events of a Dagster run tell its summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.quality.standing import LABELS, Standing

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


def standing(result: ExecuteInProcessResult) -> Standing | None:
    """What the quality report counted."""
    from orchestration.assets.quality import REPORT

    for event in result.get_asset_materialization_events():
        if event.asset_key == REPORT:
            told = event.materialization.metadata
            return Standing(*(int(str(told[label].value)) for label in LABELS.values()), since=None)
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
