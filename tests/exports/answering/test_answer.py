"""The answer: figures are looked up in the marts, hidden ones are not quoted, same input same bytes."""

from __future__ import annotations

import datetime as dt
import math
import re
import zipfile
from pathlib import Path

import duckdb
import pytest
from docx import Document
from openpyxl import load_workbook

from exports import FigureId, load_questions
from exports.annexes.transmissions import SANCTIONS
from exports.answering.answer import QuotedFigure, build_answer, control_list, write_answer
from exports.answering.typography import HYPHEN, bound
from exports.questions.question import Question, load_question
from exports.statements import numbers
from exports.statements.lookups import UNDEFINED
from tests.checklist.rules import OF_ANY_WORKBOOK, violations
from tests.exports.tiny_publication import LABELS, ROWS, cells, make_publication

QUESTIONS = load_questions()
YEARS = (2022, 2023)


def looked_up(publication: Path, figure: QuotedFigure) -> float:
    """The figure again, by SQL on the published Parquet and the rule's own words: nothing of the code under test."""
    terms = []
    for lookup in figure.lookups:
        conditions = " and ".join(
            f'"{column}" is null' if value is None else f"\"{column}\" = '{value}'" for column, value in lookup.where
        )
        column = f"{lookup.measure} * {lookup.times}" if lookup.times else lookup.measure
        path = publication / f"{lookup.mart}.parquet"
        (row,) = duckdb.sql(f"select coalesce(sum({column}), 0) from '{path}' where {conditions}").fetchall()
        terms.append(row[0])
    if figure.rule in ("som", "som, als aftrek"):
        return terms[0] if figure.rule == "som" else -terms[0]
    numbers_ = [float(term) for term in terms]
    if figure.rule == "verschil in procentpunt":
        now, before, was, whole = numbers_
        return 100 * now / before - 100 * was / whole
    if figure.rule.startswith("deel door"):
        return part_of(figure.rule, *numbers_)
    one, other = numbers_
    if figure.rule == "maanden":
        return 12 * one / other
    return {"aandeel": 100 * one / other, "gemiddelde": one / other, "wijziging": 100 * one / other - 100}[figure.rule]


def part_of(rule: str, clients, people, started, clients_of_other, people_of_other, started_of_other) -> float:
    """The share in a difference of ratios that the logarithm of one factor has in that of all."""
    now, other = 100 * clients / people, 100 * clients_of_other / people_of_other
    factors = {
        "deel door de opgestarte trajecten": started / started_of_other,
        "deel door de leefloners": people_of_other / people,
        "deel door de tijd": clients * started_of_other / started / clients_of_other,
    }
    factors["deel door de instroom"] = math.prod(list(factors.values())[:2])
    return (now - other) * math.log(factors[rule]) / math.log(now / other)


def number_in(text: str) -> float:
    """The number that a reader sees in a Dutch text."""
    return float(re.sub(r"[^\d,+-]", "", text).replace(",", "."))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_figure_is_what_the_marts_say(publication, question):
    figures = build_answer(publication, question, years=YEARS).figures
    assert len(figures) > 10
    for figure in figures:
        value = looked_up(publication, figure)
        assert float(figure.value) == pytest.approx(float(value), abs=1e-9), figure
        decimals = len(figure.text.partition(",")[2].strip("\u00a0%europcnti ")) if "," in figure.text else 0
        assert number_in(figure.text) == pytest.approx(float(value), abs=0.5 * 10**-decimals + 1e-9), figure
        assert figure.mart == figure.lookups[0].mart
        assert figure.filter["year"] in (*YEARS, 2021)


def runs(path: Path) -> tuple[list[str], str]:
    """The figures of a finished document by their style, and all other text of it."""
    document = Document(str(path))
    paragraphs = [*document.paragraphs, *(p for t in document.tables for c in t._cells for p in c.paragraphs)]
    everything = [run for paragraph in paragraphs for run in paragraph.runs]
    figures = [run.text for run in everything if run.style.name == "Cijfer"]
    return figures, "\n".join(plain(run.text) for run in everything if run.style.name != "Cijfer")


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_number_in_the_document_but_figures_years_and_fixed_words(publication, tmp_path, question):
    path = write_answer(publication, question, tmp_path, years=YEARS)
    figures, words = runs(path)
    assert sorted(figures) == sorted(figure.text for figure in build_answer(publication, question, years=YEARS).figures)
    for fixed in sorted((text for labels in LABELS.values() for text in labels.values()), key=len, reverse=True):
        words = re.sub(rf"{re.escape(fixed)}(: |$)", "", words, flags=re.MULTILINE)
    for fixed in [question.title, *(part.question for part in question.parts)]:
        words = words.replace(plain(bound(fixed)).replace(HYPHEN, "-"), "")
    words = re.sub(r"\b20\d\d\b|artikel 60 § 7|\b(100 %|10 jaar|12 maanden|2 (maanden|jaar)|24 maanden)", "", words)
    words = re.sub(r"\b4 gemeenten|100 leefloners|23 december|14 september|1 januari", "", words)
    words = re.sub(
        r"bijlage \d|punt \d[a-e]?|^\d[a-e]?\.\t|\b31 maart\b|1 maand|bijlage_\d", "", words, flags=re.M | re.I
    )
    assert re.findall(r".*\d.*", words) == []


