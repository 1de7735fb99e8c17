"""Which runs have reported: their summary was shown, so what they brought was seen by somebody.

A run can be killed between its ledger and its summary. What it rejected would then be known to the ledger alone, so
the ids of the runs that did report are noted, and the next run reports what is missing.
"""

from collections.abc import Iterable, Sequence

from orchestration.ingest.inbox import Inbox
from orchestration.ingest.ledger import Entry
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder


def begin(data: DataFolder, entries: Iterable[Entry]) -> None:
    """Begins the note when there is none: what was loaded before counts as reported. For whoever holds the lock."""
    if not data.reported_runs.exists():
        _write(data, {e.run_id for e in entries})


def unreported(data: DataFolder, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of runs that have not reported; those of a run that is busy are among them. None without a note."""
    if not data.reported_runs.exists():
        return []
    reported = _read(data)
    return [e for e in entries if e.run_id not in reported]


def report(data: DataFolder, entries: Iterable[Entry]) -> None:
    """Notes that the runs of these entries have reported."""
    runs = {e.run_id for e in entries}
    if runs and not runs <= (reported := _read(data)):
        _write(data, reported | runs)


def still_rejected(inbox: Inbox, entries: Iterable[Entry], now: Sequence[Entry]) -> list[tuple[str, str]]:
    """Files that an earlier run rejected and that are unchanged in the inbox, with the reason; not those of `now`."""
    why = {(e.file_name, e.sha256): e.message for e in entries if e.status == "rejected"}
    for entry in now:
        why.pop((entry.file_name, entry.sha256), None)
    unchanged = [(d.file_name, d.sha256) for d in inbox.rejected_before]
    return [(key[0], why[key]) for key in unchanged if key in why]


def _read(data: DataFolder) -> set[str]:
    return set(data.reported_runs.read_text(encoding="ascii").split()) if data.reported_runs.exists() else set()


def _write(data: DataFolder, runs: set[str]) -> None:
    with replaced(data.reported_runs) as temporary:
        temporary.write_text("".join(f"{run}\n" for run in sorted(runs)), encoding="ascii")
