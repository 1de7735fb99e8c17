"""What the figure book shows, read and checked from `cijferboek.yml` beside this module.

It names figures as a question does; what is hidden of them is decided together with those of all questions."""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, Field, InstanceOf, WithJsonSchema, field_validator

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.figures.identity import LEVELS
from exports.figures.plan import FIRST_YEAR
from exports.questions.field_types import (
    YEARS_SCHEMA,
    FieldsOrBlank,
    FileStem,
    Levels,
    Many,
    Text,
    Words,
    kind_schema,
    years_field,
)
from exports.questions.question import QuestionFileError
from orchestration.store.yaml_models import read

FILE = Path(__file__).with_name("cijferboek.yml")
KINDS_SHOWN = tuple(key for key, kind in KINDS.items() if kind.in_figure_book)
"""Annex kinds that the page has charts for, each under its default options."""


class YearSpan(NamedTuple):
    """Years of a table: `listed`, or those that have figures from `first` on, or the last of these only."""

    listed: tuple[int, ...] = ()
    first: int = FIRST_YEAR
    last_only: bool = False

    def of(self, years: Iterable[int], as_of: dt.date) -> tuple[int, ...]:
        """The years to show, out of `years` that have figures unless they are listed. Years that run on end with the
        last one that was over on the as-of date: one that is still running would look like a fall."""
        if self.listed:
            return self.listed
        over = sorted({year for year in years if year >= self.first and dt.date(year, 12, 31) <= as_of})
        return tuple(over[-1:] if self.last_only else over)


def _shown_kind(value: Any) -> AnnexKind:
    if (key := str(value)) not in KINDS_SHOWN:
        raise ValueError(f"the book has no charts for kind {key!r}, only for {', '.join(KINDS_SHOWN)}")
    return KINDS[key]


def _span(value: Any) -> YearSpan:
    text = str(value).strip()
    if text == "last":
        return YearSpan(last_only=True)
    if not (running := re.fullmatch(r"(\d{4})\s*[-\u2013]", text)):
        return YearSpan(listed=years_field(value))
    if int(running[1]) < FIRST_YEAR:
        raise ValueError(f"`years` must start in {FIRST_YEAR} (start of TWE) or later")
    return YearSpan(first=int(running[1]))


class ChartBlock(FieldsOrBlank):
    """One table of the book: some figures of an annex kind, at some levels and years."""

    kind: Annotated[InstanceOf[AnnexKind], BeforeValidator(_shown_kind), kind_schema(KINDS_SHOWN)]
    years: Annotated[InstanceOf[YearSpan], BeforeValidator(_span), WithJsonSchema(YEARS_SCHEMA)]
    """2017- runs on to the last year that was over on the as-of date, `last` is that year; 2017-2023 or a list."""
    levels: Levels = LEVELS
    """gemeente, centrumstad, provincie, vlaanderen; all when left out."""
    measures: Many[Words] = ()
    """Which figures; all when left out. A name that ends in / stands for all its categories."""


class DefinitionFile(FieldsOrBlank):
    """The fields of the file that says what the figure book shows."""

    id: FileStem
    """The file name without .yml."""
    title: Text
    blocks: Annotated[Many[ChartBlock], Field(alias="figures")]
    """One block per table that the book draws."""

    @field_validator("blocks")
    @classmethod
    def _some(cls, blocks: tuple[ChartBlock, ...]) -> tuple[ChartBlock, ...]:
        if not blocks:
            raise ValueError("the book needs at least one block of figures")
        return blocks


class Definition(DefinitionFile):
    """The book as a whole; `status` as of a question, for the release register."""

    status: ClassVar[str] = "voorlopig"
    source_sha256: str = ""


def load_definition(path: Path = FILE) -> Definition:
    """The definition in a file. Raises QuestionFileError with every mistake in it."""
    found = read(path, DefinitionFile, path.stem, QuestionFileError)
    return Definition.model_construct(**dict(found.model), source_sha256=found.sha256)
