"""Which lists of counts are made anew, and what is made of them."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from exports import load_questions
from exports.disclosure.policy import load_policy
from exports.disclosure.scope import CountFinder, Scope
from orchestration.answers import shown
from orchestration.warehouse.publication import Publication
from tests.exports.tiny_publication import make_publication

DAY = dt.date(2024, 3, 31)
QUESTIONS = [load_questions()["twe-2024"]]


@pytest.fixture
def made(tmp_path: Path) -> Publication:
    return Publication(make_publication(tmp_path / "made"), DAY, DAY, True, "1.2.3", "one", dt.datetime(2024, 4, 1))


def scopes(path: Path, made: Publication, monkeypatch: pytest.MonkeyPatch, code: str = "code") -> tuple[dict, set[str]]:
    """The counts that each document shows, and the documents for which they were looked for."""
    looked: list[Scope] = []
    real = CountFinder.scope

    def counting(self: CountFinder, figures: object, cities: object) -> Scope:
        looked.append(real(self, figures, cities))
        return looked[-1]

    with monkeypatch.context() as patched:
        patched.setattr(CountFinder, "scope", counting)
        found = shown.scopes(path, made, QUESTIONS, None, load_policy(), code)
    return found, {name for name, scope in found.items() if scope in looked}


def test_a_list_is_made_again_only_when_what_it_was_made_of_changed(made, tmp_path, monkeypatch):
    path = tmp_path / "work" / "shown.json"
    first, looked = scopes(path, made, monkeypatch)
    annexes = {f"twe-2024 annex {annex.number}" for annex in QUESTIONS[0].annexes}
    assert looked == set(first) == annexes | {shown.BOOK, "the answer to twe-2024"}
    assert scopes(path, made, monkeypatch) == (first, set())
    folder = tmp_path / "other"
    shutil.copytree(made.path, folder)
    with duckdb.connect() as con:
        mart = folder / "mart_transmissions.parquet"
        con.execute(
            f"create table changed as select * replace (with_transmission + 1 as with_transmission) from '{mart}'"
        )
        con.execute(f"copy changed to '{mart}' (format parquet)")
    other, looked = scopes(path, replace(made, path=folder, inputs="two"), monkeypatch)
    assert "twe-2024 annex 6" in looked and "twe-2024 annex 1" not in looked and other == first
    assert scopes(path, made, monkeypatch, "other code")[1] == set(first)


def test_a_lost_or_damaged_file_is_made_again(made, tmp_path, monkeypatch):
    path = tmp_path / "shown.json"
    first, _ = scopes(path, made, monkeypatch)
    path.write_text("[[")
    assert scopes(path, made, monkeypatch) == (first, set(first))


def test_the_control_covers_what_any_document_shows():
    one: Scope = {("started", 2022): {"total": {"gemeente"}}}
    two: Scope = {
        ("started", 2022): {"total": {"vlaanderen"}, "gender/m": {"gemeente"}},
        ("ended", 2022): {"total": set()},
    }
    assert shown.union([one, two]) == {
        ("started", 2022): {"total": {"gemeente", "vlaanderen"}, "gender/m": {"gemeente"}},
        ("ended", 2022): {"total": set()},
    }
    assert one == {("started", 2022): {"total": {"gemeente"}}}, "what is kept stays as it was"
