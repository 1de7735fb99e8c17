"""What an annex counts: the marts that are read, the measures made from them, and the tables that hold these.

Vocabulary: a *cell* is one number of a mart under a key ("gender/m", "subsidies"); a *group* is all cells of one
place and year; a *measure* is a column that a wide table has for every year, made from a group by a rule; an
*indicator* is a measure with the identity of its figures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exports.figures.identity import FigureId, Signature, Value, identity, part_ids
from exports.figures.rules import Cell, FigureRule, Percentage, PrefixSum, YearOnYear
from exports.xlsx.document import NOT_APPLICABLE, NOT_AVAILABLE, Format

FIRST_YEAR = 2017
"""The measure started on 1 January of this year: there is no year before it to compare with."""


@dataclass(frozen=True)
class Field:
    """A column of a mart after the five common ones, as the tidy sheet shows and explains it.

    With a `label_set` the tidy sheet gets a second column with the Dutch label next to the code. `missing` stands
    where the mart has null. `derived_from` names the columns from which this one was worked out, in the same year and,
    when it `looks_back`, in the year before: it may not be shown when one of those is hidden. A `relative` one is a
    change in % against the year before.
    """

    column: str
    header: str
    description: str
    format: Format = Format.INTEGER
    label_set: str | None = None
    missing: str = NOT_AVAILABLE
    derived_from: tuple[str, ...] = ()
    looks_back: bool = False
    relative: bool = False


@dataclass(frozen=True)
class Mart:
    """A mart that feeds an annex.

    `category` gives the category of a row ("gender/m"); without it every measure is a cell of its own. `bins` says
    under which cell a category is counted where that is not its own. `keys` are the mart's key columns after year and
    nis_code; `options` are key columns of which an annex shows one value (`basis`), with the values allowed, the
    default first.
    """

    name: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...] = ()
    category: Callable[[Mapping[str, Any]], str] | None = None
    bins: Callable[[str], str] = lambda category: category
    value: str = "trajectories"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str = "Gegevens"

    @property
    def measures(self) -> tuple[Field, ...]:
        """The fields that are figures."""
        return tuple(item for item in self.fields if item.column not in self.keys)


@dataclass(frozen=True)
class Measure:
    """A column per year of the wide table. `absent`: what a place without any row that year shows; `undefined`: what
    stands there when the rule has no answer. `flanders` replaces the rule for totals of several municipalities.
    `unit` is shown behind the label; empty when the label holds it."""

    label: str
    rule: FigureRule
    format: Format = Format.INTEGER
    absent: Value = 0
    undefined: Value = NOT_APPLICABLE
    flanders: FigureRule | None = None
    in_totals: bool = True
    unit: str = "aantal"

    @property
    def since(self) -> int:
        """The first year in which it can be worked out: a change needs the year before, and one in % a year before in
        which the measure wasn't starting up."""
        if isinstance(self.flanders, YearOnYear):
            return FIRST_YEAR + (2 if self.flanders.relative else 1)
        return FIRST_YEAR

    @property
    def header(self) -> str:
        """The label with its unit; measures that aren't counts have theirs in the label."""
        return f"{self.label} ({self.unit})" if self.format is Format.INTEGER and self.unit else self.label


@dataclass(frozen=True)
class Categories:
    """One measure per label of a label set: `prefix` + code is the cell, `before` + label the header.

    `unknown`: "always" shows the category unknown last, "if_present" only when it occurs in the figures.
    """

    label_set: str
    prefix: str
    before: str = ""
    unknown: str = "always"

    def measures(self, labels: tuple[tuple[str, str], ...], present: frozenset[str]) -> tuple[Measure, ...]:
        """The measures for (code, label) pairs, `present` being the cell keys that occur."""
        known = [(code, text) for code, text in labels if code != "unknown"]
        unknown = [(code, text) for code, text in labels if code == "unknown"] or [("unknown", "Onbekend")]
        if self.unknown == "always" or f"{self.prefix}unknown" in present:
            known += unknown
        return tuple(Measure(self.before + text, Cell(self.prefix + code)) for code, text in known)


@dataclass(frozen=True)
class Wide:
    """A wide table on a sheet of its own: rows are municipalities, columns are years by measures."""

    sheet: str
    heading: str
    columns: tuple[Measure | Categories, ...]


