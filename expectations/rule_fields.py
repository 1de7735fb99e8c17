"""The fields of a rule in `<source>.yml` and `common.yml`: one model per kind of expectation, with its settings.

`routing` makes SQL of the settings; both know the same expectations, and a test holds them together.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from orchestration.store.yaml_models import Fields, Misplaced

LOADED = re.compile(r"(?<!niet )\bgeladen\b", re.IGNORECASE)
"""What may be said of a row with a warning only; `niet geladen` may be said of a row in quarantine."""


def _as_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"the name {name!r} must be a-z, 0-9 and _, and begin with a letter")
    return name


def _as_text(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty; say it in Dutch, for the OCMW")
    return text


def _as_code(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        raise ValueError(
            f"a code reads as {value!r} (YAML takes NO, ON, Y and the like for yes or no); put the codes in quotes"
        )
    return _as_single(value)


def _as_bound(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d[\d.,]*", value.strip()):
        raise ValueError(f"the bound {value!r} is a text; write the number without quotes, such as 5000 or 12.5")
    return _as_single(value)


def _as_single(value: Any) -> Any:
    if not isinstance(value, str | int | float | dt.date):
        raise ValueError(f"{value!r} is no single value; write a number, date or text")
    return value


Name = Annotated[str, AfterValidator(_as_name), WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})]
Text = Annotated[str, AfterValidator(_as_text)]
Bound = Annotated[Any, AfterValidator(_as_bound), WithJsonSchema({"type": ["number", "string"]})]
Code = Annotated[Any, AfterValidator(_as_code), WithJsonSchema({"type": ["number", "string"]})]


class OnlyIf(Fields):
    """The rows on which a rule is validated."""

    EXAMPLE: ClassVar[str] = "{column: soort, is: BETALING}"

    column: str
    value: Code = Field(alias="is", description="A code, or `given`: any value.")


class RuleText(Fields):
    """What a rule says to people."""

    meaning: Text = Field(description="What is wrong, in Dutch, for the OCMW.")
    remedy: Text = Field(description="What the OCMW has to do, in Dutch.")


class RuleFields(RuleText):
    """What every rule holds. The classes below add the settings of their expectations."""

    EXAMPLE: ClassVar[str] = "{name: ..., on_fail: warn, expect: ..., meaning: ..., remedy: ...}"

    name: Name
    expect: str
    on_fail: Literal["reject", "warn"] = Field(description="reject: the row goes to quarantine; warn: it is loaded.")
    only_if: OnlyIf | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the expectation, as they were given."""
        return self.model_dump(exclude_unset=True, exclude=set(RuleFields.model_fields))

    @model_validator(mode="after")
    def _says_what_it_does(self) -> RuleFields:
        wrong = [name for name in ("meaning", "remedy") if LOADED.search(getattr(self, name))]
        if wrong and self.on_fail == "reject":
            what = "on_fail: reject puts the row in quarantine, but its {} says that something is loaded; "
            what += "say what the OCMW has to do to get the row in"
            raise Misplaced(*(((name,), what.format(name)) for name in wrong))
        return self


class NullRule(RuleFields):
    """A value must be there, or must not."""

    expect: Literal["expect_column_values_to_not_be_null", "expect_column_values_to_be_null"]
    column: str


class SetRule(RuleFields):
    """A value must be one of a set, or must not."""

    expect: Literal["expect_column_values_to_be_in_set", "expect_column_values_to_not_be_in_set"]
    column: str
    value_set: list[Code] = Field(min_length=1)


class BetweenRule(RuleFields):
    """A value, or the length of a text, must lie between bounds; a bound itself is allowed unless it is strict."""

    expect: Literal["expect_column_values_to_be_between", "expect_column_value_lengths_to_be_between"]
    column: str
    min_value: Bound = None
    max_value: Bound = None
    strict_min: bool = False
    strict_max: bool = False

    @model_validator(mode="after")
    def _lets_something_pass(self) -> BetweenRule:
        low, high = self.min_value, self.max_value
        try:
            empty = low is not None and high is not None and low > high
        except TypeError:
            raise Misplaced((("max_value",), f"min_value {low} and max_value {high} are of two kinds")) from None
        if empty:
            raise Misplaced((("min_value",), f"min_value {low} is above max_value {high}; no value can pass"))
        return self


class PatternRule(RuleFields):
    """A text must match a regular expression somewhere, or must not."""

    expect: Literal["expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex"]
    column: str
    regex: str


class PairRule(RuleFields):
    """The value of column_A must be greater than that of column_B, or equal to it with `or_equal`."""

    expect: Literal["expect_column_pair_values_a_to_be_greater_than_b"]
    column_A: str
    column_B: str
    or_equal: bool = False


class QueryRule(RuleFields):
    """Rows that a query finds break the rule: SQL that selects `_id` from `{batch}`."""

    expect: Literal["unexpected_rows_expectation"]
    unexpected_rows_query: Text


AnyRule = Annotated[
    NullRule | SetRule | BetweenRule | PatternRule | PairRule | QueryRule, Field(discriminator="expect")
]
