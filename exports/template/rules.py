"""The rules of a contract as formulas: which row breaks which rule, and which cells that is about.

A rule of a kind that is not known here, or that needs more than the row and its file, gets no formula; the sheet that
explains the template says so. As at ingest, a missing value breaks no rule but that it must be there.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.model import PERSON_NUMBER, Rule, SourceContract
from exports.template import expressions as ex
from exports.template.expressions import Place

BEGUN, SAME_KEY, ALIKE, BEFORE = "twe_begonnen", "twe_zelfde_sleutel", "twe_zelfde_rij", "twe_eerder"
_LIVE = "twe_telt"
_WORD = re.compile(r"\w+")
_MONTHS = re.compile(r"completed_months\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.IGNORECASE)
_TERM = re.compile(
    r"cast\(\s*last_day\(\s*(\w+)\s*\)\s*([+-])\s*interval\s*'?(\d+)'?\s*(year|month)s?\s+as\s+date\s*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Operand:
    """A column of the batch as a formula, which is an error where the batch has null (for texts: ""). `months` are the
    two columns between which it counts them, which it has instead of a formula."""

    formula: str
    type: str
    months: tuple[str, str] | None = None

    @property
    def is_null(self) -> str:
        return f'{self.formula}=""' if self.type == "given" else f"ISERROR({self.formula})"


@dataclass(frozen=True)
class RuleFormula:
    """What a rule is about, and its formula; "" when it has none."""

    rule: Rule
    columns: frozenset[str]
    formula: str

    @property
    def name(self) -> str:
        return f"twe_regel_{self.rule.name}"


def concerned(contract: SourceContract, rule_name: str) -> frozenset[str]:
    """The columns of the source that a rule is about; none for a rule that the contract doesn't know."""
    found = (_concerned(contract, rule) for rule in contract.rules if rule.name == rule_name)
    return frozenset().union(*found)


def checks(contract: SourceContract) -> list[RuleFormula]:
    """Every rule of the contract with its formula."""
    translator = _Translator(contract)
    return [RuleFormula(rule, _concerned(contract, rule), translator.formula(rule)) for rule in contract.rules]


def _concerned(contract: SourceContract, rule: Rule) -> frozenset[str]:
    known = {c.name for c in contract.columns}
    named = {str(v) for k, v in rule.kwargs.items() if k.startswith("column")}
    if rule.only_if:
        named.add(rule.only_if[0])
    named |= set(_WORD.findall(str(rule.kwargs.get("unexpected_rows_query", ""))))
    for derived in named & set(contract.derived):
        named |= set(_WORD.findall(contract.derived[derived]))
    found = {name.split("__")[0] for name in named} & known
    if PERSON_NUMBER in named:
        found |= {c.name for c in contract.columns if c.is_identification}
    return frozenset(contract.key) if "_repeat" in named else frozenset(found)


def names(contract: SourceContract, place: Place, last_row: int) -> Iterator[tuple[str, str]]:
    """(name, formula) of everything that is said of a row."""
    for column in contract.columns:
        yield from ex.names_of(column, place)
    letters = [place.letters[c.name] for c in contract.columns]
    row = f"{place.sheet}!${letters[0]}1:${letters[-1]}1"
    yield BEGUN, f"IFERROR(SUMPRODUCT(LEN(TRIM({row}))),1)>0"
    yield _LIVE, f'AND({BEGUN},IFERROR({ex.value(contract.withdrawn.name)}<>"J",TRUE))'
    yield from _repeats(contract, place, last_row)
    by_name: dict[str, list[str]] = {}
    for check in checks(contract):
        if check.formula:
            by_name.setdefault(check.name, []).append(check.formula)
    for name, formulas in by_name.items():
        yield name, formulas[0] if len(formulas) == 1 else f"OR({','.join(formulas)})"


