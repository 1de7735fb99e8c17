"""A sheet is measured before it is read: a cell far away, or one that cannot be, refuses the file by name."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from orchestration.ingest.readers import UNREADABLE, sheet
from tests.orchestration.ingest.readers.reading import COLUMNS, read, refusal, refused, saved, workbook
from tests.orchestration.ingest.readers.workbook_parts import with_sheet

GOOD = workbook(COLUMNS, ["a", "k", "d"])


def with_rows(rows: str) -> bytes:
    """`GOOD` with more rows in the XML of its sheet."""
    return with_sheet(GOOD, lambda xml: xml.replace(b"</sheetData>", rows.encode() + b"</sheetData>"))


@pytest.mark.parametrize("place", ["XFD1048576", "CV1048576", "XFD9000"])
@pytest.mark.parametrize("value", ['t="inlineStr"><is><t> </t></is>', "><v>1</v>", "><f>1</f>", 't="e"><v>#N/A</v>'])
def test_a_cell_far_away_refuses_the_file_and_is_named(place: str, value: str, tmp_path: Path) -> None:
    content = with_rows(f'<row r="9"><c r="{place}" {value}</c></row>')
    assert f"has cells as far as {place}, with next to nothing before it" in refused(tmp_path, content, "xlsx")
    assert f"heeft cellen tot {place}," in refusal(tmp_path, content, "xlsx").dutch


def test_a_column_and_a_row_that_are_far_are_named_together(tmp_path: Path) -> None:
    content = with_rows('<row r="3"><c r="XFD3"><v>1</v></c></row><row r="900000"><c r="A900000"><v>1</v></c></row>')
    assert "as far as XFD900000" in refused(tmp_path, content, "xlsx")


@pytest.mark.parametrize("cell", ['<c r="XFD1048576" s="1"/>', '<c r="CV1048576"/>'])
def test_a_cell_far_away_that_only_has_a_colour_is_nothing(cell: str, tmp_path: Path) -> None:
    assert read(tmp_path, with_rows(f"<row>{cell}</row>"), "xlsx") == [(2, "a", "k", "d")]


def test_the_last_row_of_a_sheet_may_be_used(tmp_path: Path) -> None:
    content = with_rows('<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>z</t></is></c></row>')
    assert read(tmp_path, content, "xlsx") == [(2, "a", "k", "d"), (1048576, "z", None, None)]


@pytest.mark.parametrize(
    "place", ["A4294967295", "A1048577", "A0", "XFE1", "AAAA1", "A99999999999999999999", "ZZZZZZZZZZ1"]
)
@pytest.mark.parametrize("row", ['<row r="3">', "<row>"])
def test_a_cell_outside_of_a_sheet_refuses_the_file(place: str, row: str, tmp_path: Path) -> None:
    content = with_rows(f'{row}<c r="{place}"><v>1</v></c></row>')
    assert "has a cell outside of what a sheet can hold" in refused(tmp_path, content, "xlsx")


def test_a_row_outside_of_a_sheet_refuses_the_file(tmp_path: Path) -> None:
    content = with_rows('<row r="4294967295"><c><v>1</v></c></row>')
    assert "has a cell outside of what a sheet can hold" in refused(tmp_path, content, "xlsx")


def test_a_workbook_that_would_unpack_to_an_absurd_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = with_rows("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(3, 2000)))
    assert len(read(tmp_path, content, "xlsx")) == 1998
    monkeypatch.setattr(sheet, "UNPACKED_BYTES", 80_000)
    assert "would unpack to more than" in refused(tmp_path, content, "xlsx")


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO(GOOD)
    with zipfile.ZipFile(made, "a") as parts, pytest.warns(UserWarning, match="Duplicate name"):
        parts.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert refused(tmp_path, made.getvalue(), "xlsx").startswith("cannot be read as XLSX")


def test_a_workbook_with_charts_alone_cannot_be_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("grafiek")
    book.remove(book.worksheets[0])
    assert refused(tmp_path, saved(book), "xlsx").startswith("cannot be read as XLSX")


def test_a_sheet_is_searched_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = "".join(
        f'<row r="{n}"><c r="A{n}" t="e"><v>#N/A</v></c><c r="B{n}"><f>1</f></c></row>' for n in range(3, 60)
    )
    content = with_rows(errors)
    whole = read(tmp_path, content, "xlsx")
    for size in (10, 100, 1000):
        monkeypatch.setattr(sheet, "_PIECE", size)
        assert read(tmp_path, content, "xlsx") == whole
    assert len(whole) == 58


@pytest.mark.parametrize("formula", ["<f>1</f><!-- <v>2</v> -->", "<f><![CDATA[IF(1<2,3)]]></f>", "<!----><f>1</f>"])
def test_a_comment_does_not_hide_a_formula_without_a_result(formula: str, tmp_path: Path) -> None:
    content = with_rows(f'<row r="3"><!-- <c r="XFE9"> --><c r="A3">{formula}</c></row>')
    assert read(tmp_path, content, "xlsx") == [(2, "a", "k", "d"), (3, UNREADABLE + sheet.NO_RESULT, None, None)]


def test_text_that_is_no_markup_is_read_as_it_stands(tmp_path: Path) -> None:
    content = with_rows(
        '<row r="3"><c r="A3" t="inlineStr"><is><t><![CDATA[<c r="A9"><f>&amp;]]></t></is></c>'
        '<c r="B3" t="e"><v>#SPILL!</v></c></row>'
    )
    assert read(tmp_path, content, "xlsx")[1] == (3, '<c r="A9"><f>&amp;', UNREADABLE + "#SPILL!", None)
