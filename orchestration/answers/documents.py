"""Where the documents of a question lie (its annexes and its answer), and which of them are out of date.

Settings, ledger and publication decide; the documents themselves are written by `exports`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.answering.answer import answer_file
from exports.questions.question import Question
from orchestration.answers.questions import Years
from orchestration.ingest.ledger import Entry
from orchestration.releases import register
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse.code_version import documents_digest
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import RunDates, resolve

ANSWER = "antwoord"
"""The name of the answer among the documents of a question; its annexes are named by their keys."""


def names(question: Question) -> tuple[str, ...]:
    """The documents of a question: the keys of its annexes, then `ANSWER`."""
    return (*(annex.key for annex in question.annexes), ANSWER)


def folder(
    data: DataFolder, question: Question, publication: Publication, entries: Sequence[Entry], years: Years
) -> Path:
    """The folder of the question's public documents. Other dates than a run without options would take, and a choice of
    years (as given to `--years`), each get a subfolder of their own."""
    usual: RunDates = resolve(entries, question.as_of, question.geography_date)
    parts = []
    if (publication.as_of, publication.geography_date) != (usual.as_of, usual.geography_date):
        parts.append(f"stand-{publication.as_of}_gebied-{publication.geography_date}")
    if years:
        parts.append("jaren-" + "+".join(map(str, years)))
    place = data.annexes / question.id
    return place / "_".join(parts) if parts else place


def file(place: Path, question: Question, name: str) -> Path:
    """The public edition of the document `name` (as in `names`) in the folder `place`."""
    if name == ANSWER:
        return place / answer_file()
    return place / next(annex.file_name for annex in question.annexes if annex.key == name)


class DocumentStamps:
    """What each written document was made from, kept in a JSON file, so that only documents that are out of date are
    written again. A stamp is the digest of everything that decides the bytes of a document (see `stamp`).

    `root` is the folder of the documents (default: the annexes), `name` that of the JSON file in `work/`.
    """

    def __init__(self, data: DataFolder, root: Path | None = None, name: str = "annexes") -> None:
        self.path = data.work / f"{name}.json"
        self._root = root or data.annexes

    def is_current(self, path: Path, stamp: str) -> bool:
        """Whether the document at `path` was last made under this stamp, and every file of it is still there."""
        known = self._read().get(self._name(path))
        return known is not None and known["stamp"] == stamp and all((self._root / f).exists() for f in known["files"])

    def was_written(self, path: Path) -> bool:
        """Whether the file at `path` belongs to the last stamp. It does not when the public edition was refused: an
        earlier file may still lie there."""
        return path.exists() and self._name(path) in self._read().get(self._name(path), {}).get("files", ())

    def dates(self, path: Path) -> tuple[str, str] | None:
        """as_of and geography date (ISO) of the document at `path`; None when they are not known."""
        known = self._read().get(self._name(path), {})
        return (known["as_of"], known["geography_date"]) if "as_of" in known else None

    def set(self, path: Path, stamp: str, made: Sequence[Path], publication: Publication) -> None:
        """Remember that the document at `path` was made under `stamp`. `made`: the files and folders that were written
        for it; without `path` itself when the public edition was refused."""
        entry = {
            "stamp": stamp,
            "files": [self._name(file) for file in made],
            "as_of": str(publication.as_of),
            "geography_date": str(publication.geography_date),
        }
        stamps = self._read() | {self._name(path): entry}
        with replaced(self.path) as temporary:
            temporary.write_text(json.dumps(stamps, indent=1, sort_keys=True), encoding="utf-8")

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self.path.exists():
            return {}
        return {k: v for k, v in json.loads(self.path.read_text(encoding="utf-8")).items() if isinstance(v, dict)}


def stamp(publication: Publication, question: Question, name: str, years: Years, *more: str | None) -> str:
    """Digest of all that decides the bytes of the document `name`: figures, question, years, the code that writes
    documents and, in `more`, the disclosure control and the release that the annex is compared with."""
    facts = [publication.inputs, publication.code_version, documents_digest(), question.source_sha256, name, years]
    return hashlib.sha256(json.dumps([*facts, *more]).encode()).hexdigest()


def revised_release(settings: Settings, question: Question, publication: Publication) -> str | None:
    """The folder of the newest release of the question with an earlier as_of than the publication, None when there is
    none. The revision sheet compares with it, so it is part of what decides the bytes of the annexes."""
    lines = register.latest(settings.folder, question.id, publication.as_of)
    return lines[0].folder if lines else None


def stamps_now(
    settings: Settings, publication: Publication, question: Question, control: str, years: Years = None
) -> dict[str, str]:
    """The stamp that each document of the question (as in `names`) gets when it is written now. `control`: the stamp of
    the disclosure control."""
    revised = revised_release(settings, question, publication)
    return {name: stamp(publication, question, name, years, control, revised) for name in names(question)}


@dataclass(frozen=True)
class DocumentState:
    """A document of a question as it is on disk. `name` is as in `names`, `path` that of its public edition."""

    name: str
    path: Path
    is_current: bool
    """Not when it is missing, or would be made from something else now: another publication, disclosure control,
    question, earlier release or version of the code that writes it."""
    is_written: bool
    """Whether the file at `path` was written for it: not when the public edition was refused."""


def states(
    settings: Settings,
    entries: Sequence[Entry],
    made: Publication,
    question: Question,
    control: str,
    years: Years = None,
) -> list[DocumentState]:
    """The documents of a question, its annexes first. `control`: the stamp of the disclosure control."""
    stamps = DocumentStamps(settings.folder)
    place = folder(settings.folder, question, made, entries, years)
    found = []
    for name, stamp_ in stamps_now(settings, made, question, control, years).items():
        path = file(place, question, name)
        found.append(DocumentState(name, path, stamps.is_current(path, stamp_), stamps.was_written(path)))
    return found
