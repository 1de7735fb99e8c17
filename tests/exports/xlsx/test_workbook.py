"""The writer: what a table refuses, hostile text, the same bytes, an unharmed old file."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from exports.xlsx.cells import column_letters, text_xml
from exports.xlsx.document import Document, DocumentError, Format, Line, Sheet, SheetColumn, Table
from exports.xlsx.workbook import render_bytes, write

HOSTILE = ["=1+1", "+1", "@SUM(A1)", "-1", "<a>&\"'", "_x0041_", "  spaces ", "é\u200b", "tab\tend", "\x00\x0b"]


def document(*sheets: Sheet) -> Document:
    return Document("Titel", "Onderwerp", dt.date(2024, 3, 31), sheets)


def table(rows, *columns: SheetColumn) -> Table:
    return Table("Tabel", columns or (SheetColumn("Tekst"), SheetColumn("Getal", Format.INTEGER)), rows)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (("Gemeente", ""), "column 2: header ''"),
        (("Gemeente", " Naam"), "without blanks around"),
        (("Gemeente", "a\nb"), "printable"),
        (("Gemeente", "GEMEENTE"), "occurs twice"),
    ],
)
def test_a_table_refuses_headers_that_excel_would_change(headers, message):
    with pytest.raises(DocumentError, match=message):
        Table("Tabel", tuple(SheetColumn(header) for header in headers), [])


@pytest.mark.parametrize("name", ["", "A1", "XFD12", "R1C1", "c", "met spatie", "1Tabel", "Beëindigd"])
def test_a_table_refuses_names_that_excel_refuses(name):
    with pytest.raises(DocumentError, match="table name"):
        Table(name, (SheetColumn("A"),), [])


def test_rows_must_fit_and_names_must_differ():
    with pytest.raises(DocumentError, match="row 2: 1 values for 2 columns"):
        table([("a", 1), ("b",)])
    with pytest.raises(DocumentError, match="sheet name 'Blad' occurs twice"):
        document(Sheet("Blad"), Sheet("BLAD"))
    with pytest.raises(DocumentError, match="table name"):
        document(Sheet("Een", table=table([])), Sheet("Twee", table=table([])))


def test_hostile_text_stays_text(tmp_path):
    path = write(document(Sheet("Blad", (Line("=1+1"),), table([(text, 1) for text in HOSTILE]))), tmp_path / "x.xlsx")
    sheet = load_workbook(path)["Blad"]
    cells = [row[0] for row in sheet.iter_rows(min_row=3)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert sheet["A1"].data_type == "s"
    shown = [cell.value.replace("_x005F_", "_") for cell in cells]
    assert shown == [*HOSTILE[:-1], "\ufffd\ufffd"]
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    assert "_x005F_x0041_" in text_xml("_x0041_")  # else Excel shows an A


def test_numbers_dates_and_identifiers_keep_their_kind(tmp_path):
    columns = (
        SheetColumn("NIS"),
        SheetColumn("Euro", Format.EURO),
        SheetColumn("Dag", Format.DATE),
        SheetColumn("Deel", Format.ONE_DECIMAL),
    )
    rows = [("01234", Decimal("12345678901234.55"), dt.date(2024, 2, 29), 12.3), ("2", Decimal(0), None, "[z]")]
    path = write(document(Sheet("Blad", table=table(rows, *columns))), tmp_path / "x.xlsx")
    sheet = load_workbook(path)["Blad"]
    assert [cell.value for cell in sheet[2]] == ["01234", 12345678901234.55, dt.datetime(2024, 2, 29), 12.3]
    assert [cell.number_format for cell in sheet[2]] == ["@", "#,##0.00", "dd/mm/yyyy", "#,##0.0"]
    assert [cell.value for cell in sheet[3]] == ["2", 0, None, "[z]"]
    with zipfile.ZipFile(path) as archive:
        assert b"<v>12345678901234.55</v>" in archive.read("xl/worksheets/sheet1.xml")  # exact, never through a float


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, dt.datetime(2024, 1, 1), object()])
def test_values_that_no_cell_should_hold_are_refused(value):
    with pytest.raises((TypeError, ValueError)):
        render_bytes(document(Sheet("Blad", table=table([("a", value)]))))


def test_codes_as_text_get_no_warning_triangles(tmp_path):
    path = write(
        document(Sheet("Blad", table=table([("01234", 1)], SheetColumn("NIS"), SheetColumn("2020", Format.INTEGER)))),
        tmp_path / "x.xlsx",
    )
    with zipfile.ZipFile(path) as archive:
        content = archive.read("xl/worksheets/sheet1.xml")
    remark = b'<ignoredErrors><ignoredError sqref="A1:B1 A2:A2" numberStoredAsText="1"/></ignoredErrors><tableParts'
    assert remark in content  # the schema wants it just here


def test_a_table_without_rows_is_still_a_table(tmp_path):
    path = write(document(Sheet("Blad", table=table([]))), tmp_path / "x.xlsx")
    assert [item.ref for item in load_workbook(path)["Blad"].tables.values()] == ["A1:B2"]


def test_same_document_same_bytes_with_fixed_times_and_sorted_entries(tmp_path):
    made = document(Sheet("Blad", table=table([("a", 1)])))
    path = write(made, tmp_path / "x.xlsx")
    assert path.read_bytes() == render_bytes(made)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert names[0] == "[Content_Types].xml"
        assert {entry.date_time for entry in archive.infolist()} == {(2024, 3, 31, 0, 0, 0)}
    properties = load_workbook(path).properties
    assert properties.created == properties.modified == dt.datetime(2024, 3, 31)
    assert properties.language == "nl-BE"


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"old")

    def write_half(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(OSError, match="disk full"):
        write(document(Sheet("Blad")), path)
    assert [item.name for item in tmp_path.iterdir()] == ["x.xlsx"]
    assert path.read_bytes() == b"old"


def test_column_letters():
    assert [column_letters(index) for index in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


@pytest.mark.parametrize(
    ("width", "areas"),
    [
        (5, ["$A$1:$G$4"]),  # all on one page: fitted, without areas
        (30, ["$A$1:$D$4", "$E$2:$G$4"]),  # a year a page; the title only on the first
        (60, ["$A$1:$C$4", "$D$2:$D$4", "$E$2:$F$4", "$G$2:$G$4"]),  # a year in parts: else too small to read
    ],
)
def test_wide_tables_are_printed_in_readable_parts(tmp_path, width, areas):
    columns = (
        SheetColumn("Gemeente", width=40),
        *(SheetColumn(f"{year}: {name}", Format.INTEGER, width, year) for year in (2022, 2023) for name in "abc"),
    )
    rows = [("Gent", *range(6)), ("Aalst", *range(6))]
    sheet = Sheet("Blad", (Line("Titel", "title"),), Table("T", columns, rows), frozen_columns=1)
    path = write(Document("t", "s", dt.date(2024, 1, 1), (sheet,)), tmp_path / "t.xlsx")
    made = load_workbook(path)["Blad"]
    if len(areas) == 1:
        assert made.sheet_properties.pageSetUpPr.fitToPage and not made.print_area
        return
    assert [area.split("!")[-1] for area in made.print_area.split(",")] == areas
    assert (made.print_title_cols, made.print_title_rows) == ("$A:$A", "$2:$2")
    assert made.page_setup.scale >= 60 and made.oddHeader.left.text == "Titel"
    assert (made.firstHeader.left.text, made.firstFooter.right.text) == (None, "&P / &N")


def test_a_title_that_is_too_long_for_above_a_page_ends_with_a_whole_word(tmp_path):
    columns = [SheetColumn("Gemeente", width=40), SheetColumn("2022: a", Format.INTEGER, 90, 2022)]
    sheet = Sheet("Blad", (Line("lang " * 30, "title"),), Table("T", columns, [("Gent", 1)]), frozen_columns=1)
    made = load_workbook(write(Document("t", "s", dt.date(2024, 1, 1), (sheet,)), tmp_path / "t.xlsx"))["Blad"]
    assert made.oddHeader.left.text == " ".join(["lang"] * 16)


@pytest.mark.parametrize(("lines", "pages"), [(20, 1), (50, 1), (90, 0)])
def test_the_last_lines_of_a_text_get_no_page_of_their_own(lines: int, pages: int, tmp_path: Path) -> None:
    """0: as many pages as it takes. Fifty lines are a page and a few lines, and readable on one."""
    text = Sheet("Blad", tuple(Line("tekst", label=f"Regel {number}") for number in range(lines)))
    made = load_workbook(write(document(text), tmp_path / "x.xlsx"))["Blad"]
    assert (made.page_setup.fitToWidth, made.page_setup.fitToHeight) == (1, pages)
