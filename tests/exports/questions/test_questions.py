"""Question files: the real two, a question added without code, and what a mistake in a file says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from exports import QuestionError, load_questions, parse_years

GOOD = """\
id: demo
title: Een vraag
annexes:
  - kind: 6
    number: 1
    title: Transmissies
    years: 2022-2023
    file: bijlage_1.xlsx
"""
ANNEX = GOOD.partition("annexes:\n")[2]
PARTS = """\
parts:
  - {part: 1, question: Hoe, annex: 9}
  - {part: 2}
"""


def written(folder: Path, text: str, name: str = "demo.yml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_two_questions_of_parliament():
    questions = load_questions()
    old, new = questions["twe-2018"], questions["twe-2024"]
    assert [(annex.kind.key, annex.years[0], annex.years[-1]) for annex in old.annexes] == [
        ("ratio", 2017, 2018),
        ("intake", 2017, 2018),
        ("aftercare", 2017, 2018),
    ]
    assert [(annex.kind.key, annex.years[0], annex.years[-1]) for annex in new.annexes] == [
        ("1", 2020, 2023),
        ("2", 2017, 2023),
        ("3", 2020, 2023),
        ("4", 2017, 2023),
        ("5", 2020, 2023),
        ("6", 2020, 2023),
    ]
    topics = {
        item.topic for question in (old, new) for annex in question.annexes for item in question.unavailable(annex)
    }
    assert topics == {
        "diploma",
        "requested_amounts",
        "suspensions",
        "transmission_follow_up",
        "decider_profiles",
    }
    assert all(question.number is question.date is question.minister is None for question in (old, new))


def test_an_added_file_is_an_added_question(tmp_path):
    question = load_questions(written(tmp_path, GOOD))["demo"]
    assert question.source_name == "demo.yml"
    assert question.source_sha256 == hashlib.sha256((tmp_path / "demo.yml").read_bytes()).hexdigest()
    annex = question.annex("1")
    assert annex is question.annex("bijlage_1") is question.annex("bijlage_1.xlsx")
    assert annex.years == (2022, 2023)
    # what a kind always lacks is stated, also when the file does not mention it
    assert [item.topic for item in question.unavailable(annex)] == ["transmission_follow_up"]
    assert annex.levels == ("gemeente", "centrumstad", "arrondissement", "provincie", "vlaanderen")
    with pytest.raises(QuestionError, match="question demo has no annex '9'; it has 1"):
        question.annex("9")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("title: Een", "titel: Een", "line 2: unknown field `titel`; did you mean `title`"),
        ("title: Een vraag\n", "", "line 1: `title` is missing; add it"),
        ("id: demo", "id: other", "line 1: id 'other' must be the file name without .yml: 'demo'"),
        ("kind: 6", "kind: 7", "line 4: no annex kind 7; the kinds are 1, 2"),
        ("kind: 6", "kind: 6\n    knd: 6", "line 5: unknown field `knd`; did you mean `kind`"),
        ("2022-2023", "2023-2022", "line 7: `years`: '2023-2022' must run forward"),
        ("2022-2023", "2016", "start in 2017"),
        ("2022-2023", "many", "'many' is no year or range of years"),
        ("bijlage_1.xlsx", "../x.xlsx", "line 8: file '../x.xlsx' must be a plain name"),
        ("number: 1", "number: 1\n    options: {basis: payment}", "does not fit kind 6; it has none"),
        ("number: 1", "number: 1\n    options: basis", "`options` must be a block of fields"),
        ("number: 1", "number: 1\n    levels: [gemeente, land]", "`levels` must be a list out of gemeente"),
        ("number: 1", "number: 1\n    breaks: {later: x}", "`breaks` must be fields like `2019:"),
        ("title: Een vraag", "title: Een vraag\ndate: soon", "`date` must be a date like 2024-03-31"),
        ("title: Een vraag", "title: Een vraag\nstatus: klaar", "must be one of 'ontwerp', 'voorlopig'"),
        ("title: Een vraag", "title: Een vraag\ntitle: Twee", "line 3: field `title` is given twice"),
        ("title: Een vraag", "title: [", "line .*: this is not valid YAML"),
        ("annexes:", "parts:\n  - {part: 1, question: Hoe, annex: 4}\nannexes:", "no annex '4' in this question"),
    ],
)
def test_a_mistake_says_what_and_where(tmp_path, before, after, message):
    assert before in GOOD
    with pytest.raises(QuestionError, match=rf"^demo\.yml.*{message.replace('[', '.')}"):
        load_questions(written(tmp_path, GOOD.replace(before, after, 1)))


def test_every_mistake_of_a_file_is_told_at_once_each_with_its_line(tmp_path):
    text = GOOD.replace("title: Een vraag", "titel: Een vraag\nstatus: klaar\nyear: '2024'")
    text = (
        text.replace("    number: 1\n", "    number: [1]\n    levels: [land]\n")
        + ANNEX.replace("kind: 6", "kind: 7")
        + PARTS
    )
    with pytest.raises(QuestionError) as error:
        load_questions(written(tmp_path, text))
    assert str(error.value).splitlines() == [
        "demo.yml, line 2: unknown field `titel`; did you mean `title`?",
        "demo.yml, line 3: `status` must be one of 'ontwerp', 'voorlopig' or 'definitief', not 'klaar'",
        "demo.yml, line 4: `year` must be a whole number, not '2024'",
        "demo.yml, line 7: `number` must be a text; put it in quotes, not [1]",
        "demo.yml, line 8: `levels` must be a list out of gemeente, centrumstad, arrondissement, provincie, "
        "vlaanderen, not ['land']",
        "demo.yml, line 12: no annex kind 7; the kinds are 1, 2, 3, 4, 5, 6, ratio, intake, aftercare",
        "demo.yml, line 19: `question` is missing; add it",
    ]


def test_what_only_shows_between_fields_is_told_at_each_place(tmp_path):
    text = (
        GOOD.replace("title: Een", "draft_of: ander\ntitle: Een")
        + ANNEX
        + PARTS.replace("part: 2", "part: 2, question: Wie")
    )
    with pytest.raises(QuestionError) as error:
        load_questions(written(tmp_path, text + "unavailable:\n  - {topic: t, what: w, why: y, annexes: [1, 8]}\n"))
    assert [(mistake.line, mistake.what) for mistake in error.value.mistakes] == [
        (2, "take out `draft_of` before you set status voorlopig"),
        (11, "annex number '1' is used twice; each must differ"),
        (14, "annex file 'bijlage_1.xlsx' is used twice; each must differ"),
    ]
    text = text.replace("number: 1", "number: 2", 1).replace("bijlage_1", "bijlage_2", 1)
    with pytest.raises(QuestionError) as error:
        load_questions(written(tmp_path, text + "unavailable:\n  - {topic: t, what: w, why: y, annexes: [1, 8]}\n"))
    assert [(mistake.line, mistake.what) for mistake in error.value.mistakes][1:] == [
        (16, "no annex '9' in this question; it has 2, 1"),
        (19, "no annex '8' in this question; it has 2, 1"),
    ]


def test_a_field_with_nothing_behind_it_counts_as_left_out(tmp_path):
    question = load_questions(written(tmp_path, GOOD.replace("title:", "status:\nnumber: 5\nparts:\ntitle:", 1)))[
        "demo"
    ]
    assert (question.status, question.number, question.parts) == ("voorlopig", "5", ())


def test_levels_come_in_their_own_order_and_breaks_by_year(tmp_path):
    extra = "number: 1\n    levels: [vlaanderen, gemeente]\n    breaks: {2023: andere regels}"
    annex = load_questions(written(tmp_path, GOOD.replace("number: 1", extra)))["demo"].annex("1")
    assert annex.levels == ("gemeente", "vlaanderen")
    assert annex.breaks == {2023: "andere regels"}


def test_no_questions_and_an_empty_file(tmp_path):
    with pytest.raises(QuestionError, match="no questions"):
        load_questions(tmp_path)
    with pytest.raises(QuestionError, match="holds no fields; write lines such as `title:"):
        load_questions(written(tmp_path, "", "empty.yml"))


def test_years_come_in_order_and_once():
    assert parse_years("2022-2023, 2020") == (2020, 2022, 2023)
    assert parse_years([2023, "2020-2021", 2020]) == (2020, 2021, 2023)
    assert parse_years(2020) == (2020,)
    with pytest.raises(ValueError, match="no year or range"):
        parse_years("")
