"""Lets Great Expectations validate a DuckDB table against the rules of a contract, as SQL.

Returns counts only: no value of a row ever leaves the table through a result. Importing Great Expectations
costs seconds, so it happens at the first call.
"""

import logging
import os
import sys
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

from expectations.model import ContractError, Rule
from orchestration.store.errors import TweError
from orchestration.store.yaml_models import Mistake

# Counts, and not one example of a failing value.
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}


class SuiteError(TweError):
    """An expectation could not be validated, which is never taken for a pass."""


def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
    """The rows of `table` that break each of `rules`, in the DuckDB `database` (a path, or a named memory database).

    Raises `SuiteError` for an empty suite or an expectation that raised, `ContractError` for a rule that
    Great Expectations does not accept.
    """
    if not rules:
        raise SuiteError(f"no rules for {table}: an empty suite never passes; add a rule to its YAML")
    gx = load()
    from great_expectations.datasource.fluent.interfaces import GxDatasourceWarning

    from expectations import gx_duckdb

    suite = gx.ExpectationSuite(name=table, expectations=[_expectation(i, r) for i, r in enumerate(rules)])
    try:
        with warnings.catch_warnings():  # it advises PostgreSQL wherever that has a driver
            warnings.simplefilter("ignore", GxDatasourceWarning)
            source = _context().data_sources.add_or_update_sql("duckdb", connection_string=gx_duckdb.url(database))
        batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all").get_batch()
        result = batch.validate(suite, result_format=COUNTS_ONLY)
    finally:
        gx_duckdb.close_all()
    # Great Expectations gives its results in an order of its own.
    found = {r.expectation_config.meta["index"]: r for r in result.results}
    if len(found) != len(rules):
        raise SuiteError(f"{table}: {len(found)} results for {len(rules)} expectations")
    return [_count(found[index], rule) for index, rule in enumerate(rules)]


@cache
def load() -> Any:
    """The package of Great Expectations. It would import Spark as well where that is installed, which takes time, warns
    of pandas, and ends the process where Spark takes it for a test of its own; so for that long there is none."""
    kept = {name: sys.modules.get(name) for name in ("pyspark", "pyspark.sql.connect")}
    sys.modules.update(dict.fromkeys(kept))  # ty: ignore[no-matching-overload]  # None: there is no such module
    try:
        import great_expectations
    finally:
        for name, module in kept.items():
            if module:
                sys.modules[name] = module
            else:
                del sys.modules[name]
    return great_expectations


@cache
def _context() -> Any:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    gx = load()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    # What it logs quotes the database, which may quote a value; what went wrong comes with the result too.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _expectation(index: int, rule: Rule) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column

    kwargs: dict[str, Any] = dict(rule.kwargs)
    if rule.expect == "expect_column_pair_values_a_to_be_greater_than_b":
        kwargs["ignore_row_if"] = "either_value_is_missing"
    if rule.only_if:
        column, value = rule.only_if
        kwargs["row_condition"] = Column(column).is_not_null() if value == "given" else Column(column) == value
    try:
        return ExpectationConfiguration(
            type=rule.expect,
            kwargs=kwargs,
            severity=FailureSeverity.CRITICAL if rule.on_fail == "reject" else FailureSeverity.WARNING,
            meta={"index": index, "rule": rule.name},
            notes=rule.meaning or None,
        ).to_domain_obj()
    except Exception as error:
        what = f"rule {rule.name!r} is not accepted by Great Expectations: {error}"
        raise ContractError([Mistake("expectations", None, what)]) from None


def _count(result: Any, rule: Rule) -> int:
    info = result.exception_info or {}
    if any(i.get("raised_exception") for i in (info, *info.values()) if isinstance(i, dict)):
        # The message may quote values, so only the rule is named.
        raise SuiteError(f"the rule {rule.name!r} ({rule.expect}) could not be validated; check its columns and bounds")
    facts = result.result
    count = facts.get("unexpected_count")
    if count is None and facts.get("element_count") == 0:
        count = 0  # no row meets the rule's condition
    if count is None:
        count = facts.get("observed_value")
    if count is None:
        raise SuiteError(f"the rule {rule.name!r} ({rule.expect}) was validated without a count; nothing was loaded")
    return int(count)
