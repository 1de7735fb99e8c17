"""Names and values in SQL: the one place where they are quoted."""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path


def quote(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A SQL literal for a text, number, date or truth value; a path becomes a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()[:10]}'"
    return "'" + str(value).replace("'", "''") + "'"


def read_parquet(*paths: Path, **options: bool) -> str:
    """The rows of Parquet files as a relation, with options of DuckDB such as `union_by_name`."""
    given = "".join(f", {name} = {literal(value)}" for name, value in options.items())
    return f"read_parquet({_files(paths)}{given})"


def read_csv(path: Path, options: str) -> str:
    """The rows of a CSV file as a relation."""
    return f"read_csv({_files([path])}, {options})"


def _files(paths: Iterable[Path]) -> str:
    """Names of files are names: no sign in them is a pattern, and no folder called `jaar=2026` makes a column."""
    return f"[{', '.join(literal(pattern(path)) for path in paths)}], hive_partitioning = false"


def pattern(path: Path) -> str:
    """What DuckDB reads as this path and no other, where it expects a pattern."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))
