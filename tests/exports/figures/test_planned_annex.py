"""Annexes when the policy says what is shown at each level: every sheet, table and text keeps to it, under both methods
of control."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from exports import annex_figures
from exports.answering.answer import build_answer, write_answer
from exports.build import build
from exports.comparison.displayed import of_figures, of_package
from exports.disclosure import policy
from exports.disclosure.cell_key.control import control_by_keys
from exports.disclosure.control import Control, ControlError, cities_of, control
from exports.disclosure.geography import territories
from exports.disclosure.policy import kept_policy
from exports.disclosure.scope import CountFinder
from exports.figure_book import write_figure_book
from exports.figures.identity import GEMEENTE, VLAANDEREN, FigureId
from exports.figures.periods import Period, is_pooled
from exports.figures.reading import PublicationReader
from exports.figures.together import rows_of
from exports.statements.legends import NOT_BY_YEAR
from exports.statements.lookups import Paragraph
from tests.disclosure.tables import PROJECT
from tests.exports.cell_keys import SECRET, EverybodyAlike, policy_of
from tests.exports.tiny_publication import (
    ANNEXES,
    PLACES,
    QUESTIONS,
    ROWS,
    annex_of,
    cells,
    figures,
    make_publication,
)

YEARS = (2022, 2023)
BOTH = Period(2022, 2023)


@pytest.fixture(autouse=True)
def planned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The policy of the project, in a file of its own."""
    text = PROJECT.read_text("utf-8")
    (tmp_path / "policy.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(policy, "FILE", tmp_path / "policy.yml")
    return text


def shown_figures(publication: Path) -> set[FigureId]:
    found = set()
    for question, number in ANNEXES:
        for figure in annex_figures(publication, QUESTIONS[question], QUESTIONS[question].annex(number), YEARS):
            found |= {figure.id, *figure.parts}
    return found


@pytest.fixture
def suppressed(publication: Path, planned: str) -> Control:
    with PublicationReader(publication) as reader:
        return control(reader, shown_figures(publication), "q", policy=kept_policy(planned))


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_every_annex_is_written_with_what_the_tables_show_alone(publication, tmp_path, suppressed, question, number):
    made = annex_of(publication, tmp_path, question, number, hidden=suppressed.disclosed)  # asks of every figure
    annex = QUESTIONS[question].annex(number)
    built = build(publication, QUESTIONS[question], annex, YEARS, hidden=suppressed.disclosed)
    expected = of_figures(built.figures, suppressed.disclosed, built.plan)
    read = of_package(made.package)
    assert {key: value if isinstance(value, str) else Decimal(str(value)) for key, value in expected.items()} == read
    assert {figure.id for figure in built.shown_figures()} <= shown_figures(publication)
    if "Gegevens" in made.sheets:
        assert len(cells(made.path, "Gegevens")) == len(figures(made))


def test_municipalities_have_totals_by_year_and_then_classes_of_years_together(publication, tmp_path):
    made = annex_of(publication, tmp_path, "twe-2024", "2")
    (place,) = [row for row in cells(made.path, "Gemeenten") if row["NIS-code"] == "11001"]
    shown = {name for name in place if name not in ("NIS-code", "Gemeente")}
    by_year = {name for name in shown if "2022-2023" not in name}
    assert {name.partition(": ")[2] for name in by_year} == {"Geslacht: Totaal (aantal)"}
    assert any("Vrouw, X of onbekend" in name for name in shown - by_year)
    assert not any(": Vrouw (" in name for name in shown)
    rows = [row for row in figures(made) if row["niveau"] == "gemeente"]
    assert {row["cijfer"] for row in rows if row["periode"] == "2023"} == {"Totaal"}
    assert "Vrouw" in {row["cijfer"] for row in figures(made) if row["niveau"] == "vlaanderen"}
    codes = {row["cijfer"]: row["codes"] for row in figures(made) if row["tabel"] == "Geslacht"}
    expected = {"Man": "m", "Vrouw": "v", "X": "x", "Onbekend": "unknown", "Vrouw, X of onbekend": "unknown,v,x"}
    assert codes == expected | {"Totaal": "[z]"}


def test_characteristics_of_years_together_stand_beside_each_other_under_their_names(publication, tmp_path):
    made = annex_of(publication, tmp_path, "twe-2024", "2")
    sheet = load_workbook(made.path)["Gemeenten"]
    titles = [str(row[0].value).partition(". ")[2] for row in sheet.iter_rows() if ". " in str(row[0].value)]
    assert "Totalen per jaar, totalen per tijdvak (2022-2023)" in titles
    assert "Geslacht, leeftijd, werkloosheidsduur en scholing: details per tijdvak (2022-2023)" in titles
    shown = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"Geslacht", "Leeftijd", "Scholing", "Man"} <= shown, "a name above what belongs to it"
    assert not any(cell.alignment.textRotation for row in sheet.iter_rows() for cell in row if cell.value)


