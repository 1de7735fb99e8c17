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
    Mistakes,
    code_lists,
    column,
    column_rules,
    columns_missed,
    derived_sql,
    given,
    names_taken,
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
    """Reads one contract. Raises `ContractError`, with every mistake on a line, when a file is missing or wrong."""
    path, common_path = folder / f"{source}.yml", folder / f"{COMMON}.yml"
    doc, common = read_yaml(path), read_yaml(common_path)
    codes = code_lists(seeds / "code_lists.csv")
    specs = {**need(doc, "columns", dict, path), **need(common, "columns", dict, common_path)}
    key = tuple(need(doc, "key", list, path))
    texts, words = (need(common, name, dict, common_path) for name in ("texts", "allowed"))
    mistakes = Mistakes()
    read = {name: mistakes.met(column, name, spec or {}, codes, path) for name, spec in specs.items()}
    columns = tuple(one for one in read.values() if one)
    derived_specs = given(doc, "derived", dict, path) or {}
    derived = {name: mistakes.met(derived_sql, name, spec, path) or "" for name, spec in derived_specs.items()}
    mistakes += [
        f"{path.name}: key column {k!r} is not among the columns; add it there." for k in key if k not in specs
    ]
    rules = [
        r
        for spec in need(common, "rules", list, common_path)
        if (r := mistakes.met(rule, spec, "delivered", common_path))
    ]
    for one in columns:
        rules += mistakes.met(column_rules, one, "keyed" if one.name in key else "live", texts, words) or []
    own = [r for spec in given(doc, "rules", list, path) or [] if (r := mistakes.met(rule, spec, None, path))]
    mistakes += names_taken(own, rules, path)
    # A column with a mistake of its own is there, whatever it holds.
    mistakes += columns_missed(own, [one or Column(name, "text") for name, one in read.items()], derived, path)
    pace = mistakes.met(rhythm, doc.get("delivery"), path)
    mistakes.tell()
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
        rhythm=pace,
    )


def warehouse_texts(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """What the rules that the warehouse judges mean, and what to do about them, in Dutch."""
    path = folder / f"{COMMON}.yml"
    rules = need(read_yaml(path), "warehouse", dict, path)
    return {name: (text["meaning"], text["remedy"]) for name, text in rules.items()}
