"""Parliament questions as data: one YAML file per question in `exports/questions/`, read and checked here.

A file added to the folder is a question added; no code changes. What is wrong in a file is reported with the file,
the line, what was found and what to do. Field by field:

    id                      same as the file name without .yml
    title                   as the question is called
    year                    year in which it was asked, when known
    number, date, minister, asked_by, parliamentary_year, introduction    only what is known
    contact, licence, next_update    as they must stand on the cover
    status                  ontwerp | voorlopig (default) | definitief
    draft_of                the question whose texts these still are; while it stands here every title says ONTWERP and
                            nothing is released
    as_of, geography_date   only to pin the question to a date; else the publication's own dates apply
    parts                   list of: part ("2d"), question (text), annex (number, optional), answer (own words;
                            without them a part gets the sentence that goes with its annex)
    annexes                 list of: kind, number, title, years (2020-2023, or a list), file, footnotes, options,
                            levels (gemeente, centrumstad, provincie, vlaanderen; all when left out),
                            breaks (year: why its figures can't be compared with those of the year before)
    footnotes               texts that go with every annex
    unavailable             list of: topic, what, why, annexes (numbers; all when left out)
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind, Unavailable
from exports.figures.identity import LEVELS
from exports.questions.fields import FieldReader, QuestionError, opened
from exports.questions.yaml_lines import Located

STATUSES = ("ontwerp", "voorlopig", "definitief")


@dataclass(frozen=True)
class Part:
    """A part of the question, the annex that answers it (its number) and the sentence of the answer."""

    part: str
    question: str
    annex: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Annex:
    """One workbook of a question."""

    kind: AnnexKind
    number: str
    title: str
    years: tuple[int, ...]
    file_name: str
    footnotes: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    levels: tuple[str, ...] = LEVELS
    breaks: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name of the workbook without extension: unique within the question."""
        return self.file_name.removesuffix(".xlsx")


@dataclass(frozen=True)
class Gap:
    """Something asked that does not exist at the source, and the annexes (numbers) where a reader looks for it."""

    unavailable: Unavailable
    annexes: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A question with all that is known about it; unknown facts are None."""

    id: str
    title: str
    annexes: tuple[Annex, ...]
    parts: tuple[Part, ...] = ()
    year: int | None = None
    parliamentary_year: str | None = None
    number: str | None = None
    date: dt.date | None = None
    minister: str | None = None
    asked_by: str | None = None
    introduction: str | None = None
    contact: str | None = None
    licence: str | None = None
    next_update: str | None = None
    status: str = "voorlopig"
    draft_of: str | None = None
    as_of: dt.date | None = None
    geography_date: dt.date | None = None
    footnotes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    source_name: str = ""
    source_sha256: str = ""

    def annex(self, number: str) -> Annex:
        """The annex with this number, or its file name with or without extension."""
        for annex in self.annexes:
            if str(number) in (annex.number, annex.key, annex.file_name):
                return annex
        known = ", ".join(annex.number for annex in self.annexes)
        raise QuestionError(f"question {self.id} has no annex {number!r}; it has {known}")

    def unavailable(self, annex: Annex) -> tuple[Unavailable, ...]:
        """What to state as missing in this annex: the question's own entries, then those of the annex kind."""
        own = {gap.unavailable.topic: gap.unavailable for gap in self.gaps if annex.number in gap.annexes}
        rest = [item for item in annex.kind.unavailable if item.topic not in own]
        return (*own.values(), *rest)


def load_questions(folder: Path | None = None) -> dict[str, Question]:
    """All questions of a folder (default: those of the project) by id. Raises QuestionError at the first mistake."""
    folder = folder or Path(__file__).parent
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise QuestionError(f"no questions (*.yml) in {folder}; put a question file there")
    return {path.stem: load_question(path) for path in files}


def load_question(path: Path) -> Question:
    """One question file."""
    fields = (
        "id",
        "title",
        "year",
        "parliamentary_year",
        "number",
        "date",
        "minister",
        "asked_by",
        "introduction",
        "contact",
        "licence",
        "next_update",
        "status",
        "draft_of",
        "as_of",
        "geography_date",
        "parts",
        "annexes",
        "footnotes",
        "unavailable",
    )
    return _question(path.stem, *opened(path, fields))


