"""What the answer does with figures that may not be shown: they stand as hidden, and nothing is made of them."""

from __future__ import annotations

import pytest

from exports import FigureId
from exports.answering.answer import QuotedFigure, build_answer, write_answer
from exports.build import build
from tests.exports.answering.test_answer import QUESTIONS, YEARS, runs, words_of
from tests.exports.tiny_publication import ROWS, make_publication


def test_hidden_figures_are_not_quoted_nor_what_is_made_of_them(publication):
    asked = []

    def hidden(identity) -> bool:
        asked.append(identity)
        return identity.place == "11002" and identity.year == 2022

    answer = build_answer(publication, QUESTIONS["twe-2024"], hidden, years=YEARS)
    assert not [
        f for f in answer.figures for x in f.lookups if x.filter.get("nis_code") == "11002" and x.filter["year"] == 2022
    ]
    everything = "\n".join(block.text for _, block in answer.blocks if hasattr(block, "text"))
    assert "Kleine aantallen" in everything and "ertrouwelijk: niet getoond" in everything
    of = {(identity.mart, identity.measure, identity.category, identity.level) for identity in asked}
    assert ("mart_started_profile", "trajectories", "gender/m", "vlaanderen") in of
    assert ("mart_started_duration", "trajectories", "months/*", "gemeente") in of
    assert ("mart_wage_subsidies", "amount_eur", "performance", "gemeente") in of


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_figure_is_hidden_under_the_name_that_the_annexes_give_it(publication, question):
    known: set[FigureId] = set()
    for annex in question.annexes:
        for figure in build(publication, question, annex, YEARS).shown_figures():
            known |= {figure.id, *figure.parts}
    asked = {
        lookup.identity
        for figure in build_answer(publication, question, years=YEARS).figures
        for lookup in figure.lookups
        if lookup.filter["year"] in YEARS
    }
    assert asked and asked <= known


def test_a_big_city_with_a_hidden_total_gets_no_rank(tmp_path):
    """Its place in the ranking would say between which figures its own lies."""
    started = [*ROWS["mart_started_duration"], (2023, "73109", 12, 5)]
    publication = make_publication(tmp_path, ROWS | {"mart_started_duration": started})
    whole = QUESTIONS["twe-2024"]
    question = whole.model_copy(update={"annexes": whole.annexes[:1], "parts": whole.parts[:1], "missing_data": ()})

    def answer(*places: str) -> str:
        def hidden(identity: FigureId) -> bool:
            return (identity.year, identity.category) == (2023, "months/*") and identity.place in places

        return words_of(build_answer(publication, question, hidden, years=YEARS))

    assert "met het hoogste aantal in 2023\n" in answer() and "Antwerpen | 6 | 4 | -33,3" in answer()
    text = answer("11002")
    assert "Antwerpen |" not in text and "Aartselaar | 0 | 4" in text
    assert "hoogste aantal in 2023, onder die waarvan het cijfer getoond mag worden\n" in text
    assert "gemeenten/steden waarvan het cijfer van 2023 verborgen is, zijn niet gerangschikt" in text.lower()
    few = answer("11002", "44021")
    assert "hoogste aantal" not in few and "Aartselaar |" not in few, "a ranking of two of four says nothing"
    assert "verborgen om de hoogste te kunnen rangschikken" in few


def test_what_is_hidden_in_a_list_is_named_as_hidden(publication):
    def hidden(identity: FigureId) -> bool:
        return identity.category in ("gender/v", "position/ziekte") and identity.level == "vlaanderen"

    plain, text = (
        words_of(build_answer(publication, QUESTIONS["twe-2024"], how, years=(2022,))) for how in (None, hidden)
    )
    assert "vertrouwelijk" not in plain and "Vrouw: 4" in plain
    assert "Geslacht \u2013 Man: 4 (50,0\u00a0%), Vrouw: vertrouwelijk\n" in text
    assert "Ziekte: vertrouwelijk" in text and "Waar 'vertrouwelijk' staat, is een cijfer niet vermeld" in text


def test_an_earlier_share_that_is_hidden_is_named_too(publication):
    def hidden(identity: FigureId) -> bool:
        return (identity.category, identity.year, identity.level) == ("position/nec", 2022, "vlaanderen")

    assert "; 2022: vertrouwelijk)" in words_of(build_answer(publication, QUESTIONS["twe-2024"], hidden, years=YEARS))


def test_a_city_with_a_hidden_earlier_year_shows_neither_it_nor_the_change(publication):
    def hidden(identity: FigureId) -> bool:
        return (identity.place, identity.year, identity.category) == ("11002", 2022, "months/*")

    text = words_of(build_answer(publication, QUESTIONS["twe-2024"], hidden, years=YEARS))
    assert "Antwerpen | vertrouwelijk | 4 | vertrouwelijk" in text


@pytest.mark.parametrize(
    ("question", "mart", "measure"),
    [("twe-2024", "mart_wage_subsidies", "subsidies"), ("twe-2018", "mart_activation_ratio", "clients_in_twe")],
)
def test_what_is_worked_out_from_a_hidden_figure_is_hidden_too(publication, question, mart, measure):
    """An amount tells of few subsidies, a ratio of few clients."""

    def hidden(identity: FigureId) -> bool:
        return (identity.mart, identity.measure, identity.place) == (mart, measure, "11002")

    def of_antwerp(answer) -> list[QuotedFigure]:
        return [
            f
            for f in answer.figures
            for x in f.lookups
            if x.mart == mart and x.filter.get("nis_code") == "11002" and x.measure != "leefloners"
        ]

    assert of_antwerp(build_answer(publication, QUESTIONS[question], years=YEARS))
    assert of_antwerp(build_answer(publication, QUESTIONS[question], hidden, years=YEARS)) == []


def test_everything_hidden_leaves_an_answer_without_figures(publication, tmp_path):
    path = write_answer(publication, QUESTIONS["twe-2024"], tmp_path, hidden=lambda identity: True)
    assert runs(path)[0] == []
