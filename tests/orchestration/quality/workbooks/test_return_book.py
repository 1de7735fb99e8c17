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


def returned(data: DataFolder, folder: Path) -> list[Path]:
    """The workbooks with what is open."""
    wanted = [case for case in cases.read(data) if case.status == cases.OPEN]
    return return_book.write(wanted, listing.recipients(data), folder)


def body(path: Path, sheet: int = 0) -> list[dict[str, Any]]:
    """The rows of a sheet whose header is in its first row."""
    header, *rows = load_workbook(path).worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_sheet_beside_it_says_how_a_row_is_closed_and_delivered(data: DataFolder, tmp_path: Path) -> None:
    head = HEAD.replace(" | ", ";")
    rows = f"T1;{INSZ[0]};11001;nooit;;\n;{INSZ[1]};11002;2020-01-01;;\n"
    load(data, write_text(data.inbox, "trajecten_2024-01-31.csv", f"{head}\n{rows}"))
    books = returned(data, tmp_path / "terug")
    with_key, without = ([c.value or "" for (c,) in load_workbook(path)["Uitleg"].rows] for path in books)
    closes, never = "Een rij is afgehandeld zodra een verbeterde versie", "Een rij waarvan de sleutel ontbreekt"
    assert [any(line.startswith(said) for line in with_key) for said in (closes, never)] == [True, False]
    assert [any(line.startswith(said) for line in without) for said in (closes, never)] == [False, True]
    assert any("onder deze naam: trajecten_JJJJ-MM-DD_aartselaar-verbeterd.xlsx" in line for line in with_key)
    assert any("het INSZ opnieuw (klant_id)" in line for line in with_key)
    (row,) = body(books[1])
    assert row["wat te doen"].split("\n")[1].startswith("De rij heeft geen bruikbare sleutel")


def test_every_line_beside_it_has_room(data: DataFolder, tmp_path: Path) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    (path,) = returned(data, tmp_path / "terug")
    sheet = load_workbook(path)["Uitleg"]
    assert sheet.page_setup.fitToWidth == 1
    for number, (cell,) in enumerate(sheet.rows, start=1):
        lines = (sheet.row_dimensions[number].height or 15) // cell.font.size
        room = lines * (sheet.column_dimensions["A"].width - 1) * 11 / cell.font.size
        assert room >= 0.95 * len(cell.value)  # of an average letter


def test_a_workbook_is_the_template_of_its_source_on_one_landscape_page(data: DataFolder, tmp_path: Path) -> None:
    load(data, write(data.inbox, "leefloners_2024-01-31.csv", "nis_code | maand | leefloners\n11001 | 2024-01 | veel"))
    refused = f"T1 | {INSZ[0]} | 11001 | 2020-02-01 | 2020-01-01 |"
    trajectories(data, "2024-01-31", f"{refused}\nT2 | {INSZ[0]} | 11001 | 2018-01-01 | 2022-01-01 | UITGEVOERD")
    books = returned(data, tmp_path / "terug")
    assert [path.name for path in books] == [
        "VERTROUWELIJK_11001_aartselaar_leefloners.xlsx",
        "VERTROUWELIJK_11001_aartselaar_trajecten.xlsx",
    ]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in books)
    book = load_workbook(books[1])
    assert book.sheetnames == ["trajecten", "Uitleg", "lijsten"] and book["lijsten"].sheet_state == "hidden"
    sheet = book["trajecten"]
    delivered = [c.name for c in contract.load("trajecten").columns]
    assert [cell.value for cell in sheet[1]] == [*delivered, "reden", "wat te doen", "bestand", "rij", "uitkomst"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for each in (sheet, book["Uitleg"]):
        assert all("VERTROUWELIJK" in (footer.center.text or "") for footer in (each.firstFooter, each.oddFooter))
    refused, warned = body(books[1])
    assert refused["startdatum"] == dt.datetime(2020, 2, 1) and refused["klant_id"] == "93*********"
    assert refused["reden"].split("\n") == [
        "De einddatum ligt vóór de startdatum.",
        "De einddatum is ingevuld, maar de wijze van beëindiging niet.",
    ]
    assert (refused["bestand"], refused["rij"], refused["uitkomst"]) == ("trajecten_2024-01-31.csv", 2, "geweigerd")
    assert warned["uitkomst"] == "geladen met waarschuwing"
    marked = {
        (number, delivered[cell.column - 1])
        for number, row in enumerate(sheet.iter_rows(min_row=2, max_col=len(delivered)))
        for cell in row
        if cell.fill.fgColor.rgb == "00FFF9C4"
    }
    assert marked == {
        *((0, name) for name in ("startdatum", "einddatum", "beeindiging")),
        *((1, name) for name in ("startdatum", "einddatum")),
    }


def test_what_is_known_of_a_row_and_its_older_version_is_corrected_in_one_place(
    data: DataFolder, tmp_path: Path
) -> None:
    """Delivered again, two rows of one key would contradict each other."""
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | 2018-01-01 | 2022-01-01 | UITGEVOERD")
    trajectories(data, "2024-02-29", f"T1 | {INSZ[0]} | 11001 | nooit | |\nT2 | {INSZ[1]} | 11001 | 2020-01-01 | |")
    data.quarantine.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'trajecten' as source, 'overlapping_trajectory' as rule, 'trajecten_2024-01-31.csv' as "
            f"file_name, 'T1' as row_key, 'T2' as other_key) to '{data.warehouse_findings}' (format parquet)"
        )
    (path,) = returned(data, tmp_path / "terug")
    (row,) = body(path)
    assert (row["bestand"], row["rij"]) == ("trajecten_2024-02-29.csv", 2)
    newest, *older = row["reden"].split("\n")
    assert newest.startswith("startdatum is niet geldig")
    assert len(older) == 2 and all(
        text.startswith("Eerdere versie (trajecten_2024-01-31.csv, rij 2): ") for text in older
    )


def test_malformed_rows_have_a_sheet_of_their_own(data: DataFolder, tmp_path: Path) -> None:
    head = HEAD.replace(" | ", ";")
    load(data, write_text(data.inbox, "trajecten_2024-01-31_gent.csv", f"{head}\nT1;{INSZ[0]};44021\n"))
    (path,) = returned(data, tmp_path / "terug")
    book = load_workbook(path)
    assert book.sheetnames == ["trajecten", "Misvormde rijen", "Uitleg", "lijsten"]
    assert body(path) == []
    assert book["Misvormde rijen"]["A5"].value == "T1 | 93********* | 44021"
    guide = "\n".join(cell.value or "" for (cell,) in book["Uitleg"].rows)
    assert "De rijen op het blad 'Misvormde rijen' kwamen niet" in guide and "omkaderde" not in guide


def test_a_returned_workbook_under_its_own_name_is_told_how_to_be_called(data: DataFolder, tmp_path: Path) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    (path,) = returned(data, tmp_path / "terug")
    path.rename(data.inbox / path.name)
    day = dt.date(2024, 3, 1)
    found = scan(data.inbox, contract.sources(), ledger.read(data.ledger), {"trajecten": "v"}, day)
    ((name, said),) = found.unrecognised
    assert name == path.name
    assert "deliver it as trajecten_YYYY-MM-DD_aartselaar-verbeterd.xlsx" in said


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
    said = told(data).splitlines()[1]
    assert "Resolved by a later delivery: 1 row. Literal repeats within a file, resolved at once: 1 row." in said


def test_an_ocmw_without_rows_is_no_mistake_when_it_is_onbekend(data: DataFolder) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    assert told(data, ocmw="onbekend") == "Nothing is in quarantine for this choice."