def _question(stem: str, reader: FieldReader, data: Located, sha256: str) -> Question:
    status = reader.text(data, "status") or "voorlopig"
    if status not in STATUSES:
        raise reader.fail(data, "status", f"status {status!r} must be one of {', '.join(STATUSES)}")
    draft_of, title = reader.text(data, "draft_of"), reader.needed(data, "title")
    if draft_of and status != "ontwerp":
        raise reader.fail(data, "draft_of", f"take out `draft_of` before you set status {status}")
    year = data.get("year")
    if year is not None and type(year) is not int:
        raise reader.fail(data, "year", f"`year` must be a year like 2024, not {year!r}")
    annexes = tuple(_annex(reader, item) for item in reader.mappings(data, "annexes"))
    if not annexes:
        raise reader.fail(data, "annexes" if "annexes" in data else None, "a question needs at least one annex")
    for what, values in (("number", [a.number for a in annexes]), ("file", [a.file_name for a in annexes])):
        for value in values:
            if values.count(value) > 1:
                raise reader.fail(data, "annexes", f"annex {what} {value!r} is used twice; each must differ")
    numbers = tuple(annex.number for annex in annexes)
    return Question(
        id=stem,
        title=f"ONTWERP - {title}" if draft_of else title,
        annexes=annexes,
        parts=tuple(_part(reader, item, numbers) for item in reader.mappings(data, "parts")),
        year=year,
        parliamentary_year=reader.text(data, "parliamentary_year"),
        number=reader.text(data, "number"),
        date=reader.date(data, "date"),
        minister=reader.text(data, "minister"),
        asked_by=reader.text(data, "asked_by"),
        introduction=reader.text(data, "introduction"),
        contact=reader.text(data, "contact"),
        licence=reader.text(data, "licence"),
        next_update=reader.text(data, "next_update"),
        status=status,
        draft_of=draft_of,
        as_of=reader.date(data, "as_of"),
        geography_date=reader.date(data, "geography_date"),
        footnotes=reader.texts(data, "footnotes"),
        gaps=tuple(_gap(reader, item, numbers) for item in reader.mappings(data, "unavailable")),
        source_name=reader.file_name,
        source_sha256=sha256,
    )


def _annex(reader: FieldReader, data: Located) -> Annex:
    reader.only(data, ("kind", "number", "title", "years", "file", "footnotes", "options", "levels", "breaks"))
    kind = KINDS.get(reader.needed(data, "kind"))
    if kind is None:
        raise reader.fail(data, "kind", f"no annex kind {data['kind']!r}; the kinds are {', '.join(KINDS)}")
    file_name = reader.needed(data, "file")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*\.xlsx", file_name):
        raise reader.fail(
            data, "file", f"file {file_name!r} must be a plain name of a-z, 0-9, _ and - that ends in .xlsx"
        )
    options = data.get("options") or {}
    if not isinstance(options, dict):
        raise reader.fail(data, "options", f"`options` must be fields like {{basis: payment}}, not {options!r}")
    for name, value in options.items():
        if value not in kind.options.get(name, ()):
            allowed = "; ".join(f"{key}: {' | '.join(values)}" for key, values in kind.options.items())
            raise reader.fail(
                data, "options", f"option {name}: {value!r} does not fit kind {kind.key}; {allowed or 'it has none'}"
            )
    return Annex(
        kind=kind,
        number=reader.needed(data, "number"),
        title=reader.needed(data, "title"),
        years=reader.years(data, "years"),
        file_name=file_name,
        footnotes=reader.texts(data, "footnotes"),
        options=dict(options),
        levels=reader.levels(data, "levels"),
        breaks=reader.texts_by_year(data, "breaks"),
    )


def _part(reader: FieldReader, data: Located, numbers: tuple[str, ...]) -> Part:
    reader.only(data, ("part", "question", "annex", "answer"))
    annex = reader.text(data, "annex")
    if annex is not None and annex not in numbers:
        raise reader.fail(data, "annex", f"no annex {annex!r} in this question; it has {', '.join(numbers)}")
    return Part(reader.needed(data, "part"), reader.needed(data, "question"), annex, reader.text(data, "answer"))


def _gap(reader: FieldReader, data: Located, numbers: tuple[str, ...]) -> Gap:
    reader.only(data, ("topic", "what", "why", "annexes"))
    annexes = reader.numbers(data, "annexes") or numbers
    for number in annexes:
        if number not in numbers:
            raise reader.fail(data, "annexes", f"no annex {number!r} in this question; it has {', '.join(numbers)}")
    item = Unavailable(reader.needed(data, "topic"), reader.needed(data, "what"), reader.needed(data, "why"))
    return Gap(item, annexes)
