"""Where the documents of a question lie (its annexes and its answer), and which of them are out of date.

Settings, ledger and publication decide; the documents themselves are written by `exports`.
"""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.answering.answer import WORKING, answer_file, beside, control_list
from exports.editions import EDITIONS, PUBLIEK, VOLLEDIG
from exports.figures.reads import Reads
from exports.figures.unchanged import unchanged
from exports.questions.question import Question
from orchestration.answers import shown
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.questions import Years
from orchestration.ingest.ledger import Entry
from orchestration.releases import register
from orchestration.releases.register import CONFIDENTIAL
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


def files(place: Path, question: Question, name: str) -> dict[str, Path]:
    """Edition -> where the document `name` (as in `names`) lies: the public one in the folder `place`, the full one in
    a folder beside all that is handed out of the question. Answers are public only."""
    if name == ANSWER:
        return {PUBLIEK: place / answer_file()}
    annex = next(annex for annex in question.annexes if annex.key == name)
    full = f"{annex.key}{EDITIONS[VOLLEDIG].suffix}{Path(annex.file_name).suffix}"
    return {PUBLIEK: place / annex.file_name, VOLLEDIG: beside(place, question.id, CONFIDENTIAL) / full}


def clear_handed_out(data: DataFolder) -> None:
    """Moves full editions and working files to where `files` and `control_list` have them from where earlier versions
    wrote them: within the folder of a question, which is handed out whole. Those of all dates and years, and of
    questions that are gone, since no run may ever write them again. What is in its place already stays, and the former
    goes. For whoever holds the lock."""
    for top in sorted(data.annexes.glob("*")):
        if top.name in (CONFIDENTIAL, WORKING):
            continue
        for kind in (CONFIDENTIAL, WORKING):
            for former in sorted(top.rglob(kind), reverse=True):  # what lies within another first
                _move(former, data.annexes / kind / former.parent.relative_to(data.annexes))
        for former in sorted(top.rglob(control_list(top / answer_file(), top.name).name)):
            _move(former, data.annexes / WORKING / former.relative_to(data.annexes))


def _move(former: Path, place: Path) -> None:
    """A folder of tables goes as a whole: its description lists its files."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        former.rename(place)
    elif not former.is_dir():
        former.unlink()
    elif former.name.endswith("_csv"):
        shutil.rmtree(former)
    else:
        for each in sorted(former.iterdir()):
            _move(each, place / each.name)
        former.rmdir()


class DocumentStamps:
    """What each written document was made from, kept in a JSON file, so that only documents that are out of date are
    written again. A stamp is the digest of what decides the bytes of a document beside the publication (see `stamp`);
    of the publication it is kept what was read (see `exports.figures.reads`).

    `root` is the folder of the documents (default: the annexes), `name` that of the JSON file in `work/`.
    """

    def __init__(self, data: DataFolder, root: Path | None = None, name: str = "annexes") -> None:
        self.path = data.work / f"{name}.json"
        self._root = root or data.annexes

    def is_current(self, path: Path, stamp: str, publication: Publication) -> bool:
        """Whether the document at `path` was last made under this stamp, from this publication or from one that told it
        the same, and every file of it is still there."""
        known = self._read().get(self._name(path))
        if known is None or known["stamp"] != stamp or not all((self._root / f).exists() for f in known["files"]):
            return False
        return known["inputs"] == publication.inputs or unchanged(known["reads"], publication.path)

    def was_written(self, path: Path) -> bool:
        """Whether the file at `path` belongs to the last stamp. It does not when the public edition was refused: an
        earlier file may still lie there."""
        return path.exists() and self._name(path) in self._read().get(self._name(path), {}).get("files", ())

    def dates(self, path: Path) -> tuple[str, str] | None:
        """as_of and geography date (ISO) of the document at `path`; None when they are not known."""
        known = self._read().get(self._name(path), {})
        return (known["as_of"], known["geography_date"]) if "as_of" in known else None

    def set(self, path: Path, stamp: str, made: Sequence[Path], publication: Publication, reads: Reads) -> None:
        """Remember that the document at `path` was made under `stamp`, and what it read of the publication. `made`: the
        files and folders that were written for it; none when the public edition was refused."""
        entry = {"stamp": stamp, "files": [self._name(file) for file in made], "reads": reads}
        self._write(path, entry, publication)

    def confirm(self, path: Path, publication: Publication) -> None:
        """Remember of a document that is current that this publication would give the same one."""
        self._write(path, self._read()[self._name(path)], publication)

    def _write(self, path: Path, entry: dict[str, Any], publication: Publication) -> None:
        dates = {"as_of": str(publication.as_of), "geography_date": str(publication.geography_date)}
        stamps = self._read() | {self._name(path): {**entry, **dates, "inputs": publication.inputs}}
        with replaced(self.path) as temporary:
            temporary.write_text(json.dumps(stamps, indent=1, sort_keys=True), encoding="utf-8")

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self.path.exists():
            return {}
        known = json.loads(self.path.read_text(encoding="utf-8"))
        return {k: v for k, v in known.items() if isinstance(v, dict) and "reads" in v}  # others are of older versions


def stamp(question: Question, name: str, edition: str, years: Years, outcome: str, revised: str | None) -> str:
    """Digest of what decides the bytes of a document beside the publication: the question, years, the code that writes
    documents, what the disclosure control decides for it (`outcome`) and what its revision sheet tells (`revised`)."""
    facts = [documents_digest(), question.source_sha256, name, edition, years, outcome, revised]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def revised_release(settings: Settings, question: Question, publication: Publication) -> str | None:
    """What decides the revision sheets of a question, beside its figures: the newest release with an earlier as_of, and
    all that came in, since the sheet tells which deliveries changed a figure. None when there is no such release."""
    lines = register.latest(settings.folder, question.id, publication.as_of)
    return f"{lines[0].folder} {publication.inputs}" if lines else None


def stamps_now(
    settings: Settings, publication: Publication, question: Question, control: StoredControl, years: Years = None
) -> dict[tuple[str, str], str]:
    """The stamp that each document of the question gets when it is written now: (name, edition) -> stamp."""
    revised = revised_release(settings, question, publication)
    found = {}
    for name in names(question):
        number = next((annex.number for annex in question.annexes if annex.key == name), None)
        outcome, _ = control.outcome(shown.name_of(question, number))
        for edition in files(Path(), question, name):
            of_release = None if name == ANSWER else revised
            found[name, edition] = stamp(question, name, edition, years, outcome, of_release)
    return found


@dataclass(frozen=True)
class DocumentState:
    """A document of a question as it is on disk. `name` is as in `names`, `path` that of its public edition."""

    name: str
    path: Path
    is_current: bool
    """Not when an edition is missing, or would be made from something else now: other figures or deliveries than it
    shows, another disclosure control of them, question, earlier release or version of the code that writes it."""
    is_written: bool
    """Whether the file at `path` was written for it: not when the public edition was refused."""


def states(
    settings: Settings,
    entries: Sequence[Entry],
    made: Publication,
    question: Question,
    control: StoredControl,
    years: Years = None,
) -> list[DocumentState]:
    """The documents of a question, its annexes first."""
    stamps, wanted = DocumentStamps(settings.folder), stamps_now(settings, made, question, control, years)
    place = folder(settings.folder, question, made, entries, years)
    found = []
    for name in names(question):
        paths = files(place, question, name)
        current = all(stamps.is_current(path, wanted[name, edition], made) for edition, path in paths.items())
        found.append(DocumentState(name, paths[PUBLIEK], current, stamps.was_written(paths[PUBLIEK])))
    return found
