"""Every workbook of both questions, in both editions, keeps to the checklist; and the checklist sees what is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Alignment

from exports import FigureId
from tests.checklist.rules import violations
from tests.exports.tiny_publication import ANNEXES, MARTS, QUESTIONS, annex_of, make_publication

YEARS = {"twe-2018": (2022, 2023), "twe-2024": (2022, 2023, 2024)}


def hides_ghent(figure: FigureId) -> bool:
    return figure.place == "44021"


@pytest.mark.parametrize("edition", ["publiek", "volledig"])
@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_every_workbook_keeps_to_the_checklist(project_tables, publication, tmp_path, question, number, edition):
    result = annex_of(
        publication,
        tmp_path,
        question,
        number,
        YEARS[question],
        edition=edition,
        hidden=hides_ghent,
    )
    assert violations(result.path) == []


@pytest.mark.parametrize("number", [annex.number for annex in QUESTIONS["twe-2024"].annexes])
def test_so_does_a_workbook_of_real_data_without_figures(project_tables, tmp_path, number):
    empty = make_publication(
        tmp_path / "p", rows={name: [] for name in MARTS}, synthetic=False, as_of=dt.date(2021, 5, 1)
    )
    assert violations(annex_of(empty, tmp_path, "twe-2024", number, (2020, 2021, 2022)).path) == []


def spoil_merge(book):
    book["Transmissies"].merge_cells("A1:C1")


def spoil_empty(book):
    book["Transmissies"].cell(book["Transmissies"].max_row, 2).value = None


def spoil_number(book):
    book["Transmissies"].cell(book["Transmissies"].max_row, 4).value = "1"


def spoil_code(book):
    book["Transmissies"].cell(book["Transmissies"].max_row, 1).value = 73109


def spoil_sign(book):
    book["Transmissies"].cell(book["Transmissies"].max_row, 4).value = "[c]"


def spoil_language(book):
    book.properties.language = "en"


def spoil_link(book):
    del book["Gegevens"]


def spoil_reference(book):
    book["Transmissies"]["A1"].value += " [nota 9]"


def spoil_width(book):
    book["Transmissies"].column_dimensions["B"].width = 3


def spoil_below(book):
    sheet = book["Transmissies"]
    sheet.cell(sheet.max_row + 2, 1).value = "Bron: VDAB"


def spoil_hidden(book):
    book["Toelichting"].sheet_state = "hidden"


def spoil_formula(book):
    book["Transmissies"].cell(book["Transmissies"].max_row, 4).value = "=1+1"


def spoil_header(book):
    sheet = book["Transmissies"]
    (table,) = sheet.tables.values()
    sheet[table.ref.split(":")[0]].alignment = Alignment(textRotation=90)


def spoil_page(book):
    book["Transmissies"].oddHeader.left.text = "Enkel op papier"


@pytest.fixture(scope="module")
def saved(publication, tmp_path_factory) -> tuple[Path, set[str]]:
    """A workbook as openpyxl saves it, and what it thereby breaks by itself."""
    path = annex_of(
        publication, tmp_path_factory.mktemp("saved"), "twe-2024", "6", (2022, 2023), edition="volledig"
    ).path
    load_workbook(path).save(path)
    return path, set(violations(path))


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (spoil_header, "headers_stand_upright_and_apart"),
        (spoil_page, "above_and_below_a_page_nothing_is_new"),
        (spoil_merge, "nothing_is_merged_hidden_or_empty"),
        (spoil_empty, "nothing_is_merged_hidden_or_empty"),
        (spoil_formula, "nothing_is_merged_hidden_or_empty"),
        (spoil_number, "numbers_are_numbers_and_codes_text"),
        (spoil_code, "numbers_are_numbers_and_codes_text"),
        (spoil_sign, "signs_are_explained_above"),
        (spoil_language, "properties_are_filled_in_dutch"),
        (spoil_link, "notes_lead_to_every_sheet"),
        (spoil_reference, "notes_and_references_meet"),
        (spoil_width, "widths_and_panes_are_sensible"),
        (spoil_below, "tables_begin_in_column_a"),
        (spoil_hidden, "opens_on_the_cover"),
    ],
)
def test_the_checklist_sees_what_is_wrong(saved, tmp_path, spoil, rule):
    before, book = saved[1], load_workbook(saved[0])
    spoil(book)
    book.save(path := tmp_path / saved[0].name)
    assert rule in {problem.partition(":")[0] for problem in set(violations(path)) - before}
