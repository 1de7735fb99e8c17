"""What `twe status` tells of time, and `twe run` of rows."""

import datetime as dt
from dataclasses import replace

import pytest

from orchestration.ingest.ledger import append
from orchestration.quality.counts import RowCounts
from orchestration.results import RunReport
from orchestration.store.settings import Settings
from orchestration.summary import run_text, status_text
from tests.orchestration.ingest.test_ledger import ENTRY


@pytest.mark.parametrize(("days", "told"), [(41, ""), (42, "late"), (52, "overdue")])
def test_a_source_that_is_waited_for_is_told(days: int, told: str, settings: Settings) -> None:
    entry = replace(ENTRY, source="trajecten", file_name=f"trajecten_{ENTRY.delivered_on}.csv", status="accepted")
    append(settings.folder.ledger, [entry])
    text = status_text(settings, ENTRY.delivered_on + dt.timedelta(days=days))
    (line,) = [line for line in text.splitlines() if line.startswith("trajecten ")]
    assert line.split(str(ENTRY.delivered_on))[1].strip() == told


def test_a_run_tells_what_it_mended_and_what_is_open() -> None:
    text = run_text(RunReport(loaded=[ENTRY], row_counts=RowCounts(quarantined=1200, found=3, reviewed=9, resolved=4)))
    line = (
        "Rows resolved by these deliveries: 4; open now: 1,200 quarantined, 3 found by the warehouse (twe quarantine)"
    )
    assert line in text.splitlines()
    assert "Rows resolved" not in run_text(RunReport(nothing_new=True, row_counts=RowCounts()))


def test_a_run_tells_which_files_were_written_to_while_they_were_read() -> None:
    text = run_text(RunReport(changed=["trajecten_2024-01-31.csv"]))
    assert "  changed         trajecten_2024-01-31.csv: written to while it was read; the next run loads it" in text
