"""Aansluiting: totals agree across levels, and across annexes that count the same population.

Every comparison is made for every municipality. An annex of which one fails is not made, since it contradicts itself or
another annex. The sheet shows totals that the annex publishes anyway, so that it gives nothing away.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exports.figures.collect import Figures
from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN, Changes, Entry, Figure, FigureId, Value, identity
from exports.figures.plan import Indicator, Link
from exports.figures.reading import PublicationError, PublicationReader
from exports.figures.rules import Number
from exports.figures.together import codes_of
from exports.sheets.context import RECONCILIATION, Context
from exports.sheets.head import short_head
from exports.wording import capital
from exports.xlsx.document import Format, Sheet, SheetColumn, Table, text_columns

_BEFORE = (
    "De vergelijking is gemaakt voor de aantallen gewijzigd zijn; de tabel toont van elke telling wat de bijlage toont."
)
_TOLERANCE = 1e-6  # means are doubles: their sum depends on the order


@dataclass(frozen=True)
class Agreement:
    """Two counts of the same thing for one year and place of a level."""

    text: str
    unit: str
    level: str
    place: str
    year: int
    first: Figure
    second: Figure
    at_most: bool = False

    @property
    def difference(self) -> Figure:
        first, second = self.first, self.second
        own = first.id._replace(measure=f"{first.id.measure}_difference")
        return Figure(_minus(first.value, second.value), own, (first.id, second.id, *first.parts, *second.parts))


def reconcile(context: Context) -> list[Agreement]:
    """Everything of an annex that was compared. Raises PublicationError at the first two totals that differ."""
    kind = context.kind
    return agreements(context.publication, context.figures, kind.headline, kind.links, context.facts.as_of)


def reconciliation_sheet(context: Context, made: list[Agreement]) -> Sheet:
    whole = all(isinstance(item.first.value, int) and isinstance(item.second.value, int) for item in made)
    numbers = Format.INTEGER if whole else Format.TWO_DECIMALS
    columns = (
        *text_columns({"Controle": 78, "Niveau": 12, "Gebied": 20}),
        SheetColumn(context.kind.year_header, Format.YEAR, 11),
        SheetColumn("Eenheid", width=16),
        SheetColumn("Eerste telling", numbers, 18),
        SheetColumn("Tweede telling", numbers, 18),
        SheetColumn("Verschil", numbers, 12),
        SheetColumn("Besluit", width=34),
    )
    verdicts = {False: "sluit aan", True: "hoogstens gelijk: het jaar loopt nog"}
    rows: list[tuple[Entry, ...]] = [
        (
            of.text,
            capital(of.level),
            of.place,
            of.year,
            of.unit,
            of.first,
            of.second,
            of.difference,
            verdicts[of.at_most],
        )
        for of in made
    ]
    lines = short_head(
        context,
        "Aansluiting van de totalen",
        "De totalen sluiten aan tussen gemeenten, provincies en Vlaanderen, en tussen bijlagen over dezelfde "
        "trajecten. Elke vergelijking is ook per gemeente gemaakt.",
        "Een bijlage waarvan de totalen niet aansluiten, wordt niet gemaakt.",
        *([_BEFORE] if isinstance(context.hidden, Changes) else []),
    )
    about = "controle: totalen sluiten aan tussen niveaus en bijlagen"
    return Sheet(RECONCILIATION, lines, Table("Aansluiting", columns, rows), frozen_columns=1, about=about)


def agreements(
    publication: PublicationReader, figures: Figures, headline: tuple[str, ...], links: tuple[Link, ...], as_of: dt.date
) -> list[Agreement]:
    """Everything that was compared. Raises PublicationError at the first two totals that differ."""
    made = [
        item
        for table in figures.tables
        for indicator in table.indicators
        if indicator.label in headline
        for item in _levels(figures, indicator, table.plan.sheet)
    ]
    for link in links:
        made += _link(publication, figures, link, as_of)
    return made


def _levels(figures: Figures, indicator: Indicator, sheet: str) -> Iterator[Agreement]:
    """The municipalities add up to their province, the provinces and all municipalities to Flanders."""
    name = indicator.label if len(figures.tables) == 1 else f"{sheet}: {indicator.label}"
    unit = indicator.measure.header.rpartition("(")[2].rstrip(")")

    def number(level: str, place: str, year: int) -> Number:
        return figures.number(indicator.measure, level, place, year) or 0

    for year in figures.years:
        counts = [(place, number(GEMEENTE, place.nis_code, year)) for place in figures.municipalities]
        inside = _sum(count for place, count in counts if place.is_centre_city)
        outside = _sum(count for place, count in counts if not place.is_centre_city)
        provinces = _sum(number(PROVINCIE, place, year) for place in figures.provinces)
        total = figures.total(indicator, year)
        compared = [
            ("som van de gemeenten = Vlaanderen", VLAANDEREN, "Vlaanderen", _sum(count for _, count in counts), total),
            ("centrumsteden + andere gemeenten = Vlaanderen", VLAANDEREN, "Vlaanderen", _sum((inside, outside)), total),
            ("som van de provincies = Vlaanderen", VLAANDEREN, "Vlaanderen", provinces, total),
        ]
        for province in figures.provinces:
            own = _sum(count for place, count in counts if place.province == province)
            shown = figures.figure(indicator, PROVINCIE, province, year)
            compared.append(("som van de gemeenten = provincie", PROVINCIE, province, own, shown))
        for text, level, place, added_up, second in compared:
            first = second._replace(value=_like(second, added_up, indicator))
            _must_agree(f"{name}, {text}", second.id.place, year, first.value, second.value)
            yield Agreement(f"{name}: {text}", unit, level, place, year, first, second)


def _like(shown: Figure, number: Number, indicator: Indicator) -> Value:
    """The number as the annex shows it; a total that isn't a number (nothing delivered) needs no sum."""
    return indicator.measure.format.rounded(number) if isinstance(shown.value, int | float) or number else shown.value


