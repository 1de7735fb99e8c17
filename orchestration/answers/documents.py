"""Which annex goes where, and whether it is up to date. The workbooks themselves are made by `exports`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exports.answering.answer import answer_file
from exports.questions.field_types import parse_years as question_years
from exports.questions.question import Question
from orchestration.ingest.ledger import Entry
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import RunDates, resolve

ANSWER = "antwoord"
"""What the answer to a question goes by, next to the keys of its annexes."""


class YearsError(ValueError):
    """Years that cannot be read."""


def parse_years(text: str | None) -> tuple[int, ...] | None:
    """`2020-2023` or `2020,2022-2023` as years; None for None. Raises `YearsError`."""
    try:
        return question_years(text) if text else None
    except ValueError as error:
        raise YearsError(f"--years: {error}") from None


def folder(
    data: DataFolder, question: Question, publication: Publication, entries: Sequence[Entry], years: str | None
) -> Path:
    """The question's folder; another stand, geography or choice of years gets a folder of its own within it."""
    usual: RunDates = resolve(entries, question.as_of, question.geography_date)
    parts = []
    if (publication.as_of, publication.geography_date) != (usual.as_of, usual.geography_date):
        parts.append(f"stand-{publication.as_of}_gebied-{publication.geography_date}")
    if years:
        parts.append("jaren-" + "+".join(map(str, parse_years(years) or ())))
    place = data.annexes / question.id
    return place / "_".join(parts) if parts else place


def file(place: Path, question: Question, name: str) -> Path:
    """The public edition of an annex (by its key) or of the answer."""
    if name == ANSWER:
        return place / answer_file()
    return place / next(annex.file_name for annex in question.annexes if annex.key == name)


def names(question: Question) -> tuple[str, ...]:
    """What is written for a question: its annexes by their keys, and the answer."""
    return (*(annex.key for annex in question.annexes), ANSWER)


CONFIDENTIAL = "vertrouwelijk"
"""Folder, beside what may be handed out, of the full editions."""


class Stamps:
    """Remembers from what each workbook was made, so that an unchanged one is not made again.

    `root` and `name` are for documents of another kind: the folder they stand in, and what remembers them.
    """

    def __init__(self, data: DataFolder, root: Path | None = None, name: str = "annexes") -> None:
        self.path = data.work / f"{name}.json"
        self._root = root or data.annexes

    def is_current(self, path: Path, stamp: str) -> bool:
        """Whether everything that was made for `path` under this stamp is still there."""
        known = self._read().get(self._name(path))
        return known is not None and known["stamp"] == stamp and all((self._root / f).exists() for f in known["files"])

    def made(self, path: Path) -> bool:
        """Whether what stands at `path` was written under its stamp: a public edition that was refused was not."""
        return path.exists() and self._name(path) in self._read().get(self._name(path), {}).get("files", ())

    def dates(self, path: Path) -> tuple[str, str] | None:
        """As-of and geography date of what stands at `path`; None when that isn't known."""
        known = self._read().get(self._name(path), {})
        return (known["as_of"], known["geography_date"]) if "as_of" in known else None

    def set(self, path: Path, stamp: str, made: Sequence[Path], publication: Publication) -> None:
        """`made` are the files and folders written for `path`; not itself when the public edition was refused."""
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


def stamp(publication: Publication, question: Question, name: str, years: str | None, *more: str | None) -> str:
    """Digest of all that decides the bytes of an annex (`name` its key) or of the answer: the figures, the question,
    and in `more` what is hidden and which release the annex is compared with."""
    facts = [publication.inputs, question.source_sha256, name, years, *more]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
