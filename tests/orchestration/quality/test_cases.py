"""What became of a refused row, and the workbook with which it goes back to the OCMW."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from orchestration.quality import cases, listing
from orchestration.quality.recipients import Recipients
from orchestration.quality.workbooks import return_book
from orchestration.store.errors import WrongChoiceError
from orchestration.store.paths import DataFolder
from orchestration.store.wording import SMALL_COUNTS
from tests.support.deliveries import INSZ, load, write, write_text

pytestmark = pytest.mark.slow  # every test loads deliveries

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"


def trajectories(data: DataFolder, name: str, rows: str) -> None:
    load(data, write(data.inbox, f"trajecten_{name}.csv", f"{HEAD}\n{rows}"))


def told(data: DataFolder, **choice: Any) -> str:
    wanted = listing.CaseFilter(**choice)
    text = listing.text(listing.chosen(data, wanted), wanted, listing.recipients(data))
    assert text.startswith((f"{SMALL_COUNTS}\n", "Nothing is in quarantine"))
    return text.removeprefix(f"{SMALL_COUNTS}\n")


def stand(data: DataFolder, source: str | None = None) -> list[tuple]:
    return [
        (
            c.file_name.split("_", 1)[1],
            c.row_number,
            c.status,
            str(c.since),
            c.resolved_by and c.resolved_by.split("_")[1],
        )
        for c in cases.read(data, source)
    ]


def test_a_row_is_open_until_its_key_is_accepted_and_its_age_counts_from_the_first_refusal(data: DataFolder) -> None:
    trajectories(
        data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | 2030-99-99 | |\nT2 | {INSZ[1]} | 99999 | 2020-01-01 | |"
    )
    trajectories(data, "2024-02-29", f"T1 | {INSZ[0]} | 11001 | gisteren | |")
    assert stand(data) == [
        ("2024-01-31.csv", 2, "repeated", "2024-01-31", None),
        ("2024-01-31.csv", 3, "open", "2024-01-31", None),
        ("2024-02-29.csv", 2, "open", "2024-01-31", None),
    ]
    trajectories(data, "2024-03-31", f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |")
    trajectories(data, "2024-04-30", f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | 2019-01-01 | UITGEVOERD")
    assert stand(data) == [
        ("2024-01-31.csv", 2, "resolved", "2024-01-31", "2024-03-31.csv"),
        ("2024-01-31.csv", 3, "open", "2024-01-31", None),
        ("2024-02-29.csv", 2, "resolved", "2024-01-31", "2024-03-31.csv"),
        ("2024-04-30.csv", 2, "open", "2024-04-30", None),
    ]


def test_a_version_that_was_delivered_before_the_refusal_does_not_mend_it(data: DataFolder) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |")
    trajectories(data, "2024-02-29", f"T1 | {INSZ[0]} | 99999 | 2020-01-01 | |")
    assert [status for _, _, status, _, _ in stand(data)] == ["open"]


def test_a_warning_is_settled_by_a_version_without_it_and_a_withdrawal_settles_all(data: DataFolder) -> None:
    late = f"T1 | {INSZ[0]} | 11001 | 2025-01-01 | |\nT2 | {INSZ[1]} | 11001 | 2025-01-01 | |"
    trajectories(data, "2024-01-31", late)
    trajectories(data, "2024-02-29", late + f"\nT3 | {INSZ[2]} | 99999 | 2020-01-01 | |")
    assert [s for _, _, s, _, _ in stand(data)] == ["repeated", "repeated", "open", "open", "open"]
    trajectories(data, "2024-03-31", f"T1 | {INSZ[0]} | 11001 | 2024-01-01 | |")
    load(data, write(data.inbox, "trajecten_2024-04-30.csv", f"{HEAD} | verwijderd\nT3 | | | | | | J"))
    assert {(row, status, by) for _, row, status, _, by in stand(data)} == {
        (2, "resolved", "2024-03-31.csv"),
        (3, "repeated", None),
        (3, "open", None),
        (4, "resolved", "2024-04-30.csv"),
    }


def test_a_literal_repeat_needs_nothing_and_a_row_without_a_key_never_closes_by_a_guess(data: DataFolder) -> None:
    row = f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |"
    trajectories(data, "2024-01-31", f"{row}\n{row}\n | {INSZ[1]} | 11001 | 2020-01-01 | |")
    trajectories(data, "2024-02-29", f"T9 | {INSZ[1]} | 11001 | 2020-01-01 | |")
    assert stand(data) == [
        ("2024-01-31.csv", 3, "resolved", "2024-01-31", "2024-01-31.csv"),
        ("2024-01-31.csv", 4, "open", "2024-01-31", None),
    ]
    assert "1 open row has no usable key" in told(data)


def test_a_key_of_two_columns_with_a_month_is_recognised(data: DataFolder) -> None:
    table = "nis_code | maand | leefloners\n11001 | 2024-01 | {}\n11002 | 2024-01 | 5"
    load(data, write(data.inbox, "leefloners_2024-01-31.csv", table.format("veel")))
    load(data, write(data.inbox, "leefloners_2024-02-29.csv", table.format("7")))
    assert stand(data) == [("2024-01-31.csv", 2, "resolved", "2024-01-31", "2024-02-29.csv")]


def test_a_key_is_recognised_by_its_value_however_it_was_written(data: DataFolder) -> None:
    head = "nis_code | maand | leefloners"
    load(data, write(data.inbox, "leefloners_2024-01-31.csv", f"{head}\n11002 | 1/2023 | geen"))
    load(data, write(data.inbox, "leefloners_2024-02-29.csv", f"{head}\n11002 | 2023-01 | 5"))
    assert [case.status for case in cases.read(data)] == ["resolved"]


def test_a_person_number_as_key_is_recognised_though_it_is_masked(data: DataFolder) -> None:
    head = "oude_insz | nieuwe_insz | ingangsdatum"
    day = f"{head}\n{INSZ[0]} | {INSZ[1]} | gisteren\n{INSZ[2]} | {INSZ[1]} | gisteren"
    load(data, write(data.inbox, "insz_wijzigingen_2024-01-31.csv", day))
    load(data, write(data.inbox, "insz_wijzigingen_2024-02-29.csv", f"{head}\n93.05.18-223.61 | {INSZ[1]} | 1/2/2024"))
    found = [(case.status, case.values["oude_insz"], case.has_key) for case in cases.read(data)]
    assert found == [("resolved", "93*********", True), ("open", "85*********", True)]


def test_rows_go_to_the_ocmw_of_the_row_then_of_the_trajectory_then_of_the_label(data: DataFolder) -> None:
    trajectories(data, "2025-01-31", f"T1 | {INSZ[0]} | 44001 | 2018-01-01 | |\nT2 | {INSZ[0]} | 44011 | x | |")
    head = "traject_id | leeftijd"
    load(data, write(data.inbox, "klantprofielen_2025-01-31_sint-niklaas-nieuw.csv", f"{head}\nT1 | 7\nT8 | 7"))
    load(data, write(data.inbox, "klantprofielen_2025-02-01_eigen-Label.csv", f"{head}\nT8 | 8"))
    load(data, write(data.inbox, "klantprofielen_2025-02-02.csv", f"{head}\nT8 | 9"))
    who = Recipients(dt.date(2025, 2, 2))
    told = {(c.file_name.split("_", 1)[1], c.row_number): who.of(c).key for c in cases.read(data)}
    assert told == {
        ("2025-01-31.csv", 3): "44083_deinze",  # of before the merger of 2019
        ("2025-01-31_sint-niklaas-nieuw.csv", 2): "44084_aalter",
        ("2025-01-31_sint-niklaas-nieuw.csv", 3): "46021_sint-niklaas",
        ("2025-02-01_eigen-Label.csv", 2): "levering_eigen-label",
        ("2025-02-02.csv", 2): "onbekend",
    }
    known = {who.of(c) for c in cases.read(data)}
    assert who.named("Sint-Niklaas", known).key == "46021_sint-niklaas"
    assert who.named("eigen-label", known).key == "levering_eigen-label"
    with pytest.raises(WrongChoiceError, match="there is no OCMW 'Atlantis'"):
        who.named("Atlantis", known)


def test_the_workbook_of_an_ocmw_is_safe_and_complete(data: DataFolder, tmp_path: Path) -> None:
    rows = [
        f"=1+1;{INSZ[0]};11001;nooit;;",
        f"@SUM({INSZ[1]});{INSZ[1]};11001;-1;;",
        f"a\x01b;{INSZ[2]};11001;{'9' * 40_000};;",
        f"T4;{INSZ[0]};11001;2020-01-01;2019-01-01;",
        f"T5;{INSZ[0]};11001;2020-01-01",
    ]
    text = "\n".join([HEAD.replace(" | ", ";"), *rows])
    load(data, write_text(data.inbox, "trajecten_2024-01-31_aartselaar.csv", text + "\n"))
    found = cases.read(data)
    folder = tmp_path / "terug"
    (path,) = return_book.write(found, listing.recipients(data), folder)
    assert path.name == "VERTROUWELIJK_11001_aartselaar_trajecten.xlsx"
    assert path.stat().st_mode & 0o077 == 0
    sheet, malformed, guide, _ = load_workbook(path).worksheets
    assert guide["A1"].value == "VERTROUWELIJK: alleen voor Aartselaar"
    assert [cell.value for cell in sheet["L"][1:]] == [2, 3, 4, 5] and malformed["E5"].value == 6
    reasons = sheet["I5"].value.split("\n")
    assert reasons[0] == "De einddatum ligt vóór de startdatum." and len(reasons) == 2
    cells = [cell for book_sheet in (sheet, malformed) for row in book_sheet.rows for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert sheet["A2"].value == "=1+1" and sheet["A2"].quotePrefix
    everything = "\n".join(str(cell.value) for cell in cells)
    assert not [insz for insz in INSZ if insz in everything]
    assert "a\N{REPLACEMENT CHARACTER}b" in everything
    with pytest.raises(return_book.FolderInUseError, match="is not an empty folder"):
        return_book.write(found, listing.recipients(data), folder)


@pytest.mark.slow
def test_ten_thousand_rows_come_through(data: DataFolder, tmp_path: Path) -> None:
    rows = "".join(f"T{n};{INSZ[0]};11001;31/31/2020\n" for n in range(10_000))
    load(data, write_text(data.inbox, "trajecten_2024-01-31.csv", f"traject_id;klant_id;ocmw_nis;startdatum\n{rows}"))
    found = cases.read(data)
    (path,) = return_book.write(found, listing.recipients(data), tmp_path / "terug")
    sheet = load_workbook(path)["trajecten"]
    assert sheet.max_row == 10_001
    assert str(next(iter(sheet.conditional_formatting)).sqref).endswith("20001")


def test_the_list_has_a_line_per_source_and_rule_and_per_file_on_request(data: DataFolder) -> None:
    trajectories(
        data,
        "2024-01-31_gent",
        f"T1 | {INSZ[0]} | 11001 | nooit | |\nT2 | {INSZ[1]} | 44021 | nooit | |\n"
        f"T3 | {INSZ[2]} | 11001 | 2025-01-01 | |\nT4 | {INSZ[0]} | 11001 | nooit | |",
    )
    trajectories(data, "2024-02-29", f"T1 | {INSZ[0]} | 11001 | ooit | |\nT4 | {INSZ[0]} | 11001 | 2020-01-01 | |")
    text = told(data).splitlines()
    assert text[0].startswith(
        "Open: 2 quarantined rows, 1 row with a warning. Resolved by a later delivery: 1 row. Older"
    )
    assert [line.split() for line in text[3:5]] == [
        ["2", "quarantined", "trajecten", "invalid_startdatum", "2", "2", "2024-01-31"],
        ["1", "warned", "trajecten", "starts_after_delivery", "1", "1", "2024-01-31"],
    ]
    everything = told(data, everything=True, rule="invalid_startdatum").splitlines()
    assert everything[1].startswith("trajecten: startdatum is niet geldig; toegelaten is een bestaande datum")
    assert everything[4].split()[:4] == ["2", "1", "1", "0"]  # open, mended, older, reviewed
    files = [line.split() for line in told(data, everything=True, files=True).splitlines() if ".csv" in line]
    assert [[line[0], line[2][10:20], *line[4:]] for line in files] == [
        ["1", "2024-01-31", "2024-01-31"],
        ["1", "2024-01-31", "2024-01-31"],
        ["1", "2024-02-29", "2024-01-31"],
        ["1", "2024-01-31", "2024-01-31", "trajecten_2024-02-29.csv"],
        ["1", "2024-01-31", "2024-01-31"],
    ]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"rule": "over_24_month"}, "no rule 'over_24_month'; did you mean 'over_24_months'"),
        ({"source": "Trajectn"}, "no source 'Trajectn'; did you mean 'trajecten'"),
        ({"ocmw": "Artselaar"}, "no OCMW 'Artselaar'; did you mean 'Aartselaar'"),
    ],
)
def test_a_name_that_is_not_known_is_told_with_those_that_come_near(choice: dict, said: str, data: DataFolder) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | nooit | |")
    with pytest.raises(WrongChoiceError, match=said):
        told(data, **choice)


def test_an_empty_quarantine_says_so(data: DataFolder) -> None:
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |")
    assert told(data) == "Nothing is in quarantine."
    assert told(data, rule="duplicate_row") == "Nothing is in quarantine for this choice."
