"""Reads `expectations/<source>.yml` into a `SourceContract`: columns, derived columns and rules.

The rules of a column (`missing_<column>`, `invalid_<column>` and, for an INSZ, `implausible_<column>`) are derived from
the column list, so that a column is written once. A mistake in a YAML file raises `ContractError`.
"""

import csv
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from expectations.model import PERSON_NUMBER, WITHDRAWN, Column, ContractError, Rhythm, Rule, SourceContract
from expectations.rule_fields import RuleFields
from expectations.source_file import ColumnFields, ColumnTexts, CommonFile, SourceFile, Surroundings
from orchestration.store.paths import PROJECT, SEEDS
from orchestration.store.yaml_models import Mistake, read

__all__ = ["Column", "ContractError", "Rhythm", "Rule", "SourceContract", "load", "sources", "warehouse_texts"]

FOLDER = PROJECT / "expectations"
COMMON = "common"
UNKNOWN_COMMON: dict[str, Mapping[str, Any]] = {WITHDRAWN: {"type": "yesno"}}
"""The columns of every source while `common.yml` can't be read."""
MAX_TEXT = 36
"""Characters of a text."""


def sources(folder: Path = FOLDER) -> list[str]:
    """Names of the sources, one per YAML file."""
    return sorted(p.stem for p in folder.glob("*.yml") if p.stem != COMMON)


@lru_cache
def load(source: str, folder: Path = FOLDER, seeds: Path = SEEDS) -> SourceContract:
    """Reads one contract. Raises `ContractError` with every mistake when a file is missing or wrong."""
    path = folder / f"{source}.yml"
    inputs = (path, folder / f"{COMMON}.yml", seeds / "code_lists.csv", seeds / "municipalities.csv")
    codes, common = common_file(folder, seeds)
    file = _source_file(path, codes, common)
    columns = [_column(name, fields, codes) for name, fields in {**file.columns, **common.columns}.items()]
    rules = [_rule(fields, "delivered") for fields in common.rules if fields.on_fail == "reject"]
    rules += [
        _rule(fields, "kept") for fields in common.rules if fields.on_fail == "warn" and _concerns(fields, columns)
    ]
    for column in columns:
        rules += _column_rules(column, "keyed" if column.name in file.key else "live", common.texts, common.allowed)
    rules += [_rule(fields, "live" if fields.on_fail == "reject" else "loaded") for fields in file.rules or ()]
    return SourceContract(
        source=source,
        title=file.title or source,
        description=file.description,
        key=tuple(file.key),
        columns=tuple(columns),
        derived={name: fields.sql for name, fields in (file.derived or {}).items()},
        rules=tuple(rules),
        version=hashlib.sha256(b"\0".join(p.read_bytes() for p in inputs)).hexdigest()[:12],
        rhythm=file.delivery,
    )


def _source_file(path: Path, codes: Mapping[str, Sequence[str]] | None, common: CommonFile | None) -> SourceFile:
    columns = {name: fields.model_dump() for name, fields in common.columns.items()} if common else UNKNOWN_COMMON
    names = [rule.name for rule in common.rules] if common else []
    return read(path, SourceFile, Surroundings(codes, path.stem, columns, names), ContractError).model


def mistakes(folder: Path, codes: Mapping[str, Sequence[str]] | None) -> list[Mistake]:
    """Every mistake in every YAML file of a folder, each file held against what is known without the others.

    `codes` is None when the code lists can't be read; nothing is said of codes then.
    """
    found: list[Mistake] = []
    common = None
    try:
        common = read(folder / f"{COMMON}.yml", CommonFile, Surroundings(codes), ContractError).model
    except ContractError as error:
        found += error.mistakes
    for source in sources(folder):
        try:
            _source_file(folder / f"{source}.yml", codes, common)
        except ContractError as error:
            found += error.mistakes
    return found


