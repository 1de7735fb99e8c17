"""Which runs brought deliveries that nobody was told of yet: a run can be killed between its ledger and its summary.

What such a run refused would be known to the ledger and to nobody else. So the runs that told their summary are
noted, and the next one tells what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestration.ingest.inbox import Inbox
from orchestration.ingest.ledger import Entry
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder


def begin(data: DataFolder, entries: Iterable[Entry]) -> None:
    """Begins the note when there is none: what was loaded before counts as told. For whoever holds the lock."""
    if not data.told_runs.exists():
        _write(data, {e.run_id for e in entries})


def untold(data: DataFolder, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of runs that ended without telling; those of a run that is busy are among them. Without a note none
    are."""
    if not data.told_runs.exists():
        return []
    told = _read(data)
    return [e for e in entries if e.run_id not in told]


def tell(data: DataFolder, entries: Iterable[Entry]) -> None:
    """Notes that the runs of these entries were told."""
    runs = {e.run_id for e in entries}
    if runs and not runs <= (told := _read(data)):
        _write(data, told | runs)


def still_refused(inbox: Inbox, entries: Iterable[Entry], now: Sequence[Entry]) -> list[tuple[str, str]]:
    """Files that an earlier run refused and that lie there as they were, with the reason; `now` are told already."""
    why = {(e.file_name, e.sha256): e.message for e in entries if e.status == "rejected"}
    for entry in now:
        why.pop((entry.file_name, entry.sha256), None)
    lying = [(d.file_name, d.sha256) for d in inbox.refused_before]
    return [(key[0], why[key]) for key in lying if key in why]


def _read(data: DataFolder) -> set[str]:
    return set(data.told_runs.read_text(encoding="ascii").split()) if data.told_runs.exists() else set()


def _write(data: DataFolder, runs: set[str]) -> None:
    with replaced(data.told_runs) as temporary:
        temporary.write_text("".join(f"{run}\n" for run in sorted(runs)), encoding="ascii")
