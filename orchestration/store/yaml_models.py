"""Reads a YAML file that people write into a pydantic model: every mistake at once, each with its line.

pydantic says at which field a value does not fit; the nodes of the YAML say on which line that field stands. The
messages are ours, since their readers are stewards and analysts, not programmers.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from orchestration.store import yaml_syntax
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

    EXAMPLE: ClassVar[str] = ""
    """How such a block is written, for who wrote something else."""
    NAMED: ClassVar[Mapping[str, str]] = {}
    """Fields that hold blocks with a name, and what messages call one of these: {"rules": "rule"}. The name is the
    block's key in a mapping, or its field `name` in a list."""

    @classmethod
    def across(cls, content: Mapping[str, Any], context: Any) -> Iterable[tuple[Place, str]]:
        """Mistakes that show only when fields are held against one another: (way to the field, what) each.

        Asked of the model of a whole file, also when fields have mistakes of their own: `content` is what the YAML
        holds, whatever that is.
        """
        return ()


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class YamlDocument(Generic[M]):
    """A file as it was read: its content as a model, and where each field stood."""

    path: Path
    model: M
    sha256: str
    node: yaml.Node
    text: str

    def mistake(self, place: Place, what: str) -> Mistake:
        """A mistake that only somebody with more than this file can see, at the line of the field."""
        return Mistake(self.path.name, line_of(self.node, place), what)


def read(
    path: Path, model: type[M], context: Any = None, error: type[YamlFileError] = YamlFileError
) -> YamlDocument[M]:
    """The file as a model. `context` is what validators need besides the file (see pydantic, validation context).

    Raises `error` with every mistake: a file that cannot be read, text that is no YAML, a field given twice, fields
    that do not fit the model.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is no UTF-8 text"
        raise error([Mistake(path.name, None, f"cannot be read ({why}); restore the file")]) from None
    return parse(path, text, model, context, error)


def parse(
    path: Path, text: str, model: type[M], context: Any = None, error: type[YamlFileError] = YamlFileError
) -> YamlDocument[M]:
    """The text of a file as a model, like `read`; of `path` only the name is used."""
    node, value, wrong = yaml_syntax.parsed(text)
    found = [Mistake(path.name, line, what) for line, what in wrong]
    if node is None or not isinstance(value, dict):
        raise error(found or [Mistake(path.name, None, "holds no fields; write lines such as `title: ...`")])
    of_fields = [
        Mistake(path.name, line, f"field `{key}` is given twice; keep one") for key, line in _repeated(node, set())
    ]
    made = None
    try:
        made = model.model_validate(value, context=context)
    except ValidationError as problem:
        of_fields += mistakes(path.name, node, problem, model, value)
    if issubclass(model, Fields):
        for place, what in model.across(value, context):
            of_fields.append(Mistake(path.name, line_of(node, place), _of_block(model, value, place) + what))
    misread = {line for line, _ in wrong}
    found += [mistake for mistake in of_fields if mistake.line not in misread]
    if found or made is None:
        raise error(sorted(dict.fromkeys(found), key=lambda mistake: mistake.line or 0))
    return YamlDocument(path, made, hashlib.sha256(text.encode()).hexdigest(), node, text)


def _repeated(node: yaml.Node, visited: set[int]) -> Iterator[tuple[str, int]]:
    """Keys that a block has twice, with their lines. An alias may stand below its own anchor: each node counts once."""
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from _repeated(value, visited)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item, visited)


def line_of(node: yaml.Node, place: Place) -> int:
    """The line (from 1) of the field at `place`, or of the last block on the way when the field is not there."""
    line = node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            # Of a field that is given twice, the last one counts.
            found = next(((k, v) for k, v in reversed(node.value) if k.value == str(part)), None)
            if found is None:
                continue  # pydantic puts names of its own in the way, such as the member of a union
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def mistakes(
    name: str, node: yaml.Node, problem: ValidationError, model: type[BaseModel], value: Mapping[str, Any]
) -> list[Mistake]:
    """pydantic's errors as lines for people. `value` is what the YAML holds."""
    found = []
    errors = problem.errors(include_url=False)
    misspelt = {place for details in errors if details["type"] == "extra_forbidden" for place in _meant(details, model)}
    for details in errors:
        if details["type"] == "missing" and details["loc"] in misspelt:
            continue  # said of the unknown field
        raised = details.get("ctx", {}).get("error")
        for place, what in raised.found if isinstance(raised, Misplaced) else [_said(details, model)]:
            whole = (*details["loc"], *place)
            found.append(Mistake(name, line_of(node, whole), _of_block(model, value, whole) + what))
    return found


