"""Columns are found by their names; a header that is missing says what was seen instead, and nothing of a person."""

import re
from pathlib import Path

import openpyxl
import pytest

from expectations import contract
from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.readers.header import match_header
from tests.orchestration.ingest.readers.reading import COLUMNS, HEADER, SOURCE, read, refusal, refused, saved, workbook
from tests.orchestration.ingest.readers.workbook_parts import with_sheet


def test_case_blanks_and_order_of_headers_do_not_matter(tmp_path: Path) -> None:
    content = " TransmissieDatum ;KLANT_ID\t;transmissie_id\nd;k;a\n"
    assert read(tmp_path, content) == [(2, "a", "k", "d")]


def test_unknown_columns_are_named_and_ignored() -> None:
    places, remarks = match_header(["opmerking", "transmissie_id", "", "klant_id", "transmissiedatum", "extra"], SOURCE)
    assert places == {"transmissie_id": 1, "klant_id": 3, "transmissiedatum": 4}
    assert remarks == [
        ("unknown column(s) ignored: opmerking, extra", "onbekende kolom(men) genegeerd: opmerking, extra")
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("naam\nOCMW", "naam ocmw"), ("x" * 50, "x" * 40), ("93.05.18-223.61", "**.**.**-***.**"), ("v2024", "v2024")],
)
def test_an_unknown_column_is_named_on_one_line_and_never_by_an_insz(name: str, shown: str) -> None:
    """A value of the row beside may have strayed into the header."""
    (remark,) = match_header([name, *COLUMNS], SOURCE)[1]
    assert remark == (f"unknown column(s) ignored: {shown}", f"onbekende kolom(men) genegeerd: {shown}")


def test_a_missing_header_never_repeats_what_stands_in_its_place() -> None:
    """When the header row is missing, the first row of values stands in its place."""
    with pytest.raises(DeliveryError) as error:
        match_header(["T1", "93051822361", "2024-01-02"], SOURCE)
    assert "9305" not in str(error.value)


def test_missing_required_columns_are_all_named(tmp_path: Path) -> None:
    said = refused(tmp_path, "transmissie_id;opmerking\na;b\n")
    assert "lacks the required column(s) klant_id, transmissiedatum" in said


def test_an_optional_column_may_be_absent() -> None:
    names = ["traject_id", "klant_id", "ocmw_nis", "startdatum"]
    assert match_header(names, contract.load("trajecten"))[0] == {name: i for i, name in enumerate(names)}


def test_a_column_given_twice_refuses_the_file(tmp_path: Path) -> None:
    said = refused(tmp_path, "transmissie_id;klant_id;transmissiedatum; KLANT_ID \na;k;d;k\n")
    assert "has the column klant_id twice" in said


def test_an_unknown_column_may_come_twice() -> None:
    match_header(["x", "x", "transmissie_id", "klant_id", "transmissiedatum"], SOURCE)


@pytest.mark.parametrize("content", ["\ufeff", "\n", "\n" + HEADER + "a;k;d\n"])
def test_a_file_without_a_header_in_row_1_is_refused(content: str, tmp_path: Path) -> None:
    assert "lacks the required column(s)" in refused(tmp_path, content)


@pytest.mark.parametrize("content", [HEADER, HEADER + ";;\n \n"])
def test_a_file_without_rows_is_refused(content: str, tmp_path: Path) -> None:
    assert "holds no rows under its header" in refused(tmp_path, content)


# --- what was seen instead ------------------------------------------------------------------------------------------

ROW = "T1;93051822361;2024-01-02\n"


@pytest.mark.parametrize(
    ("content", "english", "dutch"),
    [
        ("Lijst 2024\n\n" + HEADER + ROW, "the header stands in row 3", "de kolomnamen staan in rij 3"),
        ('"Lijst; 2024"\n' + HEADER + ROW, "the header stands in row 2", "de kolomnamen staan in rij 2"),
        ("sep=;\nx\n" + HEADER + ROW, "the header stands in row 3", "de kolomnamen staan in rij 3"),
        ("\n" * 19 + HEADER + ROW, "the header stands in row 20", "rij 20"),
        ((HEADER + ROW).replace(";", "\t"), "the separator is a tab", "het scheidingsteken is een tab"),
        ((HEADER + ROW).replace(";", "|"), "the separator is |", "het scheidingsteken is |"),
        ((HEADER + ROW).replace(";", ":"), "the separator is a colon", "het scheidingsteken is een dubbelpunt"),
        (
            ("x\n" + HEADER).replace(";", "\t"),
            "the header stands in row 2: remove what is above it, the separator is",
            "",
        ),
    ],
)
def test_a_header_that_stands_elsewhere_is_pointed_at(content: str, english: str, dutch: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, content)
    assert str(error).startswith("lacks the required column(s)") and english in str(error)
    assert error.dutch.startswith("mist de verplichte kolom(men)") and dutch in error.dutch


@pytest.mark.parametrize("content", [ROW * 30, "\n" * 20 + HEADER + ROW, "transmissie_id;x\n" + ROW])
def test_a_header_that_is_nowhere_is_asked_for(content: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, content)
    assert str(error).endswith("; add them to the header")
    assert not re.search(r"\d{3}", str(error) + error.dutch)


def test_a_workbook_says_in_which_row_or_sheet_its_header_is(tmp_path: Path) -> None:
    row = ["T1", 93051822361, "d"]
    assert "the header stands in row 3" in refused(tmp_path, workbook(["Lijst"], [], COLUMNS, row), "xlsx")
    book = openpyxl.Workbook()
    book.active.append(["niets"])
    for name, first in (("Leeg", []), ("Gegevens 93051822361", COLUMNS)):
        book.create_sheet(name).append(first)
    said = refusal(tmp_path, saved(book), "xlsx")
    assert "the sheet 'Gegevens ***********' has these columns" in str(said)
    assert "het blad 'Gegevens ***********' heeft deze kolommen" in said.dutch


def test_another_sheet_that_cannot_be_read_is_no_matter(tmp_path: Path) -> None:
    far = with_sheet(
        workbook(["niets"]), lambda x: re.sub(rb'r="A1"', b'r="XFD1048576"', x), "xl/worksheets/sheet2.xml"
    )
    assert refused(tmp_path, far, "xlsx").endswith("; add them to the header")


@pytest.mark.parametrize(
    "name",
    [
        "\u0669\u0663" + "\u0660" * 9,
        "".join(chr(0xFF10 + int(digit)) for digit in "93051822361"),
        "a\u200b\x1b[31m93.05.18-223.61",
    ],
)
def test_digits_of_any_script_are_masked_in_the_name_of_a_column(name: str) -> None:
    (remark,) = match_header([name, *COLUMNS], SOURCE)[1]
    assert not any(c.isdigit() for c in remark.english.replace("[31m", "")) and "\x1b" not in remark.english


@pytest.mark.parametrize("blank", ["\u200b", "\ufeff", "\u00a0"])
def test_blanks_that_nobody_sees_are_no_part_of_a_name(blank: str) -> None:
    assert match_header([blank + name + blank for name in COLUMNS], SOURCE) == (
        {n: i for i, n in enumerate(COLUMNS)},
        [],
    )
