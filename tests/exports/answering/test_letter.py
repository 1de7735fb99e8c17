"""How a letter reads: what a minister can sign, beside the question as it was asked."""

from __future__ import annotations

import datetime as dt
import re
import zipfile

import pytest

from exports import FigureId, Question
from exports.annexes.ratio import _fallen
from exports.answering.answer import build_answer, write_answer
from exports.answering.typography import HYPHEN, NBSP, bound
from exports.figure_book import write_figure_book
from exports.figures.identity import CENTRUMSTAD, PROVINCIE, VLAANDEREN
from exports.statements import numbers
from exports.statements.ratio_split import _from_to
from exports.xlsx.styles import FONT
from tests.exports.answering.test_answer import QUESTIONS, YEARS, words_of
from tests.exports.figure_book.test_figure_book import data_of
from tests.exports.tiny_publication import annex_of, make_publication
from tests.support.render import render

EVERY = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
START_UP = {
    "mart_activation_ratio": [
        (2017, "11002", "year_average", 1265.4, 17243.0, None, 7.338626, None, None, None, 0.0),
        (2018, "11002", "year_average", 4361.0, 33890.0, None, 12.868102, 244.6, 75.3, 5.529476, 0.0),
    ],
    "mart_intake": [(2017, "11002", 5, 3, 0, 4, 3, 1), (2018, "11002", 20, 12, 3, 11, 10, 1)],
}
"""The first year of the measure, and one that is far higher."""


def of_levels(question: Question, *levels: str) -> Question:
    """The question, asked for these levels alone, with the sentences that go with its annexes."""
    annexes = tuple(annex.model_copy(update={"levels": levels}) for annex in question.annexes)
    parts = tuple(part.model_copy(update={"answer": None, "question": "Hoeveel?"}) for part in question.parts)
    return question.model_copy(update={"annexes": annexes, "parts": parts, "introduction": None})


@EVERY
def test_a_letter_holds_no_signs_of_tables(publication, question):
    def hidden(identity: FigureId) -> bool:
        return (identity.place, identity.year) == ("11002", 2022) or identity.category.startswith("gender/")

    text = words_of(build_answer(publication, question, hidden, years=YEARS))
    assert "vertrouwelijk" in text
    assert not re.search(r"\[[a-z]\]", text)


def test_a_hidden_figure_in_a_sentence_is_set_apart(publication):
    def hidden(identity: FigureId) -> bool:
        return (identity.mart, identity.level) == ("mart_started_duration", VLAANDEREN)

    assert "In 2023 werden in Vlaanderen (vertrouwelijk) TWE-OCMW-trajecten opgestart." in words_of(
        build_answer(publication, QUESTIONS["twe-2024"], hidden, years=YEARS)
    )


def test_the_answer_of_2018_names_the_criteria_their_source_and_the_intervision(publication):
    blocks = build_answer(publication, QUESTIONS["twe-2018"], years=YEARS).blocks
    of_part = {
        part: "\n".join(b.text for at, b in blocks if at == part and hasattr(b, "text")) for part in ("2a", "2b", "4")
    }
    for criterion in ("nood aan werkervaring", "generieke competenties", "ten hoogste 2 jaar", "minstens halftijds"):
        assert criterion in of_part["2a"]
    assert [b.style for at, b in blocks if at == "2a" and hasattr(b, "text")].count("bullet") == 4
    assert "besluit van de Vlaamse Regering" in of_part["2a"] and "afsprakenkader" in of_part["2a"]
    assert "intervisie" in of_part["2b"]
    assert "geen aparte nazorg" in of_part["4"]
    assert all(form in of_part["4"] for form in ("WES", "IBO", "opleidingsstage", "coaching"))


@EVERY
def test_the_letter_opens_with_what_led_to_the_question(publication, question):
    texts = [block.text for _, block in build_answer(publication, question).blocks if hasattr(block, "text")]
    assert texts[texts.index("Vraag") + 1] == question.introduction and question.introduction