def _of_block(model: type[BaseModel], value: Mapping[str, Any], place: Place) -> str:
    """`rule 'over_24_months': ` for a place in a block with a name."""
    if not issubclass(model, Fields) or len(place) < 2 or place[0] not in model.NAMED:
        return ""
    block, key = value[str(place[0])], place[1]
    listed = isinstance(block, list) and isinstance(key, int)
    name = block[key].get("name") if listed and isinstance(block[key], dict) else key
    if listed and not isinstance(name, str):
        return f"{model.NAMED[str(place[0])]} {key + 1} of the list: "
    return f"{model.NAMED[str(place[0])]} {name!r}: "


def _meant(details: ErrorDetails, model: type[BaseModel]) -> list[Place]:
    """The field of which an unknown one is a misspelling, when one is close."""
    *block, name = details["loc"]
    return [(*block, close) for close in get_close_matches(str(name), _fields(_model_at(model, tuple(block))), 1)]


_WANTED = {
    "string_type": "a text; put it in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date like 2024-03-31",
    **dict.fromkeys(("list_type", "tuple_type"), "a list (lines that start with `- `)"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a block of fields"),
}


def _said(details: ErrorDetails, model: type[BaseModel]) -> tuple[Place, str]:
    """The mistake in words, and the way to it from where pydantic saw it."""
    kind, loc, context = details["type"], details["loc"], details.get("ctx", {})
    tag = context.get("discriminator", "").strip("'")
    field = next((str(part) for part in reversed(loc) if isinstance(part, str)), "the file")
    what = f"`{field}`: {details['msg'][:1].lower()}{details['msg'][1:]}, not {details['input']!r}"
    if kind == "missing":
        what = f"`{field}` is missing; add it"
    elif kind == "extra_forbidden":
        known = _fields(_model_at(model, loc[:-1]))
        close = get_close_matches(field, known, 1)
        hint = f"did you mean `{close[0]}`?" if close else f"known fields: {', '.join(known)}"
        what = f"unknown field `{field}`; {hint}"
    elif kind in _WANTED:
        block = _model_at(model, loc) if _WANTED[kind] == "a block of fields" else None
        example = f" such as {block.EXAMPLE}" if block and issubclass(block, Fields) and block.EXAMPLE else ""
        what = f"`{field}` must be {_WANTED[kind]}{example}, not {details['input']!r}"
    elif kind == "value_error":
        what = str(context["error"])
    elif kind == "literal_error":
        what = f"`{field}` must be one of {context['expected']}, not {details['input']!r}"
    elif kind == "union_tag_not_found":
        what = f"`{tag}` is missing; add it"
    elif kind == "union_tag_invalid":
        return (tag,), f"`{tag}` must be one of {context['expected_tags']}, not {context['tag']!r}"
    elif kind == "too_short":
        what = f"`{field}` is empty; write at least {context['min_length']}"
    elif details["msg"].startswith("Input should be "):
        what = f"`{field}` must be {details['msg'].removeprefix('Input should be ')}, not {details['input']!r}"
    return (), what


def _model_at(model: type[BaseModel], loc: Place) -> type[BaseModel] | None:
    """The model of the block at `loc`. pydantic puts the member of a union in the way, by its tag."""
    candidates = [model]
    for part in (str(part) for part in loc if isinstance(part, str)):
        tagged = [one for one in candidates if any(part in get_args(f.annotation) for f in one.model_fields.values())]
        if len(candidates) > 1 and tagged:
            candidates = tagged
        elif fields := [f for one in candidates for name, f in one.model_fields.items() if part in (name, f.alias)]:
            candidates = list(_models_in(fields[0].annotation))
    return next(iter(candidates), None)


def _models_in(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and not get_args(kind):
        if issubclass(kind, BaseModel):
            yield kind
    else:
        for argument in get_args(kind):
            yield from _models_in(argument)


def _fields(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []
