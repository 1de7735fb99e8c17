"""The first sheet of a workbook becomes rows of text, as a person would have typed them."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from expectations import contract
from orchestration.ingest.readers import UNREADABLE, workbook_rows
from orchestration.ingest.readers.sheet import NO_RESULT
from orchestration.ingest.readers.workbook import cell_text
from tests.orchestration.ingest.readers.reading import COLUMNS, HEADER, parquet, read, refused, rows, saved, workbook
from tests.orchestration.ingest.readers.workbook_parts import with_cells, with_sheet


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


THREE = workbook(COLUMNS, ["a", "k", "x"], ["b", dt.date(2024, 1, 31), 3])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="C2" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="C2" s="0" t="e"><f>NA()</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="C2" t="e"><f t="shared" si="0"/><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="C2" t="e"><v>Jan Peeters</v></c>', "foutwaarde"),
        ('<c r="C2" t="e"><f>SEQUENCE(9)</f><v>#SPILL!</v></c>', "#SPILL!"),
        ('<c r="C2" t="e"/>', "foutwaarde"),
        ('<c r="C2"><f>1+2</f><v></v></c>', NO_RESULT),
        ('<c r="C2"><f>1+2</f><v/></c>', NO_RESULT),
        ('<c r="C2" s="1"><f>1+2</f></c>', NO_RESULT),
        ('<c r="C2"><f t="shared" ref="C2:C3" si="0">1+2</f></c>', NO_RESULT),
        ('<c r="C2"><f t="shared" si="0"/></c>', NO_RESULT),
        ('<c r="C2"><f t="array" ref="C2">1+2</f></c>', NO_RESULT),
        ('<c r="C2" t="str"><f>"x"</f></c>', NO_RESULT),
        ('<c r="C2" t="b"><f>TRUE()</f><v></v></c>', NO_RESULT),
    ],
)
def test_a_cell_that_cannot_be_read_is_no_missing_one(cell: str, text: str, tmp_path: Path) -> None:
    content = with_cells(THREE, C2=cell)
    assert read(tmp_path, content, "xlsx") == [(2, "a", "k", UNREADABLE + text), (3, "b", "2024-01-31", "3")]
    (tmp_path / "x.xlsx").write_bytes(content)
    assert workbook_rows(tmp_path / "x.xlsx")[1] == ["a", "k", text]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="C2" t="str"><f>""</f><v></v></c>', None),
        ('<c r="C2" t="str"><f>""</f><v/></c>', None),
        ('<c r="C2"><v></v></c>', None),
        ('<c r="C2"/>', None),
        ('<c r="C2"><f>1+2</f><v>3</v></c>', "3"),
        ('<c r="C2" t="str"><f t="shared" si="0"/><v>drie</v></c>', "drie"),
        ('<c r="C2" t="inlineStr"><is><t>t="e"</t></is></c>', 't="e"'),
    ],
)
def test_a_formula_is_its_result(cell: str, text: str | None, tmp_path: Path) -> None:
    assert read(tmp_path, with_cells(THREE, C2=cell), "xlsx")[0] == (2, "a", "k", text)


def test_an_array_formula_without_a_result_leaves_none_of_its_cells_missing(tmp_path: Path) -> None:
    rows = [[f"a{number}", "k", None] for number in range(4)]
    cell = '<c r="B2"><f t="array" ref="B2:C4">X1:Y3</f><v></v></c>'
    content = with_cells(workbook(COLUMNS, *rows), B2=cell, B4='<c r="B4"/>')
    seen = UNREADABLE + NO_RESULT
    assert read(tmp_path, content, "xlsx") == [
        (2, "a0", seen, seen),
        (3, "a1", "k", seen),
        (4, "a2", seen, seen),
        (5, "a3", "k", None),
    ]


def test_a_row_of_formulas_without_results_is_a_row(tmp_path: Path) -> None:
    more = '<row r="5"><c r="C5"><f>C2</f></c></row></sheetData>'
    content = with_sheet(THREE, lambda xml: xml.replace(b"</sheetData>", more.encode()))
    assert read(tmp_path, content, "xlsx")[2:] == [(5, None, None, UNREADABLE + NO_RESULT)]


def test_an_error_in_another_sheet_is_nothing(tmp_path: Path) -> None:
    cell = b'<c r="A1" t="e"><v>#N/A</v></c>'
    content = with_sheet(THREE, lambda xml: re.sub(rb"<c r=\"A1\".*?</c>", cell, xml), "xl/worksheets/sheet2.xml")
    assert read(tmp_path, content, "xlsx") == read(tmp_path, THREE, "xlsx")


def prefixed(xml: bytes) -> bytes:
    xml = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml)
    return xml.replace(b"xmlns=", b"xmlns:x=", 1)


WRITTEN_OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "with a prefix": prefixed,
    "in single quotes": lambda xml: re.sub(rb"(<(?:c|row|f) [^>]*>)", lambda m: m[1].replace(b'"', b"'"), xml),
    "the place last": lambda xml: re.sub(rb'<c (r="\w+")([^>/]*)', rb"<c\2 \1", xml),
    "without places": lambda xml: re.sub(rb'<(c|row) r="\w+"', rb"<\1", xml),
}


@pytest.mark.parametrize("change", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE.keys())
def test_other_programs_write_the_same_sheet_otherwise(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    content = with_cells(THREE, B2='<c r="B2" t="e"><v>#REF!</v></c>', C2='<c r="C2"><f>1+2</f></c>')
    expected = [(2, "a", UNREADABLE + "#REF!", UNREADABLE + NO_RESULT), (3, "b", "2024-01-31", "3")]
    assert read(tmp_path, content, "xlsx") == expected
    assert read(tmp_path, with_sheet(content, change), "xlsx") == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (93051822361, "93051822361"),
        (5030145657, "05030145657"),
        (5030145657.0, "05030145657"),
        (17, "00000000017"),
        (123456789012, "123456789012"),
        (-5, "-5"),
        (5.5, "5.5"),
        (True, "true"),
        ("5030145657", "5030145657"),
    ],
)
def test_a_number_gets_back_the_zeros_of_an_insz(value: object, text: str, tmp_path: Path) -> None:
    assert read(tmp_path, workbook(COLUMNS, [17, value, "d"]), "xlsx") == [(2, "17", text, "d")]


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2023, 1, 1), "2023-01"),
        (dt.datetime(2023, 1, 1), "2023-01"),
        (dt.date(2023, 1, 2), "2023-01-02"),
        (dt.datetime(2023, 1, 1, 12), "2023-01-01 12:00:00"),
        ("2023-01", "2023-01"),
        ("2023-01-01", "2023-01-01"),
    ],
)
def test_a_day_that_is_the_first_is_a_month(value: object, text: str, epoch: dt.datetime, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    book.active.append(["nis_code", "maand", "leefloners"])
    book.active.append(["11002", value, 5])
    book.active.append(["11002", "2023-01", dt.date(2023, 1, 1)])
    found = rows(contract.load("leefloners"), "maand, leefloners", tmp_path, saved(book), "xlsx")
    assert found == [(2, text, "5"), (3, "2023-01", "2023-01-01")]


def test_hidden_or_not_the_first_sheet_is_the_one_and_a_chart_is_no_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (COLUMNS, ["a", "k", "d"]):
        book.active.append(row)
    book.create_sheet("zichtbaar").append(["telt niet"])
    book.create_chartsheet("grafiek", 0)
    book.active.sheet_state = "hidden"
    book.worksheets[0].title = "A & B <'é'>"
    book.worksheets[0].sheet_state = "hidden"
    assert read(tmp_path, saved(book), "xlsx") == [(2, "a", "k", "d")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (1e15, "1000000000000000"),
        (1234567890123456.0, "1234567890123456"),
        (1e16, "1e+16"),
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
