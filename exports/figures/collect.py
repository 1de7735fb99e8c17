"""From the marts of a publication to the figures of one annex: groups of cells by place, tables of measures."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from exports.figures.identity import ARRONDISSEMENT, GEMEENTE, PROVINCIE, VLAANDEREN, Figure
from exports.figures.periods import Period, is_pooled
from exports.figures.plan import FIRST_YEAR, Categories, FigurePlan, Indicator, Mart, Measure, Signatures, Wide
from exports.figures.reading import UNALLOCATED, UNASSIGNED, Municipality, PublicationError, PublicationReader
from exports.figures.reads import Reads, note_again, noted
from exports.figures.rules import Cell, Group, Number, YearOnYear, add_up
from exports.figures.tidy import Tidy, tidy
from exports.figures.together import Rows, in_order, is_shared

COMMON = ("year", "nis_code", "municipality", "province", "is_centre_city")
START_UP_NEXT = FIRST_YEAR + 1
"""A change of this year in % is undefined: the year before was that in which the measure started up."""
Groups = Mapping[tuple[str, str, int], Group]
"""(level, place, year) -> cells; the place as in an identity."""
_Asked = tuple[int, str, str, int]
"""(id of the indicator, level, place, year)."""


@dataclass(frozen=True)
class WideFigures:
    """A wide table before it gets headers and rows."""

    plan: Wide
    indicators: tuple[Indicator, ...]

    def indicator(self, label: str) -> Indicator:
        return next(indicator for indicator in self.indicators if indicator.label == label)


@dataclass(frozen=True)
class Figures:
    """Everything an annex counts."""

    years: tuple[int, ...]
    municipalities: tuple[Municipality, ...]
    groups: Groups
    tables: tuple[WideFigures, ...]
    tidy: tuple[Tidy, ...]
    signatures: Signatures
    weights: Mapping[str, str] = field(default_factory=dict)
    """As of the plan: for a cell that is a mean, the cell with its weight."""
    _made: dict[_Asked, tuple[Indicator, Figure]] = field(default_factory=dict, compare=False, repr=False)
    """What `figure` gave: the sheets and editions of an annex ask for the same ones."""
    _added_up: dict[tuple[str, str, int], Group | None] = field(default_factory=dict, compare=False, repr=False)

    def with_rows(self, rows: Rows) -> Figures:
        """These figures with the municipalities that share a row added up in it."""
        if not rows:
            return self
        groups, parts = {}, defaultdict[tuple[str, str, int], list[Group]](list)
        for (level, place, year), group in self.groups.items():
            row = rows[place].nis_code if level == GEMEENTE and place in rows else place
            if row == place:
                groups[level, place, year] = group
            else:
                parts[level, row, year].append(group)
        groups |= {where: add_up(found, self.weights) for where, found in parts.items()}
        places = in_order(rows.get(item.nis_code, item) for item in self.municipalities)
        return replace(self, municipalities=places, groups=groups, _made={}, _added_up={})

    @property
    def provinces(self) -> tuple[str, ...]:
        """In order of their NIS codes: that of their first municipality."""
        return tuple(dict.fromkeys(item.province for item in self.municipalities))

    @property
    def arrondissements(self) -> dict[str, str]:
        """Arrondissement -> its province, in the order of the provinces."""
        found = {item.arrondissement: item.province for item in self.municipalities}
        return {name: found[name] for province in self.provinces for name in found if found[name] == province}

    @property
    def centre_cities(self) -> tuple[Municipality, ...]:
        return tuple(item for item in self.municipalities if item.is_centre_city)

    def group(self, level: str, place: str, year: int) -> Group | None:
        """The cells of a place and year, or of several years added up; None when nothing counts there."""
        if not is_pooled(year):
            return self.groups.get((level, place, year))
        if (level, place, year) not in self._added_up:
            there = (self.groups.get((level, place, each)) for each in Period.of(year).years)
            groups = [group for group in there if group is not None]
            self._added_up[level, place, year] = add_up(groups, self.weights) if groups else None
        return self._added_up[level, place, year]

    def number(self, measure: Measure, level: str, place: str, year: int) -> Number | None:
        """The unrounded figure; None when it is undefined or there is nothing to work it out from."""
        group = self.group(level, place, year)
        if group is None:
            return None
        if level == GEMEENTE and not is_shared(place):
            return measure.rule.value(group, None)
        if level == GEMEENTE and not measure.in_totals:
            return None  # it means nothing for several municipalities together
        rule = measure.flanders or measure.rule
        if year == START_UP_NEXT and isinstance(rule, YearOnYear) and rule.relative:
            return None
        return rule.value(group, self.groups.get((level, place, year - 1)))

    def figure(self, indicator: Indicator, level: str, place: str, year: int) -> Figure:
        """What an annex shows for a place and year, with its identity."""
        key = (id(indicator), level, place, year)
        if (known := self._made.get(key)) is None:  # the indicator is kept too, so that no other gets its id
            known = self._made[key] = (indicator, self._figure(indicator, level, place, year))
        return known[1]

    def _figure(self, indicator: Indicator, level: str, place: str, year: int) -> Figure:
        measure = indicator.measure
        if self.group(level, place, year) is None:
            shown = measure.absent
        else:
            value = self.number(measure, level, place, year)
            shown = measure.undefined if value is None else measure.format.rounded(value)
        return Figure(shown, indicator.id(level, place, year), indicator.part_ids(level, place, year))

    def total(self, indicator: Indicator, year: int) -> Figure:
        """The figure for all municipalities together."""
        return self.figure(indicator, VLAANDEREN, VLAANDEREN, year)


_KEPT: OrderedDict[tuple[Any, ...], tuple[Figures, Reads]] = OrderedDict()
_MOST = 20
"""So many are kept: those of the annexes and the figure book that one run writes."""


def collect(
    publication: PublicationReader,
    kind: FigurePlan,
    years: Sequence[int],
    options: Mapping[str, str],
    *,
    tidied: bool = True,
) -> Figures:
    """Read the marts of `kind` and work out its figures for `years`; `tidied`: with the rows of the marts themselves.

    The disclosure control and all editions ask for the same ones in one run, so the latest are kept. Raises
    PublicationError when the marts contradict each other, name a municipality that the publication doesn't know, or
    hold a category without a label: no figure is dropped silently.
    """
    key = (publication.version, kind.key, tuple(years), tuple(sorted(options.items())), tidied)
    if (kept := _KEPT.pop(key, None)) is None:
        # With a reader of its own, which has nothing in memory: all that is read is noted.
        with noted() as reads, PublicationReader(publication.folder) as fresh:
            kept = _collect(fresh, kind, tuple(years), options, tidied), reads
    _KEPT[key] = kept
    note_again(kept[1])
    while len(_KEPT) > _MOST:
        _KEPT.popitem(last=False)
    return kept[0]


def _collect(
    publication: PublicationReader, kind: FigurePlan, wanted: tuple[int, ...], options: Mapping[str, str], tidied: bool
) -> Figures:
    earlier = {year - 1 for year in wanted} - set(wanted) if _looks_back(kind) else set()
    signatures = Signatures(kind, options)
    cells: dict[tuple[str, int], dict[str, Number | None]] = defaultdict(dict)
    read = []
    for mart in kind.marts:
        chosen = {name: options.get(name, values[0]) for name, values in mart.options.items()}
        columns = (*COMMON, *(item.column for item in mart.fields))
        where = {"year": tuple(sorted({*wanted, *earlier})), **chosen}
        rows = publication.rows(mart.name, columns, where=where, order_by=("year", "nis_code", *mart.keys))
        rows = _without_start_up(mart, columns, rows)
        _group(mart, columns, rows, cells)
        read.append((mart, columns, [row for row in rows if row[0] in wanted]))
    present = frozenset(key for (_, year), group in cells.items() if year in wanted for key in group)
    labels = {
        column.label_set: tuple((label.code, label.text) for label in publication.labels(column.label_set))
        for plan in kind.tables
        for column in plan.columns
        if isinstance(column, Categories)
    }
    tables = tuple(
        WideFigures(
            plan,
            tuple(each for each in signatures.indicators(plan, labels, present) if each.measure.since <= max(wanted)),
        )
        for plan in kind.tables
    )
    _check_labels(kind, tables, present)
    _check_equal(kind, cells)
    places = _municipalities(publication, {code for code, year in cells if year in wanted})
    every = {item.nis_code: item for item in _municipalities(publication, {code for code, _ in cells})}
    rows_of = tuple(tidy(publication, signatures, mart, columns, rows) for mart, columns, rows in read if tidied)
    return Figures(wanted, places, _levels(kind, cells, every), tables, rows_of, signatures, kind.weights)


def _looks_back(kind: FigurePlan) -> bool:
    measures = [column for table in kind.tables for column in table.columns if isinstance(column, Measure)]
    return any(isinstance(measure.flanders, YearOnYear) for measure in measures)


def _without_start_up(mart: Mart, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows, without changes in % against the year in which the measure started up."""
    relative = {columns.index(item.column) for item in mart.fields if item.relative}
    if not relative:
        return rows
    return [
        tuple(None if row[0] == START_UP_NEXT and at in relative else value for at, value in enumerate(row))
        for row in rows
    ]