def test_charts_of_cities_stand_below_the_figures_that_they_show(publication, tmp_path):
    """No table is made for a chart alone, and no header of a table with a chart stands upright."""
    for question, number in ANNEXES:
        sheet = load_workbook(annex_of(publication, tmp_path / question, question, number).path)["Centrumsteden"]
        assert not any(name.startswith("Grafiek") for name in sheet.tables), (question, number)
        charted = {chart.anchor._from.row for chart in sheet._charts}
        for row in charted:
            above = [range_boundaries(table.ref)[1] for table in sheet.tables.values()]
            header = max(top for top in above if top <= row) - 1
            assert not any(cell.alignment.textRotation for cell in sheet[header] if cell.value), (question, number)


def test_the_full_edition_keeps_every_detail(publication, tmp_path):
    made = annex_of(publication, tmp_path, "twe-2024", "2", edition="volledig")
    rows = figures(made)
    assert {row["periode"] for row in rows} == {"2022", "2023"}
    assert "Vrouw" in {row["cijfer"] for row in rows if row["niveau"] == "gemeente"}
    assert any(row["Kenmerk"] for row in cells(made.path, "Gegevens"))


def test_cell_keys_of_classes_and_years_together_are_sums_as_those_of_places(publication, tmp_path):
    """Who started in 11001 in 2023 is everybody of both years there, and of the class of women, X and unknown."""
    policy = policy_of("within_two")
    with PublicationReader(publication) as reader:
        scope = CountFinder(policy).scope(shown_figures(publication), cities_of(reader))
        made = control_by_keys(reader, EverybodyAlike(reader), scope, "q", policy, SECRET)
    assert made.shown is not None
    assert any(is_pooled(cell.year) for cell in made.shown)
    same = {
        count
        for cell, count in made.shown.items()
        if cell.place == "11001" and cell.item in ("total", "gender/unknown,v,x") and cell.population == "started"
    }
    assert len(same) == 1
    women = {cell: count for cell, count in made.shown.items() if cell.item == "gender/unknown,v,x"}
    assert {cell.level for cell in women} == {GEMEENTE, "arrondissement", "provincie"}
    assert {cell.place for cell in women if not is_pooled(cell.year) and cell.level == GEMEENTE} == {"11002", "44021"}
    true = made.release.system
    assert all(abs(count - true.values[true.index[cell]]) <= 2 for cell, count in women.items())
    for question, number in ANNEXES:
        annex_of(publication, tmp_path / question, question, number, hidden=made.disclosed)
    assert VLAANDEREN not in {cell.level for cell in women}


SMALL_ONES = ("11001", "11004", "11005")
SHARED = ",".join(SMALL_ONES)
NAME = "Overige gemeenten van het arrondissement Antwerpen (3)"


@pytest.fixture
def with_small_ones(tmp_path: Path) -> Path:
    """The publication with more small municipalities around Antwerp."""
    more = {"11004": ("Boechout", "Antwerpen", False), "11005": ("Boom", "Antwerpen", False)}
    rows = {mart: [*of] for mart, of in ROWS.items()}
    rows["mart_started_duration"] += [(2022, "11004", 12, 5), (2023, "11005", 12, 6)]
    for characteristic, category in (("gender", "v"), ("age", "25-39"), ("unemployment", "0-11")):
        rows["mart_started_profile"] += [(2022, "11004", characteristic, category, 5)]
        rows["mart_started_profile"] += [(2023, "11005", characteristic, category, 6)]
    for characteristic, category in (("schooling", "not_short"), ("migration_background", "no")):
        rows["mart_started_profile"] += [(2022, "11004", characteristic, category, 5)]
        rows["mart_started_profile"] += [(2023, "11005", characteristic, category, 6)]
    return make_publication(tmp_path / "publication", rows, places={**PLACES, **more})


@pytest.fixture
def own_rows(planned: str, tmp_path: Path) -> str:
    text = planned.replace("least: 50}", "least: 7}")
    (tmp_path / "policy.yml").write_text(text, encoding="utf-8")
    return text


