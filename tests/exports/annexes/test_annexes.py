"""Annexes from a tiny publication: golden text, sums equal to the marts, geography, undefined figures, determinism.

The golden files show every annex of both questions as text. After a change that is meant: `make golden`,
then read the difference.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from exports import PublicationError, write_annex
from tests.exports.tiny_publication import (
    ANNEXES,
    PLACES,
    QUESTIONS,
    ROWS,
    annex_of,
    as_text,
    cells,
    figures,
    make_publication,
)
from tests.support.render import render

YEARS = (2022, 2023)


@pytest.fixture(scope="module")
def later_publication(tmp_path_factory) -> Path:
    """The same figures, published at another moment and reached by the link that readers use."""
    folder = tmp_path_factory.mktemp("later")
    link = folder / "current"
    link.symlink_to(make_publication(folder / "2030", published_at=dt.datetime(2030, 1, 1)))
    return link


def is_column(name: str, year: int, label: str) -> bool:
    """Whether a header belongs to the measure and year, whatever marks, unit and notes are with it."""
    plain = re.sub(r" \[[^]]*\]", "", name)
    return plain in (f"{year}: {label}", f"{year}: {label} (aantal)", f"{year}: {label} (trajectmaanden)")


def column(row: dict[str, object], year: int, label: str) -> object:
    (value,) = (value for name, value in row.items() if is_column(name, year, label))
    return value


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_golden_text(project_tables, publication, tmp_path, golden, question, number):
    golden(f"{question}_bijlage_{number}", as_text(annex_of(publication, tmp_path, question, number), question))


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_same_input_same_bytes(publication, later_publication, tmp_path, question, number):
    first = annex_of(publication, tmp_path / "a", question, number)
    second = annex_of(later_publication, tmp_path / "b", question, number)
    assert first.path.read_bytes() == second.path.read_bytes()
    names = [sorted(item.name for item in result.package.iterdir()) for result in (first, second)]
    assert names[0] == names[1]
    for name in names[0]:
        assert (first.package / name).read_bytes() == (second.package / name).read_bytes()


@pytest.mark.parametrize(
    ("question", "number", "mart", "measure", "where", "label"),
    [
        ("twe-2024", "1", "mart_started_duration", "trajectories", "true", "totaal"),
        ("twe-2024", "2", "mart_started_profile", "trajectories", "characteristic = 'age'", "Leeftijd: Totaal"),
        ("twe-2024", "3", "mart_wage_subsidies", "subsidies", "basis = 'performance'", "aantal loontoelagen"),
        ("twe-2024", "3", "mart_wage_subsidies", "amount_eur", "basis = 'performance'", "bedrag (euro)"),
        ("twe-2024", "4", "mart_ended_duration", "trajectories", "true", "totaal beëindigd"),
        ("twe-2024", "5", "mart_outflow", "trajectories", "true", "totaal gemeten"),
        ("twe-2024", "6", "mart_transmissions", "with_transmission", "true", "met transmissie"),
        ("twe-2018", "2", "mart_intake", "referred", "true", "toegeleid"),
        ("twe-2018", "3", "mart_aftercare", "with_coaching", "true", "met coaching"),
    ],
)
def test_sums_equal_the_marts(publication, tmp_path, question, number, mart, measure, where, label):
    result = annex_of(publication, tmp_path, question, number)
    wide = cells(result.path, "Gemeenten")
    for year in YEARS:
        expected = duckdb.execute(
            f"select coalesce(sum({measure}), 0) from '{publication / mart}.parquet' where year = ? and {where}", [year]
        ).fetchall()[0]
        figures = [value for row in wide for name, value in row.items() if is_column(name, year, label)]
        assert sum(Decimal(str(figure)) for figure in figures) == expected[0]
        assert result.totals[year][label] == expected[0]


def test_every_municipality_has_a_row_by_nis_code_and_unassigned_only_when_it_counts(publication, tmp_path):
    started = cells(annex_of(publication, tmp_path, "twe-2024", "1").path, "Gemeenten", "Gemeenten_")
    assert [row["NIS-code"] for row in started] == ["11001", "11002", "44021", "73109"]
    assert column(started[3], 2022, "totaal") == 0
    subsidies = cells(annex_of(publication, tmp_path, "twe-2024", "3").path, "Gemeenten", "Gemeenten_")
    assert subsidies[-1]["Gemeente"] == "Niet toewijsbaar"
    assert column(subsidies[-1], 2023, "bedrag (euro)") == 900.33
    earlier = cells(annex_of(publication, tmp_path, "twe-2024", "3", (2022,)).path, "Gemeenten", "Gemeenten_")
    assert [row["NIS-code"] for row in earlier] == ["11001", "11002", "44021", "73109"]


def test_expected_months_fall_in_their_columns(publication, tmp_path):
    rows = {
        row["NIS-code"]: row
        for row in cells(annex_of(publication, tmp_path, "twe-2024", "1").path, "Gemeenten", "Gemeenten_")
    }
    assert column(rows["11002"], 2022, "12 maanden") == 5
    assert column(rows["11002"], 2022, "onbekend") == 1
    assert column(rows["44021"], 2022, "minder dan 1 maand") == 2
    assert column(rows["11002"], 2023, "24 maanden") == 3
    assert [column(rows[code], 2023, "meer dan 24 maanden") for code in ("11002", "44021")] == [1, 1]
    assert len(rows["11001"]) == 2 + 2 * 28


def test_undefined_is_said_and_never_zero(publication, tmp_path):
    ratio = {
        row["NIS-code"]: row
        for row in cells(annex_of(publication, tmp_path, "twe-2018", "1").path, "Gemeenten", "Gemeenten_")
    }
    assert column(ratio["73109"], 2022, "ratio (%)") == "[x]"  # no leefloners delivered
    assert column(ratio["11001"], 2022, "ratio (%)") == "[z]"  # denominator 0
    assert column(ratio["44021"], 2022, "equivalent leefloners (gemiddeld aantal)") == "[x]"
    assert column(ratio["44021"], 2022, "wijziging ratio (%)") == "[z]"  # no year before
    share = cells(annex_of(publication, tmp_path, "twe-2024", "6").path, "Gemeenten", "Gemeenten_")
    assert [column(row, 2022, "aandeel met transmissie (%)") for row in share] == ["[z]", 33.3, "[z]", "[z]"]
    care = cells(annex_of(publication, tmp_path, "twe-2018", "3").path, "Gemeenten", "Gemeenten_")
    assert [column(row, 2022, "nazorg (gemiddeld aantal maanden)") for row in care] == ["[z]", 2.5, 5, "[z]"]


def test_no_change_in_percent_against_the_year_of_the_start(tmp_path):
    first = [
        (2017, "11002", "year_average", 100.0, 400.0, None, 25.0, None, None, None, 0.0),
        (2018, "11002", "year_average", 150.0, 400.0, None, 37.5, 50.0, 50.0, 12.5, 0.0),
    ]
    publication = make_publication(tmp_path / "p", rows={**ROWS, "mart_activation_ratio": first})
    made = annex_of(publication, tmp_path, "twe-2018", "1", (2018, 2019))
    assert made.totals[2018]["wijziging cliënten (%)"] == made.totals[2018]["wijziging ratio (%)"] == "[z]"
    made = annex_of(publication, tmp_path, "twe-2018", "1", (2018,))
    assert not {"wijziging cliënten (%)", "wijziging ratio (%)"} & made.totals[2018].keys(), "a column of [z] alone"
    assert made.totals[2018]["wijziging ratio (procentpunt)"] == 12.5
    own = next(row for row in cells(made.path, "Gemeenten", "Gemeenten_") if row["NIS-code"] == "11002")
    assert not [header for header in own if "wijziging" in header and "procentpunt" not in header]
    (ranked,) = cells(made.path, "Gemeenten", "Rangschikking")
    assert [value for name, value in ranked.items() if "wijziging" in name] == [12.5]
    (tidy,) = cells(made.path, "Gegevens")
    assert (tidy["Wijziging cliënten (%)"], tidy["Wijziging ratio (%)"]) == ("[z]", "[z]")
    assert not {"50", "50.0"} & {row["waarde"] for row in figures(made)}, "in the CSV neither"
    notes = [row["Toelichting"] for row in cells(made.path, "Toelichting", "Nota")]
    assert "2017 was het opstartjaar: een wijziging ertegenover in % is niet vermeld." in notes


def test_flanders_is_recomputed_from_sums(publication, tmp_path):
    totals = annex_of(publication, tmp_path, "twe-2018", "1", (2022,)).totals[2022]
    assert totals["cliënten in TWE (gemiddeld aantal)"] == 170.25
    assert totals["ratio (%)"] == round(100 * 170.25 / 591.25, 1)
    assert totals["wijziging cliënten (%)"] == round(100 * (170.25 / 100 - 1), 1)
    assert totals["wijziging ratio (procentpunt)"] == round(100 * 170.25 / 591.25 - 25, 1)
    care = annex_of(publication, tmp_path, "twe-2018", "3", (2022,)).totals[2022]
    assert care["nazorg (gemiddeld aantal maanden)"] == (2.5 * 8 + 5.0 * 2) / 10


def test_the_payment_basis_is_an_option_of_the_question(publication, tmp_path):
    question = QUESTIONS["twe-2024"]
    paid = question.annex("3").model_copy(update={"years": YEARS, "options": {"basis": "payment"}})
    assert write_annex(publication, question, paid, tmp_path).totals[2022]["bedrag (euro)"] == Decimal("14000.00")


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_no_rows_at_all(tmp_path, question, number):
    empty = make_publication(tmp_path / "p", rows={name: [] for name in ROWS})
    result = annex_of(empty, tmp_path, question, number)
    book = load_workbook(result.path)
    assert {row["NIS-code"] for row in cells(result.path, "Gemeenten", "Gemeenten_")} == {*PLACES} - {"99999"}
    assert result.rows["Gegevens"] == 0
    assert len(book["Vlaanderen"]._charts) >= 1


def test_hostile_names_stay_text(tmp_path):
    hostile = make_publication(tmp_path / "p", names={"11002": "=1+1", "44021": "<b>&"})
    path = annex_of(hostile, tmp_path, "twe-2024", "1").path
    names = [row[1] for row in load_workbook(path)["Centrumsteden"].iter_rows() if row[0].value in ("11002", "44021")]
    assert {(cell.value, cell.data_type) for cell in names} == {("=1+1", "s"), ("<b>&", "s")}


def test_real_data_has_no_banner_and_unfinished_years_are_warned_about(tmp_path):
    real = make_publication(tmp_path / "p", synthetic=False)
    text = render(annex_of(real, tmp_path, "twe-2024", "1", (2023, 2024, 2025)).path)
    assert "SYNTHETISCHE" not in text
    assert "2024 is onvolledig, de stand is van 31 maart 2024" in text
    assert "2025 begint na de stand-datum" in text


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"mart_outflow": [(2022, "11002", "astronaut", 3)], "mart_competence": []}, "position/astronaut"),
        ({"mart_competence": [(2022, "11002", 4, 1, 1, 2)]}, "totals of 11002 in 2022 differ"),
        ({"mart_competence": [(2022, "11002", 3, 1, 1, 2)] * 2}, "more than one row for 11002 in 2022"),
    ],
)
def test_a_publication_that_contradicts_itself_is_refused(tmp_path, rows, message):
    bad = make_publication(tmp_path / "p", rows=rows)
    with pytest.raises(PublicationError, match=message):
        annex_of(bad, tmp_path / "out", "twe-2024", "5")
    assert not (tmp_path / "out").exists()


def test_a_missing_publication_or_mart_says_what_to_do(publication, tmp_path):
    with pytest.raises(PublicationError, match=r"no publication at .*: run the build first"):
        annex_of(tmp_path / "nowhere", tmp_path, "twe-2024", "1")
    partial = make_publication(tmp_path / "p")
    (partial / "mart_outflow.parquet").unlink()
    with pytest.raises(PublicationError, match=r"mart_outflow\.parquet is missing"):
        annex_of(partial, tmp_path, "twe-2024", "5")


def test_municipalities_stand_in_the_order_of_their_codes(tmp_path):
    """Not of their names, which repeat and change."""
    renamed = make_publication(tmp_path / "publication", names={"11001": "Zwijndrecht", "73109": "Aalst"})
    annex = annex_of(renamed, tmp_path / "out", "twe-2024", "6")
    codes = [row["NIS-code"] for row in cells(annex.path, "Gemeenten", "Gemeenten_") if "NIS-code" in row]
    assert codes[:4] == ["11001", "11002", "44021", "73109"]
