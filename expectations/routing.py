"""A rule as SQL: the predicate that is true for a row that breaks it.

Great Expectations only counts; this module says which rows. Both read the same rule, and the door fails
when their counts differ, so an expectation that is not written here right cannot route a row silently.
As in Great Expectations, a missing value breaks no rule but `not_be_null`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from expectations.contract import Rule

ROW_ID = "_id"
"""Names a row of the batch; a custom query must return it."""


def quote(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A SQL literal for a bound or code of a rule."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()[:10]}'"
    return "'" + str(value).replace("'", "''") + "'"


@dataclass(frozen=True)
class ExpectationType:
    """A supported expectation: its settings, and the SQL of a row that breaks it."""

    required: frozenset[str]
    optional: frozenset[str]
    bad: Callable[[Mapping[str, Any]], str]

    def problems(self, kwargs: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with the settings of a rule."""
        for name in sorted(self.required - set(kwargs)):
            yield f"the setting {name!r} is missing"
        for name in sorted(set(kwargs) - self.required - self.optional):
            yield f"the setting {name!r} is unknown here"
        if "value_set" in kwargs and not (isinstance(kwargs["value_set"], list) and kwargs["value_set"]):
            yield "value_set is empty or no list; write it as [A, B]"
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        if low is not None and high is not None and low > high:
            yield f"min_value {low} is above max_value {high}; no value can pass"


def _in(kwargs: Mapping[str, Any]) -> str:
    return f"{quote(kwargs['column'])} in ({', '.join(map(literal, kwargs['value_set']))})"


def _outside(value: str, kwargs: Mapping[str, Any]) -> str:
    parts = []
    if kwargs.get("min_value") is not None:
        parts.append(f"{value} {'<=' if kwargs.get('strict_min') else '<'} {literal(kwargs['min_value'])}")
    if kwargs.get("max_value") is not None:
        parts.append(f"{value} {'>=' if kwargs.get('strict_max') else '>'} {literal(kwargs['max_value'])}")
    return " or ".join(parts) or "false"


def _pair(kwargs: Mapping[str, Any]) -> str:
    operator = "<" if kwargs.get("or_equal") else "<="
    return f"{quote(kwargs['column_A'])} {operator} {quote(kwargs['column_B'])}"


def _query(kwargs: Mapping[str, Any]) -> str:
    return f"{ROW_ID} in ({kwargs['unexpected_rows_query'].strip().rstrip(';')})"


def _kind(bad: Callable[[Mapping[str, Any]], str], *required: str, optional: tuple[str, ...] = ()) -> ExpectationType:
    return ExpectationType(frozenset(required), frozenset(optional), bad)


_BOUNDS = ("min_value", "max_value", "strict_min", "strict_max")
SUPPORTED: dict[str, ExpectationType] = {
    "expect_column_values_to_not_be_null": _kind(lambda k: f"{quote(k['column'])} is null", "column"),
    "expect_column_values_to_be_null": _kind(lambda k: f"{quote(k['column'])} is not null", "column"),
    "expect_column_values_to_be_in_set": _kind(lambda k: f"not ({_in(k)})", "column", "value_set"),
    "expect_column_values_to_not_be_in_set": _kind(_in, "column", "value_set"),
    "expect_column_values_to_be_between": _kind(lambda k: _outside(quote(k["column"]), k), "column", optional=_BOUNDS),
    "expect_column_value_lengths_to_be_between": _kind(
        lambda k: _outside(f"length({quote(k['column'])})", k), "column", optional=_BOUNDS
    ),
    "expect_column_values_to_match_regex": _kind(
        lambda k: f"not regexp_matches({quote(k['column'])}, {literal(k['regex'])})", "column", "regex"
    ),
    "expect_column_values_to_not_match_regex": _kind(
        lambda k: f"regexp_matches({quote(k['column'])}, {literal(k['regex'])})", "column", "regex"
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": _kind(_pair, "column_A", "column_B", optional=("or_equal",)),
    "unexpected_rows_expectation": _kind(_query, "unexpected_rows_query"),
}


def broken(rule: Rule, view: str) -> str:
    """SQL that is true for a row of `view` that breaks `rule`; never null."""
    bad = SUPPORTED[rule.expect].bad(rule.kwargs).replace("{batch}", quote(view))
    if rule.only_if:
        bad = f"({_condition(*rule.only_if)}) and ({bad})"
    return f"coalesce({bad}, false)"


def _condition(column: str, value: Any) -> str:
    return f"{quote(column)} is not null" if value == "given" else f"{quote(column)} = {literal(value)}"
