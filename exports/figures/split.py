"""Why one activation ratio is not another: the difference, split exactly into what it is made of.

    ratio = clients in TWE / leefloners = inflow per leefloner x time in TWE
          = (started / leefloners) x (clients in TWE / started)

`clients in TWE` is the mean of the year, so that 12 x clients / started are the months in TWE per trajectory that
started. Of two ratios, each factor gets the part log_mean(ratios) x ln(factor / other factor) of the difference: the
logarithms of the factors add up to that of the ratio, so the parts add up to the difference (additive LMDI). Between
two years of one place the part of the inflow is split once more, into trajectories started and number of leefloners;
between a place and Flanders it can't be, as one is a piece of the other.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.figures.collect import Figures
from exports.figures.identity import (
    CENTRUMSTAD,
    GEMEENTE,
    PROVINCIE,
    VLAANDEREN,
    Figure,
    FigureId,
    Signature,
    identity,
)
from exports.figures.reading import PublicationReader
from exports.xlsx.document import NOT_APPLICABLE, Format

BASIS = "year_average"
"""The basis on which a year has an inflow: January alone has none."""
RATIO_MART = "mart_activation_ratio"
CLIENTS, PEOPLE = ((RATIO_MART, column, BASIS) for column in ("clients_in_twe", "leefloners"))
STARTED: Signature = ("mart_started_duration", "trajectories", "months/*")
COUNTS = (CLIENTS, PEOPLE, STARTED)
MONTHS = 12


@dataclass(frozen=True)
class Factors:
    """The three counts of a place and year, all more than 0."""

    clients: float
    leefloners: float
    started: float

    @classmethod
    def of(cls, counts: Sequence[float | None]) -> "Factors | None":
        """None when one of them is 0 or unknown: then nothing can be divided by it."""
        known = [float(count) for count in counts if count]
        return cls(*known) if len(known) == len(COUNTS) else None

    @property
    def ratio(self) -> float:
        """Clients in TWE per 100 leefloners."""
        return 100 * self.clients / self.leefloners

    @property
    def inflow(self) -> float:
        """Trajectories started in the year per 100 leefloners."""
        return 100 * self.started / self.leefloners

    @property
    def months(self) -> float:
        """Months in TWE per trajectory that started."""
        return MONTHS * self.clients / self.started


@dataclass(frozen=True)
class RatioParts:
    """What makes one ratio differ from another, in percentage points."""

    started: float
    leefloners: float
    months: float

    @property
    def inflow(self) -> float:
        """That of the trajectories started per leefloner."""
        return self.started + self.leefloners


def log_mean(one: float, other: float) -> float:
    """The logarithmic mean of two numbers above 0."""
    return one if math.isclose(one, other, rel_tol=1e-12) else (one - other) / math.log(one / other)


def parts(now: Factors, other: Factors) -> RatioParts:
    """The difference of the ratio of `now` with that of `other`."""
    weight = log_mean(now.ratio, other.ratio)
    return RatioParts(
        weight * math.log(now.started / other.started),
        weight * math.log(other.leefloners / now.leefloners),
        weight * math.log((now.clients / now.started) / (other.clients / other.started)),
    )


@dataclass(frozen=True)
class SplitRow:
    """The figures of a place and year, by name; `MEASURES` has the names."""

    level: str
    place: str
    year: int
    figures: dict[str, Figure]


@dataclass(frozen=True)
class SplitMeasure:
    """A figure of the split: its name in the policy, its header with the unit, and what it is."""

    name: str
    header: str
    about: str
    of_flanders: bool = True
    """Whether Flanders itself has it."""


MEASURES = (
    SplitMeasure("ratio_pct", "ratio (%)", "cliënten in TWE per 100 leefloners"),
    SplitMeasure("inflow_per_100", "instroom (per 100 leefloners)", "in het jaar opgestarte trajecten"),
    SplitMeasure("months_in_twe", "tijd in TWE (maanden)", "12 x cliënten in TWE / opgestarte trajecten"),
    SplitMeasure("difference_flanders_pp", "verschil met Vlaanderen (procentpunt)", "van de ratio", False),
    SplitMeasure("difference_by_inflow_pp", "door de instroom (procentpunt)", "deel van het verschil", False),
    SplitMeasure("difference_by_months_pp", "door de tijd in TWE (procentpunt)", "deel van het verschil", False),
    SplitMeasure("ratio_change_pp", "wijziging (procentpunt)", "van de ratio, tegenover het vorige jaar"),
    SplitMeasure("change_by_inflow_pp", "door de instroom (procentpunt)", "deel van de wijziging"),
    SplitMeasure("change_by_started_pp", "waarvan opgestarte trajecten (procentpunt)", "deel van dat van de instroom"),
    SplitMeasure("change_by_leefloners_pp", "waarvan aantal leefloners (procentpunt)", "deel van dat van de instroom"),
    SplitMeasure("change_by_months_pp", "door de tijd in TWE (procentpunt)", "deel van de wijziging"),
)


_RATIOS = ("ratio_pct", "difference_flanders_pp", "ratio_change_pp")
"""Those that other tables show too."""


class RatioSplit:
    """Splits the ratios that an annex or the figure book has collected, but not those of a year that was not over on
    the as-of date: its inflow is of part of the year."""

    def __init__(self, publication: PublicationReader, figures: Figures) -> None:
        self._figures, self._as_of = figures, publication.facts.as_of
        indicators = [each for table in figures.tables for each in table.indicators]
        self._shown = {each.signature[1]: each for each in indicators if each.signature[1] in _RATIOS}
        years = tuple(sorted({each for year in figures.years for each in (year, year - 1)}))
        rows = publication.rows(STARTED[0], ("year", "nis_code", STARTED[1]), where={"year": years})
        # of each by itself: in the figures some share a row
        provinces = {item.nis_code: item.province for item in (*figures.municipalities, *publication.municipalities)}
        self._started: dict[tuple[str, str, int], int] = defaultdict(int)
        for year, code, count in rows:
            where = ((GEMEENTE, code), (PROVINCIE, provinces.get(code, "")), (VLAANDEREN, VLAANDEREN))
            for level, place in where:
                self._started[level, place, year] += count

    def factors(self, level: str, place: str, year: int) -> Factors | None:
        """The counts of a place in a year that is over; None when one of them is 0 or unknown."""
        group = self._figures.groups.get((level, place, year))
        if group is None or self._as_of < dt.date(year, 12, 31):
            return None
        clients, people = (group.get(column) for _, column, _ in (CLIENTS, PEOPLE))
        return Factors.of((clients, people, self._started.get((level, place, year))))  # ty: ignore[invalid-argument-type]

    def row(self, level: str, place: str, year: int) -> SplitRow:
        """Every figure of the split of a place and year; a sign where it can't be made."""
        now, before = self.factors(level, place, year), self.factors(level, place, year - 1)
        flanders = self.factors(VLAANDEREN, VLAANDEREN, year) if level != VLAANDEREN else None
        values: dict[str, float | None] = {}
        if now:
            values |= {"inflow_per_100": now.inflow, "months_in_twe": now.months}
        if now and flanders:
            made = parts(now, flanders)
            values |= {"difference_by_inflow_pp": made.inflow, "difference_by_months_pp": made.months}
        if now and before:
            made = parts(now, before)
            values |= {
                "change_by_inflow_pp": made.inflow,
                "change_by_started_pp": made.started,
                "change_by_leefloners_pp": made.leefloners,
                "change_by_months_pp": made.months,
            }
        clients, people, started = _ids(level, place, year)
        of_year = {"inflow_per_100": (people, started), "months_in_twe": (clients, started)}
        figures = {}
        for name in (measure.name for measure in MEASURES):
            if name in self._shown:
                figures[name] = self._ratio(name, level, place, year)
                continue
            beside = _ids(level, place, year - 1) if name.startswith("change") else _ids(VLAANDEREN, VLAANDEREN, year)
            behind = of_year.get(name, (clients, people, started, *beside))
            figures[name] = _figure(name, level, place, year, values.get(name), behind)
        return SplitRow(level, place, year, figures)

    def _ratio(self, name: str, level: str, place: str, year: int) -> Figure:
        """The ratio, or its difference, as the other tables show it."""
        indicator, ratio = self._shown[name], self._shown["ratio_pct"]
        if indicator.measure.in_totals or level == GEMEENTE:
            return self._figures.figure(indicator, level, place, year)
        # the column of the mart has no meaning for several municipalities together
        own, flanders = (
            self._figures.number(ratio.measure, *of, year) for of in ((level, place), (VLAANDEREN, VLAANDEREN))
        )
        known = own is not None and flanders is not None and level != VLAANDEREN
        behind = indicator.part_ids(level, place, year)
        return _figure(name, level, place, year, float(own) - float(flanders) if known else None, behind)

    def rows(self, levels: Sequence[str]) -> Iterator[SplitRow]:
        """Flanders, the provinces and the centrumsteden, each year by year, as far as these levels have them. Smaller
        municipalities start too few trajectories in a year for a time in TWE to mean anything."""
        figures = self._figures
        places = [(VLAANDEREN, VLAANDEREN)] if VLAANDEREN in levels else []
        places += [(PROVINCIE, name) for name in figures.provinces] if PROVINCIE in levels else []
        if {GEMEENTE, CENTRUMSTAD} & set(levels):
            places += [(GEMEENTE, city.nis_code) for city in figures.centre_cities]
        for level, place in places:
            for year in figures.years:
                yield self.row(level, place, year)


def _figure(name: str, level: str, place: str, year: int, value: float | None, behind: Sequence[FigureId]) -> Figure:
    shown = NOT_APPLICABLE if value is None else Format.ONE_DECIMAL.rounded(value)
    return Figure(shown, FigureId(RATIO_MART, name, year, level, place, BASIS), tuple(behind))


def _ids(level: str, place: str, year: int) -> tuple[FigureId, ...]:
    return tuple(identity(signature, level, place, year) for signature in COUNTS)
