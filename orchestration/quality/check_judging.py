"""Lets DuckDB judge every rule on a table without rows: a slip in SQL, a pattern or a bound shows before a delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from expectations import contract
from expectations.contract import ContractError, SourceContract
from expectations.routing import broken
from orchestration.door import load, parsing
from orchestration.quality.checking import Places, Problem

NO_SECRET = b"no secret: nothing is pseudonymised here"


def rules_can_be_judged(places: Places) -> Iterator[Problem]:
    """Every derived column and every rule runs. Files that can't be read are told by another check."""
    for name in contract.sources(places.expectations):
        try:
            source = contract.load(name, places.expectations, places.seeds)
        except (ContractError, KeyError, ValueError, TypeError, AttributeError):
            continue
        yield from _source(source)


def _source(source: SourceContract) -> Iterator[Problem]:
    file = f"{source.source}.yml"
    with _without_rows(replace(source, derived={})) as con:
        for name, sql in source.derived.items():
            if said := _mistake(con, f"select {sql} from batch"):
                yield Problem(file, None, f"derived column {name!r} cannot be computed ({said}); mend its sql")
                return  # its rules would fail for the same reason
    with _without_rows(source) as con:
        for rule in source.rules:
            if said := _mistake(con, f"select count(*) from batch where {broken(rule, 'batch')}"):
                yield Problem(file, None, f"rule {rule.name!r} cannot be judged ({said}); see its columns and bounds")


@contextmanager
def _without_rows(source: SourceContract) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        load.prepare_database(con, source)
        parsing.create_batch(con, source, {0: dt.date(2024, 1, 31)}, NO_SECRET)
        yield con


def _mistake(con: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    try:
        con.execute(sql).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0].strip()
    return None
