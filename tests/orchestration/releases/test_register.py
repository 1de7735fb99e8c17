"""The release register: what was given stays as it was, a file is recognised by its content alone."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from exports import load_questions, write_annex
from exports.answering.answer import control_list, write_answer
from exports.comparison.displayed import Key, of_package
from exports.figure_book import book_file, load_definition, write_figure_book
from exports.questions.question import Question, load_question
from orchestration.cli.main import twe
from orchestration.releases import figures, recognised, register
from orchestration.releases.register import ReleaseError
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse.publication import Publication
from tests.exports.tiny_publication import make_publication

QUESTION = load_questions()["twe-2024"].model_copy(update={"status": "definitief"})
NOW = dt.datetime(2024, 4, 2, 9, 30, 15, tzinfo=dt.UTC)


def published(folder: Path, as_of: dt.date = dt.date(2024, 3, 31), **more) -> Publication:
    path = make_publication(folder, as_of=as_of, **more)
    return Publication(path, as_of, as_of, True, "1.2.3", "in" * 32, dt.datetime(2024, 4, 1))


def annexes(made: Publication, place: Path, question: Question = QUESTION) -> Path:
    for annex in question.annexes:
        write_annex(made.path, question, annex, place)
    write_answer(made.path, question, place)
    return place


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> tuple[Publication, Path]:
    folder = tmp_path_factory.mktemp("source")
    made = published(folder / "publication")
    return made, annexes(made, folder / "annexes")


@pytest.fixture
def data(tmp_path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.mark.slow
def test_release_keeps_files_figures_and_deliveries(data, source):
    lines, new = register.release(data, QUESTION, *source, NOW)
    assert new and lines == register.read(data)
    assert [line.annex for line in lines] == ["1", "2", "3", "4", "5", "6", "antwoord", "antwoord_cijfers"]
    assert {line.released_at for line in lines} == {dt.datetime(2024, 4, 2, 9, 30, 15)}
    place = data.releases / lines[0].folder
    assert place == data.releases / "twe-2024" / "2024-03-31_geo-2024-03-31"
    for line in lines:
        made = source[1] / line.file_name
        kept = place / line.file_name
        if line.annex == "antwoord_cijfers":  # is not handed out
            made, kept = control_list(source[1] / "antwoord.docx", "twe-2024"), place / "werkbestanden" / line.file_name
        assert register.digest(kept) == line.sha256 == register.digest(made)
        assert not kept.stat().st_mode & 0o222
        assert recognised.verify(data, made).release == line
    shown = figures.shown(place, "bijlage_3_loontoelagen")
    assert shown == of_package(source[1] / "bijlage_3_loontoelagen_csv")
    assert shown[Key("Loontoelagen", "bedrag (euro)", "11002", 2022)] == Decimal("15000.10")
    pooled = {key.year: value for key, value in figures.shown(place, "bijlage_5_uitstroom").items() if key.year > 9999}
    assert pooled.keys() == {20202023}, "years together are kept by their key"
    assert figures.deliveries(place) == {"ab" * 32, "ef" * 32}


@pytest.mark.slow
def test_same_files_are_released_once_others_get_a_folder_of_their_own(data, source, tmp_path):
    first, _ = register.release(data, QUESTION, *source, NOW)
    again, new = register.release(data, QUESTION, *source)
    assert not new and again == first and len(register.read(data)) == 8
    before = (data.releases / "register.jsonl").read_bytes()
    corrected = published(tmp_path / "p", code_version="1.2.4")
    other, new = register.release(data, QUESTION, corrected, annexes(corrected, tmp_path / "a"), NOW)
    assert new and other[0].folder.endswith("_2")
    after = (data.releases / "register.jsonl").read_bytes()
    assert after.startswith(before), "append-only"
    assert len([json.loads(line) for line in after.splitlines()]) == 16


def test_nothing_is_released_when_a_file_is_missing(data, source, tmp_path):
    with pytest.raises(
        ReleaseError,
        match=r"antwoord.docx, antwoord_cijfers.xlsx not in .*: write it with twe annexes --question twe-2024",
    ):
        register.release(data, QUESTION, source[0], _without_answer(source[1], tmp_path))
    assert register.read(data) == [] and not data.releases.exists()


def _without_answer(place: Path, folder: Path) -> Path:
    target = folder / "partly"
    target.mkdir()
    for path in place.glob("*.xlsx"):
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_a_release_cut_short_leaves_nothing_in_the_register(data, source, monkeypatch):
    monkeypatch.setattr(figures, "keep", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        register.release(data, QUESTION, *source)
    assert register.read(data) == []
    monkeypatch.undo()
    lines, new = register.release(data, QUESTION, *source)
    assert new and lines[0].folder.endswith("2024-03-31_geo-2024-03-31")


def test_verify_by_content_not_by_name(data, source, tmp_path):
    register.release(data, QUESTION, *source, NOW)
    copy = tmp_path / "renamed.xlsx"
    copy.write_bytes((source[1] / "bijlage_3_loontoelagen.xlsx").read_bytes())
    verdict = recognised.verify(data, copy)
    assert verdict.text.startswith(
        "Untouched release: twe-2024, bijlage_3_loontoelagen.xlsx, edition publiek, as of 2024"
    )
    (table, *_) = sorted((source[1] / "bijlage_3_loontoelagen_csv").glob("*.csv"))
    beside = recognised.verify(data, table)
    assert beside.release and beside.release.file_name == f"bijlage_3_loontoelagen_csv/{table.name}"
    touched = tmp_path / "bijlage_3_loontoelagen.xlsx"
    touched.write_bytes(copy.read_bytes() + b" ")
    verdict = recognised.verify(data, touched)
    assert verdict.release is None and "differs from every file released under this name" in verdict.text
    stranger = tmp_path / "stranger.xlsx"
    stranger.write_bytes(b"?")
    assert "neither the content nor the name" in recognised.verify(data, stranger).text


def test_verify_says_what_a_file_is_that_was_not_released(data, source, tmp_path):
    own, working = data.annexes / "twe-2024", data.annexes / "werkbestanden" / "twe-2024"
    full = data.annexes / "vertrouwelijk" / "twe-2024"
    for place, content in ((own, b"twe-2024"), (full, b"vertrouwelijk"), (data.figure_books, b"figure_book")):
        place.mkdir(parents=True)
        (place / "a.xlsx").write_bytes(content)
    copy = tmp_path / "mail.xlsx"
    working.mkdir(parents=True)
    for path in (working / "a.xlsx", copy):
        path.write_bytes(b"figures")
    assert "working file of question twe-2024" in recognised.verify(data, copy).text
    told = {}
    for place in ("twe-2024", "vertrouwelijk", "figure_book"):
        copy.write_bytes(place.encode())
        verdict = recognised.verify(data, copy)
        assert verdict.release is None
        told[place] = verdict.text
    assert "working file of question twe-2024" in told["twe-2024"]
    assert "`twe release --question twe-2024` releases and keeps it" in told["twe-2024"]
    assert "CONFIDENTIAL and is never released" in told["vertrouwelijk"] and "`twe" not in told["vertrouwelijk"]
    assert "the figure book" in told["figure_book"] and "`twe release --question cijferboek`" in told["figure_book"]


def test_the_figure_book_is_released_as_a_whole(data, source):
    made, _ = source
    book = write_figure_book(made.path, data.figure_books / book_file(made.as_of, made.geography_date, made.synthetic))
    lines, new = register.release(data, load_definition(), made, data.figure_books, NOW)
    assert new and [(line.question, line.annex, line.file_name) for line in lines] == [
        ("cijferboek", "cijferboek", book.name)
    ]
    assert recognised.verify(data, book).release == lines[0]
    folder = data.releases / lines[0].folder
    assert sorted(path.name for path in folder.iterdir()) == [book.name, "deliveries.parquet"]
    assert register.release(data, load_definition(), made, data.figure_books, NOW) == (lines, False)


def test_verify_on_the_command_line(data, source, tmp_path, monkeypatch):
    monkeypatch.setenv("TWE_DATA", str(data.root))
    register.release(data, QUESTION, *source, NOW)
    good = CliRunner().invoke(twe, ["verify", str(source[1] / "antwoord.docx")])
    assert good.exit_code == 0 and "released 2024-04-02 09:30 UTC - SYNTHETIC" in good.output
    other = tmp_path / "antwoord.docx"
    other.write_bytes(b"other")
    assert CliRunner().invoke(twe, ["verify", str(other)]).exit_code == 1
    assert CliRunner().invoke(twe, ["verify", str(tmp_path / "nowhere.xlsx")]).exit_code == 2
    assert "antwoord.docx" in CliRunner().invoke(twe, ["releases"]).output


@pytest.mark.slow
def test_newest_earlier_release_of_a_question(data, source, tmp_path):
    assert register.latest(data, "twe-2024", dt.date(2030, 1, 1)) == []
    register.release(data, QUESTION, *source, NOW)
    later = published(tmp_path / "p", dt.date(2025, 3, 31))
    register.release(data, QUESTION, later, annexes(later, tmp_path / "a"), NOW)
    of = [register.latest(data, "twe-2024", dt.date(year, 3, 31)) for year in (2024, 2025, 2026)]
    assert [lines[0].as_of.year if lines else None for lines in of] == [None, 2024, 2025]
    assert register.latest(data, "twe-2018", dt.date(2030, 1, 1)) == []


def test_revision_sheet_against_the_release(data, source, tmp_path, monkeypatch):
    """The way of `twe annexes`: newest earlier release, its figures as shown, the deliveries beyond it as causes."""
    from exports.editions import PUBLIEK
    from orchestration.answers import documents, writing
    from orchestration.ingest import ledger, storage
    from orchestration.ingest.ledger import Entry
    from orchestration.ingest.workspace import Workspace
    from orchestration.store.settings import Settings

    settings = Settings(data=data.root)
    rows = {"mart_wage_subsidies": [(2022, "11002", "performance", 12, "15000.10", "-100.05")]}
    later = published(tmp_path / "p", dt.date(2025, 3, 31), rows=rows)
    storage.ensure_empty(data.lake, Workspace(settings).contracts.values())
    names = {"loontoelagen_2024-02-01": "ef" * 32, "loontoelagen_2025-01-01": "77" * 32}
    empty = (data.lake / "loontoelagen" / "_none.parquet").read_bytes()
    for name, sha256 in names.items():
        (data.lake / "loontoelagen" / f"{name}.parquet").write_bytes(empty)
        day = dt.date.fromisoformat(name[-10:])
        ledger.append(
            data.ledger,
            [Entry(name, f"{name}.csv", "loontoelagen", day, "accepted", "", sha256, "", "", dt.datetime(2025, 1, 2))],
        )
    annex = QUESTION.annex("3")
    wanted = (settings, QUESTION, annex, later, None, PUBLIEK, lambda figure: figure.place == "44021")
    assert writing.revision_sheets(*wanted) == ()
    register.release(data, QUESTION, *source, NOW)
    (sheet,) = writing.revision_sheets(*wanted)
    revised = documents.revised_release(settings, QUESTION, later)
    assert revised == f"twe-2024/2024-03-31_geo-2024-03-31 {later.inputs}"
    assert documents.revised_release(settings, QUESTION, source[0]) is None, "a release is not revised against itself"
    assert sheet.table is not None
    changed = {row[:5]: row[5:8] for row in sheet.table.rows}
    assert changed["44021", "Gent", 2022, "Loontoelagen", "bedrag (euro)"] == (Decimal("3000.2"), "[c]", "[z]")
    assert not [row for row in sheet.table.rows if row[0] == "11002" and row[2] == 2022]


NEW_QUESTION = """
id: nieuw
title: Nieuwe vraag
status: definitief
geography_date: 2025-01-01
parts:
  - {part: "1", question: "Hoeveel?", annex: 1}
  - {part: "2", question: "Hoeveel geld?", annex: 2}
