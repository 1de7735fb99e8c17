"""What an annex says of the detail that it shows at each level, and why: all of it follows from the plan, as the tables
themselves do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, LEVELS, PROVINCIE, VLAANDEREN
from exports.figures.plan import Indicator
from exports.figures.together import codes_of, is_shared, members
from exports.figures.views import View
from exports.sheets.context import NOTES, Context
from exports.wording import listed, period
from exports.xlsx.document import Table, TableBlock, text_columns

_PLACES = {
    VLAANDEREN: "Vlaanderen",
    PROVINCIE: "Provincies",
    ARRONDISSEMENT: "Arrondissementen",
    CENTRUMSTAD: "Centrumsteden",
    GEMEENTE: "Gemeenten",
}
_WHY = (
    "Hoe kleiner een gebied, hoe minder mensen in elke categorie. Met evenveel detail als voor Vlaanderen zouden "
    "mensen er herkenbaar zijn, of zouden de meeste cijfers vertrouwelijk moeten blijven. Daarom staan categorieën, "
    "jaren en kleine gemeenten er samen."
)
_WHOLE = (
    "Het datawarehouse heeft elk cijfer per jaar, per categorie en per gemeente. Die volledige uitgave bestaat en is "
    "vertrouwelijk."
)
_SEE = f"Wat samen staat en waarom, staat op het blad {NOTES}; de volledige cijfers bestaan en zijn vertrouwelijk."


def shown_lines(context: Context, levels: Sequence[str]) -> list[str]:
    """For above the tables of these levels: what they show, in a sentence each. Nothing where all is shown."""
    if context.plan is None:
        return []
    found = [f"{_PLACES[level]}: {'; '.join(_short(context, level))}." for level in levels]
    return [*found, _SEE] if any(level != VLAANDEREN for level in levels) else found


def shown_blocks(context: Context) -> list[TableBlock]:
    """For the sheet of notes: what is shown at each level and why, and which municipalities share a row."""
    if context.plan is None:
        return []
    levels = [level for level in reversed(LEVELS) if level in context.annex.levels]
    rows = [(_PLACES[level], " ".join(_long(context, level))) for level in levels]
    rows += [("Waarom niet overal alles", _WHY), ("De volledige cijfers", _WHOLE)]
    blocks = [TableBlock("Wat deze bijlage per niveau toont", _table("Getoond", "Niveau", "Wat getoond is", rows))]
    if GEMEENTE in levels and (shared := _shared(context)):
        table = _table("Samen", "Rij", "Gemeenten", shared)
        blocks.append(TableBlock("Gemeenten die een rij delen", table))
    return blocks


def _table(name: str, first: str, second: str, rows: Sequence[tuple[str, str]]) -> Table:
    return Table(name, text_columns({first: 28, second: 62}, wrap=(first, second)), rows)


def _shared(context: Context) -> list[tuple[str, str]]:
    names = {item.nis_code: item.municipality for item in context.publication.municipalities}
    return [
        (row.municipality, listed(sorted(names.get(code, code) for code in codes_of(row.nis_code))))
        for row in context.figures.municipalities
        if is_shared(row.nis_code)
    ]


def _short(context: Context, level: str) -> Iterator[str]:
    by_year, together = _details(context, level)
    if by_year:
        yield f"per jaar, {_kind(by_year)}"
    elif any(view.totals for view in context.views(level)):
        yield "totalen per jaar"
    if together:
        yield f"{_periods(together)} samen, {'andere cijfers' if by_year else _kind(together)}"
    if years := _without_details(context, level):
        yield f"van {period(years)} geen details"


def _long(context: Context, level: str) -> Iterator[str]:
    by_year, together = _details(context, level)
    if by_year:
        yield f"Per jaar: {_kind(by_year)}.{_classes(by_year)}"
    elif totals := [view for view in context.views(level) if view.totals]:
        yield f"Per jaar: {'totalen' if _has_categories(totals) else f'enkel {_what(totals)}'}."
    if together:
        shown = _beside(by_year, together) if by_year else _kind(together)
        yield f"{_periods(together)} samen: {shown}.{_classes(together)}"
    if years := _without_details(context, level):
        yield (
            f"Van {period(years)} zijn er geen details: deze bijlage heeft te weinig jaren van dat tijdvak."
            f"{_elsewhere(context, level)}"
        )
    if level == GEMEENTE and any(is_shared(row.nis_code) for row in context.figures.municipalities):
        yield "Gemeenten met te weinig trajecten voor een eigen rij staan per arrondissement samen, zie hieronder."


def _details(context: Context, level: str) -> tuple[list[View], list[View]]:
    """What is no total: by year, and of years added up."""
    views = [view for view in context.views(level) if not view.totals]
    return [view for view in views if not view.pooled], [view for view in views if view.pooled]


def _indicators(views: Sequence[View]) -> list[Indicator]:
    return [indicator for view in views for indicator in view.indicators]


def _has_categories(views: Sequence[View]) -> bool:
    return any("*" in each.signature[2] for each in _indicators(views))


def _kind(views: Sequence[View]) -> str:
    shown = [each.signature[2] for each in _indicators(views) if "/" in each.signature[2] or "*" in each.signature[2]]
    parts = [category for category in shown if not category.endswith("*")]
    classes = sum(len(members(category)) > 1 for category in parts)
    if not parts:
        return "enkel totalen" if shown else _counts(views)
    if not classes:
        return "elke categorie apart"
    return "de meeste categorieën apart" if 2 * classes < len(parts) else "in klassen"


def _counts(views: Sequence[View]) -> str:
    """Of tables without categories."""
    shown = {each.signature for each in _indicators(views)}
    every = {each.signature for view in views for each in view.table.indicators if each.measure.in_totals}
    return "alle cijfers" if every <= shown else f"enkel {_what(views)}"


def _what(views: Sequence[View]) -> str:
    """What of the annex, where it shows the rest by year."""
    return listed([indicator.label for indicator in _indicators(views)])


def _beside(by_year: Sequence[View], together: Sequence[View]) -> str:
    """What years together have beside what is there by year. The labels of classes hold commas; they come behind."""
    known = {each.signature for each in _indicators(by_year)}
    new = [each for each in _indicators(together) if each.signature not in known]
    others = listed([each.label for each in new if len(members(each.signature[2])) < 2])
    if any(len(members(each.signature[2])) > 1 for each in new):
        return f"in andere klassen; ook {others}" if others else "in andere klassen"
    return f"ook {others}" if others else "dezelfde cijfers"


def _classes(views: Sequence[View]) -> str:
    """Which categories are counted together, each class by its label."""
    found = [each for each in _indicators(views) if len(members(each.signature[2])) > 1]
    labels = dict.fromkeys(f"'{indicator.label}'" for indicator in found)
    return f" Samen geteld: {listed(list(labels))}." if labels else ""


def _periods(views: Sequence[View]) -> str:
    return listed(list(dict.fromkeys(each.label for view in views for each in view.periods)))


def _without_details(context: Context, level: str) -> list[int]:
    """The years in no period, where details are shown by period."""
    plan = context.plan
    every = [detail for mart in context.kind.marts for detail in (plan.details(mart.name, level) if plan else ())]
    if plan is None or not any(detail.pooled and not detail.totals for detail in every):
        return []
    covered = {year for each in plan.periods(context.years) for year in each.years}
    return [year for year in context.years if year not in covered]


def _elsewhere(context: Context, level: str) -> str:
    """The nearest wider level that has details of each year."""
    wider = LEVELS[LEVELS.index(level) + 1 :]
    found = [each for each in wider if each in context.annex.levels and each != CENTRUMSTAD]
    of_year = next((each for each in found if not _without_details(context, each) and _details(context, each)[0]), None)
    if of_year is None:
        return ""
    return f" Voor {'Vlaanderen' if of_year == VLAANDEREN else f'de {_PLACES[of_year].lower()}'} staan ze er per jaar."