def test_municipalities_that_are_too_small_share_a_row(with_small_ones, own_rows, tmp_path):
    with PublicationReader(with_small_ones) as reader:
        made = control(reader, shown_figures(with_small_ones), "q", policy=kept_policy(own_rows))
    assert made.passed
    places = {cell.place for cell in made.release.system.cells if cell.level == GEMEENTE}
    assert SHARED in places and places.isdisjoint(SMALL_ONES)
    with pytest.raises(ControlError):
        made.hidden(FigureId("mart_started_duration", "trajectories", 2023, GEMEENTE, "11001", "*"))
    for question, number in ANNEXES:
        result = annex_of(with_small_ones, tmp_path / question, question, number, hidden=made.disclosed)
        shown = [row for row in figures(result) if row["niveau"] == "gemeente"]
        assert {row["nis_code"] for row in shown}.isdisjoint(SMALL_ONES)
        assert {row["gebied"] for row in shown if row["nis_code"] == SHARED} == {NAME}
    open_ = annex_of(with_small_ones, tmp_path / "open", "twe-2024", "1")
    totals = {row["periode"]: row["waarde"] for row in figures(open_) if row["nis_code"] == SHARED}
    assert (totals["2022"], totals["2023"]) == ("5", "10")
    assert any(row["Gemeente"] == NAME and row["NIS-code"] == "samen" for row in cells(open_.path, "Gemeenten"))
    answer = build_answer(with_small_ones, QUESTIONS["twe-2024"], years=YEARS)
    said = [getattr(block, "text", "") for _, block in answer.blocks]
    assert not any("Aartselaar" in text for text in said)
    assert sum("te weinig trajecten voor een eigen rij" in text for text in said) == 1
    write_figure_book(with_small_ones, tmp_path / "book.html", questions=[QUESTIONS["twe-2024"]])


def test_a_row_of_several_is_the_territory_of_all_of_them(with_small_ones, own_rows):
    """What a later release shows of one of them is linked to what an earlier one showed of all."""
    with PublicationReader(with_small_ones) as reader:
        made = control(reader, shown_figures(with_small_ones), "q", policy=kept_policy(own_rows))
        found = territories(made.release.geography, reader.facts.geography_date)
    assert found[SHARED] >= set(SMALL_ONES)
    assert found["arrondissement:Antwerpen"] == found[SHARED] | found["11002"]


def test_a_municipality_that_would_be_alone_keeps_its_row(publication):
    with PublicationReader(publication) as reader:
        rows = rows_of(reader.municipalities, {"11002"})
    assert {code: row.nis_code for code, row in rows.items()} == {code: code for code in rows}


def test_the_answer_says_where_the_annex_has_no_figures_by_year_of_municipalities(publication):
    """And nothing of classes or years together, which an annex may have for no municipality at all."""

    answer = build_answer(publication, QUESTIONS["twe-2024"], years=YEARS)
    said = NOT_BY_YEAR.removeprefix("p")
    told = {part for part, block in answer.blocks if isinstance(block, Paragraph) and said in block.text}
    assert told == {"5", "6"}


def test_the_answer_quotes_of_flanders_what_the_annexes_show_of_it(publication, planned, tmp_path, monkeypatch):
    """A class is quoted under its label, as the sum of its categories; nothing of it is quoted by itself."""
    text = planned.replace("members: [pensioen, overleden, andere]", "members: [ziekte, sec]")
    (tmp_path / "policy.yml").write_text(text, encoding="utf-8")
    question = QUESTIONS["twe-2024"]
    figures = annex_figures(publication, question, question.annex("5"), YEARS)
    shown = {figure.id: figure.value for figure in figures if figure.id.level == VLAANDEREN}
    answer = build_answer(publication, question, years=YEARS)
    quoted = [
        (lookup.identity, term)
        for figure in answer.figures
        for lookup, term in zip(figure.lookups, figure.terms, strict=True)
        if lookup.mart == "mart_outflow" and lookup.identity.level == VLAANDEREN
    ]
    assert {identity.category for identity, _ in quoted} >= {"position/nec", "position/sec,ziekte"}
    assert all(shown[identity] == term for identity, term in quoted)
    write_answer(publication, question, tmp_path / "twe-2024", years=YEARS)
    (sheet,) = load_workbook(tmp_path / "werkbestanden" / "twe-2024" / "antwoord_cijfers.xlsx").worksheets[1:]
    filters = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert any("position is één van " in text and "ziekte" in text for text in filters)
