"""The fields of `<source>.yml` and `common.yml`: what each may hold, and what must agree across a file.

Editors get the same as a JSON Schema (`docs/schemas/`). What becomes of the fields is `contract`'s matter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, cast, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from expectations.model import PERSON_NUMBER, Rhythm
from expectations.rule_fields import AnyRule, Bound, Name, RuleText, Text
from orchestration.store.yaml_models import Fields, Misplaced, Place

ColumnType = Literal["text", "insz", "nis", "date", "month", "integer", "amount", "yesno", "code"]
BOUNDS = {"date": dt.date, "month": dt.date, "integer": int, "amount": (int, float)}
BOUND_WORDS = ("from_to", "from", "to")
TEXTS = ("missing", "invalid", "implausible")
OF_THE_BATCH = {"_id", "_delivery", "_row", "_delivered_on", "_shape", "_repeat", PERSON_NUMBER}
"""Columns of the batch that every source has, besides those that are delivered and derived."""


@dataclass(frozen=True)
class Surroundings:
    """What a file is checked against besides itself."""

    codes: Mapping[str, Sequence[str]] | None
    """The codes of each code list; None when they can't be read, and nothing is said of them."""
    source: str = ""
    """The name that the file must give its source; "" for `common.yml`."""
    common_columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    common_rules: Sequence[str] = ()


def _braces(text: str, *names: str) -> str:
    """What is wrong with the placeholders of a text; "" when all are of these names."""
    try:
        text.format(**dict.fromkeys(names, ""))
    except (KeyError, IndexError, ValueError):
        return f"the text holds braces that mean nothing; use {', '.join(f'{{{name}}}' for name in names)}"
    return ""


class ColumnFields(Fields):
    """A column of a delivery."""

    EXAMPLE: ClassVar[str] = "{type: text, description: ...}"

    type: ColumnType
    required: bool = Field(False, description="A row without a value goes to quarantine.")
    description: str = Field("", description="What the column holds, in English, for the data dictionary.")
    explanation: str = Field("", description="What the column holds, in Dutch, for the OCMW that fills it in.")
    code_list: str | None = Field(None, description="List of code_lists.csv; for type code.")
    min: Bound = Field(None, description="Smallest value allowed.")
    max: Bound = Field(None, description="Largest value allowed.")

    @model_validator(mode="after")
    def _fits_its_type(self, info: ValidationInfo) -> ColumnFields:
        wrong: list[tuple[Place, str]] = []
        codes = cast(Surroundings, info.context).codes
        if self.type == "code" and codes is not None and self.code_list not in codes:
            what = f"code list {self.code_list!r} is not in code_lists.csv; add the list there, or name another"
            wrong.append((("code_list",), what))
        given = {side: bound for side in ("min", "max") if (bound := getattr(self, side)) is not None}
        fits = BOUNDS.get(self.type, ())
        misfits = [s for s, bound in given.items() if isinstance(bound, bool) or not isinstance(bound, fits)]
        for side in misfits:
            wrong.append(((side,), f"{side} {given[side]!r} is nothing that {self.type} can hold; mend or remove it"))
        if not misfits and len(given) == 2 and self.min > self.max:
            wrong.append((("min",), f"min {self.min} is above max {self.max}; no value can pass"))
        if wrong:
            raise Misplaced(*wrong)
        return self


class DerivedFields(Fields):
    """A column that is computed from the others, for rules."""

    EXAMPLE: ClassVar[str] = '{sql: "aantal * 2"}'

    sql: Text = Field(description="DuckDB SQL over the columns of the row.")
    description: str = ""


class ColumnTexts(Fields):
    """The texts of the rules that columns have, with the placeholders {column} and {allowed}."""

    missing: RuleText
    invalid: RuleText
    implausible: RuleText = Field(description="Of an INSZ that nobody can have; the row is loaded.")

    @model_validator(mode="after")
    def _fills_in(self) -> ColumnTexts:
        texts = [(kind, name, getattr(getattr(self, kind), name)) for kind in TEXTS for name in RuleText.model_fields]
        if wrong := [((kind, name), why) for kind, name, text in texts if (why := _braces(text, "column", "allowed"))]:
            raise Misplaced(*wrong)
        return self


