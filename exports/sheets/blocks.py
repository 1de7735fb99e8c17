"""Blocks of figures of places: the places below each other, beside each other the years of a figure, or the figures of
one period. As many of them share a block as stand on the width of a page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from exports.figures.identity import Entry
from exports.figures.periods import Period
from exports.figures.plan import Indicator
from exports.figures.rules import PrefixSum
from exports.figures.views import View
from exports.sheets.context import Context
from exports.wording import capital, listed, plain_name
from exports.xlsx.document import Format, SheetColumn, Table, TableBlock
from exports.xlsx.paper.letters import longest_word, unbroken

ROOM = 117.0
"""Characters beside each other on a page that is made as small as it may be."""
_STRETCHED = 1.25
"""So much more of it blocks take that stand below each other, each column as wide as the widest at its place: letters
become that much smaller."""
_SHARES = (1.0, 0.75, 0.5)
"""Of the room that each block gets, so that all fit below each other."""
_NARROWEST = 6.2
_WIDTHS: Mapping[Format, float] = {
    Format.EURO: 13.5,
    Format.ONE_DECIMAL: 8.0,
    Format.TWO_DECIMALS: 9.5,
    Format.SIX_DECIMALS: 12.0,
}


@dataclass(frozen=True)
class PlaceRow:
    """A row before its figures: the level and the place as in an identity, and the cells that name it. A `strong` one
    stands above its parts."""

    level: str
    place: str
    cells: tuple[Entry, ...]
    strong: bool = False


@dataclass(frozen=True)
class PlaceList:
    """Rows that stand in one block, and what they are: "provincie Limburg"; nothing where the sheet says it."""

    rows: Sequence[PlaceRow]
    what: str = ""


@dataclass(frozen=True)
class _ColumnGroup:
    """Columns under one band: (what stands above the column, what it shows, the period), and how wide each is."""

    band: str
    view: View
    columns: tuple[tuple[str, Indicator, Period], ...]
    widths: tuple[float, ...]

    @property
    def beside(self) -> object:
        """Groups that may stand beside each other have the same: the years of one table; one period of any table."""
        periods = {period for _, _, period in self.columns}
        return id(self.view) if len(self.view.periods) > 1 else (self.view.totals, periods.pop())

    @property
    def width(self) -> float:
        return sum(self.widths)

    @property
    def pieces(self) -> list[_ColumnGroup]:
        """The years of a figure; each figure of a period by itself."""
        return [self] if len({period for _, _, period in self.columns}) > 1 else self.cut(1)

    def cut(self, size: int) -> list[_ColumnGroup]:
        """In pieces of so many columns."""
        cuts = [slice(at, at + size) for at in range(0, len(self.columns), size)]
        return [replace(self, columns=self.columns[cut], widths=self.widths[cut]) for cut in cuts]

    @property
    def for_words(self) -> _ColumnGroup:
        """As wide as the words above its columns, and as those of the band that they share."""
        share = longest_word(self.band) / len(self.columns)
        named = zip(self.columns, self.widths, strict=True)
        return replace(self, widths=tuple(max(width, longest_word(shown), share) for (shown, _, _), width in named))


def place_blocks(
    context: Context, sheet: str, views: Sequence[View], first: Sequence[SheetColumn], places: Sequence[PlaceList]
) -> list[TableBlock]:
    """The blocks of the views: all of the first places, then all of the next."""
    groups = [group for view in views for group in _groups(context, view)]
    if not groups:
        return []
    alone, room = len(context.figures.tables) == 1, ROOM - sum(column.width for column in first)
    packs = _fitting([group.for_words for group in groups], room, alone)
    titles = _titles(context, packs)
    columns = {id(pack): (*first, *_columns(context, pack)) for pack in packs}
    made: list[TableBlock] = []
    for of in places:
        for pack in packs:
            title = ". ".join(filter(None, (capital(of.what), titles[id(pack)])))
            name = plain_name(sheet, str(len(made) + 1))
            made.append(TableBlock(title, _table(context, name, columns[id(pack)], pack, of.rows)))
    return made


def band(context: Context, indicator: Indicator) -> str:
    """The name of a figure above its columns; what it counts stands above the table."""
    measure = indicator.measure
    text = measure.label if measure.unit == "aantal" else measure.header
    return capital(text) + context.references(indicator.label)


def figure_column(context: Context, view: View, indicator: Indicator, period: Period, shown: str) -> SheetColumn:
    """A column of figures of a block, without its band; as wide as its figures."""
    measure, flags = indicator.measure, context.flags
    several = len(context.figures.tables) > 1
    stem = f"{view.table.plan.sheet}: {measure.header}" if several else measure.header
    return SheetColumn(
        f"{flags.label(period.key)}: {stem}",
        measure.format,
        _figure_width(measure.format),
        period.key,
        bold=isinstance(measure.rule, PrefixSum),
        stem=stem,
        year_status=flags.status(period.key),
        shown=shown,
    )


def _figure_width(number: Format) -> float:
    return max(_NARROWEST, _WIDTHS.get(number, 0.0))


def _groups(context: Context, view: View) -> Iterator[_ColumnGroup]:
    """By year: a group for each figure. Of a single period: one for the table."""
    flags = context.flags
    widths = [_figure_width(each.measure.format) for each in view.indicators]
    if len(view.periods) > 1 or view.totals:
        for each, width in zip(view.indicators, widths, strict=True):
            columns = tuple((flags.label(period.key), each, period) for period in view.periods)
            yield _ColumnGroup(band(context, each), view, columns, (width,) * len(columns))
        return
    (period,) = view.periods
    columns = tuple((unbroken(band(context, each)), each, period) for each in view.indicators)
    yield _ColumnGroup(flags.label(period.key), view, columns, tuple(widths))


def _fitting(groups: Sequence[_ColumnGroup], room: float, alone: bool) -> list[list[_ColumnGroup]]:
    """The groups of each block: as few blocks as can stand below each other. The figures of a period stay together
    where that takes no block more."""
    most = room + (_STRETCHED - 1) * ROOM

    def best(alone: bool) -> list[list[_ColumnGroup]]:
        tried = [_all_packs(groups, share * room, alone) for share in _SHARES]
        return next((packs for packs in tried if _across(packs) <= most), min(tried, key=_across))

    whole = best(alone=False)
    if not alone:
        return whole
    divided = best(alone=True)
    return whole if len(whole) <= len(divided) and _across(whole) <= most else divided


def _all_packs(groups: Sequence[_ColumnGroup], room: float, alone: bool) -> list[list[_ColumnGroup]]:
    """The groups of each block. Of an annex with one table (`alone`) any may stand beside each other, and the figures
    of a period need not stay together."""
    if alone:
        return list(_packs([piece for group in groups for piece in group.pieces], room))
    return [pack for run in _runs(groups, room) for pack in _packs(run, room)]


def _across(packs: Sequence[Sequence[_ColumnGroup]]) -> float:
    """How wide all are below each other: a column has the width of the widest at its place."""
    widths = ([width for group in pack for width in group.widths] for pack in packs)
    return sum(max(place) for place in zip_longest(*widths, fillvalue=0.0))


def _runs(groups: Sequence[_ColumnGroup], room: float) -> list[list[_ColumnGroup]]:
    """Groups behind each other that may share a block: those that belong beside each other, and what fits together in
    the room. Figures of several tables by year stand apart."""
    runs: list[list[_ColumnGroup]] = []
    for group in groups:
        if runs and runs[-1][0].beside == group.beside:
            runs[-1].append(group)
        else:
            runs.append([group])
    merged: list[list[_ColumnGroup]] = []
    for run in runs:
        fits = merged and sum(group.width for group in [*merged[-1], *run]) <= room
        if fits and _of_a_kind(merged[-1][0].view, run[0].view):
            merged[-1] += run
        else:
            merged.append(run)
    return merged


def _of_a_kind(one: View, other: View) -> bool:
    """Whether both are totals, or both details of years added up."""
    return one.totals == other.totals and (one.totals or (one.pooled and other.pooled))


def _packs(run: Sequence[_ColumnGroup], room: float) -> Iterator[list[_ColumnGroup]]:
    """The groups of each block: as even as can be. A group that is wider than a page is cut."""
    pieces: list[_ColumnGroup] = []
    for group in run:
        size = len(group.columns)
        pieces += group.cut(math.ceil(size / math.ceil(group.width / room)))
    total = sum(piece.width for piece in pieces)
    fair = total / math.ceil(total / room)
    pack: list[_ColumnGroup] = []
    for piece in pieces:
        used = sum(each.width for each in pack)
        if pack and (used + piece.width > room or used >= fair):
            yield pack
            pack = []
        pack.append(piece)
    yield pack


def _titles(context: Context, packs: Sequence[Sequence[_ColumnGroup]]) -> dict[int, str]:
    """The title of each pack, by its id; numbered where several have the same."""
    plain = {id(pack): _title(context, pack) for pack in packs}
    same = Counter(plain.values())
    seen: Counter[str] = Counter()
    for key, title in plain.items():
        seen[title] += 1
        plain[key] = f"{title} ({seen[title]}/{same[title]})" if same[title] > 1 else title
    return plain


def _title(context: Context, pack: Sequence[_ColumnGroup]) -> str:
    """What is in a block: of which tables, and, where that isn't all by year, what of them."""
    views = list({id(group.view): group.view for group in pack}.values())
    several = len(context.figures.tables) > 1
    names = [name.lower() for name in dict.fromkeys(view.table.plan.sheet for view in views)]
    alone = len(names) == 1 and (not several or any(len(view.periods) > 1 for view in views))
    heading = views[0].table.plan.heading if alone else listed(names)
    if several and all(view.totals for view in views):
        heading = ""  # no table's own
    return capital(": ".join(filter(None, (heading, _summed(views)))))


