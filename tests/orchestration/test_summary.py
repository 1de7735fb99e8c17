"""What `twe status` tells of time, and `twe run` of rows."""

import datetime as dt
from dataclasses import replace

import pytest

from orchestration.ingest import ledger
from orchestration.ingest.ledger import append
from orchestration.quality import review_log
from orchestration.quality.counts import RowCounts
from orchestration.quality.recipients import Recipient
from orchestration.quality.senders.prediction import Usual
from orchestration.quality.senders.unusual import Finding
from orchestration.results import RunReport
from orchestration.store.settings import Settings
from orchestration.summary import run_text, status_text
from tests.orchestration.ingest.test_ledger import ENTRY
from tests.support.deliveries import INSZ, load, write, write_text


@pytest.mark.parametrize(("days", "told"), [(41, ""), (42, "late"), (52, "overdue")])
def test_a_source_that_is_waited_for_is_told(days: int, told: str, settings: Settings) -> None:
    entry = replace(ENTRY, source="trajecten", file_name=f"trajecten_{ENTRY.delivered_on}.csv", status="accepted")
    append(settings.folder.ledger, [entry])
    text = status_text(settings, ENTRY.delivered_on + dt.timedelta(days=days))
    (line,) = [line for line in text.splitlines() if line.startswith("trajecten ")]
    assert line.split(str(ENTRY.delivered_on))[1].strip() == told
    assert text.startswith("CONFIDENTIAL: ")


@pytest.mark.slow
def test_only_what_is_open_is_listed_as_open(settings: Settings) -> None:
    """Not: a row that came back sound, a warning that was reviewed, a file that was accepted since."""
    data, head = settings.folder, "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
    assert "Open: nothing." in status_text(settings, dt.date(2024, 3, 1)).splitlines()
    long = "11001 | 2020-01-01 | 2022-12-31 | UITGEVOERD"
    rows = [f"T1 | {INSZ[0]} | 11001 | nooit | |", f"T2 | {INSZ[1]} | {long}", f"T3 | {INSZ[2]} | {long}", "T4"]
    load(data, write(data.inbox, "trajecten_2024-01-31.csv", "\n".join([head, *rows])))
    review_log.record(data, {("trajecten_2024-01-31.csv", 3, "over_24_months"): "klopt"}, "An", dt.datetime(2024, 2, 1))
    load(data, write(data.inbox, "trajecten_2024-02-01.csv", f"{head}\nT1 | {INSZ[0]} | 11001 | 2020-01-01 | |"))
    for name, text in (("weg", "x;y\n1;2\n"), ("terug", "x;z\n1;2\n"), ("elders", f"x\n1{' ' * 9}\n")):
        load(data, write_text(data.inbox, f"screenings_2024-01-31_{name}.csv", text))
    entries = ledger.read(data.ledger)
    (back,) = [e for e in entries if "terug" in e.file_name]
    (elsewhere,) = [e for e in entries if "elders" in e.file_name]
    later = {"status": "accepted", "loaded_at": back.loaded_at + dt.timedelta(hours=1)}
    ledger.append(data.ledger, [replace(back, sha256="other", **later)])
    ledger.append(data.ledger, [replace(elsewhere, file_name="screenings_2024-02-01_hier.csv", **later)])
    text = status_text(settings, dt.date(2024, 3, 1))
    _, shown = text.split("Open (twe quarantine shows the rows):\n")
    listed = [line.split()[:4] for line in shown.split("\n\n")[0].splitlines()]
    assert listed == [
        ["rejected", "screenings_2024-01-31_weg.csv:", "lacks", "the"],
        ["rows", "outcome", "source", "rule"],
        ["1", "quarantined", "trajecten", "malformed_row"],
        ["1", "warned", "trajecten", "over_24_months"],
    ]


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


def test_a_run_tells_which_files_were_written_to_while_they_were_read() -> None:
    text = run_text(RunReport(changed=["trajecten_2024-01-31.csv"]))
    assert "  changed         trajecten_2024-01-31.csv: written to while it was read; the next run loads it" in text


def test_what_is_to_say_of_a_file_that_was_loaded_is_told() -> None:
    fine = replace(ENTRY, status="accepted", message="")
    odd = replace(fine, file_name="transmissies_2024-01-31.csv", message="is UTF-8 but for row(s) 3")
    (line,) = [line for line in run_text(RunReport(loaded=[fine, odd])).splitlines() if "loaded, but" in line]
    assert line.split("loaded, but")[1].strip() == "transmissies_2024-01-31.csv: is UTF-8 but for row(s) 3"
