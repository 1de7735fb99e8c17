"""The control of a publication by cell keys: made without a search, the same for every choice, never beside another
method."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from exports import load_questions
from exports.figures.identity import GEMEENTE, Changes, Figure, FigureId
from orchestration.answers import disclosure, refusal
from orchestration.releases import register
from orchestration.store.settings import Settings
from orchestration.warehouse import key_sums
from orchestration.warehouse.publication import Publication
from tests.exports.cell_keys import policy_file, write_sums
from tests.exports.tiny_publication import make_publication
from tests.orchestration.answers.test_disclosure_kept import release

QUESTION = load_questions()["twe-2024"]
DAY = dt.date(2024, 3, 31)
MEASURED = FigureId("mart_competence", "measured", 2022, GEMEENTE, "11002")


@pytest.fixture
def made(settings: Settings, tmp_path: Path) -> Publication:
    path = make_publication(tmp_path / "made")
    found = Publication(path, DAY, DAY, True, "1.2.3", "one", dt.datetime(2024, 4, 1))
    write_sums(key_sums.of(settings.folder, path).folder, path)
    return found


def method(monkeypatch, folder: Path, name: str, table: str = "within_two") -> None:
    monkeypatch.setattr(disclosure, "DISCLOSURE_POLICY", policy_file(folder, table, name))


def test_it_is_made_without_a_search_and_says_what_was_done(settings, made, tmp_path, monkeypatch):
    method(monkeypatch, tmp_path, "cell_key")
    monkeypatch.setattr("exports.disclosure.control.suppress", None)
    stored = disclosure.ensure(settings, made)
    summary = stored.summary
    assert summary.passed and summary.hidden == 0 and 0 < (summary.changed or 0) < summary.counts
    assert "counts changed by cell keys" in summary.done
    assert any("celsleutels" in line for line in summary.policy)
    assert not any("aantallen die niet 0 zijn" in line for line in summary.audit)  # how many there are is not told
    assert disclosure.load(stored).shown


def test_other_years_show_the_same_counts(settings, made, tmp_path, monkeypatch):
    method(monkeypatch, tmp_path, "cell_key")
    found = []
    for years in (None, (2021, 2022)):
        changes = disclosure.load(disclosure.ensure(settings, made, years)).disclosed
        assert isinstance(changes, Changes)
        found.append(changes.value(Figure(3, MEASURED)))
    assert found[0] == found[1]


def test_method_table_and_sums_decide_which_control_it_is(settings, made, tmp_path, monkeypatch):
    stamps = []
    for name, table in (("suppression", "within_two"), ("cell_key", "within_two"), ("cell_key", "base_three")):
        method(monkeypatch, tmp_path, name, table)
        stamps.append(disclosure.stored_control(settings, made).stamp)
    folder = key_sums.of(settings.folder, made.path).folder
    folder.rename(tmp_path / "before")
    write_sums(folder, made.path, key=7)
    stamps.append(disclosure.stored_control(settings, made).stamp)
    assert len(set(stamps)) == 4


def test_without_sums_there_is_no_control(settings, made, tmp_path, monkeypatch):
    key_sums.of(settings.folder, made.path).folder.rename(tmp_path / "gone")
    assert disclosure.has_what_it_needs(settings.folder, made)
    method(monkeypatch, tmp_path, "cell_key")
    assert not disclosure.has_what_it_needs(settings.folder, made)
    with pytest.raises(key_sums.KeySumsError, match="no sums of cell keys; set TWE_PSEUDONYM_KEY"):
        disclosure.ensure(settings, made)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("suppression", "within_two"), ("cell_key", "within_two")),
        (("cell_key", "within_two"), ("suppression", "within_two")),
        (("cell_key", "within_two"), ("cell_key", "base_three")),
    ],
)
def test_nothing_is_published_beside_a_release_under_another_method(
    settings, made, tmp_path, monkeypatch, first, second
):
    method(monkeypatch, tmp_path, *first)
    release(settings, made, tmp_path / "documents")
    assert disclosure.ensure(settings, made).summary.passed
    method(monkeypatch, tmp_path, *second)
    refused = disclosure.ensure(settings, made).summary
    assert not refused.passed
    assert "twe-2024 was released under another method" in refused.refused
    assert "andere methode" in refused.audit[0]
    method(monkeypatch, tmp_path, *first)
    assert disclosure.ensure(settings, made).summary.passed


def test_a_release_keeps_what_was_shown(settings, made, tmp_path, monkeypatch):
    method(monkeypatch, tmp_path, "cell_key")
    lines = release(settings, made, tmp_path / "documents")
    assert register.read(settings.folder)
    kept = disclosure._released(settings.folder, lines[0])
    whole = disclosure.load(disclosure.ensure(settings, made))
    assert kept.shown and kept.shown.items() <= (whole.shown or {}).items()
    assert kept.policy.way == whole.policy.way


def test_what_is_refused_beside_another_method_is_said_in_both_languages(settings, made, tmp_path, monkeypatch):
    method(monkeypatch, tmp_path, "cell_key")
    control = disclosure.load(disclosure.ensure(settings, made))
    failed, why = refusal.beside_another_method(control, ["one", "other"])
    assert not failed.passed and why.startswith("one, other was released")


def test_old_controls_are_removed_but_never_the_sums(settings, made, tmp_path, monkeypatch):
    method(monkeypatch, tmp_path, "cell_key")
    monkeypatch.setattr(disclosure, "STORED", 0)
    stored = disclosure.ensure(settings, made)
    assert stored.exists and key_sums.of(settings.folder, made.path).exists
