"""Checks of `expectations/*.yml`: what the contract's reader refuses, and what it would silently take wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from expectations import contract
from expectations.contract import COMMON, ContractError
from orchestration.quality.checks.files import Places, of_error, read, whole_number
from orchestration.quality.checks.reference import CODE_COLUMNS, CODE_LISTS
from orchestration.store import yaml_models
from orchestration.store.yaml_models import Mistake, Place, YamlFileError

SOURCE_FIELDS = ("source", "title", "description", "delivery", "key", "columns", "derived", "rules")
COMMON_FIELDS = ("rules", "warehouse", "texts", "allowed", "columns")
NAME = re.compile(r"[a-z][a-z0-9_]*")
THOUSANDS = re.compile(r"\b(min|max|min_value|max_value): *([+-]?\d{1,3}\.\d{3})(?![\d.])")
"""A number as Flanders writes thousands, which YAML takes for decimals; no value here has three of those."""
LOADED = re.compile(r"(?<!niet )\bgeladen\b", re.IGNORECASE)
"""What may be said of a row with a warning only; `niet geladen` may be said of a refused one."""


class AnyFields(BaseModel):
    """A YAML file of which nothing is known but that it holds fields."""

    model_config = ConfigDict(extra="allow")


def sources(places: Places) -> Iterator[Mistake]:
    """Every source's file and the common one: each by itself, then as the contract that is made of both."""
    common = list(_file(places.expectations / f"{COMMON}.yml", COMMON_FIELDS))
    if any(_unreadable_codes(places)):
        return  # the check of code_lists.csv reports them
    yield from common
    for path in sorted(p for p in places.expectations.glob("*.yml") if p.stem != COMMON):
        yield from _file(path, SOURCE_FIELDS)
        if common:
            continue  # the reader would repeat it for every source
        try:
            contract.load(path.stem, places.expectations, places.seeds)
        except ContractError as error:
            yield from _of_contract(error, places)
        except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
            what = "cannot be understood; compare it with the suite of another source"
            yield Mistake(path.name, None, f"{what} ({type(error).__name__})")


def _unreadable_codes(places: Places) -> Iterator[Mistake]:
    """What keeps the contract's reader from reading the code lists at all."""
    rows, mistakes = read(places.seeds / CODE_LISTS, CODE_COLUMNS)
    yield from mistakes
    yield from (Mistake(CODE_LISTS, r.line, "sort_order") for r in rows if not whole_number(r["sort_order"]))


def _file(path: Path, fields: tuple[str, ...]) -> Iterator[Mistake]:
    try:
        document = yaml_models.read(path, AnyFields)
    except YamlFileError as error:
        yield from error.mistakes
        return
    doc = document.model.model_extra or {}
    for name in doc:
        if name not in fields:
            close = get_close_matches(str(name), fields, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"the fields are {', '.join(fields)}"
            yield document.mistake((name,), f"unknown field {name!r}; {hint}")
    if path.stem != COMMON and doc.get("source") not in (None, path.stem):
        yield document.mistake(("source",), f"source {doc['source']!r} must be the file's name, {path.stem!r}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if wrong := THOUSANDS.search(line.partition("#")[0]):
            yield Mistake(
                path.name,
                number,
                f"{wrong[1]} is read as {float(wrong[2]):g}, because a point is the decimal sign; write "
                f"{wrong[2].replace('.', '')}, or {float(wrong[2]):g} when that is meant",
            )
    columns, rules = doc.get("columns"), doc.get("rules")
    for name, spec in columns.items() if isinstance(columns, dict) else ():
        yield from (document.mistake(("columns", name), what) for what in _column(name, spec))
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            yield from (document.mistake(("rules", index, *place), what) for place, what in _rule(rule))


def _column(name: object, spec: object) -> Iterator[str]:
    if not NAME.fullmatch(str(name)):
        yield f"column {name!r} must be named with a-z, 0-9 and _"
    if isinstance(spec, dict) and not isinstance(spec.get("required", False), bool):
        yield f"column {name!r}: required is {spec['required']!r}; write true or false"


def _rule(rule: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    name = rule.get("name")
    if name is not None and not NAME.fullmatch(str(name)):
        yield ("name",), f"rule name {name!r} must be a-z, 0-9 and _, and begin with a letter"
    for text, reader in (("meaning", "what is wrong"), ("remedy", "what to do")):
        if not isinstance(rule.get(text), str) or not rule[text].strip():
            yield (), f"rule {name!r} has no {text}; say in Dutch {reader}, for the OCMW"
        elif rule.get("on_fail") == "reject" and LOADED.search(rule[text]):
            yield (
                (text,),
                f"rule {name!r} refuses the row (on_fail: reject), but its {text} says that something is loaded; "
                "say what the OCMW has to do to get the row in",
            )
    for bound in ("min_value", "max_value"):
        if isinstance(value := rule.get(bound), str) and re.fullmatch(r"[+-]?\d[\d.,]*", value.strip()):
            what = f"rule {name!r}: {bound} {value!r} is a text"
            yield (bound,), f"{what}; write the number without quotes, such as 5000 or 12.5"
    listed = rule.get("value_set")
    only_if = rule.get("only_if")
    values = list(listed) if isinstance(listed, list) else []
    values += [only_if["is"]] if isinstance(only_if, dict) and "is" in only_if else []
    for value in values:
        if isinstance(value, bool) or value is None:
            yield (
                (),
                f"rule {name!r}: a code reads as {value!r} (YAML takes NO, ON, Y and the like for yes or no); "
                "put the codes in quotes",
            )


def _of_contract(error: ContractError, places: Places) -> Iterator[Mistake]:
    """What the contract's reader found, each with its line."""
    if isinstance(error, YamlFileError):
        yield from error.mistakes
        return
    for message in str(error).splitlines():
        yield _located(message, places)


def _located(message: str, places: Places) -> Mistake:
    """A message of a reader that knows no lines, at the line of the rule or column that it names."""
    (mistake,) = of_error("expectations", ContractError(message))
    match = re.fullmatch(r"([a-z0-9_]+\.yml)(?:, rule '(?P<rule>[^']*)')?: (?P<what>.*)", message, flags=re.DOTALL)
    try:
        if not match:
            return mistake
        document = yaml_models.read(places.expectations / match[1], AnyFields)
    except YamlFileError:
        return mistake
    doc: dict[str, Any] = document.model.model_extra or {}
    lines: dict[str, int] = {
        r["name"]: i for i, r in enumerate(doc.get("rules") or ()) if isinstance(r, dict) and "name" in r
    }
    if (name := match["rule"]) in lines:
        return document.mistake(("rules", lines[name], "name"), f"rule {name!r}: {match['what']}")
    what = f"rule {name!r}: {match['what']}" if name else match["what"]
    parts = {"derived column": "derived", "key column": "key", "column": "columns", "rule name": "rules"}
    for kind, part in parts.items():
        if named := re.search(rf"{kind} '([^']*)'", what):
            own = (lines[named[1]], "name") if part == "rules" and named[1] in lines else (named[1],)
            return document.mistake((part, *own), what)
    return Mistake(match[1], None, what)
