"""Writes the annexes and the answer of a question from a publication, and remembers from what each was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exports.questions.question import Question
from orchestration.answers import disclosure, documents, revision
from orchestration.ingest.ledger import Entry
from orchestration.releases.register import CONFIDENTIAL
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication

if TYPE_CHECKING:
    from exports.disclosure.control import Control


@dataclass(frozen=True)
class WrittenDocument:
    """`path` is that of the public edition; `is_public` says whether there is one: a failed audit withholds it."""

    path: Path
    is_public: bool


def write(
    settings: Settings,
    entries: Sequence[Entry],
    publication: Publication,
    question: Question,
    name: str,
    years: tuple[int, ...] | None,
) -> WrittenDocument:
    """Writes both editions of an annex (`name` is its key), or the answer (`documents.ANSWER`); makes the disclosure
    control of the publication first when it is not there yet."""
    place = documents.folder(settings.folder, question, publication, entries, years)
    control = disclosure.load(disclosure.ensure(settings, publication, years))
    if name == documents.ANSWER:
        made = _write_answer(publication, question, place, years, control)
    else:
        made = _write_annex(settings, publication, question, name, place, years, control)
    path = documents.file(place, question, name)
    stamp = documents.stamps_now(settings, publication, question, years)[name]
    documents.DocumentStamps(settings.folder).set(path, stamp, made, publication)
    return WrittenDocument(path, path in made)


def _write_annex(
    settings: Settings,
    publication: Publication,
    question: Question,
    name: str,
    place: Path,
    years: tuple[int, ...] | None,
    control: Control,
) -> list[Path]:
    from exports import write_annex
    from exports.editions import PUBLIEK, VOLLEDIG

    annex = next(annex for annex in question.annexes if annex.key == name)
    made = []
    for edition, folder in ((PUBLIEK, place), (VOLLEDIG, place / CONFIDENTIAL)):
        public = edition == PUBLIEK
        if public and not control.passed:
            continue
        hidden, withheld = (control.hidden, control.withheld) if public else (None, None)
        result = write_annex(
            publication.path,
            question,
            annex,
            folder,
            years,
            edition=edition,
            hidden=hidden,
            policy=control.policy_lines,
            audit=control.audit_lines,
            extra_sheets=revision.sheets(settings, question, annex, publication, years, edition, hidden),
            withheld=withheld,
        )
        made += [result.path, result.package]
    return made


def _write_answer(
    publication: Publication, question: Question, place: Path, years: tuple[int, ...] | None, control: Control
) -> list[Path]:
    from exports.answering.answer import control_file, write_answer

    if not control.passed:
        return []
    path = write_answer(publication.path, question, place, control.hidden, years=years)
    return [path, path.with_name(control_file())]
