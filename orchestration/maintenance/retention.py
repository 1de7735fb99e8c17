"""Removes original files from the inbox some time after they were loaded: they hold the INSZ of every client."""

from __future__ import annotations

import datetime as dt

from orchestration.ingest.workspace import Workspace
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_writable


def forget(settings: Settings, days: int, now: dt.datetime) -> list[str]:
    """Removes files that were accepted at least `days` days before `now` (UTC, without zone); returns their names.

    What was refused, is new, or is no delivery stays: somebody has to look at it.
    """
    data = settings.folder
    ensure_writable(data)
    removed = []
    with single_writer(data.lock):
        workspace = Workspace(settings)
        loaded_at = {e.sha256: e.loaded_at for e in workspace.entries() if e.status == "accepted"}
        for delivery in (*workspace.inbox.loaded, *(d for d, _ in workspace.inbox.repeats)):
            if loaded_at[delivery.sha256] <= now - dt.timedelta(days=days):
                delivery.path.unlink()
                removed.append(delivery.file_name)
    return removed
