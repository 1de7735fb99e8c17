"""What a run has to do: whose dates readers of `current` follow, and what a request without annexes leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

from click.testing import CliRunner

from exports import load_questions
from exports.questions.question import load_question
from orchestration import planning
from orchestration.cli.main import twe
from orchestration.planning import RunPlan, RunRequest, remaining_work, run_plans
from orchestration.store.paths import PROJECT

PINNED = load_question(PROJECT / "docs" / "examples" / "twe-2026.yml")
FREE = load_questions()["twe-2024"]
DAY = dt.date(2025, 1, 1)


def test_the_example_question_is_pinned_to_the_municipalities_of_2025():
    assert (PINNED.geography_date, PINNED.as_of) == (DAY, None)
    assert {annex.years for annex in PINNED.annexes} == {tuple(range(2021, 2026))}
    assert [annex.kind.key for annex in PINNED.annexes] == [annex.kind.key for annex in FREE.annexes]
    assert PINNED.id not in load_questions(), "shipped, it would cost a build of its own in every run"


def test_a_pinned_question_gets_a_publication_of_its_own_and_leaves_current_alone(settings, monkeypatch):
    monkeypatch.setattr(planning, "chosen", lambda *_: [FREE, PINNED])
    free, pinned = run_plans(settings, RunRequest())
    assert (free.as_of, free.geography_date, free.questions, free.move_current) == (None, None, [FREE], True)
    assert (pinned.as_of, pinned.geography_date, pinned.questions, pinned.move_current) == (None, DAY, [PINNED], False)


def test_dates_of_the_run_win_and_move_current_unless_told_otherwise(settings, monkeypatch):
    monkeypatch.setattr(planning, "chosen", lambda *_: [FREE, PINNED])
    request = RunRequest(geography_date=dt.date(2019, 1, 1))
    (plan,) = run_plans(settings, request)
    assert plan.questions == [FREE, PINNED] and plan.move_current
    (plan,) = run_plans(settings, replace(request, move_current=False))
    assert not plan.move_current


def test_a_run_without_annexes_has_a_publication_to_make_and_no_documents(settings):
    (plan,) = run_plans(settings, RunRequest(annexes=False))
    assert (plan.questions, plan.documents) == ([], [])


def test_dates_to_compare_must_follow_each_other(tmp_path, monkeypatch):
    monkeypatch.setenv("TWE_DATA", str(tmp_path))
    result = CliRunner().invoke(twe, ["compare", "--from", "2025-01-01", "--to", "2025-01-01"])
    assert result.exit_code == 2 and "must be earlier than" in result.output


def test_readers_of_current_are_brought_back_from_another_geography(settings, monkeypatch):
    """What is published already is published again when `current` shows the municipalities of another day."""
    made, other = SimpleNamespace(as_of=DAY, geography_date=DAY), object()
    entries = [SimpleNamespace(status="accepted", delivered_on=DAY)]
    monkeypatch.setattr(planning.publication, "inputs_digest", lambda *_: "digest")
    monkeypatch.setattr(planning.publication, "find", lambda *_: made)
    monkeypatch.setattr(planning.disclosure, "stored_control", lambda *_: SimpleNamespace(stamp="", exists=True))

    def builds(current: object, move_current: bool = True) -> bool:
        monkeypatch.setattr(planning.publication, "current", lambda _: current)
        plan = RunPlan(None, None, None, move_current, figure_book=True)
        work = remaining_work(settings, entries, plan, frozenset())
        return work is not None and work.build

    assert (builds(other), builds(made)) == (True, False)
    assert not builds(other, move_current=False)


def test_a_page_is_kept_up_to_date_when_it_is_of_the_very_dates(settings, monkeypatch):
    """Which dates those are is known when the deliveries are loaded; a killed run must leave the same pages."""
    entries = [SimpleNamespace(status="accepted", delivered_on=DAY)]
    monkeypatch.setattr(planning.publication, "of_dates", lambda *_: None)
    monkeypatch.setattr(planning.publication, "current", lambda _: None)
    pages = settings.folder.figure_books
    pages.mkdir(parents=True)
    plan = RunPlan(None, None, None, True, figure_book=False, questions=[FREE])

    def makes(plan: RunPlan = plan, sources: frozenset[str] = frozenset()) -> bool:
        work = remaining_work(settings, entries, plan, sources)
        return work is not None and work.figure_book

    (pages / "cijferboek_stand-2024-12-31_gebied-2024-12-31.html").touch()
    assert not makes() and not makes(sources=frozenset({"trajecten"}))
    (pages / f"cijferboek_stand-{DAY}_gebied-{DAY}.html").touch()
    assert makes() and not makes(sources=frozenset({"trajecten"}))
    assert makes(replace(plan, figure_book=True), frozenset({"trajecten"}))
