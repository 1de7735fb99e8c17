"""Validates `batch` against the rules of a contract and routes the rows that break one.

Great Expectations counts; one SQL statement from the same rule says which rows. Their counts must be equal, or the
load fails: a row is never loaded or quarantined by a rule that was read in two ways.
"""

from collections.abc import Sequence

import duckdb
from duckdb import DuckDBPyConnection

from expectations import suite
from expectations.agreement import Validate
from expectations.contract import Rule, SourceContract
from expectations.routing import ROW_ID, broken
from orchestration.store.errors import TweError
from orchestration.store.sql import literal, quote

# Scope of a rule -> the rows of `batch` on which it is validated.
SCOPES = {
    "delivered": "true",
    "keyed": "_shape <> 'malformed'",
    "live": "_shape = 'row'",
    "kept": "_shape <> 'malformed' and _id not in (select _id from broken where on_fail = 'reject')",
    "loaded": "_shape = 'row' and _id not in (select _id from broken where on_fail = 'reject')",
}


class IngestError(TweError):
    """Great Expectations and the routing disagree; nothing of the batch is loaded."""


def by_routing(database: str, table: str, rules: Sequence[Rule]) -> Sequence[int]:
    """A `Validate` that counts with the routing alone, in milliseconds: where nothing is kept of the verdict."""
    with duckdb.connect(database) as con:
        return _counts(con, table, [broken(rule, table) for rule in rules])


def validate_batch(
    con: DuckDBPyConnection, database: str, contract: SourceContract, validate: Validate = suite.validate
) -> None:
    """Makes table `broken` (_id, rule, on_fail): every rule that every row of `batch` broke.

    `database` is the name under which `validate` finds the same database. Raises `IngestError` when counts differ.
    """
    con.execute(f"create table broken ({ROW_ID} bigint, rule varchar, on_fail varchar)")
    for scope, condition in SCOPES.items():
        rules = contract.rules_of(scope)
        con.execute(f"create or replace view {scope} as select * from batch where {condition}")
        (rows,) = con.execute(f"select count(*) from {scope}").fetchall()[0]
        if not rules or not rows:
            continue
        if scope == "loaded":  # the view reads `broken`, which grows while warnings are added
            con.execute("create table warned_on as from loaded; create or replace view loaded as from warned_on")
        _route(con, scope, rules, validate(database, scope, rules))


def _route(con: DuckDBPyConnection, view: str, rules: Sequence[Rule], counted_by_suite: Sequence[int]) -> None:
    predicates = [broken(rule, view) for rule in rules]
    counted = _counts(con, view, predicates)
    for rule, predicate, routed, by_suite in zip(rules, predicates, counted, counted_by_suite, strict=True):
        if routed != by_suite:
            raise IngestError(
                f"rule {rule.name!r}: Great Expectations found {by_suite} rows, the routing {routed}; nothing was "
                "loaded. Report this to the data engineer with the name of the rule."
            )
        if routed:
            con.execute(
                f"insert into broken select {ROW_ID}, {literal(rule.name)}, {literal(rule.on_fail)} "
                f"from {quote(view)} where {predicate}"
            )


def _counts(con: DuckDBPyConnection, view: str, predicates: Sequence[str]) -> Sequence[int]:
    counts = ", ".join(f"count(*) filter (where {predicate})" for predicate in predicates)
    return con.execute(f"select {counts} from {quote(view)}").fetchall()[0]
