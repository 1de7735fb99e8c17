"""What `twe status` tells of time, and `twe run` of rows."""

import datetime as dt
from dataclasses import replace

import pytest

from orchestration.ingest.ledger import append
from orchestration.quality.counts import RowCounts
from orchestration.quality.recipients import Recipient
from orchestration.quality.senders.prediction import Usual
from orchestration.quality.senders.unusual import Finding
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


def test_demo_deliveries_are_late_by_their_newest_one_which_is_said(settings: Settings) -> None:
    days = {"trajecten": ENTRY.delivered_on, "transmissies": ENTRY.delivered_on + dt.timedelta(days=42)}
    for source, day in days.items():
        name = f"{source}_{day}_synthetisch.csv"
        append(
            settings.folder.ledger,
            [replace(ENTRY, source=source, file_name=name, delivered_on=day, status="accepted", sha256=name)],
        )
    text = status_text(settings, ENTRY.delivered_on + dt.timedelta(days=900))
    assert f"what is late is as of the newest one, {days['transmissies']}." in text
    ends = {line.split()[0]: line.split()[-1] for line in text.splitlines() if line.startswith("tra")}
    assert ends == {"trajecten": "late", "transmissies": str(days["transmissies"])}


def test_a_silent_sender_is_told(settings: Settings) -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=7 * n) for n in range(8)]
    names = [f"trajecten_{day}_gent.csv" for day in days]
    entries = [
        replace(ENTRY, source="trajecten", file_name=name, delivered_on=day, status="accepted", sha256=name)
        for name, day in zip(names, days, strict=True)
    ]
    append(settings.folder.ledger, entries)
    said = f"SILENT          trajecten: no delivery of Gent since {days[-1]}, 30 days ago; usually at most "
    assert said in status_text(settings, days[-1] + dt.timedelta(days=30))
    assert "SILENT" not in status_text(settings, days[-1] + dt.timedelta(days=7))


def test_a_run_tells_what_is_unusual_about_what_came_in() -> None:
    usual = Usual(0.1, 0.15, 0.2)
    finding = Finding(ENTRY, "missing", "einddatum", "", 0.5, usual, Recipient("44021_gent", "Gent"), 24)
    text = run_text(RunReport(loaded=[ENTRY], unusual=[finding]))
    told = f"{ENTRY.file_name}: einddatum missing: 50.0 %, usually 10.0 % to 20.0 % (24 deliveries of Gent)"
    assert f"  UNUSUAL         {told}" in text.splitlines()
    assert RunReport(loaded=[replace(ENTRY, status="accepted")], unusual=[finding]).exit_code == 0


def test_a_run_tells_what_it_mended_and_what_is_open() -> None:
    text = run_text(RunReport(loaded=[ENTRY], row_counts=RowCounts(quarantined=1200, found=3, reviewed=9, resolved=4)))
    line = (
        "Rows resolved by these deliveries: 4; open now: 1,200 quarantined, 3 found by the warehouse (twe quarantine)"
    )
    assert line in text.splitlines()
    assert "Rows resolved" not in run_text(RunReport(nothing_new=True, row_counts=RowCounts()))
