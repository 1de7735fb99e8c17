"""When the figures of a year are settled: until then the year is provisional and marked so."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Closing:
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
