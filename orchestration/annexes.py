"""Which annex goes where, and whether it is up to date. The workbooks themselves are made by `exports`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from exports.question_fields import parse_years as question_years
from exports.questions import Annex, Question
from orchestration.answer import Answer, resolve
from orchestration.door.ledger import Entry
from orchestration.files import replaced
from orchestration.paths import DataFolder
from orchestration.publication import Publication


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
    usual: Answer = resolve(entries, question.as_of, question.geography_date)
    parts = []
    if (publication.as_of, publication.geography_date) != (usual.as_of, usual.geography_date):
        parts.append(f"stand-{publication.as_of}_gebied-{publication.geography_date}")
    if years:
        parts.append("jaren-" + "+".join(map(str, parse_years(years) or ())))
    place = data.annexes / question.id
    return place / "_".join(parts) if parts else place


class Stamps:
    """Remembers from what each workbook was made, so that an unchanged one is not made again."""

    def __init__(self, data: DataFolder) -> None:
        self.path = data.work / "annexes.json"
        self._root = data.annexes

    def is_current(self, path: Path, stamp: str) -> bool:
        return path.exists() and self._read().get(self._name(path)) == stamp

    def set(self, path: Path, stamp: str) -> None:
        stamps = self._read() | {self._name(path): stamp}
        with replaced(self.path) as temporary:
            temporary.write_text(json.dumps(stamps, indent=1, sort_keys=True), encoding="utf-8")

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _read(self) -> dict[str, str]:
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}


def stamp(publication: Publication, question: Question, annex: Annex, years: str | None) -> str:
    """Digest of all that decides a workbook's bytes."""
    facts = [publication.inputs, question.source_sha256, annex.key, years]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
