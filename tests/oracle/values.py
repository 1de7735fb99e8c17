"""From text to value, one function per kind of column. Each raises ValueError when the text does not parse."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from .geography import Geography
from .sources import Column

YES, NO = ("j", "ja", "true", "waar", "1"), ("n", "nee", "false", "onwaar", "0")
YES_NO = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
# What Unicode calls white space (the no-break blanks among it), and the blanks that take no room, the BOM among them.
ZERO_WIDTH = "\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
BLANKS = "".join(filter(str.isspace, map(chr, range(0x10000)))) + ZERO_WIDTH
LARGEST_INTEGER = 2**31 - 1
LARGEST_AMOUNT = Decimal("9999999999.99")


class Unreadable(str):
    """What a cell shows that cannot be read: an error, or a formula without a result. It is no missing value."""


def trim(text: str) -> str:
    """A text without the blanks around it."""
    return text.strip(BLANKS)


def parse_text(text: str) -> str:
    if not 1 <= len(text) <= 36:
        raise ValueError("length")
    return text


def parse_date(text: str) -> date:
    """`YYYY-MM-DD` or day/month/year, perhaps with midnight after it."""
    day_text = re.sub(r"[ T]0?0:00(:00(\.0+)?)?$", "", text)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day_text):
        year, month, day = day_text.split("-")
    elif re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", day_text):
        day, month, year = day_text.split("/")
    else:
        raise ValueError("date")
    return date(int(year), int(month), int(day))


def parse_month(text: str) -> date:
    """The first day of the month."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        year, month = text.split("-")
    elif re.fullmatch(r"[0-9]{1,2}/[0-9]{4}", text):
        month, year = text.split("/")
    else:
        raise ValueError("month")
    return date(int(year), int(month), 1)


def parse_integer(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text) or int(text) > LARGEST_INTEGER:
        raise ValueError("integer")
    return int(text)


def parse_amount(text: str) -> Decimal:
    if not re.fullmatch(r"[+-]?[0-9]+([.,][0-9]{1,2})?", text):
        raise ValueError("amount")
    amount = Decimal(text.replace(",", "."))
    if abs(amount) > LARGEST_AMOUNT:
        raise ValueError("amount")
    return amount.quantize(Decimal("0.01"))


def parse_yes_no(text: str) -> bool:
    if text.lower() not in YES_NO:
        raise ValueError("yes/no")
    return YES_NO[text.lower()]


def parse_insz(text: str) -> str:
    """The eleven digits; only the checksum is verified, for births before or from 2000."""
    if not re.fullmatch(rf"[0-9](?:[{BLANKS}./-]*[0-9]){{10}}", text):
        raise ValueError("insz")
    digits = re.sub(r"[^0-9]", "", text)
    nine, check = digits[:9], int(digits[9:])
    if check not in (97 - int(nine) % 97, 97 - int("2" + nine) % 97):
        raise ValueError("insz")
    return digits


PARSERS: dict[str, Callable[[str], object]] = {
    "text": parse_text,
    "date": parse_date,
    "month": parse_month,
    "integer": parse_integer,
    "amount": parse_amount,
    "yesno": parse_yes_no,
    "insz": parse_insz,
}


def parse(column: Column, text: str, geography: Geography) -> object:
    """The typed value of a filled field, whatever its range."""
    if isinstance(text, Unreadable):
        raise ValueError("unreadable")
    if column.kind == "code":
        if text.upper() not in column.codes:
            raise ValueError("code")
        return text.upper()
    if column.kind == "nis":
        if not re.fullmatch(r"[0-9]{5}", text) or not geography.is_known(text):
            raise ValueError("nis")
        return text
    return PARSERS[column.kind](text)


def in_range(column: Column, value: Any) -> bool:
    """Whether a value that parsed lies within the bounds of its column."""
    below = column.low is not None and value < column.low
    above = column.high is not None and value > column.high
    return not below and not above