def _summed(views: Sequence[View]) -> str:
    """What views show, where that isn't all by year: "totalen per jaar, details per tijdvak (2020-2023)"."""
    periods = list(dict.fromkeys(period.label for view in views if view.pooled for period in view.periods))
    kinds = [
        f"{'totalen' if view.totals else 'details'} per {'tijdvak' if view.pooled else 'jaar'}"
        for view in views
        if view.totals or view.pooled or periods
    ]
    if not kinds:
        return ""
    text = ", ".join(dict.fromkeys(kinds))
    return f"{text} ({listed(periods)})" if periods else text


def _columns(context: Context, pack: Sequence[_ColumnGroup]) -> Iterator[SheetColumn]:
    several = len({group.view.table.plan.sheet for group in pack}) > 1
    for group in pack:
        above = group.view.table.plan.sheet if several and not group.view.totals else ""
        for (shown, indicator, period), width in zip(group.columns, group.widths, strict=True):
            column = figure_column(context, group.view, indicator, period, shown)
            yield replace(column, width=width, band=group.band, above=above)


def _table(
    context: Context,
    name: str,
    columns: Sequence[SheetColumn],
    pack: Sequence[_ColumnGroup],
    places: Sequence[PlaceRow],
) -> Table:
    figure = context.figures.figure
    rows: list[tuple[Entry, ...]] = [
        (
            *place.cells,
            *(
                figure(indicator, place.level, place.place, period.key)
                for group in pack
                for _, indicator, period in group.columns
            ),
        )
        for place in places
    ]
    strong = frozenset(number for number, place in enumerate(places) if place.strong)
    return Table(name, tuple(columns), rows, strong=strong)