def _link(publication: PublicationReader, figures: Figures, link: Link, as_of: dt.date) -> list[Agreement]:
    """This annex against another mart, for every municipality; shown for Flanders and the provinces."""
    years = tuple(year - link.lag for year in figures.years)
    rows = publication.rows(link.mart, ("year", "nis_code", link.column), where={"year": years, **link.where})
    other: dict[tuple[int, str], Number] = defaultdict(int)
    rows_by_code = {code: item.nis_code for item in figures.municipalities for code in codes_of(item.nis_code)}
    for year, code, number in rows:
        other[year + link.lag, rows_by_code.get(code, code)] += number
    made = []
    own_signature = figures.signatures.of_rule(link.rule)[0]
    provinces = {item.nis_code: item.province for item in figures.municipalities}
    for year in figures.years:
        open_year = link.when_measured and as_of < dt.date(year, 12, 31)
        sums: dict[tuple[str, str], list[Number]] = defaultdict(lambda: [0, 0])
        for code in sorted({*provinces, *(code for each, code in other if each == year)}):
            group = figures.groups.get((GEMEENTE, code, year))
            pair = (link.rule.value(group, None) or 0 if group else 0, other.get((year, code), 0))
            _must_agree(link.text, code, year, *pair, at_most=open_year)
            for where in ((VLAANDEREN, VLAANDEREN), (PROVINCIE, provinces.get(code, "Niet toewijsbaar"))):
                sums[where] = [_sum(each) for each in zip(sums[where], pair, strict=True)]
        for (level, place), (own, theirs) in sums.items():
            first = Figure(own, identity(own_signature, level, place, year))
            second = Figure(theirs, FigureId(link.mart, link.column, year - link.lag, level, place, link.category))
            name = "Vlaanderen" if level == VLAANDEREN else place
            made.append(Agreement(link.text, "aantal", level, name, year, first, second, open_year))
    return made


def _sum(numbers: Iterable[Number]) -> Number:
    """The sum of numbers of one kind: amounts stay decimals."""
    return sum(numbers)


def _must_agree(text: str, place: str, year: int, one: object, other: object, at_most: bool = False) -> None:
    difference = _minus(one, other)
    if isinstance(difference, str):
        return
    if (at_most and difference <= _TOLERANCE) or abs(difference) <= _TOLERANCE * max(1.0, abs(float(str(other)))):
        return
    raise PublicationError(f"{text}: totals of {place} in {year} differ ({one} and {other}); build again")


def _minus(one: object, other: object) -> Number | str:
    if isinstance(one, str) or isinstance(other, str):
        return "[z]"
    difference = one - other  # ty: ignore[unsupported-operator]
    return round(difference, 6) + 0.0 if isinstance(difference, float) else difference