def test_form_of_the_answer(publication, tmp_path):
    path = write_answer(publication, QUESTIONS["twe-2024"], tmp_path)
    document = Document(str(path))
    text = plain("\n".join(paragraph.text for paragraph in document.paragraphs))
    assert (
        text.index("SYNTHETISCHE DEMODATA")
        < text.index("Vraag\n")
        < text.index("Antwoord\n")
        < text.index("Bijlagen\n")
    )
    for number in range(1, 7):
        assert f"\n{number}.\tIn bijlage {number} kunt u een overzicht vinden van " in text
    assert "het aantal in 2020, 2021, 2022 en 2023 opgestarte TWE-OCMW-trajecten met de vermoedelijke duur" in text
    for caveat in (
        "tot 10 jaar na de prestatiemaand",
        "exact 12 maanden na het einde",
        "loontoelagen en bedragen",
        "diploma van de cliënt",
        "opgeschorte trajecten",
        "sanctiekader",
    ):
        assert caveat in text
    assert "Over deze" not in text and "deelvraag" not in text
    targets = {relation.target_ref for relation in document.part.rels.values() if relation.is_external}
    assert {SANCTIONS, "bijlage_6_transmissies.xlsx"} <= targets
    ratio = plain(
        "\n".join(p.text for p in Document(str(write_answer(publication, QUESTIONS["twe-2018"], tmp_path))).paragraphs)
    )
    assert "geen aandeel en kan boven 100 % uitkomen" in ratio
    assert ratio.count("personeelskader") == 1, "what is unavailable is told once, at its own part"


def test_largest_cities_and_change(publication):
    answer = build_answer(publication, QUESTIONS["twe-2024"], years=YEARS)
    grids = {part: block for part, block in answer.blocks if hasattr(block, "rows")}
    rows = [tuple(piece if isinstance(piece, str) else piece.text for piece in row) for row in grids["1"].rows]
    assert grids["1"].header == ("Gemeente/stad", "2022", "2023", "2023 t.o.v. 2022")
    assert rows == [
        ("Vlaanderen", "8", "9", "+12,5\u00a0%"),
        ("Aartselaar", "0", "4", UNDEFINED),
        ("Antwerpen", "6", "4", "-33,3\u00a0%"),
        ("Gent", "2", "1", "-50,0\u00a0%"),
    ]


def words_of(answer) -> str:
    """Every text and cell of an answer, a line each."""
    lines = []
    for _, block in answer.blocks:
        cells = [[block.text]] if hasattr(block, "text") else [[block.caption], *block.rows]
        lines += [" | ".join(cell if isinstance(cell, str) else cell.text for cell in row) for row in cells]
    return "\n".join(lines)


@pytest.mark.parametrize("years", [None, YEARS])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_two_tables_are_the_same_not_even_of_other_years(publication, question, years):
    """The trajectories that started are counted in two annexes of other years: one table of them is enough."""
    shown = []
    for _, block in build_answer(publication, question, years=years).blocks:
        if hasattr(block, "rows"):
            shown.append([[piece if isinstance(piece, str) else piece.text for piece in row] for row in block.rows])
    for at, rows in enumerate(shown):
        for other in shown[:at]:
            assert {tuple(row) for row in rows if row[0] != "Vlaanderen"}.isdisjoint(map(tuple, other)), rows


def test_subsidies_say_of_which_year_they_are(publication):
    question = QUESTIONS["twe-2024"]
    paid = [
        annex.model_copy(update={"options": {"basis": "payment"}}) if annex.number == "3" else annex
        for annex in question.annexes
    ]
    text = words_of(build_answer(publication, question, years=(2022,)))
    assert (
        "Voor prestaties in 2022 werden" in text and "loontoelagen die voor prestaties in 2022 uitbetaald zijn" in text
    )
    text = words_of(build_answer(publication, question.model_copy(update={"annexes": tuple(paid)}), years=(2022,)))
    assert "In 2022 werden in Vlaanderen 11 loontoelagen" in text and "de in 2022 uitbetaalde loontoelagen" in text


def test_what_belongs_to_no_municipality_is_told(publication):
    """The subsidies of 2023 have a row Niet toewijsbaar, those of 2022 have none."""
    told = [words_of(build_answer(publication, QUESTIONS["twe-2024"], years=(year,))) for year in YEARS]
    assert ["Niet toewijsbaar: een deel" in text for text in told] == [False, True]


