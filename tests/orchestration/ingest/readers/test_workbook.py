"""The first sheet of a workbook becomes rows of text, as a person would have typed them."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingest.readers.workbook import cell_text
from tests.support.reading import COLUMNS, HEADER, parquet, read, refused, workbook


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (dt.date(2024, 1, 2), "2024-01-02"),
        (dt.datetime(2024, 1, 2), "2024-01-02"),
        (dt.datetime(2024, 1, 2, 12, 30), "2024-01-02 12:30:00"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (93051822361, "93051822361"),
        (True, "true"),
        ("007", "007"),
        ("=1+2", "=1+2"),
        (" a ", "a"),
        ("2024-01-02", "2024-01-02"),
    ],
)
def test_a_cell_is_the_text_that_a_person_would_type(cell: object, text: str, tmp_path: Path) -> None:
    assert read(tmp_path, workbook(COLUMNS, [cell, "k", "d"]), "xlsx") == [(2, text, "k", "d")]


def test_blank_cells_are_missing_and_blank_rows_keep_their_number(tmp_path: Path) -> None:
    content = workbook(COLUMNS, [None, None, None], ["a", " ", None], [" ", "", None], ["b", "k", "d"])
    assert read(tmp_path, content, "xlsx") == [(3, "a", None, None), (5, "b", "k", "d")]


def test_the_first_sheet_counts_and_columns_without_a_name_do_not(tmp_path: Path) -> None:
    content = workbook([None, *COLUMNS, None], ["los", "a", "k", "d", "ook los"])
    assert read(tmp_path, content, "xlsx") == [(2, "a", "k", "d")]


def test_a_header_below_row_1_is_refused(tmp_path: Path) -> None:
    assert "lacks the required column(s)" in refused(tmp_path, workbook([None], COLUMNS, ["a", "k", "d"]), "xlsx")


@pytest.mark.parametrize("content", [b"PK\x03\x04 nee", workbook(COLUMNS)[:300], b"\x01\x02\x03"])
def test_an_unreadable_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, content, "xlsx") == (
        "cannot be read as XLSX; open it and save it again as an Excel workbook"
    )


def test_an_error_cell_is_a_value_that_cannot_be_read_and_not_a_missing_one(tmp_path: Path) -> None:
    content = workbook(COLUMNS, ["a", "k", "=NA()"], ["b", dt.date(2024, 1, 31), 3])
    book = tmp_path / "fout.xlsx"
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(book, "w") as made:
        for name in parts.namelist():
            text = re.sub(rb"<c r=\"(C2)\"[^>]*>.*?</c>", rb'<c r="\1" t="e"><v>#N/A</v></c>', parts.read(name))
            made.writestr(name, text)
    assert read(tmp_path, book.read_bytes(), "xlsx") == [(2, "a", "k", "#N/A"), (3, "b", "2024-01-31", "3")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (1e15, "1e+15"),
        (123456.789, "123456.789"),
        (-3.0, "-3"),
        (False, "false"),
        (dt.time(1, 2), "01:02:00"),
    ],
)
def test_odd_cells(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_the_same_table_reads_the_same_in_every_format(tmp_path: Path) -> None:
    csv_rows = read(tmp_path, HEADER + "1;93051822361;2024-01-02\n")
    cells = workbook(COLUMNS, [1, 93051822361, dt.date(2024, 1, 2)])
    typed = parquet(
        tmp_path, "select 1 as transmissie_id, 93051822361 as klant_id, date '2024-01-02' as transmissiedatum"
    )
    assert [row[1:] for row in csv_rows] == [("1", "93051822361", "2024-01-02")]
    assert read(tmp_path, cells, "xlsx") == csv_rows
    assert [row[1:] for row in read(tmp_path, typed, "parquet")] == [row[1:] for row in csv_rows]


@given(amount=st.decimals(min_value=-9_999_999, max_value=9_999_999, places=2))
def test_an_amount_in_a_cell_of_floats_is_exact_to_the_cent(amount: Decimal) -> None:
    assert Decimal(cell_text(float(amount))) == amount
