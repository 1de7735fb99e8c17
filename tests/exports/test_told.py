"""What a workbook tells of itself, on Voorblad and Toelichting and above its tables: it holds for that workbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from exports import figure_book, write_annex
from exports.annexes import KINDS
from exports.figures.identity import CENTRUMSTAD, GEMEENTE
from exports.xlsx.document import SHORTHAND
from tests.exports.tiny_publication import ANNEXES, QUESTIONS, ROWS, annex_of, cells, make_publication

YEARS = (2022, 2023)
ASSETS = Path(figure_book.__file__).parent / "assets"
WHY = "waarom de ratio verschilt, voor Vlaanderen, de provincies en de centrumsteden"


def hides_ghent(figure):
    return figure.place == "44021"


EVERY_ANNEX = pytest.mark.parametrize(("question", "number"), ANNEXES)


EVERY_EDITION = pytest.mark.parametrize(
    ("edition", "hidden"), [(edition, hidden) for edition in ("publiek", "volledig") for hidden in (None, hides_ghent)]
)


def contents(path) -> dict[str, str]:
    """Sheet -> what the workbook says is on it."""
    return {row["Blad"]: row["Wat erop staat"] for row in cells(path, "Toelichting", "Inhoud")}


def told(path, sheet: str) -> str:
    return "\n".join(str(cell.value) for row in load_workbook(path)[sheet].iter_rows() for cell in row if cell.value)


@EVERY_ANNEX
@EVERY_EDITION
def test_the_contents_name_charts_where_there_are(
    project_tables, publication, tmp_path, question, number, edition, hidden
):
    """Of the two cities one may be hidden: then there is no chart of them."""
    path = annex_of(publication, tmp_path, question, number, YEARS, edition=edition, hidden=hidden).path
    book = load_workbook(path)
    words = {0: "", 1: "met grafiek"}
    said = contents(path)
    for sheet, about in said.items():
        found = next((word for word in ("met grafieken", "met grafiek") if word in about), "")
        assert found == words.get(len(book[sheet]._charts), "met grafieken"), sheet


def test_the_contents_and_the_cover_say_where_the_ratio_is_taken_apart(publication, tmp_path):
    path = annex_of(publication, tmp_path, "twe-2018", "1", YEARS).path
    said = contents(path)
    (sheet,) = (name for name, about in said.items() if about.endswith(f"; {WHY}"))
    assert {"Verklaring_Vlaanderen", "Verklaring_jaar"} <= {*load_workbook(path)[sheet].tables}
    assert f"Verklaring: {WHY}: zie het blad {sheet}" in told(path, "Voorblad")
    assert WHY not in told(annex_of(publication, tmp_path, "twe-2018", "2", YEARS).path, "Voorblad")


def test_without_cities_the_ratio_of_flanders_is_taken_apart_on_its_own_sheet(publication, tmp_path):
    asked = QUESTIONS["twe-2018"]
    levels = tuple(level for level in asked.annex("1").levels if level not in (CENTRUMSTAD, GEMEENTE))
    path = write_annex(publication, asked, asked.annex("1").model_copy(update={"levels": levels}), tmp_path, YEARS).path
    said = contents(path)
    assert said["Vlaanderen"].endswith("; waarom de ratio verschilt, voor Vlaanderen en de provincies")


def test_gegevens_says_that_the_parts_of_the_ratio_stand_apart(project_tables, publication, tmp_path):
    made = annex_of(publication, tmp_path, "twe-2018", "1", YEARS)
    assert f"Niet op dit blad: {WHY}. Dat staat apart, in verklaring_ratio.csv." in told(made.path, "Gegevens")
    assert (made.package / "verklaring_ratio.csv").exists()
    said = contents(made.path)
    assert "behalve die over waarom de ratio verschilt" in said["Gegevens"]
    other = annex_of(publication, tmp_path, "twe-2018", "2", YEARS)
    assert "Niet op dit blad" not in told(other.path, "Gegevens")


@pytest.mark.parametrize(
    ("changes", "title", "line"),
    [
        ((20.0, -10.0), "Grootste stijgers en dalers van de activeringsratio", ""),
        ((20.0, 10.0), "Grootste stijgers van de activeringsratio", "Geen van die gemeenten is gedaald."),
        ((-20.0, -10.0), "Grootste dalers van de activeringsratio", "Geen van die gemeenten is gestegen."),
    ],
)
def test_the_ranking_is_called_by_who_rose_and_fell(tmp_path, changes, title, line):
    rows = [
        (year, place, "year_average", 100.0 + (change if year == 2023 else 0), 200.0, None, 50.0, 1.0, 1.0, change, 0.0)
        for place, change in zip(("11002", "44021"), changes, strict=True)
        for year in YEARS
    ]
    publication = make_publication(tmp_path / "p", rows={**ROWS, "mart_activation_ratio": rows})
    path = annex_of(publication, tmp_path, "twe-2018", "1", YEARS).path
    shown = told(path, "Gemeenten")
    assert f"{title}, 2023" in shown
    assert [text for text in shown.splitlines() if text.startswith("Geen van die")] == ([line] if line else [])
    said = contents(path)
    assert said["Gemeenten"].startswith(f"{title.partition(' van')[0]}, met grafiek; cijfers per gemeente")


def test_the_cover_tells_the_status_of_the_answer_from_that_of_its_years(publication, tmp_path):
    closed = "Status van de jaren: definitief: voor elk jaar is de termijn voor metingen en correcties voorbij"
    asked = QUESTIONS["twe-2024"]
    for status, words in (("voorlopig", "nog niet goedgekeurd"), ("definitief", "goedgekeurd")):
        question = asked.model_copy(update={"status": status})
        for number, years, of_years in (
            ("4", (2022, 2023), closed),
            (
                "4",
                (2023, 2024),
                "Status van de jaren: voorlopig [p]: voor 2024 kunnen er nog metingen of correcties komen",
            ),
            ("3", (2022, 2023), "Status van de jaren: voorlopig [p]: voor elk jaar kunnen er nog metingen of"),
        ):
            path = write_annex(publication, question, asked.annex(number), tmp_path, years).path
            cover = told(path, "Voorblad")
            assert f"Status van het antwoord: {status}: het antwoord is {words}" in cover and of_years in cover


def test_no_note_speaks_of_columns_since_the_figures_of_flanders_are_rows():
    texts = [note.text for kind in KINDS.values() for note in kind.notes]
    assert texts and not [text for text in texts if re.search(r"\bkolom|\bblad\b", text)]


def test_the_letter_and_the_annex_say_of_a_planned_duration_the_same():
    started = KINDS["1"]
    assert started.caveats[0] in [note.text for note in started.notes] and "bij de start" in started.caveats[0]


OWN = "Codes zijn die van het datawarehouse, niet die van de leveringen"


@EVERY_ANNEX
def test_codes_are_said_to_be_those_of_the_warehouse_where_there_are_any(
    project_tables, publication, tmp_path, question, number
):
    path = annex_of(publication, tmp_path, question, number, YEARS).path
    codes = {row["Codes"] for row in cells(path, "Gegevens")} - {"[z]"}
    assert (OWN in told(path, "Gegevens")) is bool(codes)
    notes = told(path, "Toelichting")
    assert "Versie van het datawarehouse" in notes and "Versie van de code" not in notes


@EVERY_ANNEX
@EVERY_EDITION
def test_signs_are_explained_where_they_are_used(
    project_tables, publication, tmp_path, question, number, edition, hidden
):
    path = annex_of(publication, tmp_path, question, number, YEARS, edition=edition, hidden=hidden).path
    texts = [str(cell.value) for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    explained = {row["Onderwerp"].partition("teken ")[2] for row in cells(path, "Toelichting", "Nota")} - {"", "0"}
    elsewhere = [text for text in texts if not text.startswith("teken [")]
    assert explained == {sign for sign in SHORTHAND if any(sign in text for text in elsewhere)}
    assert ("[c]" in explained) is (hidden is not None and edition == "publiek")


def test_notes_name_the_figures_that_there_are(tmp_path):
    """Of 2018 there is no change in %, since the measure started the year before."""
    rows = [
        (2017, "11002", "year_average", 100.0, 400.0, None, 25.0, None, None, None, 0.0),
        (2018, "11002", "year_average", 150.0, 400.0, None, 37.5, 50.0, 50.0, 12.5, 0.0),
    ]
    publication = make_publication(tmp_path / "p", rows={**ROWS, "mart_activation_ratio": rows})
    path = annex_of(publication, tmp_path, "twe-2018", "1", (2017, 2018)).path
    notes = cells(path, "Toelichting", "Nota")
    about = {row["Geldt voor"] for row in notes}
    assert "cijfer wijziging ratio (procentpunt)" in about
    assert not [text for text in about if re.search(r"wijziging \w+ \(%\)", text)]
    assert "voorlopige jaren" not in {row["Onderwerp"] for row in notes}
    subsidies = cells(annex_of(publication, tmp_path, "twe-2024", "3", YEARS).path, "Toelichting", "Nota")
    assert "voorlopige jaren" in {row["Onderwerp"] for row in subsidies}


def test_of_an_annex_without_municipalities_no_row_of_theirs_is_told(publication, tmp_path):
    asked = QUESTIONS["twe-2024"]
    flanders = asked.annex("4").model_copy(update={"levels": ("vlaanderen",)})
    path = write_annex(publication, asked, flanders, tmp_path, YEARS).path
    assert "heeft een rij" not in told(path, "Toelichting")


def test_the_article_is_spelled_in_one_way_wherever_it_is_printed(publication, tmp_path):
    """In workbooks, CSV and the figure book, as in the letter: never at the end of a line."""
    pages = [path.read_text("utf-8").replace("\\u00a0", "\u00a0") for path in ASSETS.glob("*.js")]
    for question, number in ANNEXES:
        made = annex_of(publication, tmp_path / question, question, number, YEARS)
        pages += [told(made.path, sheet) for sheet in load_workbook(made.path).sheetnames]
        pages += [path.read_text("utf-8") for path in made.package.iterdir()]
    found = {text for page in pages for text in re.findall(r"\w+\.?\s*60,?\s*§\s*7", page)}
    assert found == {"artikel\u00a060\u00a0§\u00a07"}
