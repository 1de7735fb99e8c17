"""The calendar of deliveries: which files each source sends, when, under which label and in which form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from .rows import Rows

#: Every label starts with this word: the name of each file says that its content is synthetic.
SYNTHETIC = "synthetisch"

#: Day (month, day of the following year) on which each source delivers a year.
DELIVERY_DAYS = {
    "trajecten": (1, 31),
    "klantprofielen": (2, 3),
    "art60_tewerkstellingen": (2, 6),
    "begeleidingsacties": (2, 8),
    "loontoelagen": (2, 10),
    "arbeidsmarktposities": (2, 17),
    "transmissies": (2, 19),
    "leefloners": (2, 12),
    "screenings": (1, 25),
}
#: Sources that deliver corrections on their own, later in the year.
CORRECTION_DAYS = {"trajecten": (6, 15), "loontoelagen": (9, 15)}
#: From this year on the largest OCMW sends its own screenings.
CITY_FILES_FROM = 2021


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

#: Forms of the yearly deliveries of each source, in turn from 2017.
FORMS: dict[str, tuple[Form, ...]] = {
    "trajecten": (PLAIN, WINDOWS, PLAIN, EXCEL_CSV),
    "klantprofielen": (PLAIN, WORDS, COMMAS, PLAIN, XLSX),
    "art60_tewerkstellingen": (PLAIN, EXCEL_CSV, WORDS),
    "begeleidingsacties": (PLAIN, DOTTED, PARQUET),
    "loontoelagen": (PLAIN, EXCEL_CSV, PARQUET, TYPED, TYPED),
    "arbeidsmarktposities": (PLAIN, COMMAS, PARQUET),
    "transmissies": (XLSX, DOTTED),
    "leefloners": (XLSX, PLAIN, WINDOWS, COMMAS),
    "screenings": (PLAIN, WORDS, DOTTED),
}
CORRECTION_FORMS = {"trajecten": COMMAS, "loontoelagen": Form(comma=True)}


@dataclass(frozen=True)
class PlannedDelivery:
    """One file to be written."""

    source: str
    year: int
    delivered_on: date
    label: str
    form: Form
    city: bool | None = None  # only rows of the largest OCMW, only the others, or both

    @property
    def file_name(self) -> str:
        """Name in the inbox, as the delivery format asks."""
        ending = {"csv": "csv", "xlsx": "xlsx", "parquet": "parquet", "typed": "parquet"}[self.form.kind]
        return f"{self.source}_{self.delivered_on:%Y-%m-%d}_{self.label}.{ending}"


@dataclass(frozen=True)
class Schedule:
    """Deliveries of one source in order.

    `following[i, c]` is the next delivery after i that can hold a row of the largest OCMW (c = 1) or of another one
    (c = 0); -1 when none has come yet.
    """

    deliveries: list[PlannedDelivery]
    following: np.ndarray
    _yearly: dict[tuple[int, bool], int] = field(repr=False)

    def positions(self, rows: Rows) -> np.ndarray:
        """Number of the delivery that holds each row."""
        first = int(rows.year.min()) if len(rows) else 2017
        years = range(first, int(rows.year.max(initial=first)) + 1)
        table = np.array([[self._yearly[year, False], self._yearly[year, True]] for year in years])
        return table[rows.year - first, rows.city.astype(np.int8)].astype(np.int32)


def schedule(source: str, last_year: int) -> Schedule:
    """All deliveries of a source for 2017 to `last_year`, the last of them early in the year after."""
    deliveries: list[PlannedDelivery] = []
    yearly: dict[tuple[int, bool], int] = {}
    forms = FORMS[source]
    for year in range(2017, last_year + 1):
        form = forms[(year - 2017) % len(forms)]
        on = date(year + 1, *DELIVERY_DAYS[source])
        if source == "screenings" and year >= CITY_FILES_FROM:
            yearly[year, True], yearly[year, False] = len(deliveries), len(deliveries) + 1
            deliveries.append(PlannedDelivery(source, year, on, f"{SYNTHETIC}-antwerpen", form, True))
            deliveries.append(PlannedDelivery(source, year, on, f"{SYNTHETIC}-overige", form, False))
        else:
            yearly[year, True] = yearly[year, False] = len(deliveries)
            deliveries.append(PlannedDelivery(source, year, on, SYNTHETIC, form))
        if source in CORRECTION_DAYS and year < last_year:
            on = date(year + 1, *CORRECTION_DAYS[source])
            form = CORRECTION_FORMS[source]
            deliveries.append(PlannedDelivery(source, year, on, f"{SYNTHETIC}-correcties", form))
    return Schedule(deliveries, _following(deliveries), yearly)


def _following(deliveries: list[PlannedDelivery]) -> np.ndarray:
    """Next delivery of each delivery, for rows of the other OCMWs and of the largest one."""
    following = np.full((len(deliveries), 2), -1, dtype=np.int32)
    for index, one in enumerate(deliveries):
        for city in (False, True):
            for later in range(len(deliveries) - 1, index, -1):
                other = deliveries[later]
                if other.delivered_on > one.delivered_on and other.city in (None, city):
                    following[index, int(city)] = later
    return following
