"""When a disclosure control is made anew, what it covers, and what a release leaves behind for the next one."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from exports import annex_figures, load_questions
from exports.disclosure.audit import AuditReport, UnsafeCell
from exports.disclosure.policy import kept_policy
from exports.disclosure.scope import CountFinder
from exports.figure_book import book_figures, load_definition
from orchestration.answers import disclosure, refusal, shown
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.documents import ANSWER
from orchestration.assets import annexes as assets
from orchestration.ingest.workspace import Workspace
from orchestration.releases import register
from orchestration.resources import RunOptions
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication
from tests.exports.tiny_publication import make_publication

QUESTION = load_questions()["twe-2024"]
DAY = dt.date(2024, 3, 31)


def publication(folder: Path, inputs: str = "one") -> Publication:
    path = make_publication(folder)
    return Publication(path, DAY, DAY, True, "1.2.3", inputs, dt.datetime(2024, 4, 1))


@pytest.fixture
def made(tmp_path: Path) -> Publication:
    return publication(tmp_path / "made")


def release(settings: Settings, made: Publication, folder: Path, control: str | None = None) -> list[register.Release]:
    """Release the files of twe-2024 as they stand in `folder` (their content doesn't matter here)."""
    folder.mkdir(parents=True, exist_ok=True)

    def record(name: str) -> str:
        stamp = disclosure.record(settings, made, QUESTION, name)
        return stamp if control is None else control

    lines = register.release(settings.folder, QUESTION, made, _files(folder, made), record=record, draft=True)
    return lines[0]


def _files(folder: Path, made: Publication) -> Path:
    from exports import write_annex
    from exports.answering.answer import write_answer

    for annex in QUESTION.annexes:
        write_annex(made.path, QUESTION, annex, folder)
    write_answer(made.path, QUESTION, folder)
    return folder


def test_a_control_is_made_once(settings, made, monkeypatch):
    kept = disclosure.ensure(settings, made)
    assert kept.exists and kept.summary.passed and 0 < kept.summary.hidden < kept.summary.counts
    before = kept.pattern.read_bytes()
    monkeypatch.setattr("exports.disclosure.control.control_scope", None)
    assert disclosure.ensure(settings, made) == kept
    assert kept.pattern.read_bytes() == before


def test_figures_policy_years_and_questions_decide_it(settings, made, tmp_path, monkeypatch):
    stamps = {
        disclosure.stored_control(settings, made).stamp,
        disclosure.stored_control(settings, replace(made, inputs="two")).stamp,
        disclosure.stored_control(settings, made, (2020, 2021)).stamp,
    }
    policy = tmp_path / "policy.yml"
    policy.write_text(disclosure.DISCLOSURE_POLICY.read_text().replace("threshold: 4", "threshold: 5"))
    monkeypatch.setattr(disclosure, "DISCLOSURE_POLICY", policy)
    stamps.add(disclosure.stored_control(settings, made).stamp)
    (tmp_path / "questions").mkdir()
    shutil.copy(Path("docs/examples/twe-2026.yml").resolve(), tmp_path / "questions")
    stamps.add(disclosure.stored_control(settings.model_copy(update={"questions": tmp_path / "questions"}), made).stamp)
    assert len(stamps) == 5


@pytest.mark.slow
def test_a_release_under_a_control_leaves_that_control_as_it_is(settings, made, tmp_path):
    kept = disclosure.ensure(settings, made)
    lines = release(settings, made, tmp_path / "files")
    assert {line.control for line in lines} == {kept.stamp}
    assert disclosure.stored_control(settings, made) == kept


@pytest.mark.slow
def test_a_release_under_another_control_is_known_to_the_next(settings, made, tmp_path):
    first = disclosure.ensure(settings, made)
    later = publication(tmp_path / "later", inputs="two")
    untold = disclosure.ensure(settings, later)
    release(settings, made, tmp_path / "files")
    told = disclosure.ensure(settings, later)
    assert told != untold
    assert "eerder vrijgegeven" not in " ".join(untold.summary.policy)
    assert "twe-2024 (stand 31/03/2024)" in " ".join(told.summary.policy)
    before, after = disclosure.load(first).release, disclosure.load(told).release
    assert before.system.cells == after.system.cells
    counts = {cell for cell in before.hidden if before.system.values[cell]}
    assert after.hidden >= counts, "same figures, same hidden"


@pytest.mark.slow
def test_the_record_of_a_release_holds_its_own_question_alone(settings, made):
    disclosure.record(settings, made, QUESTION, "twe-2024/x")
    record = disclosure._released(settings.folder, replace(_line(), folder="twe-2024/x"))
    populations = {cell.population.partition(" ")[0] for cell in record.release.system.cells}
    assert populations == {"started", "subsidies", "ended", "measured"}
    everything = disclosure.load(disclosure.ensure(settings, made, (2022, 2023))).release.system.cells
    assert {"screened", "ratio"} <= {cell.population.partition(" ")[0] for cell in everything}


@pytest.mark.slow
def test_the_figure_book_is_under_the_same_control_and_is_recorded_alone(settings, made):
    control = disclosure.load(disclosure.ensure(settings, made))
    for figure in book_figures(made.path):
        control.hidden(figure.id)  # raises ControlError for what was not controlled
    disclosure.record(settings, made, load_definition(), "cijferboek/x")
    record = disclosure._released(settings.folder, replace(_line(), folder="cijferboek/x"))
    assert {cell.population.partition(" ")[0] for cell in record.release.system.cells} == {
        "started",
        "subsidies",
        "ended",
        "measured",
        "ratio",
    }


def _line() -> register.Release:
    return register.Release(
        dt.datetime(2024, 4, 2),
        "twe-2024",
        ANSWER,
        "antwoord.docx",
        "publiek",
        DAY,
        DAY,
        "voorlopig",
        True,
        "",
        "",
        "",
        "",
        "",
    )


@pytest.mark.slow
def test_a_lost_record_stops_the_control(settings, made, tmp_path):
    from exports.disclosure.store import RegisterError

    release(settings, made, tmp_path / "files", control="another")
    shutil.rmtree(settings.folder.disclosure)
    with pytest.raises(RegisterError, match="nothing may be published about its years"):
        disclosure.ensure(settings, made)


@pytest.mark.slow
def test_other_years_keep_to_what_the_usual_ones_show(settings, made):
    """Both editions may be handed out, so no figure may be hidden in one and shown in the other."""
    usual = disclosure.load(disclosure.ensure(settings, made)).release
    other = disclosure.load(disclosure.ensure(settings, made, (2021, 2022, 2023, 2024))).release
    both = usual.system.index.keys() & other.system.index.keys()
    assert len(other.system.cells) > len(usual.system.cells) and len(both) > 50
    for cell in both:
        if usual.system.watched[usual.system.index[cell]] and other.system.watched[other.system.index[cell]]:
            hidden = [release.system.index[cell] in release.hidden for release in (usual, other)]
            assert hidden[0] == hidden[1], cell


@pytest.mark.slow
def test_a_release_of_the_usual_edition_tells_no_more_than_that_edition(settings, made, tmp_path):
    disclosure.ensure(settings, made)
    release(settings, made, tmp_path / "files")
    told = disclosure.ensure(settings, made, (2021, 2022, 2023, 2024)).summary
    assert told.passed and told.refused == ""
    assert "gewone uitgave van deze stand" in " ".join(told.policy) and "vrijgegeven" not in " ".join(told.policy)


def test_a_refusal_names_annexes_and_releases(settings, made):
    kept = disclosure.load(disclosure.ensure(settings, made))
    cell = next(number for number in kept.release.hidden if kept.release.system.cells[number].population == "ended")
    name = kept.release.system.cells[cell]
    report = AuditReport(findings=[UnsafeCell(cell, name, 1, 1)])
    finder = CountFinder(kept.policy)
    scopes = {name: finder.scope(find()) for name, find in shown.figures_of(made, QUESTION, None).items()}
    told = refusal.explain(replace(kept, passed=False, report=report), scopes, [kept.release], usual=False)
    assert "found 1 hidden figures" in told and f"twe-2024 annex 4: 1 (counts of {name.year})" in told
    assert "stand 31/03/2024 as of 2024-03-31 with the municipalities of 2024-03-31" in told
    assert "--geography-date" in told and name.place not in told.replace("2024-03-31", "")
    assert refusal.explain(replace(kept, report=report), scopes, [], usual=False) == ""
    rule = "exceptions:\n  - {population: started, item: gender/x, reason: agreed}"
    policy = kept_policy(kept.policy.text.replace("exceptions: []", rule))
    told = refusal.explain(replace(kept, passed=False, report=report, policy=policy), scopes, [], usual=False)
    assert "policy.yml can't work with these exceptions: started gender/x" in told and "fault" not in told


def test_years_that_every_annex_has_are_under_the_usual_control(settings, made, monkeypatch):
    monkeypatch.setattr(disclosure, "known", lambda settings: {"twe-2024": QUESTION})
    assert disclosure.stored_control(settings, made, (2020, 2021)) == disclosure.stored_control(settings, made)
    assert disclosure.stored_control(settings, made, (2019, 2020, 2021)) != disclosure.stored_control(settings, made)


@pytest.mark.slow
def test_an_annex_of_some_of_its_years_shows_nothing_else(settings, made, monkeypatch):
    monkeypatch.setattr(disclosure, "known", lambda settings: {"twe-2024": QUESTION})
    control = disclosure.load(disclosure.ensure(settings, made, (2020, 2021, 2022)))
    for annex in QUESTION.annexes:
        shown = annex_figures(made.path, QUESTION, annex, (2020, 2021, 2022))
        assert {control.hidden(figure.id) for figure in shown} <= {True, False}


@pytest.mark.parametrize("passed", [True, False])
@pytest.mark.slow
def test_without_a_passed_audit_only_the_confidential_edition_is_written(settings, made, monkeypatch, passed):
    kept = disclosure.ensure(settings, made)
    control = replace(disclosure.load(kept), passed=passed)
    monkeypatch.setattr(disclosure, "load", lambda kept: control)
    monkeypatch.setattr(disclosure, "ensure", lambda *_: StoredControl(kept.stamp, kept.folder))
    monkeypatch.setattr("orchestration.assets.publish.of_run", lambda *_: made)
    monkeypatch.setattr("orchestration.answers.documents.resolve", lambda *_: made)
    annex, answer = QUESTION.annex("6"), assets._document(QUESTION, ANSWER)
    workspace = Workspace(settings)
    place = settings.folder.annexes / "twe-2024"
    (place / f"{annex.key}_csv").mkdir(parents=True)
    figures = settings.folder.annexes / "werkbestanden" / "twe-2024" / "antwoord_cijfers.xlsx"
    figures.parent.mkdir(parents=True)
    for path in (place / annex.file_name, place / "antwoord.docx", figures):  # of before
        path.write_bytes(b"Geslaagd")
    result = dg.materialize(
        [assets._document(QUESTION, annex.key), answer], resources={"workspace": workspace, "run_options": RunOptions()}
    )
    assert result.success
    assert (place / annex.file_name).exists() == (place / f"{annex.key}_csv").exists() == passed
    assert (place / "antwoord.docx").exists() == figures.exists() == passed
    full = place.parent / "vertrouwelijk" / place.name / f"{annex.key}_volledig_VERTROUWELIJK.xlsx"
    assert full.exists()


def test_a_refused_control_is_told_in_dagster_and_takes_away_what_was_written_before(settings, made, monkeypatch):
    """Documents of all questions, also when the run was asked for one."""
    kept = disclosure.ensure(settings, made)
    content = json.loads(kept._summary.read_text()) | {"passed": False, "refused": "released figures leave no room"}
    kept._summary.write_text(json.dumps(content))
    monkeypatch.setattr("orchestration.assets.publish.of_run", lambda *_: made)
    monkeypatch.setattr("orchestration.answers.documents.resolve", lambda *_: made)
    earlier = settings.folder.annexes / "twe-2018" / load_questions()["twe-2018"].annexes[0].file_name
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(b"Geslaagd")
    resources = {"workspace": Workspace(settings), "run_options": RunOptions()}
    result = dg.materialize([assets._disclosure_control()], resources=resources)
    (event,) = result.get_asset_materialization_events()
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed and not earlier.exists()
    assert check.metadata["refused"].value == "released figures leave no room"
    assert event.materialization.metadata["public editions taken away"].value == 1
