"""A new question in one command, and the list of what was answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from exports.questions.question import Question, QuestionError, load_question, load_questions
from orchestration.answers import question_status
from orchestration.answers.scaffold import draft
from orchestration.cli.main import twe
from orchestration.releases import register
from orchestration.store.paths import QUESTIONS, DataFolder
from orchestration.store.settings import Settings

KNOWN = sorted(load_questions(QUESTIONS))


@pytest.fixture
def own(tmp_path: Path, settings: Settings) -> Settings:
    """Settings with a folder for questions of one's own."""
    (tmp_path / "questions").mkdir()
    return settings.model_copy(update={"questions": tmp_path / "questions"})


@pytest.mark.parametrize("source", KNOWN)
def test_a_draft_of_any_question_is_a_question_with_its_annexes_and_other_years(own: Settings, source: str) -> None:
    made = load_question(draft(own, "nieuw-2027", source, "2021-2023,2025"))
    before = load_questions(QUESTIONS)[source]
    assert (made.id, made.title, made.status) == ("nieuw-2027", f"ONTWERP - {before.title}", "ontwerp")
    assert (
        made.parts == before.parts and made.missing_data == before.missing_data and made.footnotes == before.footnotes
    )
    assert {annex.years for annex in made.annexes} == {(2021, 2022, 2023, 2025)}
    assert made.annexes == tuple(annex.model_copy(update={"years": made.annexes[0].years}) for annex in before.annexes)


def test_what_belongs_to_the_old_question_alone_is_left_out(own: Settings, tmp_path: Path) -> None:
    old = load_questions(QUESTIONS)["twe-2024"]
    text = (QUESTIONS / "twe-2024.yml").read_text(encoding="utf-8").replace("id: twe-2024", "id: gisteren")
    facts = 'number: "77"\nminister: "M"\ndate: 2024-03-01\nas_of: 2024-03-31\ngeography_date: 2018-12-31\n'
    (tmp_path / "questions" / "gisteren.yml").write_text(text + facts, encoding="utf-8")
    made = load_question(draft(own, "vandaag", "gisteren"))
    assert (made.number, made.minister, made.date, made.as_of, made.geography_date, made.year) == (None,) * 6
    assert [annex.years for annex in made.annexes] == [annex.years for annex in old.annexes]


@pytest.mark.parametrize(
    ("new", "source", "years", "said"),
    [
        ("twe-2024", "twe-2018", None, "exists already"),
        ("Nieuw!", "twe-2024", None, "small letters"),
        ("nieuw", "twe-1999", None, "no question 'twe-1999' to start from; the questions are "),
        ("nieuw", "twe-2024", "vroeger", "--years: 'vroeger' is no year"),
    ],
)
def test_what_can_not_be_drafted_is_told_and_leaves_no_file(
    own: Settings, tmp_path: Path, new: str, source: str, years: str | None, said: str
) -> None:
    with pytest.raises(QuestionError, match=said):
        draft(own, new, source, years)
    assert list((tmp_path / "questions").iterdir()) == []


def test_the_list_says_what_was_answered_when_and_at_which_stand(own: Settings) -> None:
    line = register.Release(
        released_at=dt.datetime(2026, 2, 20, 10, 15),
        question="twe-2024",
        annex="1",
        file_name="a.xlsx",
        edition="publiek",
        as_of=dt.date(2026, 2, 19),
        geography_date=dt.date(2025, 1, 1),
        status="definitief",
        synthetic=True,
        code_version="1",
        inputs="i",
        question_sha256="q",
        sha256="s",
        folder="twe-2024/x",
    )
    gone = replace(line, question="weg", folder="weg/x", synthetic=False)
    register._append(
        _prepared(own), own.folder.releases / "twe-2024", [line, replace(line, annex="2", file_name="b.xlsx"), gone]
    )
    text = question_status.text(own)
    of_2024 = text[text.index("twe-2024") :]
    assert (
        "released 2026-02-20 10:15 UTC: as of 2026-02-19, municipalities of 2025-01-01, edition publiek, "
        "status definitief, 2 files; SYNTHETIC demo data" in of_2024
    )
    before = text[: text.index("twe-2024")]
    assert "not released" in before and "nothing written: twe annexes --question twe-2018" in before
    assert "cijferboek  Cijferboek TWE-OCMW (the figure book" in text
    assert "weg  (no question file any more)" in text


def _prepared(settings: Settings) -> DataFolder:
    settings.folder.releases.mkdir(parents=True)
    return settings.folder


@pytest.mark.slow
def test_the_command_line_starts_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "questions"
    folder.mkdir()
    monkeypatch.setenv("TWE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TWE_QUESTIONS", str(folder))
    done = CliRunner().invoke(twe, ["questions", "--new", "twe-2027", "--from", "twe-2024", "--years", "2021-2025"])
    assert done.exit_code == 0 and "twe annexes --question twe-2027" in done.output
    listed = CliRunner().invoke(twe, ["questions"])
    assert "twe-2027  ONTWERP - Trajecten tijdelijke werkervaring" in listed.output and "2021-2025" in listed.output
    unfinished = "its texts may still be those of twe-2024: go through them, then take out the line `draft_of`"
    assert f"NOT FINISHED, can't be released: {unfinished}" in listed.output
    checked = CliRunner().invoke(twe, ["check"])
    assert checked.exit_code == 0 and f"Not finished, so not to be released: twe-2027: {unfinished}" in checked.output
    refused = CliRunner().invoke(twe, ["release", "--question", "twe-2027"])
    assert refused.exit_code == 1 and unfinished in refused.output
    assert CliRunner().invoke(twe, ["questions", "--new", "x"]).exit_code == 2
    assert CliRunner().invoke(twe, ["questions", "--years", "2020"]).exit_code == 2


def test_a_draft_is_finished_when_its_line_is_out_and_no_text_is_left_to_write(own: Settings) -> None:
    path = draft(own, "nieuw", "twe-2024")
    text = path.read_text(encoding="utf-8")
    with pytest.raises(QuestionError, match="take out `draft_of` before you set status definitief"):
        _loaded(path, text.replace("status: ontwerp", "status: definitief"))
    text = text.replace("draft_of: twe-2024\n", "")
    assert _loaded(path, text).left_to_do() == []
    assert not _loaded(path, text).title.startswith("ONTWERP")
    todo = text.replace('title: "Opgestarte TWE-OCMW-trajecten naar profiel', 'title: "TODO naar profiel')
    assert _loaded(path, todo).left_to_do() == ["annex 2 holds TODO"]


def _loaded(path: Path, text: str) -> Question:
    path.write_text(text, encoding="utf-8")
    return load_question(path)


@pytest.mark.parametrize(("day", "meant"), [("31/12/2025", "2025-12-31"), ("20251231", "2025-12-31"), ("gisteren", "")])
def test_a_day_in_another_form_is_told_the_form(day: str, meant: str) -> None:
    done = CliRunner().invoke(twe, ["annexes", "--question", "twe-2024", "--as-of", day])
    assert done.exit_code == 2
    assert f"'{day}' is no day; write year-month-day, like {meant or '2025-12-31'}" in done.output
