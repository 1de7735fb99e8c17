"""What is hidden is hidden everywhere: sheets, derived figures, charts, CSV, results; and every figure knows itself."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from exports import FigureId, annex_figures
from exports.build import build
from exports.figures.identity import Figure
from exports.xlsx.document import Format, Line, Sheet, SheetColumn, Table
from tests.exports.tiny_publication import (
    ANNEXES,
    MARTS,
    PLACES,
    QUESTIONS,
    ROWS,
    annex_of,
    as_text,
    cells,
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
    for sheet in ("Transmissies", "Centrumsteden"):
        row = next(row for row in cells(result.path, sheet) if row["NIS-code"] == "11002")
        shown = [value for name, value in row.items() if name.startswith("2022")]
        assert shown == [3, "[c]", "[c]"]  # measured, with transmission, share
    tidy = next(row for row in cells(result.path, "Gegevens") if (row["NIS-code"], row["Meetjaar"]) == ("11002", 2022))
    assert tidy["Met transmissie"] == "[c]"
    with (result.package / "transmissies.csv").open(encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if (row["nis_code"], row["jaar"]) == ("11002", "2022"))
    assert (row["met_transmissie_aantal"], row["aandeel_met_transmissie_pct"]) == ("[c]", "[c]")
    assert result.totals[2022]["met transmissie"] == 1  # another figure, for the engine to decide on


@pytest.mark.parametrize("edition", ["publiek", "volledig"])
def test_golden_text_of_both_editions(publication, tmp_path, golden, edition):
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, edition=edition, hidden=hides_transmissions)
    golden(f"twe-2024_bijlage_6_met_verborgen_cijfer_{edition}", as_text(result, "twe-2024"))


def test_charts_leave_out_what_is_hidden_and_show_no_shares_of_the_rest(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, hidden=hides_transmissions)
    (chart,) = load_workbook(result.path)["Grafieken centrumsteden"]._charts
    assert [point.idx for point in chart.series[0].val.numRef.numCache.pt] == []
    by_share = annex_of(publication, tmp_path, "twe-2024", "4", YEARS, hidden=lambda figure: figure.place == GHENT)
    (chart,) = load_workbook(by_share.path)["Grafieken centrumsteden"]._charts
    assert chart.grouping == "stacked"
    assert "zonder verborgen cijfers" in chart.title.tx.rich.p[0].r[0].t


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
        free = {"Gegevens": keys, "Controles": {2024}}.get(sheet.title, set(YEARS))
        assert numbers <= free, sheet.title
        for chart in sheet._charts:
            assert all(not series.val.numRef.numCache.pt for series in chart.series)
    for path in result.package.glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                for name, value in row.items():
                    bare = re.fullmatch(r"-?\d+(\.\d+)?", value)
                    assert not bare or path.stem == "herkomst" or name in FREE, (path.stem, name, value)
    assert all(isinstance(value, str) for year in result.totals.values() for value in year.values())


FREE = {
    "jaar",
    "nis_code",
    "startjaar",
    "meetjaar",
    "eindjaar",
    "jaar_van_screening",
    "geleverd_vanaf_jaar",
    "geleverd_tot_en_met_jaar",
    "versie_van_de_controleregels",
    "vermoedelijke_duur_maanden",
}


def test_the_ranking_leaves_out_who_has_a_hidden_figure(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2018", "1", YEARS, hidden=lambda figure: figure.place == GHENT)
    assert [row["NIS-code"] for row in cells(result.path, "Stijgers en dalers")] == ["11002"]
    sheet = load_workbook(result.path)["Stijgers en dalers"]
    head = " ".join(str(row[0].value) for row in sheet.iter_rows(max_row=8))
    assert "onder de gemeenten met een getoond cijfer" in head, "one that is hidden may have moved more"
    assert "niet gerangschikt: zij kunnen meer gestegen of gedaald zijn" in head


def test_the_full_edition_hides_nothing_and_says_so_in_its_name_and_on_every_sheet(publication, tmp_path):
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, edition="volledig", hidden=lambda figure: True)
    assert result.path.name == "bijlage_6_transmissies_volledig_VERTROUWELIJK.xlsx"
    assert result.package.name == "bijlage_6_transmissies_volledig_VERTROUWELIJK_csv"
    assert "[c]" not in values(result.path)
    for sheet in load_workbook(result.path):
        assert "VERTROUWELIJK" in sheet["A2"].value
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
            said.append({name: cells(result.path, name) for name in sheets})
            if edition == "publiek":
                assert sheets == ["Controles", "Herkomst"]
                everything = csv_text(result.package) + " ".join(map(str, values(result.path)))
                assert not re.search("1212|abab|zonnebeke|trajecten_2024|wijzigingen_2024", everything)
    assert told["publiek"][0] == told["publiek"][1]
    assert told["volledig"][0] != told["volledig"][1]


def test_policy_and_audit_stand_on_the_provenance_sheet(publication, tmp_path):
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
    facts = [(row["Gegeven"], row["Waarde"]) for row in cells(result.path, "Herkomst")]
    assert ("Geheimhouding: regel", "Aantallen van 1 tot en met 4 zijn verborgen.") in facts
    assert ("Geheimhouding: nazicht", "0 cellen te herleiden") in facts


def test_extra_sheets_come_before_the_provenance_and_are_disclosed_like_the_others(publication, tmp_path):
    figure = Figure(5, FigureId("mart_transmissions", "with_transmission", 2022, "gemeente", "11002"))
    table = Table(
        "Revisie",
        (SheetColumn("Gemeente", width=20), SheetColumn("Vorig antwoord (aantal)", Format.INTEGER, 18)),
        [("Antwerpen", figure)],
    )
    sheet = Sheet(
        "Revisie", (Line("Revisie", "title"), Line("Naar de inhoud", "link", link="Inhoud")), table, about="revisie"
    )
    result = annex_of(publication, tmp_path, "twe-2024", "6", YEARS, hidden=hides_transmissions, extra_sheets=[sheet])
    assert result.sheets[-3:] == ("Revisie", "Controles", "Herkomst")
    assert cells(result.path, "Revisie") == [{"Gemeente": "Antwerpen", "Vorig antwoord (aantal)": "[c]"}]
    assert "Antwerpen,[c]" in (result.package / "revisie.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_every_number_that_is_counted_is_a_figure_with_an_identity(publication, question, number):
    built = build(publication, QUESTIONS[question], QUESTIONS[question].annex(number), YEARS)
    for sheet in built.document.sheets:
        if sheet.table is None:
            continue
        for row in sheet.table.rows:
            for column, cell in zip(sheet.table.columns, row, strict=True):
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
        place = {"gemeente": nis, "provincie": PLACES[nis][1], "vlaanderen": "vlaanderen"}[figure.level]
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
