"""Reads a YAML file that people write into a pydantic model: every mistake at once, each with its line.

pydantic says at which field a value does not fit; the nodes of the YAML say on which line that field stands. The
messages are ours, since their readers are stewards and analysts, not programmers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from orchestration.store.errors import TweError

Place = tuple[str | int, ...]
"""The way to a field: names of mappings and positions in lists, such as ("annexes", 0, "years")."""


@dataclass(frozen=True, order=True)
class Mistake:
    """What is wrong in a file, on which line (from 1; None for the file as a whole)."""

    file_name: str
    line: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file_name}{'' if self.line is None else f', line {self.line}'}: {self.what}"


class YamlFileError(TweError):
    """Mistakes in YAML files, in the order of their lines; as text one line each."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, mistakes)))


class Misplaced(ValueError):
    """Raised by a validator that finds mistakes below the value that it was given: (way to the field, what) each."""

    def __init__(self, *found: tuple[Place, str]) -> None:
        self.found = found
        super().__init__("; ".join(what for _, what in found))


class Fields(BaseModel):
    """A block of fields in a file that people write: nothing unknown, nothing taken for something else."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class YamlDocument(Generic[M]):
    """A file as it was read: its content as a model, and where each field stood."""

    path: Path
    model: M
    sha256: str
    node: yaml.Node

    def mistake(self, place: Place, what: str) -> Mistake:
        """A mistake that only somebody with more than this file can see, at the line of the field."""
        return Mistake(self.path.name, line_of(self.node, place), what)


def read(
    path: Path, model: type[M], context: Any = None, error: type[YamlFileError] = YamlFileError
) -> YamlDocument[M]:
    """The file as a model. `context` is what validators need besides the file (see pydantic, validation context).

    Raises `error` with every mistake: a file that cannot be read, text that is no YAML, a field given twice, fields
    that the model refuses.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is no UTF-8 text"
        raise error([Mistake(path.name, None, f"cannot be read ({why}); restore the file")]) from None
    node, value = _parsed(path.name, text, error)
    try:
        made = model.model_validate(value, context=context)
    except ValidationError as problem:
        raise error(mistakes(path.name, node, problem, model)) from None
    return YamlDocument(path, made, hashlib.sha256(content).hexdigest(), node)


def _parsed(name: str, text: str, error: type[YamlFileError]) -> tuple[yaml.Node, Any]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        raise error([Mistake(name, line, f"this is not valid YAML ({problem.problem}); mend the YAML")]) from None
    except (yaml.YAMLError, ValueError) as problem:  # a date such as 2024-13-45 is a ValueError
        raise error([Mistake(name, None, f"this is not valid YAML ({problem}); mend the YAML")]) from None
    if node is None or not isinstance(value, dict):
        raise error([Mistake(name, None, "holds no fields; write lines such as `title: ...`")])
    if twice := [Mistake(name, line, f"field `{key}` is given twice; keep one") for key, line in _repeated(node)]:
        raise error(twice)
    return node, value


def _repeated(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)


def line_of(node: yaml.Node, place: Place) -> int:
    """The line (from 1) of the field at `place`, or of the last block on the way when the field is not there."""
    line = node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                continue  # pydantic puts names of its own in the way, such as the member of a union
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def mistakes(name: str, node: yaml.Node, problem: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    """pydantic's errors as lines for people, each once, in the order of the file."""
    found = []
    for details in problem.errors(include_url=False):
        raised = details.get("ctx", {}).get("error")
        if isinstance(raised, Misplaced):
            found += [Mistake(name, line_of(node, (*details["loc"], *place)), what) for place, what in raised.found]
        else:
            found.append(Mistake(name, line_of(node, details["loc"]), _said(details, model)))
    return sorted(dict.fromkeys(found), key=lambda mistake: mistake.line or 0)


_WANTED = {
    "string_type": "a text; put it in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date like 2024-03-31",
    "list_type": "a list (lines that start with `- `)",
    "tuple_type": "a list (lines that start with `- `)",
    "dict_type": "a block of fields",
    "model_type": "a block of fields",
    "model_attributes_type": "a block of fields",
}


def _said(details: ErrorDetails, model: type[BaseModel]) -> str:
    kind, loc = details["type"], details["loc"]
    field = next((str(part) for part in reversed(loc) if isinstance(part, str)), "the file")
    if kind == "missing":
        return f"`{field}` is missing; add it"
    if kind == "extra_forbidden":
        known = _fields_at(model, loc[:-1])
        close = get_close_matches(field, known, 1)
        return f"unknown field `{field}`; " + (
            f"did you mean `{close[0]}`?" if close else f"known fields: {', '.join(known)}"
        )
    if kind in _WANTED:
        return f"`{field}` must be {_WANTED[kind]}, not {details['input']!r}"
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if kind == "literal_error":
        return f"`{field}` must be one of {details['ctx']['expected']}, not {details['input']!r}"
    return f"`{field}`: {details['msg'][:1].lower()}{details['msg'][1:]}, not {details['input']!r}"


def _fields_at(model: type[BaseModel], loc: Place) -> list[str]:
    """The fields that the block at `loc` may have."""
    kind: Any = model
    for part in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = field.annotation if field else None
        kind = _model_in(kind)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _model_in(kind: Any) -> Any:
    if isinstance(kind, type) and not getattr(kind, "__args__", None):
        return kind
    for argument in getattr(kind, "__args__", ()):
        found = _model_in(argument)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    return None
