"""Reads `expectations/<source>.yml` into a `SourceContract`: columns, derived columns and rules.

The column rules (`missing_<column>`, `invalid_<column>`) are derived here from the column list, so that a
column is written once. A mistake in a YAML file raises `ContractError`, which says which file, which rule
and what to do.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
SEEDS = FOLDER.parent / "dbt_project" / "seeds"
COMMON = "common"

TYPES = ("text", "insz", "nis", "date", "month", "integer", "amount", "yesno", "code")
BOUNDS = {"date": dt.date, "month": dt.date, "integer": int, "amount": (int, float)}
MAX_TEXT = 36
WITHDRAWN = "verwijderd"
CLIENT_COLUMN, CLIENT_KEY = "klant_id", "client_key"
"""The only column that names a person, and the pseudonym that takes its place behind the door."""


class ContractError(ValueError):
    """A contract or suite file is wrong; the message says which file, where, and what to do."""


@dataclass(frozen=True)
class Column:
    """A column of a delivery. `codes` are the codes allowed, upper case, in their order of priority."""

    name: str
    type: str
    required: bool = False
    description: str = ""
    code_list: str | None = None
    codes: tuple[str, ...] = ()
    min: Any = None
    max: Any = None

    @property
    def text(self) -> str:
        """Name of the column that holds the delivered text, trimmed; null when nothing was given."""
        return f"{self.name}__text"

    @property
    def unparsed(self) -> str:
        """Name of the column that is filled when the text cannot be read as the column's type."""
        return f"{self.name}__unparsed"

    @property
    def code(self) -> str:
        """Name of the column that holds a code in upper case, before it is held against the code list."""
        return f"{self.name}__code"

    @property
    def lake_name(self) -> str:
        return CLIENT_KEY if self.type == "insz" else self.name


