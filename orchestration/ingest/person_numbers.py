"""Person numbers (INSZ) where they don't belong: in the name of a file, or as the name of a column."""

import re
import unicodedata
from collections.abc import Iterator

# What people type between the digits. A hyphen is all that a label may hold of it.
_BETWEEN = r"[\s./\u2010-\u2015-]*"
_ELEVEN = re.compile(rf"(?<!\d)(?=(\d(?:{_BETWEEN}\d){{10}})(?!\d))")
_LAST_DAYS = (31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Of each month; 0 is a month that nobody knows."""


def masked(text: str) -> str:
    """The text with every person number in it reduced to its first two digits and nine `*`."""
    parts, end = [], 0
    for start, stop, digits in _found(text):
        if start >= end:
            parts += [text[end:start], digits[:2], "*" * 9]
            end = stop
    return "".join([*parts, text[end:]])


def holds_one(text: str) -> bool:
    """Whether eleven digits of any script, apart from what stands between them, can be somebody's number."""
    return any(True for _ in _found(text))


def without_digits(text: str) -> str:
    """A text that may be shown: on one line, and without digits when it has enough of them for a person number."""
    if sum(c.isdigit() for c in text) >= 11:
        text = "".join("*" if c.isdigit() else c for c in text)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, digits) of every person number in a text."""
    for match in _ELEVEN.finditer(text):
        digits = "".join(str(unicodedata.decimal(c)) for c in match[1] if c.isdecimal())
        if _can_be_one(digits):
            yield match.start(1), match.end(1), digits


def _can_be_one(digits: str) -> bool:
    """A birth date, of which day and month may be 0 and the month raised by 20 or 40, and a checksum that is right."""
    raised, day = divmod(int(digits[2:4]), 20), int(digits[4:6])
    if raised[0] > 2 or raised[1] > 12 or day > _LAST_DAYS[raised[1]]:
        return False
    first, check = int(digits[:9]), int(digits[9:])
    return check in (97 - first % 97, 97 - (2_000_000_000 + first) % 97)
