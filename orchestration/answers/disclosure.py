"""Disclosure control of everything that one publication gives out: made once, kept, and asked by every export.

All annexes of all questions and the figure book are controlled together on a publication, whatever a run was asked to
write: any part of them can then be handed out beside any other. What was released before, from other publications or
under other rules, is known to everybody and counts as such.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from exports.figure_book import Definition, book_figures, load_definition
from exports.figures.identity import Figure, FigureId
from exports.questions.question import Question
from orchestration.answers.blocked_edition import refusal
from orchestration.answers.documents import parse_years
from orchestration.answers.questions import known
from orchestration.releases import register
from orchestration.releases.register import Release
from orchestration.store.files import replaced
from orchestration.store.paths import DISCLOSURE_POLICY, DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication

if TYPE_CHECKING:
    from exports.disclosure.control import Control
    from exports.disclosure.releases import PublishedSystem as Known

KEPT = 20
"""Controls kept: the newest ones."""
RELEASED = "released"
"""Folder with the record of each release: what it showed and hid, with the true figures."""


@dataclass(frozen=True)
class Summary:
    """What people are told of a control: whether public editions may be made, and in Dutch why."""

    passed: bool
    policy: list[str]
    audit: list[str]
    counts: int
    """Published counts other than 0, and how many of them are hidden."""
    hidden: int
    refused: str = ""
    """In English, of one that failed: which annexes, beside which releases, and what can be done."""


@dataclass(frozen=True)
class Kept:
    """A control on disk, or where it would be. `stamp` is the digest of all that decides it."""

    stamp: str
    folder: Path

    @property
    def pattern(self) -> Path:
        return self.folder / "pattern.control.json.gz"

    @property
    def _summary(self) -> Path:
        return self.folder / "summary.json"

    @property
    def exists(self) -> bool:
        return self.pattern.exists() and self._summary.exists()

    @property
    def summary(self) -> Summary:
        return Summary(**json.loads(self._summary.read_text(encoding="utf-8")))

    def keep(self, control: Control, refused: str = "") -> None:
        """Write the control; the summary comes last, so that a killed run leaves none."""
        from exports.disclosure.store import save

        shares = control.tallies().values()
        summary = Summary(
            control.passed,
            list(control.policy_lines),
            list(control.audit_lines),
            sum(cells for cells, _, _ in shares),
            sum(hidden for _, _, hidden in shares),
            refused,
        )
        save(control, self.pattern)
        with replaced(self._summary) as temporary:
            temporary.write_text(json.dumps(asdict(summary), ensure_ascii=False, indent=1), encoding="utf-8")


def kept(settings: Settings, publication: Publication, years: str | None = None) -> Kept:
    """Where the control of a publication is, or would be; `years` as asked of a run, beside those of the questions.

    A release that was made under this very control changes nothing in it, so that annexes stand as they are after
    they were released. Years that all annexes have already need no control of their own.
    """
    questions = known(settings).values()
    if years and all(_within(question, years) for question in questions):
        years = None  # any part of what is controlled together is safe
    told = [publication.inputs, hashlib.sha256(DISCLOSURE_POLICY.read_bytes()).hexdigest(), years]
    told += [f"{item.id} {item.source_sha256}" for item in (*questions, load_definition())]
    data = settings.folder
    register = _released(data)
    stamp = ""
    for count in range(len(register) + 1):
        before = [f"{line.folder} {line.sha256}" for line in register[:count]]
        stamp = hashlib.sha256(json.dumps([told, before]).encode()).hexdigest()[:16]
        if all(line.control == stamp for line in register[count:]):
            break
    return Kept(stamp, data.disclosure / stamp)


def ensure(settings: Settings, publication: Publication, years: str | None = None) -> Kept:
    """The control of a publication, made when it is not there yet.

    Raises PolicyError, PublicationError, and RegisterError when the record of a release is gone.
    """
    data, found = settings.folder, kept(settings, publication, years)
    if not found.exists:
        from exports.disclosure.control import control
        from exports.figures.reading import PublicationReader as Reader

        tables = {"the figure book": _with_parts(book_figures(publication.path))}
        for question in known(settings).values():
            tables |= _tables(publication, question, years)
        figures = set().union(*tables.values())
        usual, own = None, kept(settings, publication)
        if own != found:  # both may be handed out, so the second keeps to what the first shows
            usual = load(ensure(settings, publication))
        # What was released under the usual control tells no more than the usual edition.
        earlier = [_known(data, line) for line in _released(data) if line.control not in (found.stamp, own.stamp)]
        with Reader(publication.path) as reader:
            name = f"stand {publication.as_of:%d/%m/%Y}"
            made = control(reader, figures, name, earlier=earlier, usual=usual)
        found.keep(made, refusal(made, tables, earlier, usual is not None))
        _prune(data, found)
    return found


@lru_cache(maxsize=2)
def load(kept: Kept) -> Control:
    """The control itself, with its `hidden` for every figure that was controlled."""
    from exports.disclosure.store import load as read

    return read(kept.pattern)


def record(settings: Settings, publication: Publication, question: Question | Definition, folder: str) -> str:
    """Keep what a release of the question or the figure book shows and hides, for the controls to come; returns the
    control's stamp.

    `folder` is the release's, as in the register. Only its own figures are in it: what was controlled with them but
    not handed out, nobody knows.
    """
    from exports.disclosure.control import subset
    from exports.disclosure.store import save
    from exports.figures.reading import PublicationReader as Reader

    found = ensure(settings, publication)
    if isinstance(question, Definition):
        figures = _with_parts(book_figures(publication.path, question))
    else:
        figures = set().union(*_tables(publication, question, None).values())
    with Reader(publication.path) as reader:
        released = subset(load(found), reader, figures, question.id)
    save(released, _record(settings.folder, folder))
    return found.stamp


def _tables(publication: Publication, question: Question, years: str | None) -> dict[str, set[FigureId]]:
    """Every figure that the question's annexes and answer ask for, in its years and those of the run, by document."""
    from exports import annex_figures
    from exports.answering.answer import build_answer

    found: dict[str, set[FigureId]] = {}
    for annex in question.annexes:
        wanted = sorted({*annex.years, *(parse_years(years) or ())})
        name = f"{question.id} annex {annex.number}"
        found[name] = _with_parts(annex_figures(publication.path, question, annex, wanted))
    quoted = found[f"the answer to {question.id}"] = set[FigureId]()
    build_answer(publication.path, question, lambda figure: bool(quoted.add(figure)), years=parse_years(years))
    return found


def _with_parts(figures: Iterable[Figure]) -> set[FigureId]:
    """The figures, and those that they were worked out from."""
    return {id_ for figure in figures for id_ in (figure.id, *figure.parts)}


def _within(question: Question, years: str) -> bool:
    """Whether all annexes of the question have these years."""
    return all(set(parse_years(years) or ()) <= set(annex.years) for annex in question.annexes)


def _released(data: DataFolder) -> list[Release]:
    """One line of the register for each release, oldest first."""
    return [lines[0] for lines in register.groups(register.read(data))]


def _record(data: DataFolder, folder: str) -> Path:
    return data.disclosure / RELEASED / f"{folder}.control.json.gz"


def _known(data: DataFolder, line: Release) -> Known:
    from exports.disclosure.store import load as read

    return read(_record(data, line.folder)).release


def _prune(data: DataFolder, latest: Kept) -> None:
    found = [path for path in data.disclosure.iterdir() if path.is_dir() and path.name != RELEASED]
    for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        if path != latest.folder:
            shutil.rmtree(path)