def _group(
    mart: Mart,
    columns: Sequence[str],
    rows: list[tuple[Any, ...]],
    cells: dict[tuple[str, int], dict[str, Number | None]],
) -> None:
    """Put the cells of a mart's rows in their groups."""
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        group = cells[named["nis_code"], named["year"]]
        if mart.category:
            key = mart.bins(mart.category(named))
            group[key] = (group.get(key) or 0) + named[mart.value]
            continue
        for item in mart.measures:
            if item.column in group:
                raise PublicationError(
                    f"{mart.name} has more than one row for {named['nis_code']} in {named['year']}: its grain is "
                    "broken; build again, and report it when it stays"
                )
            group[item.column] = named[item.column]


def _levels(kind: FigurePlan, cells: Mapping[tuple[str, int], Group], places: Mapping[str, Municipality]) -> Groups:
    """The groups of the municipalities, and those of the arrondissements, provinces and Flanders made from them."""
    parts: dict[tuple[str, str, int], list[Group]] = defaultdict(list)
    for (code, year), group in cells.items():
        parts[ARRONDISSEMENT, places[code].arrondissement, year].append(group)
        parts[PROVINCIE, places[code].province, year].append(group)
        parts[VLAANDEREN, VLAANDEREN, year].append(group)
    own = {(GEMEENTE, code, year): group for (code, year), group in cells.items()}
    return own | {where: add_up(groups, kind.weights) for where, groups in parts.items()}


