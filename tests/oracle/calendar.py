"""Civil dates: months, month ends, completed months.

Dates are compared as (year, month, day), so that the last day Python knows (9999-12-31) is no special case.

>>> completed_months(date(2020, 1, 1), date(2020, 12, 31))
12
>>> completed_months(date(2020, 1, 15), date(2020, 7, 10))
5
>>> completed_months(date(2020, 1, 31), date(2020, 2, 28))
1
>>> add_months(date(2020, 2, 29), 12)
datetime.date(2021, 2, 28)
>>> last_day(date(2024, 2, 1))
datetime.date(2024, 2, 29)
"""

from calendar import monthrange
from datetime import date

Ymd = tuple[int, int, int]

MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_length(year: int, month: int) -> int:
    """Days of a month; years after 9999 are fine, as the Gregorian rules go on."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else MONTH_LENGTHS[month - 1]


def shift(day: Ymd, months: int) -> Ymd:
    """The same day of the month so many months on; the last day of that month when it is shorter."""
    year, month, dom = day
    count = year * 12 + (month - 1) + months
    year, month = count // 12, count % 12 + 1
    return (year, month, min(dom, month_length(year, month)))


def ymd(day: date) -> Ymd:
    return (day.year, day.month, day.day)


def next_day(day: Ymd) -> Ymd:
    year, month, dom = day
    if dom < month_length(year, month):
        return (year, month, dom + 1)
    return (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


def add_months(day: date, months: int) -> date:
    """day + months, month-end clamped."""
    return date(*shift(ymd(day), months))


def last_day(day: date) -> date:
    """The last day of the month of `day`."""
    return date(day.year, day.month, monthrange(day.year, day.month)[1])


def completed_months(first: date, last: date) -> int:
    """Greatest whole n with first + n months <= last + 1 day (`last` included; first <= last + 1 day)."""
    end = next_day(ymd(last))
    n = 0
    while shift(ymd(first), n + 1) <= end:
        n += 1
    return n
