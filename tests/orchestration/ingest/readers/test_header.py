"""Columns are found by their names; a header that is missing says what was seen instead, and nothing of a person."""

from pathlib import Path

import pytest

from expectations import contract
from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.readers.header import match_header
from tests.support.reading import COLUMNS, HEADER, SOURCE, read, refused


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
