"""What an annex kind declares: its `AnnexKind` holds everything that the system knows of the kind.

Each kind is declared in a module of its own (`exports/annexes/<kind>.py`); here are the parts of a declaration.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from exports.figures.identity import LEVELS
from exports.figures.plan import FigurePlan, Mart
from exports.statements.headlines import Headlines
from exports.statements.lookups import Block
from exports.wording import by_level, listed


@dataclass(frozen=True)
class CorrectionPeriod:
    """How long after a year its figures stay open for measurements and corrections.

    By default two months: an OCMW corrects the registrations of a quarter in the two months after it.
    """

    years: int = 0
    months: int = 2
    text: str = (
        "Een jaar is voorlopig tot en met eind februari van het volgende jaar: tot dan kan een OCMW de registraties "
        "van het laatste kwartaal verbeteren."
    )

    def open_until(self, year: int) -> dt.date:
        """The last day on which figures of `year` can still come in."""
        if not self.months:
            return dt.date(year + self.years, 12, 31)
        last = year + self.years + 1
        return dt.date(last, self.months, calendar.monthrange(last, self.months)[1])

    def provisional(self, year: int, as_of: dt.date) -> bool:
        return as_of <= self.open_until(year)


@dataclass(frozen=True)
class Ranking:
    """The largest risers and fallers of `what`: the measure `by` in the last year, among places whose `size` is at
    least `floor` in that year (one person more makes a small place jump). All are labels of measures of the wide table
    `sheet`; `columns` are displayed, and those in `before` for the year before too."""

    what: str
    sheet: str
    by: str
    size: str
    size_text: str
    floor: float
    columns: tuple[str, ...]
    before: tuple[str, ...]
    y_title: str
    count: int = 10


@dataclass(frozen=True)
class ChartPlan:
    """A chart: the measures of the wide table `sheet` whose labels are in `measures` (all but those in `without` when
    empty). `series` says what is a series: "measures" or "years".

    On the sheet of Vlaanderen, series "measures" puts the years side by side and "years" the measures. On the sheet of
    the centrumsteden the cities stand below each other: "measures" shows the last year, "years" one measure in the
    first and the last year."""

    title: str
    kind: str
    y_title: str
    sheet: str
    measures: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    series: str = "measures"
    number_format: str = "#,##0"

    def shows(self, label: str) -> bool:
        return (not self.measures or label in self.measures) and label not in self.without


@dataclass(frozen=True)
class Note:
    """A numbered note. With `measures` (labels) it belongs to those columns, whose headers refer to it; else to all
    tables, or to the totals only."""

    text: str
    measures: tuple[str, ...] = ()
    totals: bool = False

    @property
    def about(self) -> str:
        return "totalen van Vlaanderen, de provincies en de arrondissementen" if self.totals else "alle tabellen"


ONE_PERSON = Note(
    "Een cliënt telt als één persoon, ook wanneer het INSZ veranderde (van een bisnummer naar een rijksregisternummer, "
    "of door een verbetering): wat onder een vroeger of later nummer geleverd is, hoort bij dezelfde cliënt."
)
"""For the kinds that put together what several sources say of a client."""


@dataclass(frozen=True)
class Unavailable:
    """Something asked for that does not exist at the source. Entries of a question replace those of a kind that
    have the same `topic`."""

    topic: str
    what: str
    why: str


class DateRole(StrEnum):
    """Which date of a delivered row decides the year that the row counts in. Change attribution uses it to find the
    deliveries that touch a year."""

    START = "start"
    """The first day of the trajectory."""
    END = "end"
    """The last day of the trajectory."""
    MEASURED = "measured"
    """Twelve months after the last day of the trajectory."""
    MONTH = "month"
    """Every month that the trajectory ran, or that persons with a leefloon were counted in."""
    PAYMENT = "payment"
    """The month worked and the day of payment: the years of both."""
    SCREENING = "screening"
    """The day of the screening."""


@dataclass(frozen=True, kw_only=True)
class AnnexKind(FigurePlan):
    """One kind of annex: what it counts, how a workbook shows it, and what the answer and other documents need of it.

    Workbook: `correction_period` tells how long a year stays provisional, `breaks` why a year can't be compared with
    the one before.

    Answer: `overview` completes "een overzicht van ...", with {years}; `overview_by_option` replaces it for a value of
    an option; `title_by_option` says in the title of an annex which value was chosen. `caveats` are the sentences that
    a reader needs next to a quoted figure, `local_caveats` those about municipalities. `statement` makes the sentences
    and tables with headline figures; `also_quotes` are marts of which it takes counts that the annex has no rows of.

    Change attribution: `date_role` is the date that makes the year; a kind that `changes_with_time` has other figures
    at a later as_of without any new delivery, since more trajectories have ended or reached their measuring day.

    Figure book: `in_figure_book` says that the page has charts for the kind (its scripts, in
    `exports/figure_book/assets`, name it by its key), under default options. `paid_later`: figures of a month worked
    come in after that month, so that a year may lack its last months; the page doesn't compare it until it is complete.
    """

    name: str
    year_header: str
    unit: str
    sources: tuple[str, ...]
    definitions: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    charts: tuple[ChartPlan, ...]
    city_charts: tuple[ChartPlan, ...]
    overview: str
    caveats: tuple[str, ...]
    statement: Callable[[Headlines], list[Block]]
    date_role: DateRole
    changes_with_time: bool = False
    in_figure_book: bool = False
    paid_later: bool = False
    overview_by_option: Mapping[str, str] = field(default_factory=dict)
    title_by_option: Mapping[str, str] = field(default_factory=dict)
    local_caveats: tuple[str, ...] = ()
    also_quotes: tuple[Mart, ...] = ()
    unavailable: tuple[Unavailable, ...] = ()
    ranking: Ranking | None = None
    correction_period: CorrectionPeriod = field(default_factory=CorrectionPeriod)
    correction_period_by_option: Mapping[str, CorrectionPeriod] = field(default_factory=dict)
    breaks: Mapping[int, str] = field(default_factory=dict)
    totals_note: str = (
        "De cijfers voor Vlaanderen, de provincies en de arrondissementen zijn de som van hun gemeenten in deze "
        "bijlage."
    )

    def overview_of(self, years: Sequence[int], options: Mapping[str, str]) -> str:
        """What the annex shows, in words, under these options."""
        chosen = (options.get(name, values[0]) for name, values in self.options.items())
        what = next((text for value in chosen if (text := self.overview_by_option.get(value))), self.overview)
        return what.format(years=listed([str(year) for year in years]))

    def titled(self, title: str, options: Mapping[str, str]) -> str:
        """The title of an annex with the option that it can't be read without: by which month, for money."""
        chosen = (options.get(name, values[0]) for name, values in self.options.items())
        what = next((text for value in chosen if (text := self.title_by_option.get(value))), "")
        return f"{title} ({what})" if what and what not in title else title

    def presentation(
        self, number: str, years: Sequence[int], options: Mapping[str, str], levels: Sequence[str] = LEVELS
    ) -> str:
        """The sentence that presents annex `number`, which has all of it at these levels; none: not at all of them."""
        what = self.overview_of(years, options)
        return f"In bijlage {number} kunt u een overzicht vinden van {what}{f', {by_level(levels)}' if levels else ''}."
