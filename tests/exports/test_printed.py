"""The annexes on paper: pages end between blocks, and LibreOffice prints as many as the layout says, one page wide."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from exports.xlsx.document import Chart, Format, Line, Series, Sheet, SheetColumn, Table, TableBlock
from exports.xlsx.paper.layout import lay_out
from tests.exports.tiny_publication import ANNEXES, annex_of

MOST_PAGES, MOST_SHEETS = 40, 8
OFFICE, PDFINFO = shutil.which("soffice"), shutil.which("pdfinfo")


def block(rows: int, charts: int = 0, number: int = 0) -> TableBlock:
    columns = (SheetColumn("Gebied", width=24), SheetColumn("2023", Format.INTEGER, 8))
    series = Series("2023", ((0, 1), (rows - 1, 1)), ((0, 0), (rows - 1, 0)))
    drawn = tuple(Chart("clustered", f"Grafiek {n}", "", "aantal", (series,)) for n in range(charts))
    table = Table(f"Tabel_{number}", columns, [(f"plaats {row}", row) for row in range(rows)])
    return TableBlock(f"Blok {number}", table, charts=drawn)


def sheet(*rows: int, charts: int = 0) -> Sheet:
    made = [block(count, charts, number) for number, count in enumerate(rows)]
    return Sheet("Blad", (Line("Titel", "title"),), blocks=tuple(made))


@pytest.mark.parametrize(("rows", "pages"), [((20,), 1), ((20, 20), 1), ((50, 50), 2), ((30, 30, 30, 30), 2)])
def test_a_page_ends_between_blocks(rows, pages):
    layout = lay_out(sheet(*rows))
    assert len(layout.breaks) == pages - 1
    assert set(layout.breaks) <= {item.first_row - 1 for item in layout.blocks}


def test_a_page_is_made_smaller_where_that_keeps_a_block_whole():
    assert lay_out(sheet(20)).scale == 1
    assert lay_out(sheet(75)).breaks == () and 0.72 <= lay_out(sheet(75)).scale < 1


def test_a_block_longer_than_a_page_ends_a_page_before_its_chart():
    layout = lay_out(sheet(150, charts=1))
    (item,) = layout.blocks
    assert layout.breaks == () or layout.breaks == (item.chart_rows[0] - 1,)
    assert len(lay_out(sheet(60, charts=2)).breaks) == 1


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_a_public_workbook_is_upright_has_few_sheets_and_does_not_print_its_data(
    publication, tmp_path, question, number
):
    book = load_workbook(annex_of(publication, tmp_path, question, number).path)
    assert len(book.sheetnames) <= MOST_SHEETS
    for made in book:
        assert made.page_setup.orientation == "portrait"
        assert {cell.font.name for row in made.iter_rows() for cell in row if cell.value is not None} == {"Arial"}
        if made.title == "Gegevens":
            assert made[made.print_area.replace("$", "").partition("!")[2]].value is None
            assert not any(part.text for part in (made.oddHeader.right, made.oddFooter.left, made.firstFooter.left))
            continue
        for footer in (made.firstFooter, made.oddFooter):
            assert (footer.left.text, footer.center.text) == (made.title, f"Bijlage {number}")


@pytest.mark.slow
@pytest.mark.skipif(not (OFFICE and PDFINFO), reason="no LibreOffice or pdfinfo")
@pytest.mark.parametrize(("question", "number"), [("twe-2018", "1"), ("twe-2024", "2")])
def test_libreoffice_prints_each_sheet_on_as_many_pages_as_it_is_laid_out_on(publication, tmp_path, question, number):
    path = annex_of(publication, tmp_path, question, number).path
    pages = sum(1 + len(made.row_breaks.brk) for made in load_workbook(path) if made.title != "Gegevens")
    assert printed(path) == pages <= MOST_PAGES


def printed(path: Path) -> int:
    """The pages of the PDF that LibreOffice makes."""
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    told = subprocess.run([str(PDFINFO), str(path.with_suffix(".pdf"))], check=True, capture_output=True, text=True)
    return int(re.search(r"Pages:\s+(\d+)", told.stdout)[1])
