"""Reads the naming rule off docs/naming.md and judges models, columns and descriptions of the warehouse by it.

Complaints are sentences that say which name is wrong and what to do; an empty list is a tree that keeps the rule.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from orchestration.store.paths import PROJECT

PAGE = PROJECT / "docs" / "naming.md"
GRAIN = re.compile(r"(One row per|Exactly one row)\b[^.]*\.$")


@dataclass(frozen=True)
class Column:
    """A column of the built warehouse with what the dbt project says about it."""

    schema: str
    model: str
    name: str
    type: str
    description: str = ""
    is_shared: bool = False  # its description is a doc block

    def __str__(self) -> str:
        return f"{self.model}.{self.name}"


@dataclass(frozen=True)
class Name:
    """A row of the rule: a pattern, and per type the schemas that may have it (none = all)."""

    pattern: str
    types: tuple[tuple[str, frozenset[str]], ...]

    def fits(self, name: str) -> bool:
        return fnmatchcase(name, self.pattern)

    def may_be(self, column: Column) -> bool:
        return any(kind == column.type and (not schemas or column.schema in schemas) for kind, schemas in self.types)


@dataclass(frozen=True)
class Rule:
    models: tuple[tuple[str, str], ...]  # (pattern, schema)
    columns: tuple[Name, ...]  # shapes first, then words: the first that fits counts
    several_meanings: frozenset[str]

    def of(self, name: str) -> Name | None:
        return next((each for each in self.columns if each.fits(name)), None)


def read(page: Path = PAGE) -> Rule:
    """The rule as the tables of the page state it."""
    sections = dict(part.split("\n", 1) for part in page.read_text(encoding="utf-8").split("\n## ")[1:])
    models = tuple((n, row[1]) for row in _rows(sections["Models"]) for n in _names(row[0]))
    columns = tuple(
        Name(name, _types(row[1]))
        for section in ("Columns by their shape", "Words of their own")
        for row in _rows(sections[section])
        for name in _names(row[0])
    )
    several = frozenset(n for row in _rows(sections["One name, several meanings"]) for n in _names(row[0]))
    return Rule(models, columns, several)


def _rows(section: str) -> list[list[str]]:
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _types(cell: str) -> tuple[tuple[str, frozenset[str]], ...]:
    parts = [part.strip().partition(" in ") for part in re.split(r",\s(?![^(]*\))", cell)]
    return tuple((kind, frozenset(schemas.split())) for kind, _, schemas in parts)


def wrong_models(rule: Rule, models: Iterable[tuple[str, str]]) -> list[str]:
    """Complaints about (schema, model) pairs, and about rows of the rule that no model needs."""
    models = list(models)
    wrong = [
        f"{schema}.{model}: no model of schema {schema} is called so; see Models in docs/naming.md"
        for schema, model in models
        if not any(schema == at and fnmatchcase(model, pattern) for pattern, at in rule.models)
    ]
    known = {model for _, model in models}
    return wrong + [f"docs/naming.md: there is no model {p}" for p, _ in rule.models if "*" not in p and p not in known]


def wrong_columns(rule: Rule, columns: Sequence[Column]) -> list[str]:
    """Complaints about names and types, and about rows of the rule that no column needs."""
    wrong, used = [], set()
    for column in columns:
        name = rule.of(column.name)
        if name is None:
            wrong.append(
                f"{column}: no shape or word of docs/naming.md fits; rename it, or add a word with its meaning"
            )
            continue
        used.add(name.pattern)
        if not name.may_be(column):
            wrong.append(f"{column} is {column.type} in {column.schema}, which {name.pattern!r} may not be there")
    names = [name.pattern for name in rule.columns]
    return wrong + [f"docs/naming.md: no column needs {name!r}" for name in names if name not in used]


def wrong_descriptions(rule: Rule, columns: Sequence[Column]) -> list[str]:
    """Complaints about columns without words, about words written twice, and about names that mean two things."""
    wrong = [f"{column} has no description" for column in columns if not column.description.strip()]
    written: dict[tuple[str, str], list[Column]] = defaultdict(list)
    meanings: dict[tuple[str, str, str], dict[str, Column]] = defaultdict(dict)
    for column in columns:
        if not column.is_shared:
            written[column.name, column.description].append(column)
        meanings[column.schema, column.name, column.type].setdefault(column.description, column)
    for (name, _), same in sorted(written.items()):
        if len(same) > 1:
            wrong.append(
                f"{name} is described in the same words in {', '.join(c.model for c in same)}; use a doc block"
            )
    for (_, name, _), each in sorted(meanings.items()):
        if len(each) > 1 and name not in rule.several_meanings:
            wrong.append(f"{name} is described in different words in {', '.join(c.model for c in each.values())}")
    return wrong


def without_grain(descriptions: Iterable[tuple[str, str]]) -> list[str]:
    """Complaints about (model, description) pairs whose last sentence does not say what one row is."""
    return [
        f"{model}: end the description with `One row per ...`"
        for model, text in descriptions
        if not GRAIN.search(text.strip())
    ]
