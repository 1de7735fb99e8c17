"""The parts of a contract's YAML, checked: every mistake says which file, which column or rule, and what to do."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from expectations.model import Column, ContractError, Rule
from expectations.routing import SUPPORTED

TYPES = ("text", "insz", "nis", "date", "month", "integer", "amount", "yesno", "code")
BOUNDS = {"date": dt.date, "month": dt.date, "integer": int, "amount": (int, float)}
MAX_TEXT = 36


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        doc = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContractError(f"{path.name}: cannot be read ({error.strerror}); restore the file.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ContractError(f"{path.name}: {problem}{where}; mend the YAML.") from None
    if not isinstance(doc, dict):
        raise ContractError(f"{path.name}: is empty or no mapping; restore the file.")
    return doc


def given(doc: dict[str, Any], name: str, kind: type, path: Path) -> Any:
    if doc.get(name) and not isinstance(doc[name], kind):
        raise ContractError(f"{path.name}: {name!r} is no {'list' if kind is list else 'mapping'}; write it as one.")
    return doc.get(name)


def need(doc: dict[str, Any], name: str, kind: type, path: Path) -> Any:
    if not doc.get(name):
        raise ContractError(f"{path.name}: {name!r} is missing or empty; a source needs it.")
    return given(doc, name, kind, path)


def derived_sql(name: str, spec: Any, path: Path) -> str:
    if not isinstance(spec, dict) or not spec.get("sql"):
        raise ContractError(f"{path.name}: derived column {name!r} has no sql; say how it is computed.")
    return spec["sql"]


def code_lists(path: Path) -> dict[str, tuple[str, ...]]:
    """Code list -> source codes in order; rows without a source code only label a category."""
    lists: dict[str, list[tuple[int, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["source_code"]:
                lists.setdefault(row["code_list"], []).append((int(row["sort_order"]), row["source_code"].upper()))
    return {name: tuple(code for _, code in sorted(rows)) for name, rows in lists.items()}


SETTINGS = ("type", "required", "description", "code_list", "min", "max")


def column(name: str, spec: dict[str, Any], codes: dict[str, tuple[str, ...]], path: Path) -> Column:
    if not isinstance(spec, dict):
        raise ContractError(f"{path.name}: column {name!r} is {spec!r}; write it as {{type: {spec}}}.")
    if spec.get("type") not in TYPES:
        raise ContractError(
            f"{path.name}: column {name!r} has type {spec.get('type')!r}; use one of {', '.join(TYPES)}."
        )
    if unknown := set(spec) - set(SETTINGS):
        raise ContractError(
            f"{path.name}: column {name!r} has an unknown setting {sorted(unknown)[0]!r}; use {', '.join(SETTINGS)}."
        )
    if spec["type"] == "code" and spec.get("code_list") not in codes:
        raise ContractError(
            f"{path.name}: column {name!r} names code list {spec.get('code_list')!r}, which code_lists.csv lacks; "
            "add the list there, or name another."
        )
    low, high = spec.get("min"), spec.get("max")
    for side, bound in (("min", low), ("max", high)):
        if bound is not None and not isinstance(bound, BOUNDS.get(spec["type"], ())):
            raise ContractError(
                f"{path.name}: column {name!r} has {side} {bound!r}, which no {spec['type']} has; mend or remove it."
            )
    if low is not None and high is not None and low > high:
        raise ContractError(f"{path.name}: column {name!r} has min {low} above max {high}; no value can pass.")
    return Column(name=name, codes=codes.get(spec.get("code_list", ""), ()), **spec)


def column_rules(column: Column, scope: str, texts: dict[str, dict[str, str]]) -> list[Rule]:
    """missing_ and invalid_ rules of one column. Rules of one name never fail on the same row twice."""

    def rule(kind: str, expect: str, **kwargs: Any) -> Rule:
        meaning, remedy = (texts[kind][k].format(column=column.name) for k in ("meaning", "remedy"))
        return Rule(f"{kind}_{column.name}", "reject", expect, kwargs, scope, meaning=meaning, remedy=remedy)

    rules = []
    if column.required:
        rules.append(rule("missing", "expect_column_values_to_not_be_null", column=column.text))
    if column.type == "text":
        rules.append(
            rule(
                "invalid",
                "expect_column_value_lengths_to_be_between",
                column=column.text,
                min_value=1,
                max_value=MAX_TEXT,
            )
        )
    elif column.type == "code":
        rules.append(
            rule(
                "invalid",
                "expect_column_values_to_be_in_set",
                column=column.code,
                value_set=list(column.codes),
            )
        )
    else:
        rules.append(rule("invalid", "expect_column_values_to_be_null", column=column.unparsed))
    bounds = {"min_value": column.min, "max_value": column.max}
    if given := {k: v for k, v in bounds.items() if v is not None}:
        rules.append(rule("invalid", "expect_column_values_to_be_between", column=column.name, **given))
    return rules


OWN_SETTINGS = {"name", "on_fail", "expect", "only_if", "meaning", "remedy"}


def rule(spec: dict[str, Any], scope: str | None, path: Path) -> Rule:
    name = spec.get("name") if isinstance(spec, dict) else None
    where = f"{path.name}, rule {name!r}"
    if not name:
        raise ContractError(f"{path.name}: a rule has no name; give it one in lower case with underscores.")
    if spec.get("on_fail") not in ("reject", "warn"):
        raise ContractError(f"{where}: on_fail is {spec.get('on_fail')!r}; use reject or warn.")
    if spec.get("expect") not in SUPPORTED:
        raise ContractError(
            f"{where}: {spec.get('expect')!r} is not supported; use one of {', '.join(sorted(SUPPORTED))}."
        )
    kwargs = {k: v for k, v in spec.items() if k not in OWN_SETTINGS}
    if wrong := SUPPORTED[spec["expect"]].problem(kwargs):
        raise ContractError(f"{where}: {wrong}.")
    only_if = spec.get("only_if")
    if only_if is not None and (not isinstance(only_if, dict) or set(only_if) != {"column", "is"}):
        raise ContractError(f"{where}: only_if needs a column and an is (a code, or given).")
    return Rule(
        name=name,
        on_fail=spec["on_fail"],
        expect=spec["expect"],
        kwargs=kwargs,
        scope=scope or ("live" if spec["on_fail"] == "reject" else "loaded"),
        only_if=(only_if["column"], only_if["is"]) if only_if else None,
        meaning=spec.get("meaning", ""),
        remedy=spec.get("remedy", ""),
    )


def check_names(own: list[Rule], common: list[Rule], path: Path) -> None:
    taken = {r.name for r in common}
    for rule in own:
        if rule.name in taken:
            raise ContractError(f"{path.name}: the rule name {rule.name!r} is used twice; names must differ.")
        taken.add(rule.name)


OF_THE_BATCH = {"_id", "_delivery", "_row", "_delivered_on", "_shape", "_repeat"}


def check_columns(rules: list[Rule], columns: tuple[Column, ...], derived: Mapping[str, str], path: Path) -> None:
    """A rule on a column that does not exist cannot be judged; one on a code that does not exist never applies."""
    known = OF_THE_BATCH | set(derived)
    codes: dict[str, tuple[str, ...]] = {}
    for column in columns:
        known |= {column.name, column.text, column.unparsed}
        if column.type == "code":
            known.add(column.code)
            codes |= {column.name: column.codes, column.code: column.codes}
    for rule in rules:
        where = f"{path.name}, rule {rule.name!r}"
        used = [rule.kwargs[setting] for setting in ("column", "column_A", "column_B") if setting in rule.kwargs]
        name, value = rule.only_if or (None, None)
        for column_name in [*used, name] if name else used:
            if column_name not in known:
                raise ContractError(f"{where}: there is no column {column_name!r}; use one of the file's columns.")
        if name in codes and value != "given" and value not in codes[name]:
            raise ContractError(f"{where}: {value!r} is no code of {name!r}; use one of {', '.join(codes[name])}.")
