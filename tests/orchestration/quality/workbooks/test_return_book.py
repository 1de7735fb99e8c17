"""The workbook that goes back says how a row is closed and delivered; the counts say whose rows they are."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from expectations import contract
from orchestration.ingest import ledger
from orchestration.ingest.inbox import scan
from orchestration.quality import cases, current_rules, listing
from orchestration.quality.workbooks import return_book
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, load, write, write_text

pytestmark = pytest.mark.slow  # every test loads deliveries

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"


def trajectories(data: DataFolder, name: str, rows: str) -> None:
    load(data, write(data.inbox, f"trajecten_{name}.csv", f"{HEAD}\n{rows}"))


def told(data: DataFolder, **choice: Any) -> str:
    wanted = listing.CaseFilter(**choice)
    return listing.text(listing.chosen(data, wanted), wanted, listing.recipients(data))


def test_the_first_sheet_says_how_a_row_is_closed_and_delivered(data: DataFolder, tmp_path: Path) -> None:
    head = HEAD.replace(" | ", ";")
    rows = f"T1;{INSZ[0]};11001;nooit;;\n;{INSZ[1]};11002;2020-01-01;;\n"
    load(data, write_text(data.inbox, "trajecten_2024-01-31.csv", f"{head}\n{rows}"))
    books = return_book.write(cases.read(data), listing.recipients(data), tmp_path / "terug")
    with_key, without = ([c.value for (c,) in load_workbook(path)["Lees mij"].rows] for path in books)
    closes, never = "Een rij is afgehandeld zodra een verbeterde versie", "Een rij waarvan de sleutel ontbreekt"
    assert [any(line.startswith(said) for line in with_key) for said in (closes, never)] == [True, False]
    assert [any(line.startswith(said) for line in without) for said in (closes, never)] == [False, True]
    assert "trajecten_JJJJ-MM-DD_aartselaar.csv" in with_key
    columns = [c.name for c in contract.load("trajecten").columns if c.name != "verwijderd"]
    assert ";".join(columns) in with_key
    remedy = load_workbook(books[1])["trajecten"]["G5"].value
    assert remedy.split("\n")[1].startswith("De rij heeft geen bruikbare sleutel")


def test_every_line_of_the_first_sheet_has_room(data: DataFolder, tmp_path: Path) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    (path,) = return_book.write(cases.read(data), listing.recipients(data), tmp_path / "terug")
    sheet = load_workbook(path)["Lees mij"]
    assert sheet.page_setup.fitToWidth == 1
    for number, (cell,) in enumerate(sheet.rows, start=1):
        lines = sheet.row_dimensions[number].height // cell.font.size
        assert lines * (sheet.column_dimensions["A"].width - 4) * 11 / cell.font.size >= len(cell.value)


@pytest.mark.parametrize("name", ["trajecten_2024-02-29_gent.xlsx", "44021_gent.xlsx"])
def test_a_return_workbook_that_is_delivered_is_recognised(name: str, data: DataFolder, tmp_path: Path) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    (path,) = return_book.write(cases.read(data), listing.recipients(data), tmp_path / "terug")
    sent = path.rename(data.inbox / name)
    if name.startswith("trajecten"):
        (entry,) = load(data, sent).entries
        said = entry.message
    else:
        day = dt.date(2024, 3, 1)
        ((_, said),) = scan(
            data.inbox, contract.sources(), ledger.read(data.ledger), {"trajecten": "v"}, day
        ).unrecognised
    assert said.startswith("looks like a return workbook; put the mended rows") and "<source>_<YYYY-MM-DD>" in said


def test_the_trajectory_that_overlaps_is_named(data: DataFolder) -> None:
    trajectories(
        data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |\nT2 | {INSZ[0]} | 11001 | 2020-01-01 | |"
    )
    data.quarantine.mkdir()
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'trajecten' as source, 'overlapping_trajectory' as rule, 'trajecten_2024-01-31.csv' as "
            f"file_name, 'T1' as row_key, 'T2' as other_key) to '{data.warehouse_findings}' (format parquet)"
        )
    (case,) = cases.read(data)
    assert current_rules.text_of(case, "overlapping_trajectory")[0].endswith("Het andere traject is T2.")
    own, foreign = (replace(case, other_nis_code=code) for code in (case.nis_code, "11002"))
    assert current_rules.text_of(own, "overlapping_trajectory", for_sender=True)[0].endswith("T2.")
    assert current_rules.text_of(foreign, "overlapping_trajectory", for_sender=True)[0].endswith(
        "is van een ander OCMW."
    )


def test_rows_that_are_mended_and_rows_that_repeat_are_counted_apart(data: DataFolder) -> None:
    row = f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |"
    trajectories(data, "2024-01-31", f"{row}\n{row}\nT2 | {INSZ[1]} | 11001 | nooit | |")
    trajectories(data, "2024-02-29", f"T2 | {INSZ[1]} | 11001 | 2020-01-01 | |")
    said = told(data).splitlines()[0]
    assert "Resolved by a later delivery: 1 row. Literal repeats within a file, resolved at once: 1 row." in said


def test_an_ocmw_without_rows_is_no_mistake_when_it_is_onbekend(data: DataFolder) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    assert told(data, ocmw="onbekend") == "Nothing is in quarantine for this choice."