@dataclass(frozen=True)
class Rule:
    """One row rule. `scope` says on which rows it is judged: `delivered` (every row of the file), `keyed`
    (rows with the contract's fields, withdrawals included), `live` (rows that are no withdrawal) or
    `loaded` (live rows that no rule refused; the scope of warnings)."""

    name: str
    on_fail: str
    expect: str
    kwargs: Mapping[str, Any]
    scope: str
    only_if: tuple[str, Any] | None = None
    meaning: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class SourceContract:
    """Everything that is known of a source before a delivery arrives."""

    source: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    derived: Mapping[str, str]
    rules: tuple[Rule, ...]
    version: str = field(compare=False)

    @property
    def withdrawn(self) -> Column:
        return next(c for c in self.columns if c.name == WITHDRAWN)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a file is refused whole."""
        return tuple(c.name for c in self.columns if c.required)

    def rules_of(self, scope: str) -> tuple[Rule, ...]:
        return tuple(r for r in self.rules if r.scope == scope)

    def text_of(self, rule_name: str) -> tuple[str, str]:
        """What a rule means and what to do about it, in Dutch."""
        rule = next(r for r in self.rules if r.name == rule_name)
        return rule.meaning, rule.remedy


def sources(folder: Path = FOLDER) -> list[str]:
    """Names of the sources, one per YAML file."""
    return sorted(p.stem for p in folder.glob("*.yml") if p.stem != COMMON)


@lru_cache
def load(source: str, folder: Path = FOLDER, seeds: Path = SEEDS) -> SourceContract:
    """Reads one contract. Raises `ContractError` when a file is missing, unreadable or inconsistent."""
    path, common_path = folder / f"{source}.yml", folder / f"{COMMON}.yml"
    doc, common = _read(path), _read(common_path)
    codes = _code_lists(seeds / "code_lists.csv")
    specs = {**_need(doc, "columns", dict, path), **_need(common, "columns", dict, common_path)}
    columns = tuple(_column(name, spec or {}, codes, path) for name, spec in specs.items())
    derived = {name: _sql(name, spec, path) for name, spec in (_given(doc, "derived", dict, path) or {}).items()}
    key = tuple(_need(doc, "key", list, path))
    if missing := [k for k in key if k not in specs]:
        raise ContractError(f"{path.name}: key column {missing[0]!r} is not among the columns; add it there.")
    rules = [_rule(r, "delivered", common_path) for r in _need(common, "rules", list, common_path)]
    texts = _need(common, "texts", dict, common_path)
    for column in columns:
        rules += _column_rules(column, "keyed" if column.name in key else "live", texts)
    own = [_rule(r, None, path) for r in _given(doc, "rules", list, path) or []]
    _no_clash(own, rules, path)
    _known_columns(own, columns, derived, path)
    version = hashlib.sha256(
        b"\0".join(p.read_bytes() for p in (path, common_path, seeds / "code_lists.csv", seeds / "municipalities.csv"))
    ).hexdigest()[:12]
    return SourceContract(
        source=source,
        title=doc.get("title", source),
        description=doc.get("description", ""),
        key=key,
        columns=columns,
        derived=derived,
        rules=tuple(rules + own),
        version=version,
    )


def warehouse_texts(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """What the rules that the warehouse judges mean, and what to do about them, in Dutch."""
    path = folder / f"{COMMON}.yml"
    rules = _need(_read(path), "warehouse", dict, path)
    return {name: (text["meaning"], text["remedy"]) for name, text in rules.items()}


def _read(path: Path) -> dict[str, Any]:
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


def _given(doc: dict[str, Any], name: str, kind: type, path: Path) -> Any:
    if doc.get(name) and not isinstance(doc[name], kind):
        raise ContractError(f"{path.name}: {name!r} is no {'list' if kind is list else 'mapping'}; write it as one.")
    return doc.get(name)


def _need(doc: dict[str, Any], name: str, kind: type, path: Path) -> Any:
    if not doc.get(name):
        raise ContractError(f"{path.name}: {name!r} is missing or empty; a source needs it.")
    return _given(doc, name, kind, path)


def _sql(name: str, spec: Any, path: Path) -> str:
    if not isinstance(spec, dict) or not spec.get("sql"):
        raise ContractError(f"{path.name}: derived column {name!r} has no sql; say how it is computed.")
    return spec["sql"]


def _code_lists(path: Path) -> dict[str, tuple[str, ...]]:
    """Code list -> source codes in order; rows without a source code only label a category."""
    lists: dict[str, list[tuple[int, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["source_code"]:
                lists.setdefault(row["code_list"], []).append((int(row["sort_order"]), row["source_code"].upper()))
    return {name: tuple(code for _, code in sorted(rows)) for name, rows in lists.items()}


def _column(name: str, spec: dict[str, Any], codes: dict[str, tuple[str, ...]], path: Path) -> Column:
    if not isinstance(spec, dict):
        raise ContractError(f"{path.name}: column {name!r} is {spec!r}; write it as {{type: {spec}}}.")
    if spec.get("type") not in TYPES:
        raise ContractError(
            f"{path.name}: column {name!r} has type {spec.get('type')!r}; use one of {', '.join(TYPES)}."
        )
    if unknown := set(spec) - {"type", "required", "description", "code_list", "min", "max"}:
        raise ContractError(f"{path.name}: column {name!r} has an unknown setting {sorted(unknown)[0]!r}.")
    if spec["type"] == "code" and spec.get("code_list") not in codes:
        raise ContractError(
            f"{path.name}: column {name!r} names code list {spec.get('code_list')!r}, which code_lists.csv lacks."
        )
    low, high = spec.get("min"), spec.get("max")
    for side, bound in (("min", low), ("max", high)):
        if bound is not None and not isinstance(bound, BOUNDS.get(spec["type"], ())):
            raise ContractError(f"{path.name}: column {name!r} has {side} {bound!r}, which no {spec['type']} has.")
    if low is not None and high is not None and low > high:
        raise ContractError(f"{path.name}: column {name!r} has min {low} above max {high}; no value can pass.")
    return Column(name=name, codes=codes.get(spec.get("code_list", ""), ()), **spec)


def _column_rules(column: Column, scope: str, texts: dict[str, dict[str, str]]) -> list[Rule]:
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


def _rule(spec: dict[str, Any], scope: str | None, path: Path) -> Rule:
    from expectations.routing import SUPPORTED

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


def _no_clash(own: list[Rule], common: list[Rule], path: Path) -> None:
    taken = {r.name for r in common}
    for rule in own:
        if rule.name in taken:
            raise ContractError(f"{path.name}: the rule name {rule.name!r} is used twice; names must differ.")
        taken.add(rule.name)


OF_THE_BATCH = {"_id", "_delivery", "_row", "_delivered_on", "_shape", "_repeat"}


def _known_columns(rules: list[Rule], columns: tuple[Column, ...], derived: Mapping[str, str], path: Path) -> None:
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
