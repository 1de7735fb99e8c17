"""What `twe status` tells of time."""

import datetime as dt
from dataclasses import replace

import pytest

from orchestration.door.ledger import append
from orchestration.reporting import status_text
from orchestration.settings import Settings
from tests.unit.test_ledger import ENTRY


@pytest.mark.parametrize(("days", "told"), [(41, ""), (42, "late"), (52, "overdue")])
def test_a_source_that_is_waited_for_is_told(days: int, told: str, settings: Settings) -> None:
    entry = replace(ENTRY, source="trajecten", file_name=f"trajecten_{ENTRY.delivered_on}.csv", status="accepted")
    append(settings.folder.ledger, [entry])
    text = status_text(settings, ENTRY.delivered_on + dt.timedelta(days=days))
    (line,) = [line for line in text.splitlines() if line.startswith("trajecten ")]
    assert line.split(str(ENTRY.delivered_on))[1].strip() == told
