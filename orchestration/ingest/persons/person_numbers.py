"""Person numbers (INSZ): what one is by its form, the birth it tells, and how a text is kept without them.

By its form a text is a person number when eleven digits, of any script, are left without blanks, `.`, `-` and `/`, that
begin with a date of birth and end on a right checksum. Masking takes more for one: better a number too many.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

ZERO_WIDTH = r"\u180e\u200b-\u200f\u2060\ufeff"
FIELD_END = " | "
SPLIT = "\x1f"
"""Between fields that are masked together; no field holds it afterwards."""

_BETWEEN = re.compile(rf"[\s{ZERO_WIDTH}./-]+")
_ELEVEN = re.compile(rf"[0-9](?:[\s{ZERO_WIDTH}./-]*[0-9]){{10}}")
_RUN = re.compile(rf"[0-9](?:[\s{ZERO_WIDTH}\u00ad\u2010-\u2015\u202a-\u202e\u2212./_|;,:-]*[0-9]){{10,}}")
_DIGIT = re.compile("[0-9]")


class _PlainDigits(dict[int, str]):
    """For `str.translate`: the digits of every script as 0-9, everything else as it is."""

    def __missing__(self, code: int) -> str:
        self[code] = str(unicodedata.digit(chr(code), chr(code)))
        return self[code]


_PLAIN = _PlainDigits()


def birth(digits: str) -> dt.date | None:
    """The first day on which the holder of a number with a right checksum can be born; None when no day can be it.

    The month is 20 or 40 more in a bis number. Month and day are 0 when they are unknown.
    """
    return _first_day(digits[:6], 1900 if _checks(digits, 0) else 2000)


def person_number(text: str) -> str | None:
    """The eleven digits of a text that is a person number by its form."""
    digits = _BETWEEN.sub("", _plain(text))
    return digits if len(digits) == 11 and digits.isascii() and digits.isdigit() and _is_one(digits) else None


def holds_one(text: str) -> bool:
    """Whether eleven digits within a text are a person number by their form, also within a longer run of digits."""
    plain = _plain(text)
    return any(_is_one(_digits(plain, places)) for places in _windows(plain))


def numbers_in(text: str) -> set[str]:
    """The eleven digits of everything in a text that `masked` takes for a person number."""
    plain = _plain(text)
    return {_digits(plain, places) for places in _valid(plain)}


def masked(text: str) -> str:
    """The text with every INSZ in it reduced to its first two digits and nine `*`.

    An INSZ is any eleven digits that end on a right checksum, with blanks and punctuation between them or not, also
    within a longer run of digits.
    """
    plain = _plain(text)
    return _mask(text, plain, _valid(plain)) if _RUN.search(plain) else text


def masked_row(fields: Sequence[str | None]) -> list[str]:
    """The fields of a row of which nobody knows which is which.

    A stray separator may have cut a person number in two, so they are masked together; and as any field may be the
    INSZ itself, eleven digits in one field are masked whatever their checksum.
    """
    given = [(field or "").replace(SPLIT, " ") for field in fields]
    text = SPLIT.join(given)
    plain = _plain(text)
    windows = [w for w in _valid(plain) if SPLIT not in plain[w[0] : w[-1]] or _is_one(_digits(plain, w))]
    start = 0
    for field in plain.split(SPLIT):
        for match in _ELEVEN.finditer(field):
            windows.append([start + match.start() + m.start() for m in _DIGIT.finditer(match[0])])
        start += len(field) + 1
    return _mask(text, plain, windows).split(SPLIT)


def masked_fields(fields: Sequence[str | None]) -> str:
    """The masked fields of a row as one text."""
    return FIELD_END.join(masked_row(fields))


def _plain(text: str) -> str:
    return text if text.isascii() else text.translate(_PLAIN)


def _windows(plain: str) -> Iterator[list[int]]:
    """The places of every eleven successive digits, with blanks and punctuation between them or not."""
    for run in _RUN.finditer(plain):
        places = [run.start() + m.start() for m in _DIGIT.finditer(run[0])]
        yield from (places[first : first + 11] for first in range(len(places) - 10))


def _digits(plain: str, places: Iterable[int]) -> str:
    return "".join(plain[place] for place in places)


def _valid(plain: str) -> Iterator[list[int]]:
    for places in _windows(plain):
        digits = _digits(plain, places)
        if _checks(digits, 0) or _checks(digits, 2_000_000_000):
            yield places


def _mask(text: str, plain: str, windows: Iterable[list[int]]) -> str:
    characters = list(text)
    hidden: set[int] = set()
    for places in windows:
        for place in range(places[0], places[-1]):
            if not _DIGIT.match(plain[place]):
                characters[place] = SPLIT if plain[place] == SPLIT else ""
            else:
                characters[place] = plain[place]
        hidden.update(places[2:])
    for place in hidden:
        characters[place] = "*"
    return "".join(characters)


def _checks(digits: str, century: int) -> bool:
    return int(digits[9:]) == 97 - (century + int(digits[:9])) % 97


def _is_one(digits: str) -> bool:
    return (_checks(digits, 0) or _checks(digits, 2_000_000_000)) and birth(digits) is not None


@lru_cache(maxsize=1 << 16)
def _first_day(six: str, century: int) -> dt.date | None:
    year, raised, day = century + int(six[:2]), int(six[2:4]), int(six[4:])
    month = raised % 20
    if raised >= 60 or month > 12 or day > 31:
        return None
    try:
        return dt.date(year, month or 1, day or 1) if month else dt.date(year, 1, 1)
    except ValueError:
        return None
