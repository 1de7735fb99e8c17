"""Levels of places, years that are provisional or break with the past, totals that agree, and provenance."""

from __future__ import annotations

import datetime as dt

import pytest
from openpyxl import load_workbook

from exports import AnnexResult, PublicationError, write_annex
from exports.annexes.model import CorrectionPeriod
from exports.xlsx.document import Format
from tests.exports.tiny_publication import QUESTIONS, annex_of, cells, figures, make_publication

YEARS = (2022, 2023)


@pytest.mark.parametrize(
    ("levels", "there", "absent"),
    [
        (("vlaanderen",), {"Vlaanderen"}, {"Provincies", "Centrumsteden", "Gemeenten", "Gegevens"}),
        (("centrumstad",), {"Centrumsteden"}, {"Vlaanderen", "Provincies", "Gemeenten"}),
        (("provincie", "gemeente"), {"Provincies", "Gemeenten", "Gegevens"}, {"Vlaanderen", "Centrumsteden"}),
        (("arrondissement",), {"Arrondissementen"}, {"Provincies", "Gemeenten"}),
        (("arrondissement", "provincie"), {"Provincies en arrondissementen"}, {"Provincies", "Arrondissementen"}),
    ],
)
def test_the_question_chooses_the_levels(publication, tmp_path, levels, there, absent):
    question = QUESTIONS["twe-2024"]
    annex = question.annex("6").model_copy(update={"levels": levels})
    sheets = set(write_annex(publication, question, annex, tmp_path, YEARS).sheets)
    assert there <= sheets
    assert not absent & sheets


def test_provinces_arrondissements_and_cities_show_the_figures_of_their_municipalities(publication, tmp_path):
    path = annex_of(publication, tmp_path, "twe-2024", "6", YEARS).path
    regions = {row["Gebied"]: list(row.values())[1:] for row in cells(path, "Provincies en arrondissementen")}
    antwerp, ghent, limburg = [3, 10, 1, 0, 33.3, 0], [0, 3, 0, 0, "[z]", 0], [0, 1, 0, 1, "[z]", 100]
    assert regions == {
        "Provincie Antwerpen": antwerp,
        "arr. Antwerpen": antwerp,
        "Provincie Oost-Vlaanderen": ghent,
        "arr. Gent": ghent,
        "Provincie Limburg": limburg,
        "arr. Tongeren": limburg,
    }
    assert [row["Centrumstad"] for row in cells(path, "Centrumsteden", "Centrumsteden_")] == ["Antwerpen", "Gent"]


def test_the_largest_risers_and_fallers_are_ranked_above_the_floor(publication, tmp_path):
    path = annex_of(publication, tmp_path, "twe-2018", "1", YEARS).path
    rows = cells(path, "Gemeenten", "Rangschikking")
    assert [(row["Richting"], row["Rang"], row["Gemeente"]) for row in rows] == [
        ("stijger", 1, "Gent"),
        ("daler", 1, "Antwerpen"),
    ]
    (chart,) = load_workbook(path)["Gemeenten"]._charts
    assert [point.idx for point in chart.series[0].dPt] == [1]  # the faller has a colour of its own
    full = annex_of(publication, tmp_path, "twe-2018", "1", YEARS, edition="volledig")
    assert cells(full.path, "Stijgers en dalers") == rows


@pytest.mark.parametrize(
    ("closing", "open_until"),
    [
        (CorrectionPeriod(), dt.date(2024, 2, 29)),
        (CorrectionPeriod(years=10, months=0), dt.date(2033, 12, 31)),
    ],
)
def test_a_year_is_provisional_up_to_the_last_day_for_corrections(closing, open_until):
    assert closing.open_until(2023) == open_until
    assert closing.provisional(2023, open_until)
    assert not closing.provisional(2023, open_until + dt.timedelta(days=1))


def test_provisional_years_are_marked_in_headers_rows_and_csv(tmp_path):
    early = make_publication(tmp_path / "p", as_of=dt.date(2024, 2, 29))
    result = annex_of(early, tmp_path, "twe-2024", "6", YEARS)
    assert "2023 [p]: gemeten trajecten (aantal)" in cells(result.path, "Gemeenten")[0]
    assert list(cells(result.path, "Vlaanderen")[0]) == ["Cijfer, per meetjaar", "2022", "2023 [p]"]
    assert {(row["periode"], row["status"]) for row in figures(result)} == {
        ("2022", "definitief"),
        ("2023", "voorlopig [p]"),
    }
    texts = [row[0] for row in load_workbook(result.path)["Voorblad"].iter_rows(values_only=True)]
    assert "Status van de jaren: voorlopig [p]: voor 2023 kunnen er nog metingen of correcties komen" in texts


def test_subsidies_stay_open_for_ten_years_unless_counted_by_payment(publication, tmp_path):
    question = QUESTIONS["twe-2024"]
    annex = question.annex("3")
    by_performance = write_annex(publication, question, annex, tmp_path, YEARS)
    assert statuses(by_performance) == {"voorlopig [p]"}
    assert {row["Status van het jaar"] for row in cells(by_performance.path, "Gegevens")} == {
        "voorlopig [p]",
        "voorlopig [p], breuk [b]",
    }, "what belongs to no municipality breaks the series of municipalities, not that of Flanders"
    by_payment = write_annex(
        publication, question, annex.model_copy(update={"options": {"basis": "payment"}}), tmp_path, YEARS
    )
    assert statuses(by_payment) == {"definitief"}


