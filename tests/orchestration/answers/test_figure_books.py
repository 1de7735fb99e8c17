"""When the page that lies in the data folder is up to date, and which run writes it anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from exports import load_questions
from exports.figure_book import definition
from orchestration import planning
from orchestration.answers import disclosure, figure_books
from orchestration.planning import RunRequest, remaining_work, run_plans
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication
from tests.exports.tiny_publication import make_publication

DAY = dt.date(2024, 3, 31)
QUESTION = load_questions()["twe-2024"]


@pytest.fixture
def made(tmp_path: Path) -> Publication:
    path = make_publication(tmp_path / "made")
    return Publication(path, DAY, DAY, True, "1.2.3", "one", dt.datetime(2024, 4, 1))


def another_control(
    settings: Settings, made: Publication, monkeypatch: pytest.MonkeyPatch, passed: bool = True
) -> None:
    """As after a release: the same figures, under another stamp; it may refuse to give a public edition."""
    control = disclosure.load(disclosure.ensure(settings, made))
    other = disclosure.StoredControl("another", settings.folder.disclosure / "another")
    other.write(control)
    monkeypatch.setattr(disclosure, "stored_control", lambda *_: other)
    if not passed:
        monkeypatch.setattr(disclosure, "load", lambda _: SimpleNamespace(passed=False))


@pytest.mark.slow
def test_a_page_is_up_to_date_only_under_the_control_that_the_annexes_are_under(settings, made, monkeypatch):
    assert figure_books.current(settings, made) is None
    page = figure_books.write(settings, made)
    assert figure_books.current(settings, made) == page
    assert not figure_books.is_current(settings, replace(made, inputs="two"))
    with monkeypatch.context() as patched:
        another_control(settings, made, patched)
        assert page.is_file() and figure_books.current(settings, made) is None
        figure_books.write(settings, made)
        assert figure_books.current(settings, made) == page
    assert figure_books.current(settings, made) is None


@pytest.mark.slow
def test_what_it_shows_and_what_draws_it_count_too(settings, made, tmp_path, monkeypatch):
    figure_books.write(settings, made)
    changed = definition.load_definition().model_copy(update={"source_sha256": "other"})
    with monkeypatch.context() as patched:
        patched.setattr(figure_books, "load_definition", lambda: changed)
        assert not figure_books.is_current(settings, made)
    (tmp_path / "book" / "assets").mkdir(parents=True)
    with monkeypatch.context() as patched:
        patched.setattr(figure_books, "FIGURE_BOOK", tmp_path / "book" / "cijferboek.yml")
        assert not figure_books.is_current(settings, made)
    assert figure_books.is_current(settings, made)


def test_a_page_of_one_question_does_not_pass_for_the_book_and_one_elsewhere_changes_nothing(settings, made, tmp_path):
    figure_books.write(settings, made, out=tmp_path / "elsewhere.html")
    assert not figure_books.is_current(settings, made)
    figure_books.write(settings, made)
    figure_books.write(settings, made, "volledig")
    figure_books.write(settings, made, out=tmp_path / "elsewhere.html", ids=(QUESTION.id,))
    assert figure_books.is_current(settings, made)
    figure_books.write(settings, made, ids=(QUESTION.id,))
    assert not figure_books.is_current(settings, made)


def test_a_page_that_a_new_control_refuses_is_taken_away(settings, made, tmp_path, monkeypatch):
    page = figure_books.write(settings, made)
    another_control(settings, made, monkeypatch, passed=False)
    with pytest.raises(figure_books.NoPublicEditionError):
        figure_books.write(settings, made, out=tmp_path / "elsewhere.html")
    assert page.is_file()
    with pytest.raises(figure_books.NoPublicEditionError):
        figure_books.write(settings, made)
    assert not page.exists() and figure_books.current(settings, made) is None
    assert figure_books.is_current(settings, made), "a run would try it again and again"


def test_every_run_that_writes_annexes_keeps_a_page_of_its_dates_up_to_date(settings, made, monkeypatch):
    entries = [SimpleNamespace(status="accepted", delivered_on=DAY)]
    monkeypatch.setattr(planning.publication, "inputs_digest", lambda *_: "digest")
    monkeypatch.setattr(planning.publication, "find", lambda *_: made)
    monkeypatch.setattr(planning.publication, "current", lambda _: made)
    monkeypatch.setattr(planning.documents, "states", lambda *_: [])

    monkeypatch.setattr(planning, "chosen", lambda *_: [QUESTION])

    def books(request: RunRequest) -> bool:
        (plan,) = run_plans(settings, request)
        work = remaining_work(settings, entries, plan, frozenset())
        return work is not None and work.figure_book

    one, years, every = RunRequest((QUESTION.id,)), RunRequest(years="2020-2021"), RunRequest()
    assert (books(one), books(years), books(every)) == (False, False, True), "only a run for all makes the first"
    figure_books.write(settings, made)
    assert (books(one), books(years), books(every)) == (False, False, False)
    another_control(settings, made, monkeypatch)
    assert (books(one), books(years), books(every)) == (True, True, True)


def test_pages_are_found_by_their_dates_and_the_confidential_ones_are_not(settings, made):
    page = figure_books.write(settings, made)
    figure_books.write(settings, made, "volledig")
    assert figure_books.pages(settings.folder) == [page]
    assert figure_books.pages(settings.folder, DAY) == figure_books.pages(settings.folder, DAY, DAY) == [page]
    assert figure_books.pages(settings.folder, dt.date(2023, 1, 1)) == []
