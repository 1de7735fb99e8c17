"""What a run works with, and what of the inbox it did not deal with."""

import datetime as dt
from dataclasses import replace

from orchestration.ingest import ledger
from orchestration.ingest.workspace import Workspace
from orchestration.store.settings import Settings
from tests.orchestration.ingest.test_ledger import ENTRY


def test_a_new_file_that_was_written_to_and_not_dealt_with_is_told(settings: Settings) -> None:
    settings.inbox_folder.mkdir(parents=True)
    for label in ("loaded", "growing", "gone", "replaced", "failed"):
        (settings.inbox_folder / f"trajecten_2024-01-31_{label}.csv").write_text(label)
    workspace = Workspace(settings, dt.date(2024, 12, 31))
    found = {d.label: d for d in workspace.inbox.new}
    for label in ("growing", "replaced"):
        found[label].path.write_text(f"{label} and more")
    found["gone"].path.unlink()
    as_loaded = Workspace(settings, dt.date(2024, 12, 31)).inbox.new
    loaded = [found["loaded"], *(d for d in as_loaded if d.label == "replaced")]
    ledger.append(settings.folder.ledger, [replace(ENTRY, file_name=d.file_name, sha256=d.sha256) for d in loaded])
    assert workspace.changed_while_read() == ["trajecten_2024-01-31_gone.csv", "trajecten_2024-01-31_growing.csv"]
