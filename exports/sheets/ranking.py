"""The municipalities whose figure rose and fell most, with a chart."""

import datetime as dt

from exports.annexes.model import Ranking
from exports.figures.identity import GEMEENTE, Changes, Entry, is_hidden
from exports.figures.plan import Indicator
from exports.figures.reading import UNASSIGNED, Municipality
from exports.figures.rules import Number
from exports.figures.together import is_shared
from exports.sheets.context import Context
from exports.xlsx.document import Chart, Format, Series, SheetColumn, Table, TableBlock


def ranking_block(context: Context, ranking: Ranking) -> tuple[TableBlock, str]:
    """From the largest rise to the largest fall, and what that is for the contents. A municipality of which a figure is
    hidden isn't ranked."""
    year = context.years[-1]
    table = next(item for item in context.figures.tables if item.plan.sheet == ranking.sheet)
    indicators = {indicator.label: indicator for indicator in table.indicators}
    listed = [
        (label, each)
        for label in ranking.columns
        if label in indicators  # a change in % isn't there in the first years
        for each in ((year - 1, year) if label in ranking.before else (year,))
    ]
    columns = [
        SheetColumn("NIS-code", width=9),
        SheetColumn("Gemeente", width=21),
        SheetColumn("Richting", width=9),
        SheetColumn("Rang", Format.RANK, 7),
    ]
    for label, each in listed:
        measure, when = indicators[label].measure, context.flags.label(each) if each in context.years else str(each)
        shown = f"{when}: {measure.label}"
        columns.append(SheetColumn(f"{when}: {measure.header}", measure.format, 13, shown=shown, wrap=True))
    rising, falling = _ranked(context, ranking, indicators) if ranking.by in indicators else ([], [])
    words = _directions(bool(rising), bool(falling))
    ranked = [("stijger", rank, place) for rank, place in enumerate(rising, 1)]
    ranked += [("daler", len(falling) - index, place) for index, place in enumerate(falling)]
    figure = context.figures.figure
    rows: list[tuple[Entry, ...]] = [
        (
            *(place.nis_code, place.municipality, direction, rank),
            *(figure(indicators[label], GEMEENTE, place.nis_code, each) for label, each in listed),
        )
        for direction, rank, place in ranked
    ]
    withheld = context.public and context.hidden is not None and not isinstance(context.hidden, Changes)
    body = Table("Rangschikking", tuple(columns), rows)
    title = f"Grootste {words} van {ranking.what}"
    title += ", onder de gemeenten met een getoond cijfer" if withheld else ""
    charts = (_chart(context, ranking, title, len(rows), 4 + listed.index((ranking.by, year))),) if rows else ()
    among = "gemeenten waarvan het cijfer getoond mag worden, met" if withheld else "gemeenten met"
    rule = (
        f"Hoogstens {ranking.count} stijgers en {ranking.count} dalers, de grootste van {year} tegenover {year - 1}, "
        f"onder de {among} in {year} gemiddeld minstens {ranking.floor:g} {ranking.size_text}."
    )
    texts = [rule]
    if not rows:
        texts.append("Geen enkele gemeente heeft een wijziging die te rangschikken is.")
    elif not (rising and falling):
        texts.append(f"Geen van die gemeenten is {'gedaald' if rising else 'gestegen'}.")
    if withheld:
        texts.append(
            "Gemeenten met een verborgen cijfer zijn niet gerangschikt: zij kunnen meer gestegen of gedaald zijn."
        )
    return TableBlock(f"{title}, {year}", body, tuple(texts), charts), f"grootste {words}"


def _directions(rise: bool, fall: bool) -> str:
    """Who is ranked; both where nobody is."""
    return "stijgers en dalers" if rise == fall else "stijgers" if rise else "dalers"


def _ranked(
    context: Context, ranking: Ranking, indicators: dict[str, Indicator]
) -> tuple[list[Municipality], list[Municipality]]:
    """Risers from the largest rise, fallers up to the largest fall."""
    year = context.years[-1]
    changes: list[tuple[float, Municipality]] = []
    for place in context.figures.municipalities:
        where = GEMEENTE, place.nis_code, year
        size, change = (_number(context, indicators[label], *where) for label in (ranking.size, ranking.by))
        alone = place.nis_code != UNASSIGNED and not is_shared(place.nis_code)
        if not alone or size is None or change is None or size < ranking.floor:
            continue
        labels = [label for label in (ranking.size, *ranking.columns) if label in indicators]
        used = [context.figures.figure(indicators[label], *where) for label in labels]
        if not any(is_hidden(figure, context.hidden) for figure in used):
            changes.append((float(change), place))
    changes.sort(key=lambda item: (-item[0], item[1].nis_code))
    rising = [place for change, place in changes if change > 0][: ranking.count]
    falling = [place for change, place in changes if change < 0][-ranking.count :]
    return rising, falling


def _number(context: Context, indicator: Indicator, level: str, place: str, year: int) -> Number | None:
    """The unrounded figure; the one that is shown, where figures are changed: the true order would tell of them."""
    number = context.figures.number(indicator.measure, level, place, year)
    if number is None or not isinstance(context.hidden, Changes):
        return number
    figure = context.figures.figure(indicator, level, place, year)
    changed = context.hidden.value(figure._replace(value=number))
    return None if isinstance(changed, str | dt.date) else changed


def _chart(context: Context, ranking: Ranking, heading: str, rows: int, column: int) -> Chart:
    last = rows - 1
    series = Series(heading, ((0, column), (last, column)), ((0, 1), (last, 1)))
    title = f"{heading}, {context.flags.label(context.years[-1])}"
    about = f"Staafdiagram in de volgorde van de tabel: {title}. De cijfers staan in de tabel."
    return Chart("ranking", title, "", ranking.y_title, (series,), "0", about)
