"""Types of fields of the YAML files of exports: questions, the figure book's definition and the disclosure policy."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    InstanceOf,
    Strict,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticKnownError

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.figures.identity import LEVELS
from exports.figures.plan import FIRST_YEAR
from exports.wording import spelled
from orchestration.store.yaml_models import Fields


class FieldsOrBlank(Fields):
    """Fields of which a name with nothing behind it (`status:`) counts as left out. What stands below a field describes
    it in the JSON Schema (`make schemas`)."""

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, value: Any) -> Any:
        return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


def _in_one_line(text: str) -> str:
    if not (words := " ".join(text.split())):
        raise PydanticKnownError("string_type")
    return spelled(words)


T = TypeVar("T")
Many = Annotated[tuple[T, ...], Strict(False)]
"""A list in the file, a tuple in the model."""
Words = Annotated[str, AfterValidator(_in_one_line)]
"""A text that isn't empty, without line breaks; articles of a law are spelled in one way."""
Text = Annotated[
    Words,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    WithJsonSchema({"type": ["string", "integer"]}),
]
"""Words that may be written as a whole number, such as the number of an annex."""


def parse_years(value: Any) -> tuple[int, ...]:
    """Years from 2020, "2020-2023", "2020,2022-2023" or a list of those: in order, each once. ValueError otherwise."""
    pieces = value if isinstance(value, list | tuple | range) else str(value or "").split(",")
    years: set[int] = set()
    for piece in pieces:
        match = re.fullmatch(r"(\d{4})(?:\s*[-\u2013]\s*(\d{4}))?", str(piece).strip())
        if not match:
            raise ValueError(f"{piece!r} is no year or range of years; write 2020, 2020-2023 or [2020, 2021]")
        first, last = int(match[1]), int(match[2] or match[1])
        if not FIRST_YEAR <= first <= last <= 2100:
            raise ValueError(f"{piece!r} must run forward and start in {FIRST_YEAR} (start of TWE) or later")
        years.update(range(first, last + 1))
    if not years:
        raise ValueError("no years given; write 2020, 2020-2023 or [2020, 2021]")
    return tuple(sorted(years))


def years_field(value: Any) -> tuple[int, ...]:
    """`parse_years` for a field of a file: the message names the field `years`."""
    try:
        return parse_years(value)
    except ValueError as error:
        raise ValueError(f"`years`: {error}") from None


def _file_stem(value: Any, info: ValidationInfo) -> Any:
    if info.context is not None and value != info.context:
        raise ValueError(f"id {value!r} must be the file name without .yml: {info.context!r}")
    return value


def _kind(value: Any) -> AnnexKind:
    kind = value if isinstance(value, AnnexKind) else KINDS.get(str(value))
    if kind is None:
        raise ValueError(f"no annex kind {value!r}; the kinds are {', '.join(KINDS)}")
    return kind


def kind_schema(keys: Iterable[str]) -> WithJsonSchema:
    """One of these annex kinds; a key of digits may be written as a number."""
    return WithJsonSchema({"enum": [key for text in keys for key in ([text, int(text)] if text.isdigit() else [text])]})


def _levels(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(level in LEVELS for level in value):
        raise ValueError(f"`levels` must be a list out of {', '.join(LEVELS)}, not {value!r}")
    return tuple(level for level in LEVELS if level in value) or LEVELS


YEARS_SCHEMA = {
    "type": ["integer", "string", "array"],
    "items": {"type": ["integer", "string"]},
    "examples": ["2020-2023", [2020, "2022-2024"]],
}
Years = Annotated[tuple[int, ...], BeforeValidator(years_field), WithJsonSchema(YEARS_SCHEMA)]
FileStem = Annotated[Text, BeforeValidator(_file_stem)]
"""The id of a file, which is its name; the validation context says which."""
Kind = Annotated[InstanceOf[AnnexKind], BeforeValidator(_kind), kind_schema(KINDS)]
Levels = Annotated[
    tuple[str, ...], BeforeValidator(_levels), WithJsonSchema({"type": "array", "items": {"enum": list(LEVELS)}})
]
"""Levels of places, in the order of `LEVELS`."""
