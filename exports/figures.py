"""From the marts of a publication to the figures of one annex: groups of cells, zero-filled wide tables, totals.

This is the last place where figures are still numbers under keys: what hides or rounds them belongs after
`collect` and before `exports.layout`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.annexes.model import Categories, Field, Kind, Mart, Measure, Wide
from exports.annexes.rules import Cell, Change, Group, Number, add_up
from exports.document import Format, Value
from exports.reading import UNASSIGNED, Municipality, Publication, PublicationError

COMMON = ("year", "nis_code", "municipality", "province", "is_centre_city")


@dataclass(frozen=True)
class WideFigures:
    """A wide table before it gets headers: measures by years for every municipality, in the order of the sheet."""

    plan: Wide
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Tidy:
    """The rows of one mart for the annex's years, in key order, with a label after every code."""

    mart: Mart
    fields: tuple[Field, ...]
    rows: list[tuple[Value, ...]]


@dataclass(frozen=True)
class Figures:
    """Everything an annex counts. `groups`: (nis_code, year) -> cells; `flanders`: year -> cells of all together."""

    years: tuple[int, ...]
    municipalities: tuple[Municipality, ...]
    groups: Mapping[tuple[str, int], Group]
    flanders: Mapping[int, Group]
    tables: tuple[WideFigures, ...]
    tidy: tuple[Tidy, ...]

    def cell(self, measure: Measure, nis_code: str, year: int) -> Value:
        """What the wide table shows for a municipality and year."""
        group = self.groups.get((nis_code, year))
        if group is None:
            return measure.absent
        value = measure.rule.value(group, None)
        return measure.undefined if value is None else measure.format.rounded(value)

    def total(self, measure: Measure, year: int) -> Value:
        """The figure for all municipalities together."""
        rule = measure.flanders or measure.rule
        group = self.flanders.get(year)
        if group is None:
            return measure.absent
        value = rule.value(group, self.flanders.get(year - 1))
        return measure.undefined if value is None else measure.format.rounded(value)


def collect(publication: Publication, kind: Kind, years: Sequence[int], options: Mapping[str, str]) -> Figures:
    """Read the marts of `kind` and work out its figures for `years`.

    Raises PublicationError when the marts contradict each other, name a municipality that the publication doesn't
    know, or hold a category without a label: no figure is dropped silently.
    """
    wanted = tuple(years)
    earlier = {year - 1 for year in wanted} - set(wanted) if _looks_back(kind) else set()
    groups: dict[tuple[str, int], dict[str, Number | None]] = defaultdict(dict)
    tidy = []
    for mart in kind.marts:
        chosen = {name: options.get(name, values[0]) for name, values in mart.options.items()}
        columns = (*COMMON, *(field.column for field in mart.fields))
        rows = publication.rows(
            mart.name,
            columns,
            where={"year": tuple(sorted({*wanted, *earlier})), **chosen},
            order_by=("year", "nis_code", *mart.keys),
        )
        _group(mart, columns, rows, groups)
        tidy.append(_tidy(publication, mart, columns, [row for row in rows if row[0] in wanted]))
    present = frozenset(key for (_, year), group in groups.items() if year in wanted for key in group)
    tables = tuple(WideFigures(plan, _measures(publication, plan, present)) for plan in kind.tables)
    _check_labels(kind, tables, present)
    _check_equal(kind, groups)
    flanders = {
        year: add_up([group for (_, group_year), group in groups.items() if group_year == year], kind.weights)
        for year in sorted({year for _, year in groups})
    }
    shown = _municipalities(publication, {nis_code for nis_code, year in groups if year in wanted})
    return Figures(wanted, shown, groups, flanders, tables, tuple(tidy))


def _looks_back(kind: Kind) -> bool:
    measures = [column for table in kind.tables for column in table.columns if isinstance(column, Measure)]
    return any(isinstance(measure.flanders, Change) for measure in measures)


def _group(
    mart: Mart,
    columns: Sequence[str],
    rows: list[tuple[Any, ...]],
    groups: dict[tuple[str, int], dict[str, Number | None]],
) -> None:
    """Put the cells of a mart's rows in their groups."""
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        group = groups[named["nis_code"], named["year"]]
        if mart.cell_key:
            key = mart.cell_key(named)
            group[key] = (group.get(key) or 0) + named[mart.value]
            continue
        for field in mart.fields:
            if field.column in mart.keys:
                continue
            if field.column in group:
                raise PublicationError(
                    f"{mart.name} has more than one row for {named['nis_code']} in {named['year']}: its grain is broken"
                )
            group[field.column] = named[field.column]


def _tidy(publication: Publication, mart: Mart, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> Tidy:
    fields: list[Field] = []
    for field in mart.fields:
        fields.append(
            field if field.label_set is None else Field(field.column, field.header, field.description, Format.TEXT)
        )
        if field.label_set is not None:
            header = field.header.removesuffix(" (code)")
            fields.append(Field("", header, f"label bij {field.column}", Format.TEXT))
    cache: dict[str, dict[str, str]] = {}

    def label(label_set: str, code: str) -> str:
        if label_set not in cache:
            cache[label_set] = {item.code: item.text for item in publication.labels(label_set)}
        return cache[label_set].get(code, code)

    result = []
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        values: list[Value] = [*row[:4], "ja" if row[4] else "nee"]
        for field in mart.fields:
            value = named[field.column]
            values.append(field.format.rounded(value))
            if field.label_set is not None:
                values.append(label(field.label_set.format_map(named), value))
        result.append(tuple(values))
    return Tidy(mart, tuple(fields), result)


def _measures(publication: Publication, plan: Wide, present: frozenset[str]) -> tuple[Measure, ...]:
    measures: list[Measure] = []
    for column in plan.columns:
        if isinstance(column, Categories):
            labels = tuple((label.code, label.text) for label in publication.labels(column.label_set))
            measures.extend(column.measures(labels, present))
        else:
            measures.append(column)
    return tuple(measures)


def _check_labels(kind: Kind, tables: tuple[WideFigures, ...], present: frozenset[str]) -> None:
    shown = {measure.rule.key for table in tables for measure in table.measures if isinstance(measure.rule, Cell)}
    for mart in kind.marts:
        if mart.cell_key is None:
            continue
        loose = sorted(key for key in present - shown if "/" in key)
        if loose:
            raise PublicationError(
                f"{mart.name} holds {', '.join(loose)}, for which annex kind {kind.key} has no column: add the code "
                "to the code lists or class sets, and build again"
            )


def _check_equal(kind: Kind, groups: Mapping[tuple[str, int], Group]) -> None:
    names = " and ".join(mart.name for mart in kind.marts)
    for left, right in kind.equal:
        for (nis_code, year), group in groups.items():
            one, other = left.value(group, None), right.value(group, None)
            if one != other:
                raise PublicationError(
                    f"{names}: totals of {nis_code} in {year} differ ({one} by {left}, {other} by {right})"
                )


def _municipalities(publication: Publication, seen: set[str]) -> tuple[Municipality, ...]:
    """Rows of the wide tables: the whole geography, and "Niet toewijsbaar" only when something counts there."""
    known = {item.nis_code: item for item in publication.municipalities}
    known.setdefault(UNASSIGNED, Municipality(UNASSIGNED, "Niet toewijsbaar", "Niet toewijsbaar", False))
    foreign = sorted(seen - known.keys())
    if foreign:
        raise PublicationError(
            f"the marts count municipalities that municipalities.parquet lacks: {', '.join(foreign)}; build again"
        )
    return tuple(item for code, item in sorted(known.items()) if code != UNASSIGNED or UNASSIGNED in seen)
