"""Blocks of figures of places: the places below each other, beside each other the years of a figure, or the figures of
one period. As many of them share a block as stand on the width of a page."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from exports.figures.identity import Entry
from exports.figures.periods import Period
from exports.figures.plan import Indicator
from exports.figures.rules import PrefixSum
from exports.figures.views import View
from exports.sheets.context import Context
from exports.wording import capital, listed, plain_name
from exports.xlsx.document import Format, SheetColumn, Table, TableBlock

ROOM = 117.0
"""Characters beside each other on a page that is made as small as it may be."""
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
    """Columns under one band: (what stands above the column, what it shows, the period)."""

    band: str
    view: View
    columns: tuple[tuple[str, Indicator, Period], ...]

    @property
    def beside(self) -> object:
        """Groups that may stand beside each other have the same: the years of one table; one period of any table."""
        periods = {period for _, _, period in self.columns}
        return id(self.view) if len(self.view.periods) > 1 else periods.pop()


def place_blocks(
    context: Context, sheet: str, views: Sequence[View], first: Sequence[SheetColumn], places: Sequence[PlaceList]
) -> list[TableBlock]:
    """The blocks of the views: all of the first places, then all of the next."""
    groups = [group for view in views for group in _groups(context, view)]
    if not groups:
        return []
    formats = {indicator.measure.format for group in groups for _, indicator, _ in group.columns}
    width = max(_NARROWEST, *(_WIDTHS.get(each, 0.0) for each in formats))
    across = int((ROOM - sum(column.width for column in first)) / width)
    alone = len(context.figures.tables) == 1
    packs = [pack for run in _runs(groups, across if alone else 0) for pack in _packs(run, across)]
    titles = _titles(context, packs)
    made: list[TableBlock] = []
    for of in places:
        for pack in packs:
            title = ". ".join(filter(None, (capital(of.what), titles[id(pack)])))
            table = _table(context, plain_name(sheet, str(len(made) + 1)), first, pack, of.rows, width)
            made.append(TableBlock(title, table))
    return made


def band(context: Context, indicator: Indicator) -> str:
    """The name of a figure above its columns; what it counts stands above the table."""
    measure = indicator.measure
    text = measure.label if measure.unit == "aantal" else measure.header
    return capital(text) + context.references(indicator.label)


def figure_column(context: Context, view: View, indicator: Indicator, period: Period, shown: str) -> SheetColumn:
    """A column of figures of a block, without its band."""
    measure, flags = indicator.measure, context.flags
    least = max(_NARROWEST, _WIDTHS.get(measure.format, 0.0))
    several = len(context.figures.tables) > 1
    stem = f"{view.table.plan.sheet}: {measure.header}" if several else measure.header
    return SheetColumn(
        f"{flags.label(period.key)}: {stem}",
        measure.format,
        least,
        period.key,
        bold=isinstance(measure.rule, PrefixSum),
        stem=stem,
        year_status=flags.status(period.key),
        shown=shown,
        turned=max(len(word) for word in re.split(r"[ -]", shown)) + 1 > least,
    )


def _groups(context: Context, view: View) -> Iterator[_ColumnGroup]:
    """By year: a group for each figure. Of a single period: one for the table."""
    flags = context.flags
    if len(view.periods) > 1:
        for each in view.indicators:
            columns = tuple((flags.label(period.key), each, period) for period in view.periods)
            yield _ColumnGroup(band(context, each), view, columns)
        return
    (period,) = view.periods
    columns = tuple((band(context, each), each, period) for each in view.indicators)
    several = len(context.figures.tables) > 1
    heading = f"{view.table.plan.sheet}, " if several else ""  # the title of the block says it
    yield _ColumnGroup(f"{heading}{flags.label(period.key)}", view, columns)


def _runs(groups: Sequence[_ColumnGroup], room: int) -> list[list[_ColumnGroup]]:
    """Groups behind each other that may share a block: those that belong beside each other, and whatever fits together
    in a `room` of so many columns."""
    runs: list[list[_ColumnGroup]] = []
    for group in groups:
        if runs and runs[-1][0].beside == group.beside:
            runs[-1].append(group)
        else:
            runs.append([group])
    merged: list[list[_ColumnGroup]] = []
    for run in runs:
        if merged and sum(len(group.columns) for group in [*merged[-1], *run]) <= room:
            merged[-1] += run
        else:
            merged.append(run)
    return merged


def _packs(run: Sequence[_ColumnGroup], across: int) -> Iterator[list[_ColumnGroup]]:
    """The groups of each block: as even as can be. A group that is wider than a page is cut."""
    pieces: list[_ColumnGroup] = []
    for group in run:
        size = len(group.columns)
        step = math.ceil(size / math.ceil(size / across))
        pieces += [_ColumnGroup(group.band, group.view, group.columns[at : at + step]) for at in range(0, size, step)]
    total = sum(len(piece.columns) for piece in pieces)
    fair = math.ceil(total / math.ceil(total / across))
    pack: list[_ColumnGroup] = []
    for piece in pieces:
        used = sum(len(each.columns) for each in pack)
        if pack and (used + len(piece.columns) > across or used >= fair):
            yield pack
            pack = []
        pack.append(piece)
    yield pack


def _titles(context: Context, packs: Sequence[Sequence[_ColumnGroup]]) -> dict[int, str]:
    """The title of each pack, by its id; numbered where several have the same."""
    several = len(context.figures.tables) > 1
    plain = {}
    for pack in packs:
        names = [name.lower() for name in dict.fromkeys(group.view.table.plan.sheet for group in pack)]
        view = pack[0].view
        by_year = len(view.periods) > 1 or not several
        plain[id(pack)] = capital(view.table.plan.heading if by_year else listed(names)) + _summed(view)
    same = Counter(plain.values())
    seen: Counter[str] = Counter()
    for key, title in plain.items():
        seen[title] += 1
        plain[key] = f"{title} ({seen[title]}/{same[title]})" if same[title] > 1 else title
    return plain


def _summed(view: View) -> str:
    """What a view shows of a table, where that isn't all of it by year."""
    if view.pooled:
        return f": jaren samen ({listed([period.label for period in view.periods])})"
    return ": totalen per jaar" if view.totals else ""


def _table(
    context: Context,
    name: str,
    first: Sequence[SheetColumn],
    pack: Sequence[_ColumnGroup],
    places: Sequence[PlaceRow],
    width: float,
) -> Table:
    columns = list(first)
    for group in pack:
        own = [
            figure_column(context, group.view, indicator, period, shown) for shown, indicator, period in group.columns
        ]
        turned = any(column.turned for column in own)
        columns += [replace(column, width=width, band=group.band, turned=turned) for column in own]
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
