"""The calendar of deliveries: in which year a row is delivered, and which files each source sends, when and how."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from .arrays import MISSING, taken, year_of
from .delivery_format import SOURCES

#: Every label starts with this word: the name of each file says that its content is synthetic.
SYNTHETIC = "synthetisch"

#: From this year on the largest OCMW sends its own screenings.
CITY_FILES_FROM = 2021


@dataclass(frozen=True)
class Rows:
    """Rows of one source, in numbers (see `delivery_format`), by year of delivery.

    `key` numbers the things that the rows are versions of; `year` is the year whose delivery holds the row;
    `warning` is a warning that the row will draw (0 = none); `city` marks rows of the largest OCMW, which sends its
    own file for some sources.
    """

    source: str
    columns: dict[str, np.ndarray]
    key: np.ndarray
    year: np.ndarray
    warning: np.ndarray
    city: np.ndarray

    def __len__(self) -> int:
        return len(self.key)


def once(source: str, year: np.ndarray, columns: dict[str, np.ndarray], city: np.ndarray | None = None) -> Rows:
    """Rows that are delivered once, in order of `year`; they are numbered in the order given."""
    key = np.argsort(year, kind="stable").astype(np.int32)
    marked = np.zeros(len(key), dtype=bool) if city is None else city[key]
    return Rows(source, _numbered(source, columns, key), key, year[key], np.zeros(len(key), dtype=np.int8), marked)


def spells(
    source: str,
    columns: dict[str, np.ndarray],
    last_year: int,
    first_year: np.ndarray | None = None,
    only_when_ended: tuple[str, ...] = (),
) -> Rows:
    """Rows of things with `startdatum` and `einddatum` (always given, future ends included), numbered in their order.

    Each thing is delivered for the year in which it starts (or `first_year`), open when it ends later, and again for
    the year in which it ends. What starts or ends after `last_year` isn't known. Columns of `only_when_ended` are
    empty on open rows.
    """
    begin = year_of(columns["startdatum"]) if first_year is None else first_year
    finish = np.maximum(year_of(columns["einddatum"]), begin)
    opened = np.flatnonzero(begin <= last_year)
    closed = np.flatnonzero((finish > begin) & (finish <= last_year))
    key = np.concatenate([opened, closed]).astype(np.int32)
    year = np.concatenate([begin[opened], finish[closed]]).astype(np.int32)
    order = np.lexsort((key, year))
    key, year = key[order], year[order]
    rows = _numbered(source, columns, key)
    for name in ("einddatum", *only_when_ended):
        rows[name] = np.where(year < finish[key], MISSING, rows[name])
    return Rows(source, rows, key, year, np.zeros(len(key), dtype=np.int8), np.zeros(len(key), dtype=bool))


def _numbered(source: str, columns: dict[str, np.ndarray], key: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of the rows `key`, with their number (from 1) in the key column of the source if that is missing."""
    return {SOURCES[source][0].name: key + 1, **taken(columns, key)}


@dataclass(frozen=True)
class Form:
    """How a file writes its values: any of the forms that the delivery format allows."""

    kind: str = "csv"  # csv, xlsx, parquet (all text) or typed (parquet with dates and decimals)
    separator: str = ";"
    encoding: str = "utf-8"
    newline: str = "\n"
    dates: str = "iso"  # or dmy
    comma: bool = False  # decimal comma
    header: str = "lower"  # or upper, padded
    insz: str = "plain"  # or dotted
    words: bool = False  # ja/nee instead of J/N
    lower: bool = False  # codes in lower case
    note: bool = False  # an extra column, which the receiver reports and ignores


PLAIN = Form()
WINDOWS = Form(encoding="cp1252", newline="\r\n", note=True)
EXCEL_CSV = Form(encoding="utf-8-sig", newline="\r\n", dates="dmy", comma=True)
COMMAS = Form(separator=",")
WORDS = Form(words=True, lower=True, header="upper")
DOTTED = Form(insz="dotted", header="padded", newline="\r\n")
XLSX, PARQUET, TYPED = Form(kind="xlsx"), Form(kind="parquet"), Form(kind="typed")