@dataclass(frozen=True)
class Link:
    """A population that another mart counts too: `rule` of this annex's groups must give, for every municipality, what
    `column` of `mart` adds up to over the rows that fit `where`, `lag` years earlier.

    `when_measured`: while the year isn't over at the as-of date, this annex may count fewer but never more.
    `category` is the category of the other figure's identity.
    """

    text: str
    rule: FigureRule
    mart: str
    column: str = "trajectories"
    where: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    lag: int = 0
    when_measured: bool = False


MEASURED_HAD_ENDED = Link(
    "gemeten trajecten = beëindigde trajecten van het jaar ervoor",
    Cell("measured"),
    "mart_ended_duration",
    category="*",
    lag=1,
    when_measured=True,
)
"""Holds for every annex that counts measured trajectories: they ended the year before, or the year is not over."""


@dataclass(frozen=True, kw_only=True)
class FigurePlan:
    """Everything that one kind of annex counts; `exports.figures.collect` works its figures out.

    `weights` names, for a cell that is a mean, the cell with its weight: means of several municipalities are weighted
    with it. `equal` holds pairs of rules that must give the same in every group, `links` totals that other marts
    count too, `headline` the labels of the measures whose totals are compared across levels.
    """

    key: str
    marts: tuple[Mart, ...]
    tables: tuple[Wide, ...]
    headline: tuple[str, ...]
    weights: Mapping[str, str] = field(default_factory=dict)
    equal: tuple[tuple[FigureRule, FigureRule], ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Options a question may set for this kind, with the values allowed (default first)."""
        return {name: values for mart in self.marts for name, values in mart.options.items()}


@dataclass(frozen=True)
class Indicator:
    """A measure, the signature of its figures, and of the figures that they are worked out from."""

    measure: Measure
    signature: Signature
    parts: tuple[Signature, ...] = ()
    looks_back: bool = False

    @property
    def label(self) -> str:
        return self.measure.label

    def id(self, level: str, place: str, year: int) -> FigureId:
        return identity(self.signature, level, place, year)

    def part_ids(self, level: str, place: str, year: int) -> tuple[FigureId, ...]:
        return part_ids(self.parts, self.looks_back, level, place, year)


class Signatures:
    """Gives the signature of every rule of a kind, under the options chosen for it."""

    def __init__(self, plan: FigurePlan, options: Mapping[str, str]) -> None:
        self._plan = plan
        self.basis = {
            mart.name: "/".join(options.get(name, values[0]) for name, values in mart.options.items())
            for mart in plan.marts
        }

    def of_field(self, mart: Mart, item: Field) -> tuple[Signature, tuple[Signature, ...]]:
        """Signature of a measure of a mart without categories, and of what it is derived from."""
        basis = self.basis[mart.name]
        return (mart.name, item.column, basis), tuple((mart.name, name, basis) for name in item.derived_from)

    def of_rule(self, rule: FigureRule) -> tuple[Signature, tuple[Signature, ...], bool]:
        """Signature of what the rule works out, of its parts, and whether it looks at the year before."""
        if isinstance(rule, Cell):
            for mart in self._plan.marts:
                for item in mart.measures if mart.category is None else ():
                    if item.column == rule.key:
                        return *self.of_field(mart, item), item.looks_back
            return self._category(rule.key), (), False
        if isinstance(rule, PrefixSum):
            return self._category(f"{rule.prefix}*"), (), False
        if isinstance(rule, Percentage):
            above, below = (self.of_rule(Cell(key))[0] for key in (rule.numerator, rule.denominator))
            return (above[0], f"{above[1]}_pct", above[2]), (above, below), False
        raise TypeError(f"annex kind {self._plan.key}: a column can't be made by {rule}; identities don't know it")

    def _category(self, category: str) -> Signature:
        mart = next((mart for mart in self._plan.marts if mart.category is not None), None)
        if mart is None:
            raise TypeError(f"annex kind {self._plan.key}: no mart counts {category!r}, as a column or as a category")
        return mart.name, mart.value, category

    def indicators(
        self, table: Wide, labels: Mapping[str, tuple[tuple[str, str], ...]], present: frozenset[str]
    ) -> tuple[Indicator, ...]:
        """The columns of a wide table; `labels` are (code, label) pairs by set, `present` the cells that occur."""
        measures: list[Measure] = []
        for column in table.columns:
            if isinstance(column, Categories):
                measures.extend(column.measures(labels[column.label_set], present))
            else:
                measures.append(column)
        return tuple(Indicator(measure, *self.of_rule(measure.rule)) for measure in measures)
