"""Reads `expectations/<source>.yml` into a `SourceContract`: columns, derived columns and rules.

The column rules (`missing_<column>`, `invalid_<column>`) are derived from the column list, so that a column is
written once. A mistake in a YAML file raises `ContractError`.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from expectations.model import Column, ContractError, Rule, SourceContract
from expectations.parts import (
    check_columns,
    check_names,
    code_lists,
    column,
    column_rules,
    derived_sql,
    given,
    need,
    read_yaml,
    rule,
)
from expectations.rhythm import Rhythm, rhythm

__all__ = ["Column", "ContractError", "Rhythm", "Rule", "SourceContract", "load", "sources", "warehouse_texts"]

FOLDER = Path(__file__).resolve().parent
SEEDS = FOLDER.parent / "dbt_project" / "seeds"
COMMON = "common"


def sources(folder: Path = FOLDER) -> list[str]:
    """Names of the sources, one per YAML file."""
    return sorted(p.stem for p in folder.glob("*.yml") if p.stem != COMMON)


@lru_cache
def load(source: str, folder: Path = FOLDER, seeds: Path = SEEDS) -> SourceContract:
    """Reads one contract. Raises `ContractError` when a file is missing, unreadable or inconsistent."""
    path, common_path = folder / f"{source}.yml", folder / f"{COMMON}.yml"
    doc, common = read_yaml(path), read_yaml(common_path)
    codes = code_lists(seeds / "code_lists.csv")
    specs = {**need(doc, "columns", dict, path), **need(common, "columns", dict, common_path)}
    columns = tuple(column(name, spec or {}, codes, path) for name, spec in specs.items())
    derived = {name: derived_sql(name, spec, path) for name, spec in (given(doc, "derived", dict, path) or {}).items()}
    key = tuple(need(doc, "key", list, path))
    if missing := [k for k in key if k not in specs]:
        raise ContractError(f"{path.name}: key column {missing[0]!r} is not among the columns; add it there.")
    rules = [rule(r, "delivered", common_path) for r in need(common, "rules", list, common_path)]
    texts = need(common, "texts", dict, common_path)
    for one in columns:
        rules += column_rules(one, "keyed" if one.name in key else "live", texts)
    own = [rule(r, None, path) for r in given(doc, "rules", list, path) or []]
    check_names(own, rules, path)
    check_columns(own, columns, derived, path)
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
        rhythm=rhythm(doc.get("delivery"), path),
    )


def warehouse_texts(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """What the rules that the warehouse judges mean, and what to do about them, in Dutch."""
    path = folder / f"{COMMON}.yml"
    rules = need(read_yaml(path), "warehouse", dict, path)
    return {name: (text["meaning"], text["remedy"]) for name, text in rules.items()}
