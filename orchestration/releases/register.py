"""The release register: which documents were released, for which question and when.

A release is an explicit act: the public annexes and the answer of a question, or the figure book, are copied to
`releases/<question>/<as_of>_geo-<geography date>/` and entered in the register by their SHA-256. Nothing in it is ever
changed: another release with the same dates gets a folder of its own. The folder also holds the figures that the files
show, so that a later answer can be compared with them:

    cijfers/<annex>.parquet             every figure of the wide tables and totals, as shown
    gegevens/<annex>__<mart>.parquet    the tidy rows, as shown (all text: a hidden figure is a sign)
    deliveries.parquet                  the deliveries that the figures rest on
"""

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from exports.answering.answer import WORKING, answer_file, control_list
from exports.editions import PUBLIEK
from exports.figure_book import Definition, book_file
from exports.questions.question import FINAL, Question
from orchestration.releases import figures
from orchestration.store import chain, paths
from orchestration.store.errors import TweError
from orchestration.store.files import TEMPORARY, digest, make_read_only, replaced
from orchestration.store.lock import single_writer
from orchestration.store.paths import DataFolder
from orchestration.warehouse.publication import Publication

REGISTER = "register.jsonl"
FIGURE_BOOK = paths.FIGURE_BOOK.stem
"""The id of the figure book where a question is asked for: it is released like a question, without annexes."""
FIGURES = "antwoord_cijfers"
"""The list of figures that goes with an answer, where an annex is asked for: kept, not handed out."""
CONFIDENTIAL = "vertrouwelijk"
"""Folder beside those of the questions with the full editions, which are never released."""


class ReleaseError(TweError):
    """Something cannot be released; the message says what to do first."""

    exit_code = 1


@dataclass(frozen=True)
class Release:
    """One released file: a line of the register.

    `annex` is the number of the annex, "antwoord" for the answer, `FIGURES`, "cijferboek" for the figure book; `inputs`
    is the digest of what the publication was computed from, `control` the stamp of the disclosure control, `folder` the
    folder of the release, relative to `releases/`; `released_at` is in UTC, without zone.
    """

    released_at: dt.datetime
    question: str
    annex: str
    file_name: str
    edition: str
    as_of: dt.date
    geography_date: dt.date
    status: str
    synthetic: bool
    code_version: str
    inputs: str
    question_sha256: str
    sha256: str
    folder: str
    control: str = ""
    draft: bool = False
    """Whether it was released as a draft: before its answer was final."""

    @property
    def label(self) -> str:
        """The release in one line for people."""
        draft = f" - DRAFT ({self.status})" if self.draft else ""
        synthetic = " - SYNTHETIC demo data" if self.synthetic else ""
        return (
            f"{self.question}, {self.file_name}, edition {self.edition}, as of {self.as_of}, municipalities of "
            f"{self.geography_date}, released {self.released_at:%Y-%m-%d %H:%M} UTC{draft}{synthetic}"
        )


