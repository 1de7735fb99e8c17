"""What is hidden is hidden everywhere: sheets, derived figures, charts, CSV, results; and every figure knows itself."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from exports import AnnexResult, FigureId, annex_figures
from exports.build import build
from exports.editions import EDITIONS, disclose
from exports.figures.collect import collect
from exports.figures.identity import Changes, Figure, Value
from exports.figures.reading import PublicationReader
from exports.sheets.context import Context, year_flags
from exports.sheets.flanders import flanders_sheet
from exports.sheets.levels import cities_sheet, municipalities_sheet
from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table
from tests.exports.tiny_publication import (
    ANNEXES,
    ARRONDISSEMENTS,
    MARTS,
    PLACES,
    QUESTIONS,
    ROWS,
    annex_of,
    as_text,
    cells,
    figures,
    make_publication,
)

YEARS = (2022, 2023)
GHENT = "44021"


def values(path: Path) -> set[object]:
    return {cell for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row}


def csv_text(package: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(package.iterdir()))


def hides_transmissions(figure: FigureId) -> bool:
    return figure.measure == "with_transmission" and (figure.place, figure.year) == ("11002", 2022)


def test_a_hidden_figure_gives_way_on_every_sheet_with_what_is_derived_from_it(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, hidden=hides_transmissions)
    for sheet in ("Gemeenten", "Centrumsteden"):
        row = next(row for row in cells(result.path, sheet, f"{sheet}_") if row["NIS-code"] == "11002")
        shown = [value for name, value in row.items() if name.startswith("2022")]
        assert shown == [3, "[c]", "[c]"]  # measured, with transmission, share
    tidy = next(row for row in cells(result.path, "Gegevens") if (row["NIS-code"], row["Meetjaar"]) == ("11002", 2022))
    assert tidy["Met transmissie"] == "[c]"
    own = [
        row
        for row in figures(result)
        if (row["niveau"], row["nis_code"], row["periode"]) == ("gemeente", "11002", "2022")
    ]
    assert [row["waarde"] for row in own] == ["3", "[c]", "[c]"]
    assert result.totals[2022]["met transmissie"] == 1  # another figure, for the engine to decide on


@pytest.mark.parametrize("edition", ["publiek", "volledig"])
def test_golden_text_of_both_editions(publication, tmp_path, golden, edition):
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, edition=edition, hidden=hides_transmissions)
    golden(f"twe-2024_bijlage_6_met_verborgen_cijfer_{edition}", as_text(result, "twe-2024"))


def test_a_city_with_a_hidden_part_is_named_and_not_in_the_chart(publication, tmp_path):
    with_hidden = annex_of(publication, tmp_path, "twe-2018", "1", YEARS, hidden=lambda figure: figure.place == GHENT)
    assert charts_of(with_hidden, "Centrumsteden") == []
    assert "Grafiek 'Activeringsratio per centrumstad, 2022 en 2023': vertrouwelijk." in text_of(with_hidden)
    three = {**PLACES, "73109": ("Voeren", "Limburg", True)}
    cities = make_publication(tmp_path / "p", places=three)
    made = annex_of(cities, tmp_path, "twe-2024", "6", (2023,), hidden=lambda figure: figure.place == GHENT)
    assert [row["Centrumstad"] for row in cells(made.path, "Centrumsteden")] == ["Antwerpen", "Voeren", "Gent"]
    why = "Niet in de grafiek, en daarom onderaan in de tabel: Gent (een deel van de cijfers is vertrouwelijk)."
    assert why in text_of(made)
    (chart,) = charts_of(made, "Centrumsteden")
    assert [point.v for point in chart.series[0].cat.strRef.strCache.pt] == ["Antwerpen", "Voeren"]


def test_a_category_that_no_city_has_is_in_the_table_and_not_in_the_legend(publication, tmp_path):
    made = annex_of(publication, tmp_path, "twe-2024", "2", YEARS)
    gender = charts_of(made, "Centrumsteden")[0]
    assert [series.tx.v for series in gender.series] == ["Vrouw"]
    shown = cells(made.path, "Centrumsteden", "Centrumsteden_Geslacht")
    assert [row["2023: Geslacht: X (aantal)"] for row in shown] == [0, 0]
    of_flanders = charts_of(made, "Vlaanderen")
    drawn = [series.val.numRef.numCache.pt for chart in of_flanders for series in chart.series]
    assert drawn and all(any(float(point.v) for point in points) for points in drawn)
    assert len(of_flanders[0].series) < len(cells(made.path, "Vlaanderen", "Vlaanderen_1")) - 1


def test_a_chart_of_flanders_with_a_hidden_part_gives_way_to_a_sentence(publication, tmp_path):
    whole = annex_of(publication, tmp_path, "twe-2024", "4", YEARS)
    assert len(charts_of(whole, "Vlaanderen")) == 1 and "Dit blad bevat één tabel en één grafiek." in text_of(whole)
    hidden = lambda figure: (figure.level, figure.category) == ("vlaanderen", "early/*")  # noqa: E731
    made = annex_of(publication, tmp_path, "twe-2024", "4", YEARS, hidden=hidden)
    assert charts_of(made, "Vlaanderen") == []
    assert "Grafiek 'Beëindigde trajecten in Vlaanderen': vertrouwelijk." in text_of(made)
    assert "Dit blad bevat één tabel." in text_of(made)


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_a_public_annex_calls_its_sources_as_a_reader_does(publication, tmp_path, question, number):
    made = annex_of(publication, tmp_path, question, number, YEARS)
    sources = QUESTIONS[question].annex(number).kind.sources
    said = f"{text_of(made)} {load_workbook(made.path).properties.keywords} {csv_text(made.package)}"
    assert not any(source in said for source in sources if "_" in source)
    assert ("nummerwijzigingen" in said) is ("insz_wijzigingen" in sources)


class Unchanged(Changes):
    """A method that changes nothing, and says that it may."""

    def __call__(self, figure: FigureId) -> bool:
        return False

    def value(self, figure: Figure) -> Value:
        return figure.value

    def note(self, marts: Collection[str]) -> str:
        return "Gewijzigd."

    def chart_note(self, marts: Collection[str]) -> str:
        return "Hoogstens 2 anders."


def test_charts_say_what_a_method_did_to_their_figures(publication):
    question = QUESTIONS["twe-2018"]
    annex = question.annex("1")
    with PublicationReader(publication) as reader:
        figures = collect(reader, annex.kind, YEARS, annex.options)
        flags = year_flags(annex, figures, reader.facts.as_of)
        context = Context(reader, question, annex, figures, flags, EDITIONS["publiek"], Unchanged())
        sheets = (flanders_sheet(context), cities_sheet(context), municipalities_sheet(context))
        document = Document("Titel", "Onderwerp", reader.facts.as_of, sheets)
    charted = [block for sheet in disclose(document, Unchanged()).sheets for block in sheet.blocks if block.charts]
    assert len(charted) == 3 and all("Hoogstens 2 anders." in block.below for block in charted)


def charts_of(result: AnnexResult, sheet: str) -> list[Any]:
    return list(load_workbook(result.path)[sheet]._charts)


def text_of(result: AnnexResult) -> str:
    return " ".join(map(str, values(result.path)))


def test_hiding_the_count_hides_the_amount_the_mean_and_the_changes_of_both_years(publication):
    def parts(number: str, question: str, measure: str, year: int = 2023) -> set[tuple[str, int]]:
        annex = QUESTIONS[question].annex(number)
        figures = annex_figures(publication, QUESTIONS[question], annex, YEARS)
        figure = next(f for f in figures if f.id.measure == measure and (f.id.place, f.id.year) == ("11002", year))
        return {(part.measure, part.year) for part in figure.parts}

    assert parts("3", "twe-2024", "amount_eur") == {("subsidies", 2023)}
    assert parts("3", "twe-2018", "aftercare_months", 2022) == {("with_art60", 2022)}
    both = {("clients_in_twe", 2023), ("leefloners", 2023)}
    assert parts("1", "twe-2018", "ratio_pct") == both
    assert parts("1", "twe-2018", "ratio_change_pp") == both | {("clients_in_twe", 2022), ("leefloners", 2022)}


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_with_all_figures_hidden_no_figure_is_left_anywhere(publication, tmp_path, question, number):
    """Every number that remains is a year."""
    result = annex_of(publication, tmp_path, question, number, YEARS, hidden=lambda figure: True)
    keys = {*YEARS, *(row.get("Vermoedelijke duur (maanden)") for row in cells(result.path, "Gegevens"))}
    for sheet in load_workbook(result.path):
        numbers = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)}
        free = {"Gegevens": keys}.get(sheet.title, set(YEARS))
        assert numbers <= free, sheet.title
        assert not sheet._charts
    for path in result.package.glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                for name, value in row.items():
                    bare = re.fullmatch(r"-?\d+(\.\d+)?", value)
                    assert not bare or path.stem == "herkomst" or name in FREE, (path.stem, name, value)
    assert all(isinstance(value, str) for year in result.totals.values() for value in year.values())


FREE = {
    "codes",
    "jaar",
    "nis_code",
    "startjaar",
    "meetjaar",
    "eindjaar",
    "jaar_van_screening",
    "periode",
    "vermoedelijke_duur_maanden",
}


def test_the_ranking_leaves_out_who_has_a_hidden_figure(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2018", "1", YEARS, hidden=lambda figure: figure.place == GHENT)
    assert [row["NIS-code"] for row in cells(result.path, "Gemeenten", "Rangschikking")] == ["11002"]
    sheet = load_workbook(result.path)["Gemeenten"]
    head = " ".join(str(row[0].value) for row in sheet.iter_rows(max_row=25))
    assert "onder de gemeenten met een getoond cijfer" in head, "one that is hidden may have moved more"
    assert "niet gerangschikt: zij kunnen meer gestegen of gedaald zijn" in head


def test_the_full_edition_hides_nothing_and_says_so_in_its_name_and_on_every_sheet(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, edition="volledig", hidden=lambda figure: True)
    assert result.path.name == "bijlage_6_transmissies_volledig_VERTROUWELIJK.xlsx"
    assert result.package.name == "bijlage_6_transmissies_volledig_VERTROUWELIJK_csv"
    assert "[c]" not in values(result.path)
    for sheet in load_workbook(result.path):
        assert any("VERTROUWELIJK" in str(sheet[f"A{row}"].value) for row in (2, 3))
    with pytest.raises(ValueError, match="no edition 'geheim'; choose one of publiek, volledig"):
        annex_of(publication, tmp_path, "twe-2024", "6", YEARS, edition="geheim")


@pytest.mark.parametrize("source", ["trajecten", "insz_wijzigingen"])
def test_a_correction_of_one_row_shows_nowhere_in_what_the_public_edition_says_of_deliveries(
    publication, tmp_path, source
):
    """Else the figure that changed by it, hidden before, is known to have been exactly 1, or to be of a person with
    another number."""
    corrected = tmp_path / "corrected"
    shutil.copytree(publication, corrected)
    columns = f"'{source}_2024-03-30_zonnebeke.csv' as file_name, '{source}' as source, "
    columns += "date '2024-03-30' as delivered_on, "
    columns += f"'{'12' * 32}' as sha256, 1 as rows_read, 1 as rows_accepted, 1 as rows_warned"
    known = f"read_parquet('{publication / 'deliveries.parquet'}')"
    duckdb.execute(
        f"copy (from {known} union all by name select * replace ({columns}) from {known} where rows_read = 10) "
        f"to '{corrected / 'deliveries.parquet'}'"
    )
    told: dict[str, list[object]] = {"publiek": [], "volledig": []}
    for edition, said in told.items():
        for made in (publication, corrected):
            result = annex_of(made, tmp_path / "out", "twe-2024", "6", YEARS, edition=edition)
            sheets = [name for name in ("Controles", "Leveringen", "Herkomst") if name in result.sheets]
            said.append({name: cells(result.path, name) for name in ("Toelichting", *sheets)})
            if edition == "publiek":
                assert sheets == []
                everything = csv_text(result.package) + " ".join(map(str, values(result.path)))
                assert not re.search("1212|abab|zonnebeke|trajecten_2024|wijzigingen_2024", everything)
    assert told["publiek"][0] == told["publiek"][1]
    assert told["volledig"][0] != told["volledig"][1]


def test_policy_and_audit_stand_with_the_notes(publication, tmp_path):
    result = annex_of(
        publication,
        tmp_path,
        "twe-2024",
        "6",
        YEARS,
        hidden=hides_transmissions,
        policy=["Aantallen van 1 tot en met 4 zijn verborgen."],
        audit=["0 cellen te herleiden"],
    )
    facts = [(row["Gegeven"], row["Waarde"]) for row in cells(result.path, "Toelichting", "Oorsprong")]
    assert ("Geheimhouding: regel", "Aantallen van 1 tot en met 4 zijn verborgen.") in facts
    assert ("Geheimhouding: nazicht", "0 cellen te herleiden") in facts


def test_extra_sheets_come_behind_the_figures_and_are_disclosed_like_the_others(publication, tmp_path):
    figure = Figure(5, FigureId("mart_transmissions", "with_transmission", 2022, "gemeente", "11002"))
    table = Table(
        "Revisie",
        (SheetColumn("Gemeente", width=20), SheetColumn("Vorig antwoord (aantal)", Format.INTEGER, 18)),
        [("Antwerpen", figure)],
    )
    sheet = Sheet(
        "Revisie",
        (Line("Revisie", "title"), Line("Naar de inhoud", "link", link="Toelichting")),
        table,
        about="revisie",
    )
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, hidden=hides_transmissions, extra_sheets=[sheet])
    assert result.sheets[-2:] == ("Gegevens", "Revisie")
    assert cells(result.path, "Revisie") == [{"Gemeente": "Antwerpen", "Vorig antwoord (aantal)": "[c]"}]
    assert "Antwerpen,[c]" in (result.package / "revisie.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_every_number_that_is_counted_is_a_figure_with_an_identity(publication, question, number):
    built = build(publication, QUESTIONS[question], QUESTIONS[question].annex(number), YEARS)
    for sheet in built.document.sheets:
        for column, cell in (
            (c, e) for t in sheet.tables for row in t.rows for c, e in zip(t.columns, row, strict=True)
        ):
            free = column.format in (Format.YEAR, Format.RANK) or column.header.startswith("Vermoedelijke duur")
            assert isinstance(cell, Figure | str) or free or column.format is Format.DATE, (
                sheet.name,
                column.header,
            )


def expected(figure: FigureId) -> object:
    """The figure worked out again from the rows of the mart, by nothing but its identity."""
    names = [part.split()[0] for part in MARTS[figure.mart].split(", ")]
    keys = [
        name
        for name in names
        if name in ("characteristic", "category", "ending", "duration_class", "position", "expected_months", "basis")
    ]
    total = 0
    for year, nis, *rest in ROWS[figure.mart]:
        row = dict(zip(names, rest, strict=True))
        regions = {"provincie": PLACES[nis][1], "arrondissement": ARRONDISSEMENTS.get(nis, PLACES[nis][1])}
        place = {"gemeente": nis, "vlaanderen": "vlaanderen", **regions}[figure.level]
        months = row.get("expected_months", "")
        own = "/".join(str(row[key]) for key in keys)
        own = f"position/{own}" if figure.mart == "mart_outflow" else own
        own = f"months/{'unknown' if months is None else months}" if figure.mart == "mart_started_duration" else own
        wanted = figure.category
        fits = own == wanted or (wanted.endswith("*") and own.startswith(wanted[:-1]))
        fits = fits or (wanted == "months/25+" and own[7:].isdigit() and int(own[7:]) > 24)
        if (year, place) == (figure.year, figure.place) and fits:
            value = row[figure.measure]
            total += float(value) if isinstance(value, str) else value or 0
    return total


@pytest.mark.parametrize(("question", "number"), [each for each in ANNEXES if each != ("twe-2018", "1")])
def test_the_identity_of_a_count_is_enough_to_count_it_again(publication, question, number):
    built = build(publication, QUESTIONS[question], QUESTIONS[question].annex(number), YEARS)
    derived = ("_pct", "_months", "_difference")
    counts = [figure for figure in built.shown_figures() if not figure.id.measure.endswith(derived)]
    assert len(counts) > 50
    for figure in counts:
        assert float(str(figure.value)) == pytest.approx(expected(figure.id)), figure.id
