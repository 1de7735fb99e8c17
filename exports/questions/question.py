"""Questions of members of parliament: one YAML file each in `exports/questions/`, read into the models below.

A file added to the folder is a question added; no code changes. The descriptions of the fields are those that an
editor shows (docs/schemas/question.schema.json). Every mistake of a file is reported at once, with its line."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from exports.annexes.model import Unavailable
from exports.disclosure.tables import LevelTables
from exports.figures.identity import LEVELS
from exports.questions.field_types import FieldsOrBlank, FileStem, Kind, Levels, Many, Text, Words, Years
from orchestration.store.errors import TweError
from orchestration.store.yaml_models import Misplaced, Mistake, Place, YamlFileError, read

_UNFINISHED = re.compile(r"\b(TODO|TBD|FIXME|XXX)\b")


FINAL = "definitief"
"""The status of an answer that can be given."""


class QuestionError(TweError):
    """A mistake in what is asked of a question, or of the questions as a whole."""


class QuestionFileError(YamlFileError, QuestionError):
    """Mistakes in files that ask for figures; `mistakes` has them one by one, `remedy` stands below them."""

    def __init__(self, mistakes: tuple[Mistake, ...] | list[Mistake], remedy: str = "") -> None:
        super().__init__(mistakes)
        if remedy:
            self.remedy = remedy
            self.args = (f"{self}\n     {remedy}",)


def _texts_by_year(value: Any) -> dict[int, str]:
    if not isinstance(value, dict) or not all(type(year) is int and isinstance(value[year], str) for year in value):
        raise ValueError("`breaks` must be fields like `2019: why the figures of 2019 differ`")
    return {year: " ".join(text.split()) for year, text in sorted(value.items())}


class Part(FieldsOrBlank):
    """A part of the question."""

    part: Text
    """Its number as in the question, such as 2d."""
    question: Text
    """The text of this part."""
    annex: Text | None = None
    """Number of the annex that answers it."""
    answer: Text | None = None
    """The answer in own words; without them a part gets the sentence that goes with its annex."""
    points: Many[Words] = ()
    """What the answer lists, an item each; they stand below it."""


class Annex(FieldsOrBlank):
    """One workbook of a question."""

    kind: Kind
    """What it shows."""
    number: Text
    title: Text
    years: Years
    """2020-2023, or a list."""
    file_name: Annotated[Text, Field(alias="file")]
    """Name of the workbook, such as bijlage_1.xlsx."""
    footnotes: Many[Words] = ()
    options: dict[str, str] = Field(default_factory=dict)
    """Choices of the kind, such as {basis: payment}."""
    levels: Levels = LEVELS
    """gemeente, centrumstad, provincie, vlaanderen; all when left out."""
    tables: LevelTables = Field(default_factory=dict)
    """What the public edition shows at a level where that isn't as in the policy: {gemeente: totals by year}."""
    breaks: Annotated[dict[int, str], BeforeValidator(_texts_by_year)] = Field(default_factory=dict)
    """Year: why its figures can't be compared with those of the year before."""

    @field_validator("file_name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*\.xlsx", name):
            raise ValueError(f"file {name!r} must be a plain name of a-z, 0-9, _ and - that ends in .xlsx")
        return name

    @field_validator("options")
    @classmethod
    def _options_of_the_kind(cls, options: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if kind := info.data.get("kind"):
            allowed = "; ".join(f"{key}: {' | '.join(values)}" for key, values in kind.options.items()) or "it has none"
            wrong = {name: value for name, value in options.items() if value not in kind.options.get(name, ())}
            why = f"does not fit kind {kind.key}; {allowed}"
            if wrong:
                raise Misplaced(*(((name,), f"option {name}: {value!r} {why}") for name, value in wrong.items()))
        return options

    @property
    def key(self) -> str:
        """Name of the workbook without extension: unique within the question."""
        return self.file_name.removesuffix(".xlsx")

    @property
    def full_title(self) -> str:
        """The title, and by which month when the kind counts money."""
        return self.kind.titled(self.title, self.options)


class MissingData(FieldsOrBlank):
    """Something asked that does not exist at the source."""

    topic: Text
    """Its name; an entry of the annex kind with the same topic is replaced by this one."""
    what: Text
    why: Text
    annexes: Many[Text] = ()
    """Numbers of the annexes that state it; all when left out."""

    @property
    def unavailable(self) -> Unavailable:
        """As annex kinds declare it."""
        return Unavailable(self.topic, self.what, self.why)


class QuestionFile(FieldsOrBlank):
    """The fields of a question file. Leave out what is not known."""

    id: FileStem
    """The file name without .yml."""
    title: Text
    """As the question is called."""
    year: int | None = None
    """Year in which it was asked."""
    parliamentary_year: Text | None = None
    number: Text | None = None
    date: dt.date | None = None
    minister: Text | None = None
    asked_by: Text | None = None
    introduction: Text | None = None
    contact: Text | None = None
    """As it must stand on the cover."""
    licence: Text | None = None
    next_update: Text | None = None
    status: Literal["ontwerp", "voorlopig", "definitief"] = "voorlopig"
    """Only an answer that is definitief is released without `--draft`."""
    draft_of: Text | None = None
    """The question whose texts these still are; while it stands here every title says ONTWERP and nothing is released.
    """
    as_of: dt.date | None = None
    """Only to pin the question to a date: what was delivered up to that day counts."""
    geography_date: dt.date | None = None
    """Only to pin the question to a date: municipalities as they were that day."""
    annexes: Many[Annex]
    parts: Many[Part] = ()
    footnotes: Many[Words] = ()
    """Texts that go with every annex."""
    missing_data: Annotated[Many[MissingData], Field(alias="unavailable")] = ()

    @field_validator("draft_of")
    @classmethod
    def _drafts_are_drafts(cls, draft_of: str | None, info: ValidationInfo) -> str | None:
        status = info.data.get("status", "ontwerp")
        if draft_of and status != "ontwerp":
            raise ValueError(f"take out `draft_of` before you set status {status}")
        return draft_of

    @field_validator("annexes")
    @classmethod
    def _annexes_differ(cls, annexes: tuple[Annex, ...]) -> tuple[Annex, ...]:
        if not annexes:
            raise ValueError("a question needs at least one annex")
        found: list[tuple[Place, str]] = []
        for field, values in (("number", [a.number for a in annexes]), ("file", [a.file_name for a in annexes])):
            twice = [at for at, value in enumerate(values) if value in values[:at]]
            found += [((at, field), f"annex {field} {values[at]!r} is used twice; each must differ") for at in twice]
        if found:
            raise Misplaced(*found)
        return annexes

    @field_validator("parts", "missing_data")
    @classmethod
    def _annexes_are_known(cls, items: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        numbers = [annex.number for annex in info.data.get("annexes", ())]  # none when they hold mistakes
        known = f"in this question; it has {', '.join(numbers)}"
        wrong: list[tuple[Place, str]] = []
        for at, item in enumerate(items if numbers else ()):
            of_missing = isinstance(item, MissingData)
            field, named = ("annexes", item.annexes) if of_missing else ("annex", (item.annex,))
            wrong += [((at, field), f"no annex {n!r} {known}") for n in named if n not in (None, *numbers)]
        if wrong:
            raise Misplaced(*wrong)
        return items


class Question(QuestionFile):
    """A question with all that is known about it; unknown facts are None."""

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
        own = {m.topic: m.unavailable for m in self.missing_data if not m.annexes or annex.number in m.annexes}
        return (*own.values(), *(item for item in annex.kind.unavailable if item.topic not in own))

    def left_to_do(self) -> list[str]:
        """One line for each thing to do before the question can be released; [] when it is finished."""
        copied = f"its texts may still be those of {self.draft_of}: go through them, then take out the line `draft_of`"
        marks = [f"{where} holds {mark[0]}" for where, text in self._texts() if (mark := _UNFINISHED.search(text))]
        return [*([copied] if self.draft_of else []), *marks]

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Every text of a question file that can end up in a workbook or the answer, with where it is."""
        for name in ("title", "introduction", "minister", "asked_by", "contact", "next_update"):
            yield f"`{name}`", getattr(self, name) or ""
        for part in self.parts:
            yield f"part {part.part}", " ".join((part.question, part.answer or "", *part.points))
        for annex in self.annexes:
            yield f"annex {annex.number}", " ".join((annex.title, *annex.footnotes, *annex.breaks.values()))
        yield "`footnotes`", " ".join(self.footnotes)
        for item in self.missing_data:
            yield f"`unavailable` {item.topic}", f"{item.what} {item.why}"


def load_questions(folder: Path | None = None) -> dict[str, Question]:
    """All questions of a folder (default: the project's) by id. Raises QuestionError, also when there is none."""
    folder = folder or Path(__file__).parent
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise QuestionError(f"no questions (*.yml) in {folder}; put a question file there")
    return {path.stem: load_question(path) for path in files}


def read_questions(project: Path, own: Path | None, figure_book: str) -> tuple[dict[str, Question], list[Mistake]]:
    """The questions of the project's folder and of one's own by id, and what is wrong: mistakes in a file, and ids that
    are taken, by the project or by the figure book (`figure_book`)."""
    found: dict[str, Question] = {}
    mistakes: list[Mistake] = []
    paths = sorted(project.glob("*.yml"))
    taken = {path.stem for path in paths}
    for path in paths:
        _add(path, found, mistakes)
    for path in sorted(own.glob("*.yml")) if own else ():
        if path.stem in taken:
            what = f"the project has a question {path.stem} already; give this one another id"
            mistakes.append(Mistake(path.name, None, what))
        elif path.stem == figure_book:
            what = f"{figure_book} is the figure book; give this question another id"
            mistakes.append(Mistake(path.name, None, what))
            _add(path, {}, mistakes)
        else:
            _add(path, found, mistakes)
    return found, mistakes


def _add(path: Path, found: dict[str, Question], mistakes: list[Mistake]) -> None:
    try:
        found[path.stem] = load_question(path)
    except QuestionFileError as error:
        mistakes += error.mistakes


def load_question(path: Path) -> Question:
    """One question file. Raises QuestionFileError with every mistake in it."""
    found = read(path, QuestionFile, path.stem, QuestionFileError)
    fields = dict(found.model)
    if found.model.draft_of:
        fields["title"] = f"ONTWERP - {found.model.title}"
    return Question.model_construct(**fields, source_name=path.name, source_sha256=found.sha256)
