"""What an annex says of the detail that it shows at each level, and why: all of it follows from the plan, as the tables
themselves do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, LEVELS, PROVINCIE, VLAANDEREN
from exports.figures.plan import Indicator
from exports.figures.together import codes_of, is_shared, members
from exports.figures.views import View
from exports.sheets.context import NOTES, Context
from exports.wording import capital, listed, period
from exports.xlsx.document import Table, TableBlock, text_columns

_PLACES = {
    VLAANDEREN: "Vlaanderen",
    PROVINCIE: "Provincies",
    ARRONDISSEMENT: "Arrondissementen",
    CENTRUMSTAD: "Centrumsteden",
    GEMEENTE: "Gemeenten",
}
_WHY = (
    "Hoe kleiner een gebied, hoe minder mensen er in een cijfer geteld zijn. Met evenveel detail als voor Vlaanderen "
    "zouden mensen er herkenbaar zijn, of zouden de meeste cijfers vertrouwelijk moeten blijven. Daarom {}."
)
_WHOLE = (
    "Het datawarehouse heeft elk cijfer per jaar{} en per gemeente. Die volledige uitgave bestaat en is vertrouwelijk."
)
SHARED = "Gemeenten met te weinig trajecten voor een eigen rij staan per arrondissement samen."
_ALL_COUNTS, _ALL_CATEGORIES = "alle cijfers", "elke categorie apart"
_TOTALS, _ONLY, _IN_CLASSES = "totalen", "enkel ", "in klassen"
_LESS = "Opdat niemand herkenbaar is, toont de bijlage minder naarmate een plaats kleiner is"
_UNKNOWN = "; waar een klasse 'of onbekend' heet, telt ook mee van wie het niet geregistreerd is"
_FEW = 4
"""So many classes are named in a letter."""
_SEE = f"Wat samen staat en waarom, staat op het blad {NOTES}; de volledige cijfers bestaan en zijn vertrouwelijk."


def shown_lines(context: Context, levels: Sequence[str]) -> list[str]:
    """For above the tables of these levels: what they show, in a sentence each. Nothing where all is shown."""
    if context.plan is None:
        return []
    found = [f"{_PLACES[level]}: {'; '.join(_short(context, level))}." for level in levels]
    return [*found, _SEE] if any(level != VLAANDEREN and _is_less(context, level) for level in levels) else found


def shown_blocks(context: Context) -> list[TableBlock]:
    """For the sheet of notes: what is shown at each level and why, and which municipalities share a row."""
    if context.plan is None:
        return []
    levels = [level for level in reversed(LEVELS) if level in context.annex.levels]
    rows = [(_PLACES[level], " ".join(_long(context, level))) for level in levels]
    if less := _less(context, levels):
        rows.append(("Waarom niet overal alles", _WHY.format(less)))
    by_category = ", per categorie" if any(mart.category for mart in context.kind.marts) else ""
    rows.append(("De volledige cijfers", _WHOLE.format(by_category)))
    blocks = [TableBlock("Wat deze bijlage per niveau toont", _table("Getoond", "Niveau", "Wat getoond is", rows))]
    if GEMEENTE in levels and (shared := _shared(context)):
        table = _table("Samen", "Rij", "Gemeenten", shared)
        blocks.append(TableBlock("Gemeenten die een rij delen", table))
    return blocks


def _is_less(context: Context, level: str) -> bool:
    """Whether a level shows less than there is of it."""
    shared = level == GEMEENTE and shared_rows(context)
    return bool(shared) or not _is_all(context, level)


def _is_all(context: Context, level: str) -> bool:
    """Whether all is shown by year, of each place that has a row."""
    parts = list(_parts(context, level))
    return len(parts) == 1 and parts[0].what in (_ALL_COUNTS, _ALL_CATEGORIES) and not parts[0].pooled


def _less(context: Context, levels: Sequence[str]) -> str:
    """What is less than for Flanders: "staan categorieën en jaren er samen, en ontbreken er cijfers"."""
    own = [context.views(level) for level in levels if level != VLAANDEREN]
    views = [view for of in own for view in of]
    classes = any(len(members(each.signature[2])) > 1 for each in _indicators(views))
    kinds = {
        "categorieën": classes,
        "jaren": any(view.pooled for view in views),
        "kleine gemeenten": bool(shared_rows(context)),
    }
    together = [kind for kind, is_so in kinds.items() if is_so]
    texts = [f"staan {listed(together)} er samen"] if together else []
    if any(not _has_categories(of) and not _has_all_counts(of) for of in own):
        texts.append("ontbreken er cijfers")
    return ", en ".join(texts)


def _table(name: str, first: str, second: str, rows: Sequence[tuple[str, str]]) -> Table:
    return Table(name, text_columns({first: 28, second: 62}, wrap=(first, second)), rows)


def _shared(context: Context) -> list[tuple[str, str]]:
    names = {item.nis_code: item.municipality for item in context.publication.municipalities}
    return [
        (row.municipality, listed(sorted(names.get(code, code) for code in codes_of(row.nis_code))))
        for row in context.figures.municipalities
        if is_shared(row.nis_code)
    ]


@dataclass(frozen=True)
class _Part:
    """Of a level: of when, and `what`, which these views show; `brief` where that is long."""

    when: str
    what: str
    views: Sequence[View]
    brief: str = ""

    @property
    def pooled(self) -> bool:
        return any(view.pooled for view in self.views)


def _parts(context: Context, level: str) -> Iterator[_Part]:
    by_year, together = _details(context, level)
    totals = [view for view in context.views(level) if view.totals]
    if by_year:
        yield _Part("per jaar", _kind(by_year), by_year)
    elif totals:
        yield _Part("per jaar", _TOTALS if _has_categories(totals) else f"{_ONLY}{_what(totals)}", totals)
    if together:
        when = f"{_periods(together)} samen"
        if by_year:
            yield _Part(when, _beside(by_year, together), together, "andere cijfers")
        else:
            yield _Part(when, _kind(together), together)


def _short(context: Context, level: str) -> Iterator[str]:
    yield from (f"{part.when}, {part.brief or part.what}" for part in _parts(context, level))
    if years := _without_details(context, level):
        yield f"van {period(years)} geen details"


def _long(context: Context, level: str) -> Iterator[str]:
    for part in _parts(context, level):
        yield f"{capital(part.when)}: {part.what}.{_classes(part.views)}"
    if years := _without_details(context, level):
        yield (
            f"Van {period(years)} zijn er geen details: ze staan hier enkel voor een heel tijdvak, en deze bijlage "
            f"bevat er geen met {'dat jaar' if len(years) == 1 else 'die jaren'}.{_elsewhere(context, level)}"
        )
    if level == GEMEENTE and (shared := shared_rows(context)):
        yield f"{shared} Zie hieronder welke."


def less_detail(context: Context) -> list[str]:
    """For a letter and a cover: that smaller places have less, then what there is at each level. Nothing where the
    finest places that are asked for have all by year."""
    finest = next((level for level in LEVELS if level in context.annex.levels), VLAANDEREN)
    if context.plan is None or finest == VLAANDEREN or _is_all(context, finest):
        return []
    levels = [level for level in reversed(LEVELS) if level in context.annex.levels]
    said = [("; ".join(_said(context, level)), _PLACES[level]) for level in levels]
    alike = [(text, [place for _, place in found]) for text, found in groupby(said, lambda item: item[0])]
    told = [f"{capital(listed(places).lower())}: {text}" for text, places in alike]
    ends = [*[";"] * (len(told) - 1), "."]
    labels = [each.label for level in levels for view in context.views(level) for each in _indicators([view])]
    with_unknown = any("of onbekend" in label for label in labels)
    return [
        f"{_LESS}{_UNKNOWN if with_unknown else ''}:",
        *(f"{line}{end}" for line, end in zip(told, ends, strict=True)),
    ]


def _said(context: Context, level: str) -> Iterator[str]:
    """As `_short`, in words of a letter; with the few classes that there are by their names."""
    for part in _parts(context, level):
        what = {_TOTALS: "het totaal"}.get(part.what, part.what.removeprefix(_ONLY))
        families = [each for each in _indicators(part.views) if "/" in each.signature[2]]
        labels = [f"'{each.label}'" for each in families if not each.signature[2].endswith("*")]
        named = part.what == _IN_CLASSES and len(labels) <= _FEW
        yield f"{part.when} {what}{f': {listed(labels)}' if named else ''}"
    if years := _without_details(context, level):
        yield f"van {period(years)} enkel totalen"


def _named(levels: Sequence[str]) -> str:
    """ "Vlaanderen en de provincies"."""
    return listed([_PLACES[level] if level == VLAANDEREN else f"de {_PLACES[level].lower()}" for level in levels])


def shared_rows(context: Context) -> str:
    """That municipalities share a row, where some do."""
    shared = any(is_shared(row.nis_code) for row in context.figures.municipalities)
    return SHARED if shared and GEMEENTE in context.annex.levels else ""


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
        return _ALL_CATEGORIES
    return "de meeste categorieën apart" if 2 * classes < len(parts) else _IN_CLASSES


def _counts(views: Sequence[View]) -> str:
    """Of tables without categories."""
    return _ALL_COUNTS if _has_all_counts(views) else f"{_ONLY}{_what(views)}"


def _has_all_counts(views: Sequence[View]) -> bool:
    shown = {each.signature for each in _indicators(views)}
    return {each.signature for view in views for each in view.table.indicators if each.measure.in_totals} <= shown


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
    return f" Voor {_named([of_year])} staan ze er per jaar."
