"""What `twe status` tells of time, and `twe run` of rows."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from exports.questions.question import load_questions
from orchestration.ingest.ledger import append
from orchestration.planning import RunRequest
from orchestration.quality.counts import RowCounts
from orchestration.runner import RunReport
from orchestration.store.settings import Settings
from orchestration.summary import run_text, status_text
from orchestration.warehouse.coverage import notes
from orchestration.warehouse.publication import Publication
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
    line = "Rows mended by these deliveries: 4; open now: 1,200 refused, 3 found by the warehouse (twe quarantine)"
    assert line in text.splitlines()
    assert "Rows mended" not in run_text(RunReport(nothing_new=True, row_counts=RowCounts()))


def test_a_stand_or_year_after_what_was_delivered_is_told(tmp_path: Path) -> None:
    newest = replace(ENTRY, status="accepted", delivered_on=dt.date(2024, 2, 20))
    question = load_questions()["twe-2024"]

    def told(as_of: dt.date, years: str | None = None) -> list[str]:
        made = Publication(tmp_path, as_of, as_of, True, "", "", dt.datetime(2024, 1, 1))
        return notes(made, [newest], [question], RunRequest(years=years))

    assert told(dt.date(2024, 2, 29)) == []
    (line,) = told(dt.date(2027, 1, 1))
    assert "2027-01-01 is later than the newest delivery (2024-02-20)" in line
    assert told(dt.date(2024, 2, 29), "2023-2025") == [
        "twe-2024 asks for 2025, after the stand 2024-02-29: a 0 means 'no figures yet' there"
    ]
