"""Takes fields out of a question file, checked, with errors that say in which file and line and what to do."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from exports.figures.identity import LEVELS
from exports.figures.plan import FIRST_YEAR
from exports.questions.yaml_lines import Located, YamlProblem, load


class QuestionError(Exception):
    """A mistake in a question file, or in what is asked of a question."""


def opened(path: Path, fields: tuple[str, ...]) -> tuple[FieldReader, Located, str]:
    """A file that asks for figures: its reader, its fields, of which none is unknown, and its SHA-256.

    Its `id` is the name of the file. Raises QuestionError with the line of the first mistake.
    """
    try:
        content = path.read_bytes()
        data = load(content.decode("utf-8"))
    except (UnicodeDecodeError, YamlProblem) as error:
        raise QuestionError(f"{path.name}: {error}") from error
    reader = FieldReader(path.name)
    if not isinstance(data, Located):
        raise QuestionError(f"{path.name}: holds no fields; start with `id: {path.stem}`")
    reader.only(data, fields)
    if reader.needed(data, "id") != path.stem:
        raise reader.fail(data, "id", f"id {data['id']!r} must be the file name without .yml: {path.stem!r}")
    return reader, data, hashlib.sha256(content).hexdigest()


class FieldReader:
    """Takes fields out of a mapping, with errors that say where."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name

    def fail(self, where: Located, key: str | None, message: str) -> QuestionError:
        return QuestionError(f"{self.file_name}, line {where.line(key)}: {message}")

    def only(self, data: Located, allowed: tuple[str, ...]) -> None:
        for key in data:
            if key not in allowed:
                close = get_close_matches(str(key), allowed, 1)
                hint = f"did you mean `{close[0]}`?" if close else f"known fields: {', '.join(allowed)}"
                raise self.fail(data, key, f"unknown field `{key}`; {hint}")

    def text(self, data: Located, key: str, required: bool = False) -> str | None:
        value = data.get(key)
        if value is None and not required:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
            raise self.fail(data, key, f"`{key}` must be a text, not {value!r}; put it in quotes")
        return " ".join(str(value).split())

    def needed(self, data: Located, key: str) -> str:
        return self.text(data, key, required=True) or ""

    def date(self, data: Located, key: str) -> dt.date | None:
        value = data.get(key)
        if value is not None and type(value) is not dt.date:
            raise self.fail(data, key, f"`{key}` must be a date like 2024-03-31, not {value!r}")
        return value

    def texts(self, data: Located, key: str) -> tuple[str, ...]:
        value = data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fail(data, key, f"`{key}` must be a list of texts (lines that start with `- `)")
        return tuple(" ".join(item.split()) for item in value)

    def mappings(self, data: Located, key: str) -> list[Located]:
        value = data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, Located) for item in value):
            raise self.fail(data, key, f"`{key}` must be a list of blocks of fields")
        return value

    def numbers(self, data: Located, key: str) -> tuple[str, ...]:
        value = data.get(key) or []
        if not isinstance(value, list):
            raise self.fail(data, key, f"`{key}` must be a list of annex numbers, like [1, 2]")
        return tuple(str(item) for item in value)

    def levels(self, data: Located, key: str) -> tuple[str, ...]:
        """Levels of places in their own order; all when left out."""
        value = data.get(key) or list(LEVELS)
        if not isinstance(value, list) or not set(value) <= set(LEVELS):
            raise self.fail(data, key, f"`{key}` must be a list out of {', '.join(LEVELS)}, not {value!r}")
        return tuple(level for level in LEVELS if level in value)

    def texts_by_year(self, data: Located, key: str) -> dict[int, str]:
        value = data.get(key) or {}
        if not isinstance(value, dict) or not all(
            type(year) is int and isinstance(text, str) for year, text in value.items()
        ):
            raise self.fail(data, key, f"`{key}` must be fields like `2019: why the figures of 2019 differ`")
        return {year: " ".join(text.split()) for year, text in sorted(value.items())}

    def years(self, data: Located, key: str) -> tuple[int, ...]:
        try:
            return parse_years(data.get(key))
        except ValueError as error:
            raise self.fail(data, key, f"`{key}`: {error}") from error


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
