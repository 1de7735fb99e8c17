"""Checks of `expectations/*.yml`: what the contract's reader rejects, what YAML would silently read wrong, and a dry
run of every rule on a table without rows: a mistake in SQL, a pattern or a bound shows before a delivery comes."""

import datetime as dt
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from expectations import contract
from expectations.contract import COMMON, ContractError, SourceContract
from expectations.model import Rule
from expectations.routing import broken
from orchestration.ingest import judging, parsing
from orchestration.quality.checks import reference
from orchestration.quality.checks.files import Places, read, whole_number
from orchestration.quality.checks.reference import CODE_HEADER, CODE_LISTS
from orchestration.store.sql import literal
from orchestration.store.yaml_models import Mistake

THOUSANDS = re.compile(r"\b(min|max|min_value|max_value): *([+-]?\d{1,3}\.\d{3})(?![\d.])")
"""A number as Flanders writes thousands, which YAML takes for decimals; no value here has three of those."""
NO_SECRET = b"no secret: nothing is pseudonymised here"


def sources(places: Places) -> Iterator[Mistake]:
    """Every source, and the rules of all sources: a mistake in one file hides none in another."""
    for path in sorted(places.expectations.glob("*.yml"), key=lambda path: (path.stem != COMMON, path)):
        yield from _thousands(path)
    codes = None  # what is wrong with code_lists.csv is reported by its own check
    if not any(_unreadable_codes(places)):
        try:
            for name in contract.sources(places.expectations):
                contract.load(name, places.expectations, places.seeds)
        except ContractError:
            codes = contract.read_codes(places.seeds / CODE_LISTS)
        else:
            return  # as nearly always, and what was read is kept for the run
    yield from contract.mistakes(places.expectations, codes)


def _unreadable_codes(places: Places) -> Iterator[Mistake]:
    """What keeps the contract's reader from reading the code lists at all."""
    rows, mistakes = read(places.seeds / CODE_LISTS, CODE_HEADER)
    yield from mistakes
    yield from (Mistake(CODE_LISTS, r.line, "sort_order") for r in rows if not whole_number(r["sort_order"]))


def _thousands(path: Path) -> Iterator[Mistake]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if wrong := THOUSANDS.search(line.partition("#")[0]):
            what = (
                f"{wrong[1]} is read as {float(wrong[2]):g}, because a point is the decimal sign; write "
                f"{wrong[2].replace('.', '')}, or {float(wrong[2]):g} when that is meant"
            )
            yield Mistake(path.name, number, what)


def dry_run(places: Places) -> Iterator[Mistake]:
    """Every derived column and every rule runs. `sources` reports files that can't be read."""
    if any(_unreadable_codes(places)):
        return
    for name in contract.sources(places.expectations):
        try:
            yield from _source(contract.load(name, places.expectations, places.seeds), places.seeds)
        except ContractError:
            continue
        except duckdb.Error:
            if not any(reference.municipalities(places)):
                raise
            return  # rules read this table too, and what keeps DuckDB from reading it is reported


def _source(source: SourceContract, seeds: Path) -> Iterator[Mistake]:
    file = f"{source.source}.yml"
    with _without_rows(replace(source, derived={}), seeds) as con:
        said = {name: _mistake(con, f"select {sql} from batch") for name, sql in source.derived.items()}
    for name, what in said.items():
        if what:
            yield Mistake(file, None, f"derived column {name!r} cannot be computed ({what}); mend its sql")
    if any(said.values()):
        return  # their rules would fail for the same reason
    with _without_rows(source, seeds) as con:
        kinds = {name: kind for name, kind, *_ in con.execute("describe batch").fetchall()}
        for rule in source.rules:
            for value in _misfits(con, rule, kinds):
                what = f"rule {rule.name!r}: {value!r} can't be compared with {rule.kwargs['column']!r}"
                yield Mistake(file, None, what)
            if said := _mistake(con, f"select count(*) from batch where {broken(rule, 'batch')}"):
                yield Mistake(file, None, f"rule {rule.name!r} cannot be run ({said}); see its columns and bounds")


def _misfits(con: duckdb.DuckDBPyConnection, rule: Rule, kinds: Mapping[str, str]) -> list[object]:
    """Bounds and codes that are of another type than the column; without rows nothing else would notice."""
    kind = "BIGINT" if "lengths" in rule.expect else kinds.get(str(rule.kwargs.get("column")))
    values = [rule.kwargs.get("min_value"), rule.kwargs.get("max_value"), *rule.kwargs.get("value_set", [])]
    given = [value for value in values if value is not None]
    if kind is None:
        return []
    return [v for v in given if con.execute(f"select try_cast({literal(v)} as {kind}) is null").fetchall()[0][0]]


@contextmanager
def _without_rows(source: SourceContract, seeds: Path) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        judging.prepare_database(con, source, seeds)
        parsing.create_batch(con, source, {0: dt.date(2024, 1, 31)}, NO_SECRET)
        yield con


def _mistake(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    try:
        con.execute(sql).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0].strip()
    return None
