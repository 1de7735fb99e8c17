"""The rules of a contract as formulas: which row breaks which rule, and which cells that is about.

A rule of a kind that is not known here, or that needs more than the row and its file, gets no formula; the sheet that
explains the template says so. As at ingest, a missing value breaks no rule but that it must be there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from expectations.model import Rule, SourceContract
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
    """A column of the batch as a formula, which is "" where the batch has null."""

    formula: str
    type: str


@dataclass(frozen=True)
class Check:
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


def checks(contract: SourceContract) -> list[Check]:
    """Every rule of the contract with its formula."""
    translator = _Translator(contract)
    return [Check(rule, _concerned(contract, rule), translator.formula(rule)) for rule in contract.rules]


def _concerned(contract: SourceContract, rule: Rule) -> frozenset[str]:
    known = {c.name for c in contract.columns}
    named = {str(v) for k, v in rule.kwargs.items() if k.startswith("column")}
    if rule.only_if:
        named.add(rule.only_if[0])
    named |= set(_WORD.findall(str(rule.kwargs.get("unexpected_rows_query", ""))))
    for derived in named & set(contract.derived):
        named |= set(_WORD.findall(contract.derived[derived]))
    found = {name.split("__")[0] for name in named} & known
    return frozenset(contract.key) if "_repeat" in named else frozenset(found)


def names(contract: SourceContract, place: Place, last_row: int) -> Iterator[tuple[str, str]]:
    """(name, formula) of everything that is said of a row."""
    for column in contract.columns:
        yield from ex.names_of(column, place)
    yield from _derived(contract)
    letters = [place.letters[c.name] for c in contract.columns]
    row = f"{place.sheet}!${letters[0]}1:${letters[-1]}1"
    yield BEGUN, f"IFERROR(SUMPRODUCT(LEN(TRIM({row}))),1)>0"
    yield _LIVE, f'AND({BEGUN},{ex.value(contract.withdrawn.name)}<>"J")'
    yield from _repeats(contract, place, last_row)
    by_name: dict[str, list[str]] = {}
    for check in checks(contract):
        if check.formula:
            by_name.setdefault(check.name, []).append(check.formula)
    for name, formulas in by_name.items():
        yield name, formulas[0] if len(formulas) == 1 else f"OR({','.join(formulas)})"
    for column in contract.columns:
        for kind, name in (("reject", wrong(column.name)), ("warn", doubtful(column.name))):
            broken = [c.name for c in checks(contract) if c.formula and column.name in c.columns]
            chosen = [c.name for c in checks(contract) if c.name in broken and c.rule.on_fail == kind]
            if kind == "reject":
                chosen.append(f"ISERROR({place.cell(column.name)})")
            if chosen := list(dict.fromkeys(chosen)):
                yield name, f"OR({','.join(chosen)})"


def _repeats(contract: SourceContract, place: Place, last_row: int) -> Iterator[tuple[str, str]]:
    """How many rows have the key of this one, how many are alike, and how many of those up to this one."""
    complete = ",".join(f'{ex.text(k)}<>""' for k in contract.key)
    every = [c.name for c in contract.columns]
    for name, columns, to_here in ((SAME_KEY, contract.key, False), (ALIKE, every, False), (BEFORE, every, True)):
        ranges = [place.cells(c, last_row) if not to_here else place.cells_to_here(c) for c in columns]
        same = "*".join(f"EXACT({r},{place.cell(c)})" for r, c in zip(ranges, columns, strict=True))
        yield name, f"IF(AND({complete}),IFERROR(SUMPRODUCT(1*{same}),0),0)"


def wrong(column: str) -> str:
    """The name that is true when a cell of the column is wrong."""
    return f"twe_fout_{column}"


def doubtful(column: str) -> str:
    """The name that is true when a cell of the column deserves a look."""
    return f"twe_kijk_{column}"


def _derived(contract: SourceContract) -> Iterator[tuple[str, str]]:
    """The derived columns whose SQL is known here."""
    dates = {c.name for c in contract.columns if c.type in ex.DATES}
    for name, sql in contract.derived.items():
        if (months := _MONTHS.fullmatch(sql.strip())) and {*months.groups()} <= dates:
            begin, end = map(ex.value, months.groups())
            after, whole = f"({ex.serial(end)}+1)", f"twe_maanden_{name}"
            yield whole, f"(YEAR({after})-INT({begin}/10000))*12+MONTH({after})-MOD(INT({begin}/100),100)"
            count = f"{whole}-IF(EDATE({ex.serial(begin)},{whole})>{after},1,0)"
            yield ex.value(name), f'IF(OR({begin}="",{end}=""),"",IFERROR({count},""))'
        elif (term := _TERM.fullmatch(sql.strip())) and term[1] in dates:
            start, last = ex.value(term[1]), f"twe_einde_{name}"
            months = int(f"{term[2]}{term[3]}") * (12 if term[4].lower() == "year" else 1)
            yield last, f"EDATE(EOMONTH({ex.serial(start)},0),{months})"
            yield ex.value(name), f'IF({start}="","",IFERROR({ex.day_of(last)},""))'


class _Translator:
    """Formulas of the rules of one contract."""

    def __init__(self, contract: SourceContract) -> None:
        self._operands: dict[str, Operand] = {}
        for column in contract.columns:
            given, read = ex.text(column.name), ex.value(column.name)
            self._operands[column.name] = Operand(read, column.type)
            self._operands[column.text] = Operand(given, "text")
            self._operands[column.unparsed] = Operand(f'IF({read}="",{given},"")', "text")
            self._operands[column.code] = Operand(f"UPPER({given})", "text")
        known = {name for name, _ in _derived(contract)}
        for name, sql in contract.derived.items():
            if ex.value(name) in known:
                self._operands[name] = Operand(ex.value(name), "integer" if _MONTHS.match(sql.strip()) else "date")

    def formula(self, rule: Rule) -> str:
        """True for a row that breaks the rule; "" when a formula can't tell."""
        bad = _TRANSLATIONS.get(rule.expect, _none)(self, rule.kwargs)
        if rule.only_if and bad:
            condition = self._condition(*rule.only_if)
            bad = f"IF({condition},{bad},FALSE)" if condition else ""
        begun = BEGUN if rule.scope in ("delivered", "keyed") else _LIVE
        return f"IF({begun},{bad},FALSE)" if bad else ""

    def _condition(self, column: str, item: Any) -> str:
        if (found := self._operands.get(column)) is None:
            return ""
        return f'{found.formula}<>""' if item == "given" else _equal(found, item)

    def null(self, kwargs: Mapping[str, Any]) -> str:
        found = self._operands.get(kwargs["column"])
        return f'{found.formula}=""' if found else ""

    def given(self, kwargs: Mapping[str, Any]) -> str:
        found = self._operands.get(kwargs["column"])
        return f'{found.formula}<>""' if found else ""

    def in_set(self, kwargs: Mapping[str, Any]) -> str:
        if kwargs["column"] == "_repeat":
            return ",".join(filter(None, map(_REPEATS.get, kwargs["value_set"])))
        found = self._operands.get(kwargs["column"])
        return f"OR({','.join(_equal(found, item) for item in kwargs['value_set'])})" if found else ""

    def not_in_set(self, kwargs: Mapping[str, Any]) -> str:
        found = self._operands.get(kwargs["column"])
        return f'IF({found.formula}="",FALSE,NOT({self.in_set(kwargs)}))' if found else ""

    def outside(self, kwargs: Mapping[str, Any]) -> str:
        found = self._operands.get(kwargs["column"])
        if not found or found.type not in (*ex.DATES, *ex.NUMBERS):
            return ""
        return f'IF({found.formula}="",FALSE,{_outside(found.formula, found.type, kwargs)})'

    def too_long(self, kwargs: Mapping[str, Any]) -> str:
        found = self._operands.get(kwargs["column"])
        if not found or found.type != "text":
            return ""
        return f'IF({found.formula}="",FALSE,{_outside(f"LEN({found.formula})", "integer", kwargs)})'

    def not_greater(self, kwargs: Mapping[str, Any]) -> str:
        pair = [self._operands.get(kwargs[side]) for side in ("column_A", "column_B")]
        kinds = {next((k for k in (ex.DATES, ex.NUMBERS) if o and o.type in k), ()) for o in pair}
        if len(kinds) != 1 or not all(kinds):
            return ""
        a, b = (operand.formula for operand in pair if operand)
        return f'IF(OR({a}="",{b}=""),FALSE,{a}{"<" if kwargs.get("or_equal") else "<="}{b})'


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
    if kind in ex.DATES:
        return f"{item:%Y%m%d}" if hasattr(item, "strftime") else re.sub(r"\D", "", str(item)).ljust(8, "0")
    return ex.quoted(item)


def _equal(operand: Operand, item: Any) -> str:
    if operand.type == "text":
        return f"EXACT({operand.formula},{ex.quoted(str(item))})"
    return f"{operand.formula}={_literal(operand.type, item)}"


def _outside(formula: str, kind: str, kwargs: Mapping[str, Any]) -> str:
    parts = []
    for bound, strict, sign in (("min_value", "strict_min", "<"), ("max_value", "strict_max", ">")):
        if kwargs.get(bound) is not None:
            parts.append(f"{formula}{sign}{'=' if kwargs.get(strict) else ''}{_literal(kind, kwargs[bound])}")
    return f"OR({','.join(parts)})" if parts else "FALSE"