def _repeats(contract: SourceContract, place: Place, last_row: int) -> Iterator[tuple[str, str]]:
    """How many rows have the key of this one, how many are alike, and how many of those up to this one."""
    complete = ",".join(f'{ex.text(k)}<>""' for k in contract.key)
    every = [c.name for c in contract.columns]
    for name, columns, to_here in ((SAME_KEY, contract.key, False), (ALIKE, every, False), (BEFORE, every, True)):
        ranges = [place.cells(c, last_row) if not to_here else place.cells_to_here(c) for c in columns]
        same = "*".join(
            f'IFERROR(EXACT({r}&"",{place.cell(c)}&""),FALSE)' for r, c in zip(ranges, columns, strict=True)
        )
        yield name, f"IF(AND({complete}),IFERROR(SUMPRODUCT(1*{same}),0),0)"


def looks(contract: SourceContract, column: str, on_fail: str) -> list[str]:
    """The names of the rules about a column that have a formula, each once."""
    found = [c.name for c in checks(contract) if c.formula and column in c.columns and c.rule.on_fail == on_fail]
    return list(dict.fromkeys(found))


def _derived(contract: SourceContract) -> dict[str, Operand]:
    """The derived columns whose SQL is known here."""
    dates = {c.name for c in contract.columns if c.type in ex.DATES}
    found = {}
    for name, sql in contract.derived.items():
        if (months := _MONTHS.fullmatch(sql.strip())) and {*months.groups()} <= dates:
            found[name] = Operand("", "months", (ex.value(months[1]), ex.value(months[2])))
        elif (term := _TERM.fullmatch(sql.strip())) and term[1] in dates:
            count = int(f"{term[2]}{term[3]}") * (12 if term[4].lower() == "year" else 1)
            found[name] = Operand(f"EDATE(EOMONTH({ex.value(term[1])},0),{count})", "date")
    return found


class _Translator:
    """Formulas of the rules of one contract."""

    def __init__(self, contract: SourceContract) -> None:
        self._operands = _derived(contract)
        for column in contract.columns:
            given, read = ex.text(column.name), ex.value(column.name)
            self._operands[column.name] = Operand(read, column.type)
            self._operands[column.text] = Operand(given, "given")
            self._operands[column.unparsed] = Operand(f'IF(ISERROR({read}),{given},"")', "given")
            self._operands[column.code] = Operand(f"UPPER({given})", "given")

    def formula(self, rule: Rule) -> str:
        """True for a row that breaks the rule; "" when a formula can't tell."""
        bad = _TRANSLATIONS.get(rule.expect, _none)(self, rule.kwargs)
        if rule.only_if and bad:
            condition = self._condition(*rule.only_if)
            bad = f"IF({condition},{bad},FALSE)" if condition else ""
        begun = BEGUN if rule.scope in ("delivered", "keyed", "kept") else _LIVE
        return f"IF({begun},IFERROR({bad},FALSE),FALSE)" if bad else ""

    def _of(self, name: str) -> Operand | None:
        """The column, when a formula knows its value."""
        found = self._operands.get(name)
        return found if found and found.formula else None

    def _condition(self, column: str, item: Any) -> str:
        if (found := self._of(column)) is None:
            return ""
        return f"NOT({found.is_null})" if item == "given" else _equal(found, item)

    def null(self, kwargs: Mapping[str, Any]) -> str:
        return found.is_null if (found := self._of(kwargs["column"])) else ""

    def given(self, kwargs: Mapping[str, Any]) -> str:
        return f"NOT({found.is_null})" if (found := self._of(kwargs["column"])) else ""

    def in_set(self, kwargs: Mapping[str, Any]) -> str:
        if kwargs["column"] == "_repeat":
            return ",".join(filter(None, map(_REPEATS.get, kwargs["value_set"])))
        found = self._of(kwargs["column"])
        return f"OR({','.join(_equal(found, item) for item in kwargs['value_set'])})" if found else ""

    def not_in_set(self, kwargs: Mapping[str, Any]) -> str:
        found = self._of(kwargs["column"])
        return f"IF({found.is_null},FALSE,NOT({self.in_set(kwargs)}))" if found else ""

    def outside(self, kwargs: Mapping[str, Any]) -> str:
        found = self._operands.get(kwargs["column"])
        if found and found.months:
            return _months_outside(*found.months, kwargs)
        if not found or found.type not in (*ex.DATES, *ex.NUMBERS):
            return ""
        return _outside(found.formula, found.type, kwargs)

    def too_long(self, kwargs: Mapping[str, Any]) -> str:
        found = self._of(kwargs["column"])
        if not found or found.type not in ("given", "text"):
            return ""
        return f"IF({found.is_null},FALSE,{_outside(f'LEN({found.formula})', 'integer', kwargs)})"

    def not_greater(self, kwargs: Mapping[str, Any]) -> str:
        pair = [self._of(kwargs[side]) for side in ("column_A", "column_B")]
        kinds = {next((k for k in (ex.DATES, ex.NUMBERS) if o and o.type in k), ()) for o in pair}
        if len(kinds) != 1 or not all(kinds):
            return ""
        a, b = (operand.formula for operand in pair if operand)
        return f"{a}{'<' if kwargs.get('or_equal') else '<='}{b}"