def test_persons_are_whole_and_nothing_is_compared_with_the_start(tmp_path):
    answer = build_answer(make_publication(tmp_path, START_UP), QUESTIONS["twe-2018"])
    text = words_of(answer)
    assert "telde Vlaanderen gemiddeld 4.361 cliënten in een TWE-traject tegenover 33.890 leefloners" in text
    assert "Vlaanderen | 1.265 | 4.361\n" in text
    assert not [figure.text for figure in answer.figures if figure.rule == "wijziging"]
    assert text.count("2017 was het opstartjaar: een wijziging ertegenover in % is niet vermeld") == 3


def test_a_difference_that_rounding_moves_is_explained_where_it_stands(tmp_path):
    made = make_publication(tmp_path / "p", START_UP)
    lines = words_of(build_answer(made, QUESTIONS["twe-2018"])).splitlines()
    at = lines.index("Antwerpen | 7,3\u00a0% | 12,9\u00a0% | +5,5\u00a0procentpunt")
    assert "niet-afgeronde cijfers" in lines[at + 1]
    assert "niet-afgeronde cijfers" in render(annex_of(made, tmp_path, "twe-2018", "1", (2017, 2018)).path)


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (dt.date(2024, 3, 31), "stand op 31 maart 2024; 2023 is het laatste jaar dat toen volledig voorbij was."),
        (dt.date(2023, 12, 31), "stand op 31 december 2023; 2023 is het laatste jaar"),
        (dt.date(2023, 6, 30), "stand op 30 juni 2023: 2023 telt mee tot en met die dag."),
        (dt.date(2026, 2, 19), "stand op 19 februari 2026 en gaan tot en met 2023"),
    ],
)
def test_until_today_is_answered_with_the_day_of_the_stand(tmp_path, as_of, said):
    blocks = build_answer(make_publication(tmp_path, as_of=as_of), QUESTIONS["twe-2024"]).blocks
    told = [
        (part, block.text)
        for part, block in blocks
        if hasattr(block, "text") and block.text.startswith(("U vraagt de cijfers tot", "Ook deze cijfers tonen"))
    ]
    assert [part for part, _ in told] == ["2", "3", "4", "5", "6"]
    assert all(said in text for _, text in told)
    assert ["Ook deze" in text for _, text in told] == [False, True, True, True, True], "why is said once"
    reason = "het laatste jaar dat voorbij was toen u de vraag stelde."
    assert [text.endswith(reason) for _, text in told] == [as_of.year > 2024, False, False, False, False]


@EVERY
def test_who_asks_for_flanders_hears_nothing_of_municipalities(publication, question):
    text = words_of(build_answer(publication, of_levels(question, VLAANDEREN), years=YEARS))
    assert ", voor Vlaanderen" in text
    assert not re.search(r"gemeente|centrumst|Antwerpen|Gent\b", text)


def test_who_asks_for_provinces_or_cities_gets_these(publication):
    question = QUESTIONS["twe-2024"]
    provinces = words_of(build_answer(publication, of_levels(question, PROVINCIE, VLAANDEREN), years=YEARS))
    assert ", per provincie." in provinces and "gemeente" not in provinces
    cities = words_of(build_answer(publication, of_levels(question, CENTRUMSTAD, VLAANDEREN), years=YEARS))
    assert ", per centrumstad." in cities and "Aartselaar" not in cities
    assert "Opgestarte trajecten: Vlaanderen en de centrumsteden met het hoogste aantal in 2023" in cities


def test_letter_annex_and_figure_book_say_the_same_of_an_unfinished_year(publication, tmp_path):
    late = "2023 is niet met andere jaren te vergelijken: mogelijk nog niet alle maanden geleverd of betaald."
    answer = build_answer(publication, QUESTIONS["twe-2024"], years=YEARS)
    book = data_of(write_figure_book(publication, tmp_path / "boek.html"))["series"]["3"]
    for text in (words_of(answer), render(annex_of(publication, tmp_path, "twe-2024", "3").path)):
        assert f"Let op: {late}" in text
    assert late in book["warnings"] and book["unfinished"] == [2023]
    changes = [figure for figure in answer.figures if figure.rule == "wijziging"]
    assert changes and "mart_wage_subsidies" not in {figure.mart for figure in changes}, "nor are such years compared"

    running = "2023 is onvolledig, de stand is van 30 juni 2023."
    made = make_publication(tmp_path / "p", as_of=dt.date(2023, 6, 30))
    letter = words_of(build_answer(made, QUESTIONS["twe-2024"], years=YEARS))
    book = data_of(write_figure_book(made, tmp_path / "p.html", questions=[QUESTIONS["twe-2024"]]))["series"]["3"]
    assert f"Let op: {running}" in letter and running in book["warnings"]
    assert f"Let op: {running}" in render(annex_of(made, tmp_path / "a", "twe-2024", "3").path)