annexes:
  - {kind: 1, number: 1, title: Opgestart, years: 2022-2023, file: opgestart.xlsx}
  - {kind: 3, number: 2, title: Loontoelagen, years: 2022-2023, file: geld.xlsx, options: {basis: payment}}
"""


@pytest.mark.slow
def test_the_example_of_the_documentation_gives_every_annex_and_an_answer(source, tmp_path):
    question = load_question(PROJECT / "docs" / "examples" / "twe-2026.yml")
    place = annexes(source[0], tmp_path, question)
    wanted = {annex.file_name for annex in question.annexes} | {"antwoord.docx"}
    assert wanted <= {path.name for path in place.iterdir()}
    assert control_list(place / "antwoord.docx", "twe-2024").is_file()


def test_a_new_question_is_a_new_file_and_no_code(data, source, tmp_path):
    (tmp_path / "nieuw.yml").write_text(NEW_QUESTION, encoding="utf-8")
    question = load_question(tmp_path / "nieuw.yml")
    place = annexes(source[0], tmp_path / "annexes", question)
    assert sorted(path.name for path in place.iterdir()) == [
        "antwoord.docx",
        "geld.xlsx",
        "geld_csv",
        "opgestart.xlsx",
        "opgestart_csv",
    ]
    assert of_package(place / "geld_csv")[Key("Loontoelagen", "bedrag (euro)", "11002", 2022)] == 14000
    _, new = register.release(data, question, source[0], place, NOW)
    assert new and recognised.verify(data, place / "geld.xlsx").release


@pytest.mark.parametrize("status", ["ontwerp", "voorlopig"])
def test_an_answer_that_is_not_final_is_released_as_a_draft_or_not_at_all(data, source, status, monkeypatch):
    monkeypatch.setenv("TWE_DATA", str(data.root))
    question = QUESTION.model_copy(update={"status": status})
    with pytest.raises(ReleaseError, match=rf"twe-2024 has status {status}: set `status: definitief`, or .* --draft"):
        register.release(data, question, *source, NOW)
    assert register.read(data) == []
    lines, new = register.release(data, question, *source, NOW, draft=True)
    assert new and {line.draft for line in register.read(data)} == {True}
    assert f"UTC - DRAFT ({status}) - SYNTHETIC" in CliRunner().invoke(twe, ["releases"]).output
    assert f"DRAFT ({status})" in recognised.verify(data, source[1] / lines[0].file_name).text


def test_a_final_answer_is_no_draft_whatever_is_asked(data, source):
    lines, _ = register.release(data, QUESTION, *source, NOW, draft=True)
    assert not any(line.draft or "DRAFT" in line.label for line in lines)


def test_lines_of_before_drafts_were_told_apart_are_read(data, source):
    register.release(data, QUESTION, *source, NOW)
    path = data.releases / "register.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    older = [{name: value for name, value in line.items() if name != "draft"} for line in lines]
    path.chmod(0o644)
    path.write_text("".join(json.dumps(line) + "\n" for line in older), encoding="utf-8")
    assert not any(line.draft for line in register.read(data))