_REPEATS = {
    "duplicate_row": f"IF({SAME_KEY}>1,IF({SAME_KEY}={ALIKE},{BEFORE}>1,FALSE),FALSE)",
    "conflicting_key": f"IF({SAME_KEY}>1,{SAME_KEY}>{ALIKE},FALSE)",
}
_TRANSLATIONS = {
    "expect_column_values_to_not_be_null": _Translator.null,
    "expect_column_values_to_be_null": _Translator.given,
    "expect_column_values_to_be_in_set": _Translator.not_in_set,
    "expect_column_values_to_not_be_in_set": _Translator.in_set,
    "expect_column_values_to_be_between": _Translator.outside,
    "expect_column_value_lengths_to_be_between": _Translator.too_long,
    "expect_column_pair_values_a_to_be_greater_than_b": _Translator.not_greater,
}


def _none(*_: object) -> str:
    return ""


def _literal(kind: str, item: Any) -> str:
    """A value of a rule as the formulas of its column have it."""
    if isinstance(item, bool):
        return '"J"' if item else '"N"'
    if kind in ex.DATES and isinstance(item, dt.date):
        return f"DATE({item.year},{item.month},{item.day})"
    return ex.quoted(item)


def _equal(operand: Operand, item: Any) -> str:
    if operand.type in ("given", "text"):
        return f"EXACT({operand.formula},{ex.quoted(str(item))})"
    return f"IFERROR({operand.formula}={_literal(operand.type, item)},FALSE)"


def _outside(formula: str, kind: str, kwargs: Mapping[str, Any]) -> str:
    parts = [
        f"{formula}{sign}{'=' if kwargs.get(strict) else ''}{_literal(kind, kwargs[bound])}"
        for bound, strict, sign in (("min_value", "strict_min", "<"), ("max_value", "strict_max", ">"))
        if kwargs.get(bound) is not None
    ]
    return f"OR({','.join(parts)})" if parts else "FALSE"


def _months_outside(begin: str, end: str, kwargs: Mapping[str, Any]) -> str:
    """Completed months between two days: at least n of them have passed when n months later is the day after, or
    before it."""
    parts = []
    if (low := kwargs.get("min_value")) is not None:
        parts.append(f"EDATE({begin},{math.floor(low) + 1 if kwargs.get('strict_min') else math.ceil(low)})>{end}+1")
    if (high := kwargs.get("max_value")) is not None:
        parts.append(f"EDATE({begin},{math.ceil(high) if kwargs.get('strict_max') else math.floor(high) + 1})<={end}+1")
    return f"OR({','.join(parts)})" if parts else "FALSE"