def test_the_title_of_an_annex_about_money_says_by_which_month():
    annex = QUESTIONS["twe-2024"].annex("3")
    paid = annex.model_copy(update={"options": {"basis": "payment"}})
    assert annex.full_title == "Uitbetaalde loontoelagen (volgens prestatiemaand)"
    assert paid.full_title == "Uitbetaalde loontoelagen (volgens betaaldatum)"
    told = paid.model_copy(update={"title": "Loontoelagen volgens betaaldatum"})
    assert told.full_title == "Loontoelagen volgens betaaldatum"
    assert QUESTIONS["twe-2024"].annex("1").full_title == QUESTIONS["twe-2024"].annex("1").title


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("artikel 60, §7, en art.60§7", "artikel_60,_§_7, en art._60_§_7"),
        ("in bijlage 3, punt 4", "in bijlage_3, punt_4"),
        ("+4,9 % op 31 maart 2024, na 12 maanden", "+4,9_% op 31_maart_2024, na 12_maanden"),
        ("-33,3 % of 2020-2023", "~33,3_% of 2020~2023"),
        ("VDAB-partner en TWE-OCMW-traject", "VDAB-partner en TWE~OCMW-traject"),
        ("12 jaartallen", "12 jaartallen"),
    ],
)
def test_no_line_ends_inside_a_figure(text, shown):
    assert bound(text).replace(NBSP, "_").replace(HYPHEN, "~") == shown


@EVERY
def test_the_document_has_one_font_and_no_loose_figure(publication, tmp_path, question):
    path = write_answer(publication, question, tmp_path, years=YEARS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml")}
    assert "docProps/app.xml" not in parts, "counts and the program of another document"
    shown = "".join(
        text for name, text in parts.items() if re.match(r"word/(document|styles|header\d*|footer\d*)\.xml", name)
    )
    named = re.findall(r"<w:rFonts([^>]*)>", shown)
    assert named and {font for of in named for font in re.findall(r'"([^"]+)"', of)} == {FONT}
    text = re.sub(r"<[^>]+>", "", parts["word/document.xml"].replace("<w:noBreakHyphen/>", HYPHEN))
    assert not re.search(r"\d (?:%|euro|maanden)|§ ?\d|(?<![\w-])-\d", text)


def test_persons_are_rounded_as_readers_do():
    assert [numbers.persons(value) for value in (4361.0, 0.5, 12.49)] == ["4.361", "1", "12"]


def test_why_the_ratio_differs_is_said_of_centre_cities_and_what_fell_by_name(tmp_path):
    answer = build_answer(make_publication(tmp_path, START_UP), QUESTIONS["twe-2018"])
    text = words_of(answer)
    (why,) = [block for _, block in answer.blocks if hasattr(block, "caption") and block.caption.startswith("Waarom")]
    assert why.header[0] == "Centrumstad" and {row[0] for row in why.rows} <= {"Antwerpen", "Gent"} and why.rows
    assert "In geen enkele centrumstad waarvan het cijfer getoond mag worden, daalde de ratio tegenover 2017." in text


def test_what_fell_and_what_stayed_is_said_in_words():
    assert _fallen(["Gent"], 2017) == "Tegenover 2017 daalde de ratio in deze centrumstad: Gent."
    assert _fallen(["Aalst", "Gent"], 2017) == "Tegenover 2017 daalde de ratio in deze centrumsteden: Aalst en Gent."
    assert _from_to("13,0", "13,0") == ("gebleven op ", "13,0")
    assert _from_to("5,4", "10,6") == ("van ", "5,4", " naar ", "10,6")


def test_corrections_that_take_away_are_no_amount_below_nought(publication):
    text = words_of(build_answer(publication, QUESTIONS["twe-2024"], years=YEARS))
    assert ", na aftrek van 250,00\u00a0euro aan correcties" in text and "-250,00" not in text