def read(data: DataFolder) -> list[Release]:
    """The register, oldest first."""
    path = data.releases / REGISTER
    if not path.exists():
        return []
    return [_entry(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def release(
    data: DataFolder,
    question: Question | Definition,
    publication: Publication,
    place: Path,
    now: dt.datetime | None = None,
    edition: str = PUBLIEK,
    record: Callable[[str], str] = lambda folder: "",
    draft: bool = False,
) -> tuple[list[Release], bool]:
    """Release the files in the folder `place`, which were made from `publication`: the workbooks and the answer of a
    question, or the figure book.

    `record` is called with the folder of the release; it stores what later disclosure controls must know of it, and
    returns the stamp of the control. Returns the lines of the register and whether they are new: the same files are
    released only once. Raises ReleaseError when a file is missing, or the answer is not final and no `draft` is wanted.
    """
    must_be_final(question, draft)
    files = _files(question, publication, place, edition)
    if missing := [path.name for path in files.values() if not path.is_file()]:
        raise ReleaseError(f"{', '.join(missing)} not in {place}: write it with twe annexes --question {question.id}")
    with single_writer(data.lock):
        register = read(data)
        hashes = {annex: digest(path) for annex, path in files.items()}
        for earlier in groups(line for line in register if line.question == question.id):
            if {item.annex: item.sha256 for item in earlier} == hashes and earlier[0].edition == edition:
                return earlier, False
        target = _free(data.releases / question.id, f"{publication.as_of}_geo-{publication.geography_date}")
        moment = (now or dt.datetime.now(dt.UTC)).replace(tzinfo=None, microsecond=0)
        name = target.relative_to(data.releases).as_posix()
        control = record(name)
        lines = [
            Release(
                released_at=moment,
                question=question.id,
                annex=annex,
                file_name=path.name,
                edition=edition,
                as_of=publication.as_of,
                geography_date=publication.geography_date,
                status=question.status,
                synthetic=publication.synthetic,
                code_version=publication.code_version,
                inputs=publication.inputs,
                question_sha256=question.source_sha256,
                sha256=hashes[annex],
                folder=name,
                control=control,
                draft=not is_final(question),
            )
            for annex, path in files.items()
        ]
        _copy(target, question, publication, files, hashes)
        _append(data, target, lines)
    return lines, True


def is_final(question: Question | Definition) -> bool:
    """Whether it can be released as it is; the figure book, which answers nobody, always."""
    return isinstance(question, Definition) or question.status == FINAL


def must_be_final(question: Question | Definition, draft: bool) -> None:
    """Raises ReleaseError for an answer that isn't final, unless it is released as a `draft`."""
    if not draft and not is_final(question):
        raise ReleaseError(
            f"nothing was released; the answer to {question.id} has status {question.status}: set `status: {FINAL}`, "
            "or release it as a draft with --draft"
        )


def _files(question: Question | Definition, publication: Publication, place: Path, edition: str) -> dict[str, Path]:
    """Number of the annex, or what stands for it (see `Release`) -> file to release."""
    if isinstance(question, Definition):
        made = publication
        return {FIGURE_BOOK: place / book_file(made.as_of, made.geography_date, made.synthetic, edition)}
    numbered = {annex.number: place / annex.file_name for annex in question.annexes}
    answer = place / answer_file(edition)
    return numbered | {"antwoord": answer, FIGURES: control_list(answer, question.id)}


def _copy(
    target: Path,
    question: Question | Definition,
    publication: Publication,
    files: Mapping[str, Path],
    hashes: dict[str, str],
) -> None:
    """Fill the folder of the release under a temporary name, then rename it."""
    building = target.with_name(f".{target.name}{TEMPORARY}")
    if building.exists():
        shutil.rmtree(building)
    building.mkdir(parents=True)
    for annex, path in files.items():
        copy = building / (WORKING if annex == FIGURES else "") / path.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copy)
        if digest(copy) != hashes[annex]:
            raise ReleaseError(f"the files in {path.parent} changed while they were copied; release again")
        if (loose := path.with_name(f"{path.stem}_csv")).is_dir():  # the tables of the workbook as CSV
            shutil.copytree(loose, building / loose.name)
    if isinstance(question, Question):  # the page of the figure book holds its figures as data
        figures.keep(building, question)
    shutil.copyfile(publication.path / "deliveries.parquet", building / "deliveries.parquet")
    for path in building.rglob("*"):
        if path.is_file():
            make_read_only(path)
    building.rename(target)


def _free(parent: Path, name: str) -> Path:
    number = 1
    while (target := parent / (name if number == 1 else f"{name}_{number}")).exists():
        number += 1
    return target


def _append(data: DataFolder, folder: Path, lines: Sequence[Release]) -> None:
    """Add lines about the release in `folder` at the end of the register, all or none: the earlier bytes and the new
    lines go to a file that replaces the register in one step, and is on disk before that.
    """
    path = data.releases / REGISTER
    text = "".join(json.dumps(asdict(line), default=str, ensure_ascii=False) + "\n" for line in lines)
    before = path.read_bytes() if path.exists() else b""
    with replaced(path) as temporary, temporary.open("wb") as file:
        file.write(before + text.encode())
        file.flush()
        os.fsync(file.fileno())
        files = chain.digests(data.root, (item for item in folder.rglob("*") if item.is_file()))
        files[path.relative_to(data.root).as_posix()] = digest(temporary)
        chain.record(data.root, "released", files=files)


def _entry(fields: dict[str, str]) -> Release:
    days = {name: dt.date.fromisoformat(fields[name]) for name in ("as_of", "geography_date")}
    known: dict[str, Any] = {**fields, **days, "released_at": dt.datetime.fromisoformat(fields["released_at"])}
    return Release(**known)


def groups(lines: Iterable[Release]) -> list[list[Release]]:
    """The lines of the register by release, oldest first."""
    found: dict[str, list[Release]] = {}
    for line in lines:
        found.setdefault(line.folder, []).append(line)
    return list(found.values())


def latest(data: DataFolder, question: str, before: dt.date, edition: str = PUBLIEK) -> list[Release]:
    """The lines of the newest release of the question with an as_of earlier than `before`; [] when there is none."""
    mine = (line for line in read(data) if line.question == question and line.edition == edition)
    earlier = [group for group in groups(mine) if group[0].as_of < before]
    return max(earlier, key=lambda group: (group[0].as_of, group[0].released_at), default=[])
