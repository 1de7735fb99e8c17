"""A refused control, or a release that it did not know of, leaves no public document that could be handed out."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from exports import load_questions
from exports.answering.answer import control_list
from exports.editions import PUBLIEK
from orchestration.answers import disclosure, documents, figure_books, question_status, withdrawal, writing
from orchestration.answers.questions import known
from orchestration.ingest.ledger import Entry
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication
from tests.exports.tiny_publication import make_publication
from tests.orchestration.ingest.test_ledger import ENTRY

DAY, BEFORE = dt.date(2024, 3, 31), dt.date(2018, 1, 1)
ENTRIES: list[Entry] = [replace(ENTRY, delivered_on=DAY)]
QUESTION = load_questions()["twe-2018"]
YEARS = (2020,)


def publication(folder: Path, geography_date: dt.date = DAY) -> Publication:
    return Publication(make_publication(folder), DAY, geography_date, True, "1.2.3", "one", dt.datetime(2024, 4, 1))


@pytest.fixture
def made(tmp_path: Path) -> Publication:
    return publication(tmp_path / "made")


def lay(place: Path, settings: Settings) -> list[Path]:
    """Public files of a question and a confidential one; their content doesn't matter here."""
    public = [documents.files(place, QUESTION, name)[PUBLIEK] for name in documents.names(QUESTION)]
    public.append(control_list(place / "antwoord.docx", QUESTION.id))
    secret = next(
        path for path in documents.files(place, QUESTION, QUESTION.annexes[0].key).values() if path.parent != place
    )
    for path in (*public, secret):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"Geslaagd")
    return public


def places(settings: Settings, made: Publication) -> dict[str, Path]:
    other = replace(made, geography_date=BEFORE)
    return {
        "usual": documents.folder(settings.folder, QUESTION, made, ENTRIES, None),
        "years": documents.folder(settings.folder, QUESTION, made, ENTRIES, YEARS),
        "other": documents.folder(settings.folder, QUESTION, other, ENTRIES, None),
        "other years": documents.folder(settings.folder, QUESTION, other, ENTRIES, YEARS),
    }


@pytest.mark.parametrize(
    ("years", "geography_date", "gone"),
    [
        (None, DAY, {"usual", "years"}),
        (YEARS, DAY, {"years"}),
        (None, BEFORE, {"other", "other years"}),
        (YEARS, BEFORE, {"other years"}),
    ],
)
def test_a_refused_control_takes_its_public_documents_away(settings, made, years, geography_date, gone):
    """Of all questions, whatever the run was asked to write; the confidential editions stay."""
    laid = {name: lay(place, settings) for name, place in places(settings, made).items()}
    page = figure_books.file(settings.folder, made, PUBLIEK)
    page.parent.mkdir(parents=True)
    page.write_bytes(b"page")
    taken = withdrawal.after_refusal(settings, ENTRIES, replace(made, geography_date=geography_date), years)
    assert {name for name, files in laid.items() if not any(file.exists() for file in files)} == gone
    assert all(all(file.exists() for file in files) for name, files in laid.items() if name not in gone)
    assert page.exists() is not (geography_date == DAY and years is None)
    assert set(taken) == {file for name in gone for file in laid[name]} | ({page} - set(page.parent.iterdir()))
    assert len(list(settings.folder.annexes.rglob("*VERTROUWELIJK*"))) == 4


@pytest.mark.slow
def test_a_release_takes_away_what_its_control_does_not_know_of(settings, made, tmp_path):
    """Documents of other dates were controlled without it; those of its own control stay."""
    for name in documents.names(QUESTION):
        writing.write(settings, ENTRIES, made, QUESTION, name, None)
    found = places(settings, made)
    others = {name: lay(found[name], settings) for name in ("years", "other", "other years")}
    before = set(found["usual"].iterdir())
    taken = withdrawal.after_release(settings, ENTRIES, made)
    assert set(taken) == {*others["other"], *others["other years"]}
    assert set(found["usual"].iterdir()) == before and all(file.exists() for file in others["years"])
    other = publication(tmp_path / "other", BEFORE)
    assert set(withdrawal.after_release(settings, ENTRIES, other)) >= set(others["years"])
    assert [path.name for path in found["usual"].glob("*.*")] == []


@pytest.mark.slow
def test_the_status_says_that_there_is_no_public_edition(settings, made, monkeypatch):
    """Also for who looks after the next control took the documents away, and not "up to date"."""
    for name in documents.names(QUESTION):
        writing.write(settings, ENTRIES, made, QUESTION, name, None)
    monkeypatch.setattr(question_status.Workspace, "entries", lambda self: ENTRIES)
    monkeypatch.setattr(question_status.publication, "of_dates", lambda *_: made)
    monkeypatch.setattr(question_status, "known", lambda _: {QUESTION.id: QUESTION})
    assert "up to date" in question_status.text(settings)
    refused = disclosure.stored_control(settings, made)._summary
    content = json.loads(refused.read_text()) | {"passed": False, "refused": "what was released leaves no room"}
    refused.write_text(json.dumps(content))
    assert set(known(settings)) > {QUESTION.id}
    withdrawal.after_refusal(settings, ENTRIES, made, None)
    told = question_status.text(settings)
    assert "up to date" not in told and "NO PUBLIC EDITION" in told and "what was released leaves no room" in told