class SourceFile(Fields):
    """The contract of a source, `expectations/<source>.yml`: its columns and the rules of its rows."""

    NAMED: ClassVar[Mapping[str, str]] = {"columns": "column", "derived": "derived column", "rules": "rule"}

    source: str | None = Field(None, description="The file's name without .yml.")
    title: str | None = Field(None, description="The source's name in Dutch.")
    description: str = Field("", description="What a row is, in English, for the data dictionary.")
    key: list[str] = Field(min_length=1, description="The columns that identify a row.")
    delivery: Rhythm | None = None
    columns: dict[Name, ColumnFields] = Field(min_length=1)
    derived: dict[Name, DerivedFields] | None = None
    rules: list[AnyRule] | None = None

    @classmethod
    def across(cls, content: Mapping[str, Any], context: Surroundings) -> Iterable[tuple[Place, str]]:
        if content.get("source") not in (None, context.source):
            yield ("source",), f"source {content['source']!r} must be the file's name, {context.source!r}"
        if not isinstance(content.get("columns"), dict):
            return
        # What is no text where a name belongs is a mistake of that field.
        columns = {name: column for name, column in content["columns"].items() if isinstance(name, str)}
        columns |= context.common_columns
        key = content.get("key")
        for number, name in enumerate(key) if isinstance(key, list) else ():
            if isinstance(name, str) and name not in columns:
                yield ("key", number), f"key column {name!r} is not among the columns; add it there"
        rules = content.get("rules")
        taken = {*context.common_rules, *(f"{kind}_{name}" for name in columns for kind in TEXTS)}
        known, codes = _columns_of_rules(columns, context.codes or {})
        known |= {name for name in _block(content.get("derived")) if isinstance(name, str)}
        for number, rule in enumerate(rules) if isinstance(rules, list) else ():
            if isinstance(rule, dict):
                if isinstance(name := rule.get("name"), str):
                    if name in taken:
                        yield ("rules", number, "name"), f"the name {name!r} is used twice; names must differ"
                    taken.add(name)
                yield from ((("rules", number, *place), what) for place, what in _unknown(rule, known, codes))


def _block(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _columns_of_rules(
    columns: Mapping[str, Any], codes: Mapping[str, Sequence[str]]
) -> tuple[set[str], dict[str, Sequence[str]]]:
    """The columns that a rule may name, and the codes of those that hold codes."""
    known, coded = set(OF_THE_BATCH), {}
    for name, column in columns.items():
        known |= {name, f"{name}__text", f"{name}__unparsed"}
        if isinstance(column, dict) and column.get("type") == "code":
            known.add(f"{name}__code")
            if of_list := codes.get(str(column.get("code_list"))):
                coded |= {name: of_list, f"{name}__code": of_list}
    return known, coded


def _unknown(
    rule: Mapping[str, Any], known: set[str], codes: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Place, str]]:
    """A rule on a column that does not exist cannot be validated; one on a code that does not exist never applies."""
    only_if = _block(rule.get("only_if"))
    places: list[Place] = [(setting,) for setting in ("column", "column_A", "column_B") if setting in rule]
    for place in [*places, *([("only_if", "column")] if "column" in only_if else [])]:
        column = only_if["column"] if len(place) > 1 else rule[str(place[0])]
        if isinstance(column, str) and column not in known:
            close = get_close_matches(column, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else "use one of the file's columns"
            yield place, f"there is no column {column!r}; {hint}"
    name, value = str(only_if.get("column")), only_if.get("is", "given")
    if name in codes and not isinstance(value, bool) and value != "given" and value not in codes[name]:
        yield ("only_if", "is"), f"{value!r} is no code of {name!r}; use one of {', '.join(codes[name])}"


class CommonFile(Fields):
    """What all sources have in common, `expectations/common.yml`."""

    NAMED: ClassVar[Mapping[str, str]] = {"columns": "column", "rules": "rule", "warehouse": "rule"}

    rules: list[AnyRule] = Field(min_length=1, description="Rules of every source.")
    warehouse: dict[Name, RuleText] = Field(min_length=1, description="Texts of the warehouse's own rules.")
    texts: ColumnTexts
    allowed: dict[str, str] = Field(description="What a column of each type may hold, in Dutch.")
    columns: dict[Name, ColumnFields] = Field(min_length=1, description="Columns of every source.")

    @field_validator("allowed")
    @classmethod
    def _has_a_text_per_type(cls, allowed: dict[str, str]) -> dict[str, str]:
        kinds = (*get_args(ColumnType), *BOUND_WORDS)
        wrong: list[tuple[Place, str]] = [
            ((), f"allowed has no text {kind!r}; say in Dutch what such a column may hold")
            for kind in kinds
            if kind not in allowed
        ]
        for kind, text in allowed.items():
            names = ("min", "max") if kind in BOUND_WORDS else ("bounds", "codes", "longest")
            if why := _braces(text, *names):
                wrong.append(((kind,), f"allowed {kind!r}: {why}"))
            if kind not in kinds:
                wrong.append(((kind,), f"allowed {kind!r} is no type of column; use {', '.join(kinds)}"))
        if wrong:
            raise Misplaced(*wrong)
        return allowed