#: (month, day) of the following year on which each source delivers a year, and the forms that it takes in turn.
YEARLY = {
    "trajecten": ((1, 31), (PLAIN, WINDOWS, PLAIN, EXCEL_CSV)),
    "klantprofielen": ((2, 3), (PLAIN, WORDS, COMMAS, PLAIN, XLSX)),
    "art60_tewerkstellingen": ((2, 6), (PLAIN, EXCEL_CSV, WORDS)),
    "begeleidingsacties": ((2, 8), (PLAIN, DOTTED, PARQUET)),
    "loontoelagen": ((2, 10), (PLAIN, EXCEL_CSV, PARQUET, TYPED, TYPED)),
    "arbeidsmarktposities": ((2, 17), (PLAIN, COMMAS, PARQUET)),
    "transmissies": ((2, 19), (XLSX, DOTTED)),
    "leefloners": ((2, 12), (XLSX, PLAIN, WINDOWS, COMMAS)),
    "screenings": ((1, 25), (PLAIN, WORDS, DOTTED)),
    "insz_wijzigingen": ((2, 15), (PLAIN, DOTTED, XLSX)),
}
#: The same of the sources that deliver corrections on their own.
CORRECTIONS = {"trajecten": ((6, 15), COMMAS), "loontoelagen": ((9, 15), Form(comma=True))}


@dataclass(frozen=True)
class PlannedDelivery:
    """One file to be written."""

    source: str
    delivered_on: date
    label: str
    form: Form
    city: bool | None = None  # only rows of the largest OCMW, only the others, or both

    @property
    def file_name(self) -> str:
        """Name in the inbox, as the delivery format asks."""
        ending = "parquet" if self.form.kind == "typed" else self.form.kind
        return f"{self.source}_{self.delivered_on:%Y-%m-%d}_{self.label}.{ending}"


@dataclass(frozen=True)
class Schedule:
    """Deliveries of one source in order.

    `yearly[y, c]` is the delivery of the year 2017 + y that holds the rows of the largest OCMW (c = 1) or of another
    one (c = 0); `following[i, c]` the next one after delivery i that can hold such a row, -1 when none has come yet.
    """

    deliveries: list[PlannedDelivery]
    yearly: np.ndarray
    following: np.ndarray

    def positions(self, rows: Rows) -> np.ndarray:
        """Number of the delivery that holds each row."""
        return self.yearly[rows.year - 2017, rows.city.astype(np.int8)]


def schedule(source: str, last_year: int) -> Schedule:
    """All deliveries of a source for 2017 to `last_year`, the last of them early in the year after."""
    deliveries: list[PlannedDelivery] = []
    yearly: list[tuple[int, int]] = []
    month_day, forms = YEARLY[source]
    for year in range(2017, last_year + 1):
        on, form = date(year + 1, *month_day), forms[(year - 2017) % len(forms)]
        if source == "screenings" and year >= CITY_FILES_FROM:
            yearly.append((len(deliveries) + 1, len(deliveries)))
            deliveries.append(PlannedDelivery(source, on, f"{SYNTHETIC}-antwerpen", form, True))
            deliveries.append(PlannedDelivery(source, on, f"{SYNTHETIC}-overige", form, False))
        else:
            yearly.append((len(deliveries), len(deliveries)))
            deliveries.append(PlannedDelivery(source, on, SYNTHETIC, form))
        if source in CORRECTIONS and year < last_year:
            correction_day, form = CORRECTIONS[source]
            deliveries.append(PlannedDelivery(source, date(year + 1, *correction_day), f"{SYNTHETIC}-correcties", form))
    following = [[_next(deliveries, one, city) for city in (False, True)] for one in deliveries]
    return Schedule(deliveries, np.array(yearly, dtype=np.int32), np.array(following, dtype=np.int32))


def _next(deliveries: list[PlannedDelivery], one: PlannedDelivery, city: bool) -> int:
    """Number of the first delivery after `one` that can hold a row of the largest OCMW (or of another one), or -1."""
    later = (
        n for n, other in enumerate(deliveries) if other.delivered_on > one.delivered_on and other.city in (None, city)
    )
    return next(later, -1)