def _check_labels(kind: FigurePlan, tables: tuple[WideFigures, ...], present: frozenset[str]) -> None:
    rules = [indicator.measure.rule for table in tables for indicator in table.indicators]
    shown = {rule.key for rule in rules if isinstance(rule, Cell)}
    missing = sorted(key for key in present - shown if "/" in key)
    mart = next((mart.name for mart in kind.marts if mart.category is not None), None)
    if mart and missing:
        raise PublicationError(
            f"{mart} holds {', '.join(missing)}, for which annex kind {kind.key} has no column: add the code to the "
            "code lists or class sets, and build again"
        )


def _check_equal(kind: FigurePlan, cells: Mapping[tuple[str, int], Group]) -> None:
    names = " and ".join(mart.name for mart in kind.marts)
    for left, right in kind.equal:
        for (nis_code, year), group in cells.items():
            one, other = left.value(group, None), right.value(group, None)
            if one != other:
                raise PublicationError(
                    f"{names}: totals of {nis_code} in {year} differ ({one} by {left}, {other} by {right}); "
                    "build again, and report it when it stays"
                )


def _municipalities(publication: PublicationReader, seen: set[str]) -> tuple[Municipality, ...]:
    """Rows of the wide tables: the whole geography, and "Niet toewijsbaar" only when something counts there."""
    known = {item.nis_code: item for item in publication.municipalities}
    known.setdefault(UNASSIGNED, UNALLOCATED)
    unknown = sorted(seen - known.keys())
    if unknown:
        raise PublicationError(
            f"the marts count municipalities that municipalities.parquet lacks: {', '.join(unknown)}; build again"
        )
    return tuple(item for code, item in sorted(known.items()) if code != UNASSIGNED or UNASSIGNED in seen)