def test_the_list_of_figures_holds_what_the_document_quotes_and_nothing_hidden(publication, tmp_path):
    def hidden(identity: FigureId) -> bool:
        return identity.place == "11002"

    path = write_answer(publication, QUESTIONS["twe-2024"], tmp_path, hidden=hidden, years=YEARS)
    rows = cells(control_list(path, "twe-2024"), "Cijfers")
    listed = {row["Nr. (in de tekst)"]: row["Cijfer in de tekst"] for row in rows}
    assert sorted(runs(path)[0]) == sorted(listed.values())
    assert rows and not [row for row in rows if "11002" in row["Filter"]]


@pytest.mark.slow
def test_same_input_same_bytes(publication, tmp_path):
    later = make_publication(tmp_path / "later", published_at=dt.datetime(2031, 5, 6))
    paths = [
        write_answer(of, QUESTIONS["twe-2024"], tmp_path / name) for of, name in ((publication, "a"), (later, "b"))
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    lists = [control_list(path, "twe-2024").read_bytes() for path in paths]
    assert lists[0] == lists[1]
    with zipfile.ZipFile(paths[0]) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2024, 3, 31, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]
    properties = Document(str(paths[0])).core_properties
    assert (f"{properties.created:%Y-%m-%d %H:%M:%S}", properties.language) == ("2024-03-31 00:00:00", "nl-BE")


def test_unfinished_years_are_not_compared(publication, tmp_path):
    answer = build_answer(publication, QUESTIONS["twe-2024"], years=(2023, 2024, 2025))
    text = "\n".join(block.text for _, block in answer.blocks if hasattr(block, "text"))
    assert "In 2023 werden" in text and "2024 is onvolledig" in text and "* onvolledig jaar" in text
    only = build_answer(make_publication(tmp_path, as_of=dt.date(2022, 3, 31)), QUESTIONS["twe-2024"], years=(2022,))
    assert not [figure for figure in only.figures if figure.rule == "wijziging"]


@pytest.mark.parametrize(("as_of", "told"), [(dt.date(2024, 3, 31), False), (dt.date(2027, 1, 1), True)])
def test_a_stand_long_after_the_newest_delivery_is_told(tmp_path, as_of, told):
    text = words_of(build_answer(make_publication(tmp_path, as_of=as_of), QUESTIONS["twe-2024"], years=YEARS))
    assert ("De nieuwste gebruikte levering is van" in text) is told


def test_nothing_counted_gives_words_without_nonsense(tmp_path):
    empty = make_publication(tmp_path / "empty", {mart: [] for mart in ROWS}, synthetic=False)
    for question in QUESTIONS.values():
        answer = build_answer(empty, question, years=YEARS)
        assert all(figure.value == 0 for figure in answer.figures)
        assert "SYNTHETISCHE" not in "".join(block.text for _, block in answer.blocks if hasattr(block, "text"))


def test_real_data_and_other_editions_are_labelled(tmp_path):
    real = make_publication(tmp_path / "real", synthetic=False)
    path = write_answer(real, QUESTIONS["twe-2024"], tmp_path, edition="intern")
    assert path.name == "antwoord_intern.docx"
    text = "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    assert "SYNTHETISCHE" not in text and "Editie: intern: niet voor verspreiding" in text


def test_list_of_figures_names_the_source_of_each(publication, tmp_path):
    path = write_answer(publication, QUESTIONS["twe-2024"], tmp_path, years=YEARS)
    control = control_list(path, "twe-2024")
    assert control == tmp_path.parent / "werkbestanden" / tmp_path.name / "antwoord_cijfers.xlsx"
    assert [file.name for file in tmp_path.iterdir()] == ["antwoord.docx"], "what is handed out holds no working files"
    assert violations(control, OF_ANY_WORKBOOK) == []
    sheet = load_workbook(control)["Cijfers"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    figures = build_answer(publication, QUESTIONS["twe-2024"], years=YEARS).figures
    assert len(rows) == sum(len(figure.lookups) for figure in figures)
    assert rows[0][2:9] == ("9", 9, "som", 1, "mart_started_duration", "trajectories", "year = 2023")


def test_question_without_parts_or_words_is_answered_annex_by_annex(publication, tmp_path):
    file = tmp_path / "kort.yml"
    file.write_text("id: kort\ntitle: Kort\nannexes:\n  - {kind: 1, number: 1, title: T, years: 2022, file: a.xlsx}\n")
    question: Question = load_question(file)
    text = "\n".join(b.text for _, b in build_answer(publication, question).blocks if hasattr(b, "text"))
    assert "In bijlage 1 kunt u een overzicht vinden van het aantal in 2022 opgestarte" in text


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [
        (1234567, 0, False, "1.234.567"),
        (-0.04, 1, True, "0,0"),
        (0.25, 1, True, "+0,3"),
        (0, 0, True, "0"),
        (-1234.56, 1, True, "-1.234,6"),
        (999.95, 1, False, "1.000,0"),
        (-2.675, 2, False, "-2,68"),
    ],
)
def test_numbers(value, decimals, sign, text):
    assert numbers.plain(value, decimals, sign) == text
