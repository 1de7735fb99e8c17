"""The parts of a contract's YAML, checked: every mistake says which file, which column or rule, and what to do."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml

from expectations.allowed import MAX_TEXT, allowed
from expectations.model import Column, ContractError, Rule
from expectations.routing import SUPPORTED

TYPES = ("text", "insz", "nis", "date", "month", "integer", "amount", "yesno", "code")
BOUNDS = {"date": dt.date, "month": dt.date, "integer": int, "amount": (int, float)}


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


T = TypeVar("T")


class Mistakes(list[str]):
    """The mistakes of one file, one a line, so that all of them are told at once."""

    def met(self, make: Callable[..., T], *arguments: Any) -> T | None:
        """What `make` gives; None when it raised `ContractError`, which is kept."""
        try:
            return make(*arguments)
        except ContractError as error:
            self += str(error).splitlines()
            return None

    def tell(self) -> None:
        """Raises `ContractError` with every mistake that was kept, each once."""
        if self:
            raise ContractError("\n".join(dict.fromkeys(self)))


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
    """One column. Raises `ContractError` with all its mistakes, one a line."""
    if not isinstance(spec, dict):
        raise ContractError(f"{path.name}: column {name!r} is {spec!r}; write it as {{type: {spec}}}.")
    if mistakes := [f"{path.name}: column {name!r} {what}" for what in _column_problems(spec, codes)]:
        raise ContractError("\n".join(mistakes))
    return Column(name=name, codes=codes.get(spec.get("code_list", ""), ()), **spec)


def _column_problems(spec: dict[str, Any], codes: dict[str, tuple[str, ...]]) -> Iterator[str]:
    kind = spec.get("type")
    if kind not in TYPES:
        yield f"has type {kind!r}; use one of {', '.join(TYPES)}."
    for unknown in sorted(set(spec) - set(SETTINGS)):
        yield f"has an unknown setting {unknown!r}; use {', '.join(SETTINGS)}."
    if kind == "code" and spec.get("code_list") not in codes:
        yield (
            f"names code list {spec.get('code_list')!r}, which code_lists.csv lacks; "
            "add the list there, or name another."
        )
    low, high = spec.get("min"), spec.get("max")
    misfits = {
        side: bound
        for side, bound in (("min", low), ("max", high))
        if kind in TYPES and bound is not None and not isinstance(bound, BOUNDS.get(kind, ()))
    }
    for side, bound in misfits.items():
        yield f"has {side} {bound!r}, which no {kind} has; mend or remove it."
    if not misfits and kind in TYPES and low is not None and high is not None and low > high:
        yield f"has min {low} above max {high}; no value can pass."


def column_rules(column: Column, scope: str, texts: dict[str, dict[str, str]], words: Mapping[str, Any]) -> list[Rule]:
    """missing_ and invalid_ rules of one column. Rules of one name never fail on the same row twice."""
    said = {"column": column.name, "allowed": allowed(column, words)}

    def rule(kind: str, expect: str, **kwargs: Any) -> Rule:
        meaning, remedy = (texts[kind][k].format(**said) for k in ("meaning", "remedy"))
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
    """One rule. Raises `ContractError` with all its mistakes, one a line."""
    name = spec.get("name") if isinstance(spec, dict) else None
    if not name:
        raise ContractError(f"{path.name}: a rule has no name; give it one in lower case with underscores.")
    kwargs = {k: v for k, v in spec.items() if k not in OWN_SETTINGS}
    if mistakes := [f"{path.name}, rule {name!r}: {what}." for what in _rule_problems(spec, kwargs)]:
        raise ContractError("\n".join(mistakes))
    only_if = spec.get("only_if")
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


def _rule_problems(spec: dict[str, Any], kwargs: dict[str, Any]) -> Iterator[str]:
    if spec.get("on_fail") not in ("reject", "warn"):
        yield f"on_fail is {spec.get('on_fail')!r}; use reject or warn"
    if spec.get("expect") in SUPPORTED:
        yield from SUPPORTED[spec["expect"]].problems(kwargs)
    else:
        yield f"{spec.get('expect')!r} is not supported; use one of {', '.join(sorted(SUPPORTED))}"
    only_if = spec.get("only_if")
    if only_if is not None and (not isinstance(only_if, dict) or set(only_if) != {"column", "is"}):
        yield "only_if needs a column and an is (a code, or given)"


def names_taken(own: Iterable[Rule], common: Iterable[Rule], path: Path) -> Iterator[str]:
    """Names of rules that were given twice."""
    taken = {r.name for r in common}
    for rule in own:
        if rule.name in taken:
            yield f"{path.name}: the rule name {rule.name!r} is used twice; names must differ."
        taken.add(rule.name)


OF_THE_BATCH = {"_id", "_delivery", "_row", "_delivered_on", "_shape", "_repeat"}


def columns_missed(
    rules: Iterable[Rule], columns: Iterable[Column], derived: Iterable[str], path: Path
) -> Iterator[str]:
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
                close = get_close_matches(str(column_name), known, 1)
                hint = f"did you mean {close[0]!r}?" if close else "use one of the file's columns."
                yield f"{where}: there is no column {column_name!r}; {hint}"
        if name in codes and value != "given" and value not in codes[name]:
            yield f"{where}: {value!r} is no code of {name!r}; use one of {', '.join(codes[name])}."