def statuses(result: AnnexResult) -> set[str]:
    """Of the figures of Flanders."""
    return {row["status"] for row in figures(result) if row["niveau"] == "vlaanderen"}


def test_breaks_come_from_the_kind_the_question_and_the_geography(publication, tmp_path):
    question = QUESTIONS["twe-2024"]
    annex = question.annex("3").model_copy(update={"breaks": {2020: "een andere reden"}})
    path = write_annex(publication, question, annex, tmp_path, (2019, 2020, 2023)).path
    notes = {row["Onderwerp"]: row["Toelichting"] for row in cells(path, "Toelichting", "Nota_s")}
    assert notes["breuk 2019"].startswith("Trajecten van vóór 2017 behielden")
    assert notes["breuk 2020"] == "een andere reden"
    assert "niet aan een gemeente toe te wijzen" in notes["breuk 2023"]  # figures under 99999
    assert any(header.startswith("2019 [b] [p]: ") for header in cells(path, "Gemeenten")[0])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1", "opgestarte trajecten: bijlage naar vermoedelijke duur = bijlage naar profiel (geslacht)"),
        ("2", "opgestarte trajecten: bijlage naar profiel (geslacht) = bijlage naar vermoedelijke duur"),
        ("5", "gemeten trajecten: bijlage over uitstroom = bijlage over transmissies"),
        ("6", "gemeten trajecten: bijlage over transmissies = bijlage over uitstroom"),
    ],
)
def test_annexes_over_the_same_trajectories_agree_and_show_it(publication, tmp_path, number, text):
    made = annex_of(publication, tmp_path, "twe-2024", number, YEARS, edition="volledig")
    rows = cells(made.path, "Aansluiting")
    chosen = [row for row in rows if row["Controle"] == text]
    assert {row["Niveau"] for row in chosen} == {"Vlaanderen", "Provincie"}
    assert all(row["Eerste telling"] == row["Tweede telling"] and row["Verschil"] == 0 for row in chosen)
    assert any(row["Eerste telling"] for row in chosen)
    kinds = {row["Controle"].rpartition(": ")[2] for row in rows}
    assert {"som van de gemeenten = Vlaanderen", "som van de provincies = Vlaanderen"} <= kinds


def test_annexes_that_contradict_each_other_are_refused(tmp_path):
    other = {"mart_transmissions": [(2022, "11002", 2, 1)]}  # three were measured by the outflow
    bad = make_publication(tmp_path / "p", rows=other)
    with pytest.raises(
        PublicationError, match=r"bijlage over transmissies: totals of 11002 in 2022 differ \(3 and 2\)"
    ):
        annex_of(bad, tmp_path / "out", "twe-2024", "5", YEARS)
    assert not (tmp_path / "out").exists()


def test_a_measuring_year_that_still_runs_may_have_measured_less_than_ended(tmp_path):
    running = make_publication(tmp_path / "p", as_of=dt.date(2024, 3, 31))
    made = annex_of(running, tmp_path, "twe-2024", "6", (2023, 2024), edition="volledig")
    rows = cells(made.path, "Aansluiting")
    open_year = [row for row in rows if row["Meetjaar"] == 2024 and "jaar ervoor" in row["Controle"]]
    assert {row["Besluit"] for row in open_year} == {"hoogstens gelijk: het jaar loopt nog"}
    assert {row["Verschil"] for row in open_year} == {0, -2}


def test_provenance_counts_rows_and_rules_per_source(publication, tmp_path):
    made = annex_of(publication, tmp_path, "twe-2024", "3", YEARS, edition="volledig")
    rows = cells(made.path, "Controles")
    assert [tuple(row.values())[1:] for row in rows] == [
        ("gebruikte leveringen", "telling", 1),
        ("rijen gelezen", "telling", 7),
        ("rijen aanvaard", "telling", 7),
        ("rijen in quarantaine", "telling", 0),
        ("rijen met een waarschuwing bij het laden", "telling", 2),
        ("regel amount_zero", "waarschuwing: rij telt mee", 2),
        ("regel unknown_trajectory", "waarschuwing: rij telt mee", 3),
    ]


@pytest.mark.parametrize(("version", "shown"), [("7", "7"), (None, "[x]")])
def test_suite_versions_are_shown_or_said_to_be_missing(tmp_path, version, shown):
    publication = make_publication(tmp_path / "p", suite_version=version)
    path = annex_of(publication, tmp_path, "twe-2024", "3", YEARS, edition="volledig").path
    assert cells(path, "Leveringen")[0]["Versie van de controleregels"] == shown
    facts = {row["Gegeven"]: row["Waarde"] for row in cells(path, "Herkomst")}
    assert facts["Versie van de controleregels, loontoelagen"] == shown


@pytest.mark.parametrize(("value", "shown"), [(1.25, 1.3), (-1.25, -1.3), (91.25, 91.3), (0.04, 0.0), (-0.04, 0.0)])
def test_halves_are_rounded_away_from_zero(value, shown):
    assert Format.ONE_DECIMAL.rounded(value) == shown
    assert str(Format.ONE_DECIMAL.rounded(-0.0)) == "0.0"
