"""The words in which an annex kind is declared: marts, measures, tables, charts, notes. Data, no behaviour of one kind.

Vocabulary: a *cell* is one number of a mart under a key ("gender/m", "subsidies"); a *group* is all cells of one
place and year; a *measure* is a column that the wide table shows for every year, made from a group by a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exports.annexes.checks import Link, Ranking
from exports.annexes.rules import Cell, FigureRule
from exports.annexes.settling import Closing
from exports.figures.identity import Value
from exports.xlsx.document import NOT_APPLICABLE, NOT_AVAILABLE, Format


@dataclass(frozen=True)
class Field:
    """A column of a mart after the five common ones, as the tidy sheet shows and explains it.

    With a `label_set` the tidy sheet gets a second column with the Dutch label next to the code. `missing` stands
    where the mart has null. `derived_from` names the columns from which this one was worked out, in the same year and,
    when it `looks_back`, in the year before: it may not be shown when one of those is hidden.
    """

    column: str
    header: str
    description: str
    format: Format = Format.INTEGER
    label_set: str | None = None
    missing: str = NOT_AVAILABLE
    derived_from: tuple[str, ...] = ()
    looks_back: bool = False


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
class ChartPlan:
    """A chart: the measures of the wide table `sheet` whose labels are in `measures` (all but those in `without` when
    empty). `series` says what is a series: "measures" or "years".

    On the sheet of Vlaanderen, series "measures" puts the years side by side and "years" the measures. On the sheet of
    the centrumsteden the cities stand side by side: "measures" shows the last year, "years" one measure in the first
    and the last year."""

    title: str
    kind: str
    y_title: str
    sheet: str
    measures: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    series: str = "measures"
    number_format: str = "#,##0"

    def shows(self, label: str) -> bool:
        return (not self.measures or label in self.measures) and label not in self.without


@dataclass(frozen=True)
class Note:
    """A numbered note. With `measures` (labels) it belongs to those columns, whose headers refer to it; else to all
    tables, or to the totals only."""

    text: str
    measures: tuple[str, ...] = ()
    totals: bool = False

    @property
    def about(self) -> str:
        return "totalen van Vlaanderen en de provincies" if self.totals else "alle tabellen"


@dataclass(frozen=True)
class Unavailable:
    """Something asked for that does not exist at the source. Entries of a question replace those of a kind that
    have the same `topic`."""

    topic: str
    what: str
    why: str


@dataclass(frozen=True)
class AnnexKind:
    """An annex kind. `totals` lays out the Flanders sheet: "by_year" (a row per year) or "by_measure"."""

    key: str
    name: str
    year_header: str
    unit: str
    marts: tuple[Mart, ...]
    tables: tuple[Wide, ...]
    totals: str
    charts: tuple[ChartPlan, ...]
    city_charts: tuple[ChartPlan, ...]
    sources: tuple[str, ...]
    notes: tuple[Note, ...]
    definitions: tuple[tuple[str, str], ...]
    headline: tuple[str, ...]  # labels of the measures that the reconciliation adds up
    unavailable: tuple[Unavailable, ...] = ()
    weights: Mapping[str, str] = field(default_factory=dict)  # mean cell -> cell with its weight
    equal: tuple[tuple[FigureRule, FigureRule], ...] = ()  # rules that must agree in every group
    links: tuple[Link, ...] = ()
    ranking: Ranking | None = None
    closing: Closing = field(default_factory=Closing)
    closing_by_option: Mapping[str, Closing] = field(default_factory=dict)  # value of an option -> its own closing
    breaks: Mapping[int, str] = field(default_factory=dict)  # year -> why it can't be compared with the year before
    totals_note: str = "De cijfers voor Vlaanderen en de provincies zijn de som van hun gemeenten in deze bijlage."

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Options a question may set for this kind, with the values allowed (default first)."""
        return {name: values for mart in self.marts for name, values in mart.options.items()}
