"""What a run has to do: whose dates readers of `current` follow, and what a wish without annexes leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

from click.testing import CliRunner

from exports import load_questions
from exports.questions.question import load_question
from orchestration import planning
from orchestration.cli.main import twe
from orchestration.planning import RunRequest, by_dates, moves, plan
from orchestration.store.paths import PROJECT

PINNED = load_question(PROJECT / "docs" / "examples" / "twe-2026.yml")
FREE = load_questions()["twe-2024"]
DAY = dt.date(2025, 1, 1)


def test_the_example_question_is_pinned_to_the_municipalities_of_2025():
    assert (PINNED.geography_date, PINNED.as_of) == (DAY, None)
    assert {annex.years for annex in PINNED.annexes} == {tuple(range(2021, 2026))}
    assert [annex.kind.key for annex in PINNED.annexes] == [annex.kind.key for annex in FREE.annexes]
    assert PINNED.id not in load_questions(), "shipped, it would cost a build of its own in every run"


def test_a_pinned_question_gets_a_publication_of_its_own_and_leaves_current_alone():
    wish = RunRequest()
    groups = by_dates([FREE, PINNED], wish)
    assert groups == {(None, None): [FREE], (None, DAY): [PINNED]}
    assert moves((None, None), wish) and not moves((None, DAY), wish)


def test_dates_of_the_run_win_and_move_current_unless_told_otherwise():
    wish = RunRequest(geography_date=dt.date(2019, 1, 1))
    (dates,) = by_dates([FREE, PINNED], wish)
    assert moves(dates, wish) and not moves(dates, replace(wish, move_current=False))


def test_stands_to_compare_must_follow_each_other(tmp_path, monkeypatch):
    monkeypatch.setenv("TWE_DATA", str(tmp_path))
    result = CliRunner().invoke(twe, ["compare", "--from", "2025-01-01", "--to", "2025-01-01"])
    assert result.exit_code == 2 and "must be earlier than" in result.output


def test_readers_of_current_are_brought_back_from_another_geography(settings, monkeypatch):
    """What is published already is published again when `current` shows the municipalities of another day."""
    made, other = object(), object()
    entries = [SimpleNamespace(status="accepted", delivered_on=DAY)]
    monkeypatch.setattr(planning.publication, "inputs_digest", lambda *_: "digest")
    monkeypatch.setattr(planning.publication, "find", lambda *_: made)
    monkeypatch.setattr(planning.disclosure, "stored_control", lambda *_: SimpleNamespace(stamp="", exists=True))

    def builds(current: object, wish: RunRequest) -> bool:
        monkeypatch.setattr(planning.publication, "current", lambda _: current)
        work = plan(settings, entries, (None, None), [], wish, frozenset())
        return work is not None and work.build

    assert (builds(other, RunRequest()), builds(made, RunRequest())) == (True, False)
    assert not builds(other, RunRequest(move_current=False))
