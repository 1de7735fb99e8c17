"""The words in which an annex kind is declared: marts, measures, tables, charts, notes. Data, no behaviour of one kind.

Vocabulary: a *cell* is one number of a mart under a key ("gender/m", "subsidies"); a *group* is all cells of one
municipality and year; a *measure* is a column that the wide table shows for every year, made from a group by a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from exports.annexes.rules import Cell, Rule
from exports.document import NOT_APPLICABLE, Format, Value


@dataclass(frozen=True)
class Field:
    """A column of a mart after the five common ones, as the tidy sheet shows and explains it.

    With a `label_set` the tidy sheet gets a second column with the Dutch label next to the code.
    """

    column: str
    header: str
    description: str
    format: Format = Format.INTEGER
    label_set: str | None = None


@dataclass(frozen=True)
class Mart:
    """A mart that feeds an annex.

    `cell_key` gives the key under which a row's `value` is added up; without it every numeric field is a cell of its
    own. `keys` are the mart's key columns after year and nis_code; `options` are key columns of which an
    annex shows one value (`basis`), with the values allowed, the default first.
    """

    name: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...] = ()
    cell_key: Callable[[Mapping[str, Any]], str] | None = None
    value: str = "trajectories"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str = "Gegevens"


@dataclass(frozen=True)
class Measure:
    """A column per year of the wide table. `absent`: what a municipality without any row that year shows;
    `undefined`: what stands there when the rule has no answer. `flanders` replaces the rule for the totals."""

    label: str
    rule: Rule
    format: Format = Format.INTEGER
    absent: Value = 0
    undefined: Value = NOT_APPLICABLE
    flanders: Rule | None = None
    in_totals: bool = True


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
    """A chart of the totals sheet: the measures of the wide table `sheet` whose headers are in `measures` (all but
    those in `without` when empty). `series` says what is a series: "measures" (x = years) or "years" (x = measures)."""

    title: str
    kind: str
    y_title: str
    sheet: str
    measures: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    series: str = "measures"


@dataclass(frozen=True)
class Unavailable:
    """Something asked for that does not exist at the source. Entries of a question replace those of a kind that
    have the same `topic`."""

    topic: str
    what: str
    why: str


@dataclass(frozen=True)
class Kind:
    """An annex kind. `totals` lays out the Flanders sheet: "by_year" (a row per year) or "by_measure"."""

    key: str
    name: str
    year_header: str
    unit: str
    marts: tuple[Mart, ...]
    tables: tuple[Wide, ...]
    totals: str
    charts: tuple[ChartPlan, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    definitions: tuple[tuple[str, str], ...]
    unavailable: tuple[Unavailable, ...] = ()
    weights: Mapping[str, str] = field(default_factory=dict)  # mean cell -> cell with its weight
    equal: tuple[tuple[Rule, Rule], ...] = ()  # rules that must agree in every group
    totals_note: str = "De cijfers voor Vlaanderen zijn de som van alle gemeenten in deze bijlage."

    @property
    def options(self) -> dict[str, tuple[str, ...]]:
        """Options a question may set for this kind, with the values allowed (default first)."""
        return {name: values for mart in self.marts for name, values in mart.options.items()}
