"""A rule as SQL: the predicate that is true for a row that breaks it.

Great Expectations only counts; this module says which rows. Both read the same rule, and the load fails
when their counts differ, so an expectation that is not written here right cannot route a row silently.
As in Great Expectations, a missing value breaks no rule but `not_be_null`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from expectations.model import Rule
from orchestration.store.sql import literal, quote

ROW_ID = "_id"
"""Names a row of the batch; a custom query must return it."""


def _in(kwargs: Mapping[str, Any]) -> str:
    return f"{quote(kwargs['column'])} in ({', '.join(map(literal, kwargs['value_set']))})"


def _outside(value: str, kwargs: Mapping[str, Any]) -> str:
    parts = []
    if kwargs.get("min_value") is not None:
        parts.append(f"{value} {'<=' if kwargs.get('strict_min') else '<'} {literal(kwargs['min_value'])}")
    if kwargs.get("max_value") is not None:
        parts.append(f"{value} {'>=' if kwargs.get('strict_max') else '>'} {literal(kwargs['max_value'])}")
    return " or ".join(parts) or "false"


def on_a_bound(rule: Rule) -> list[str]:
    """SQL, for each bound of a rule, that is true for a row whose value lies on it."""
    kwargs = rule.kwargs
    if "column_A" in kwargs:
        return [f"{quote(kwargs['column_A'])} = {quote(kwargs['column_B'])}"]
    bounds = [kwargs[name] for name in ("min_value", "max_value") if kwargs.get(name) is not None]
    value = quote(kwargs["column"]) if bounds else ""
    if "lengths" in rule.expect:
        value = f"length({value})"
    return [f"{value} = {literal(bound)}" for bound in bounds]


def _pair(kwargs: Mapping[str, Any]) -> str:
    operator = "<" if kwargs.get("or_equal") else "<="
    return f"{quote(kwargs['column_A'])} {operator} {quote(kwargs['column_B'])}"


def _query(kwargs: Mapping[str, Any]) -> str:
    return f"{ROW_ID} in ({_returned(kwargs)})"


def _returned(kwargs: Mapping[str, Any]) -> str:
    return kwargs["unexpected_rows_query"].strip().rstrip(";")


SUPPORTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "expect_column_values_to_not_be_null": lambda k: f"{quote(k['column'])} is null",
    "expect_column_values_to_be_null": lambda k: f"{quote(k['column'])} is not null",
    "expect_column_values_to_be_in_set": lambda k: f"not ({_in(k)})",
    "expect_column_values_to_not_be_in_set": _in,
    "expect_column_values_to_be_between": lambda k: _outside(quote(k["column"]), k),
    "expect_column_value_lengths_to_be_between": lambda k: _outside(f"length({quote(k['column'])})", k),
    "expect_column_values_to_match_regex": lambda k: f"not regexp_matches({quote(k['column'])}, {literal(k['regex'])})",
    "expect_column_values_to_not_match_regex": lambda k: f"regexp_matches({quote(k['column'])}, {literal(k['regex'])})",
    "expect_column_pair_values_a_to_be_greater_than_b": _pair,
    "unexpected_rows_expectation": _query,
}
"""Expectation -> SQL of a row that breaks it, from the settings of a rule (`source_file` says which they are)."""


def query(rule: Rule, view: str) -> str | None:
    """The query of a rule, which returns the rows of `view` that break it; None of a rule that has none."""
    return _on(view, _returned(rule.kwargs)) if "unexpected_rows_query" in rule.kwargs else None


def broken(rule: Rule, view: str) -> str:
    """SQL that is true for a row of `view` that breaks `rule`; never null."""
    bad = _on(view, SUPPORTED[rule.expect](rule.kwargs))
    if rule.only_if:
        bad = f"({condition(*rule.only_if)}) and ({bad})"
    return f"coalesce({bad}, false)"


def _on(view: str, sql: str) -> str:
    return sql.replace("{batch}", quote(view))


def condition(column: str, value: Any) -> str:
    """SQL of the rows on which a rule with this `only_if` is validated."""
    return f"{quote(column)} is not null" if value == "given" else f"{quote(column)} = {literal(value)}"