def common_file(folder: Path = FOLDER, seeds: Path = SEEDS) -> tuple[Mapping[str, Sequence[str]], CommonFile]:
    """The codes of every code list, and what all sources have in common. Read again only when a file changed."""
    paths = (folder / f"{COMMON}.yml", seeds / "code_lists.csv")
    stats = [path.stat() for path in paths if path.exists()]
    return _common(*paths, *((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats))


@lru_cache(maxsize=4)
def _common(path: Path, code_lists: Path, *_: object) -> tuple[Mapping[str, Sequence[str]], CommonFile]:
    codes = read_codes(code_lists)
    return codes, read(path, CommonFile, Surroundings(codes), ContractError).model


def warehouse_texts(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """What the rules that only the warehouse can see broken mean, and what to do about them, in Dutch."""
    return {name: (text.meaning, text.remedy) for name, text in common_file(folder)[1].warehouse.items()}


def read_codes(path: Path) -> dict[str, tuple[str, ...]]:
    """Code list -> source codes in order; rows without a source code only label a category."""
    lists: dict[str, list[tuple[int, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["source_code"]:
                lists.setdefault(row["code_list"], []).append((int(row["sort_order"]), row["source_code"].upper()))
    return {name: tuple(code for _, code in sorted(rows)) for name, rows in lists.items()}


def labels(column: Column, seeds: Path = SEEDS) -> dict[str, str]:
    """The codes of a column with their labels, in Dutch."""
    with (seeds / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code_list"] == column.code_list and row["source_code"]]
    return {row["source_code"].upper(): row["label_nl"] for row in sorted(rows, key=lambda r: int(r["sort_order"]))}


def allowed(column: Column, folder: Path = FOLDER) -> str:
    """What a column may hold, in Dutch."""
    return _allowed(column, common_file(folder)[1].allowed)


def _column(name: str, fields: ColumnFields, codes: Mapping[str, Sequence[str]]) -> Column:
    return Column(name, codes=tuple(codes.get(fields.code_list or "", ())), **fields.model_dump())


def _rule(fields: RuleFields, scope: str) -> Rule:
    condition = (fields.only_if.column, fields.only_if.value) if fields.only_if else None
    return Rule(
        fields.name, fields.on_fail, fields.expect, fields.settings, scope, condition, fields.meaning, fields.remedy
    )


def _concerns(fields: RuleFields, columns: Sequence[Column]) -> bool:
    """Whether a rule of every source can find anything in this one."""
    return fields.settings.get("column") != PERSON_NUMBER or any(c.is_identification for c in columns)


def _column_rules(column: Column, scope: str, texts: ColumnTexts, words: Mapping[str, str]) -> Iterator[Rule]:
    """missing_, invalid_ and implausible_ rules of one column. Rules of one name never fail on the same row twice."""
    placeholders = {"column": column.name, "allowed": _allowed(column, words)}

    def rule(kind: str, expect: str, on_fail: str = "reject", scope: str = scope, **kwargs: Any) -> Rule:
        text = getattr(texts, kind)
        meaning, remedy = text.meaning.format(**placeholders), text.remedy.format(**placeholders)
        return Rule(f"{kind}_{column.name}", on_fail, expect, kwargs, scope, meaning=meaning, remedy=remedy)

    if column.required:
        yield rule("missing", "expect_column_values_to_not_be_null", column=column.text)
    if column.type == "code":
        codes = list(column.codes)
        yield rule("invalid", "expect_column_values_to_be_in_set", column=column.code, value_set=codes)
    else:
        yield rule("invalid", "expect_column_values_to_be_null", column=column.unparsed)
    bounds = {"min_value": column.min, "max_value": column.max}
    if given := {k: v for k, v in bounds.items() if v is not None}:
        yield rule("invalid", "expect_column_values_to_be_between", column=column.name, **given)
    if column.type == "insz":
        kept = "kept" if scope == "keyed" else "loaded"
        yield rule("implausible", "expect_column_values_to_be_null", "warn", kept, column=column.implausible)


def _allowed(column: Column, words: Mapping[str, str]) -> str:
    """What a column may hold, in the words of `common.yml`; codes, lengths and bounds are the column's."""
    low, high = (_shown(bound, column.type) for bound in (column.min, column.max))
    kind = "from_to" if low and high else "from" if low else "to" if high else None
    bounds = words[kind].format(min=low, max=high) if kind else ""
    return words[column.type].format(bounds=bounds, codes=", ".join(column.codes), longest=MAX_TEXT)


def _shown(bound: Any, kind: str) -> str:
    if bound is None:
        return ""
    if isinstance(bound, dt.date):
        return f"{bound:%Y-%m}" if kind == "month" else bound.isoformat()
    return str(bound).replace(".", ",")
