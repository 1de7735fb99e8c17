"""Person numbers: what one is by its form, the birth it tells, and what stands in its place.

>>> by_form("93.05.18-223.61"), by_form("93.13.18-223.61"), by_form("T-1042")
('93051822361', None, None)
>>> masked("OCMW-93051822361-b")
'OCMW-93*********-b'
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator
from datetime import date

from .calendar import month_length
from .values import BLANKS

BETWEEN = BLANKS + "./-"
AROUND = BETWEEN + "_|;,:\u00ad\u2212" + "".join(map(chr, (*range(0x2010, 0x2016), *range(0x202A, 0x202F))))
SIGNS = 32  # hex digits of the pseudonym that stand for a person number as key


def client_key(insz: str, key: bytes) -> str:
    """Hex HMAC-SHA-256 of the eleven digits."""
    return hmac.new(key, insz.encode("ascii"), hashlib.sha256).hexdigest()


def text_key(text: str, key: bytes) -> str:
    """What stands for an identification with a person number among other signs."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:SIGNS]


def is_digit(sign: str) -> bool:
    """A digit of any script, raised or circled ones too."""
    return unicodedata.digit(sign, None) is not None


def century(digits: str) -> int | None:
    """The century of birth by the checksum; never both fit. None when neither does."""
    nine, check = int(digits[:9]), int(digits[9:])
    if check == 97 - nine % 97:
        return 1900
    return 2000 if check == 97 - (2_000_000_000 + nine) % 97 else None


def birth(digits: str) -> tuple[int, int, int] | None:
    """Year, month and day of a number whose checksum is right, 0 where unknown; None when no date can be that."""
    first = century(digits)
    assert first is not None
    year, month, day = first + int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    for bis in (0, 20, 40):
        if bis <= month <= bis + 12:
            month -= bis
            break
    else:
        return None
    longest = 31 if month == 0 else month_length(year, month)
    return (year, month, day) if day <= longest else None


def is_implausible(digits: str, delivered_on: date) -> bool:
    """Whether nobody can have been born on this date, or not yet; what is unknown is taken as early as it can be."""
    born = birth(digits)
    return born is None or born > (delivered_on.year, delivered_on.month, delivered_on.day)


def is_person(digits: str) -> bool:
    return century(digits) is not None and birth(digits) is not None


def by_form(text: str) -> str | None:
    """The eleven ASCII digits of a text that is a person number and nothing else."""
    signs = [sign for sign in text if sign not in BETWEEN]
    if len(signs) != 11 or not all(map(is_digit, signs)):
        return None
    digits = "".join(str(unicodedata.digit(sign)) for sign in signs)
    return digits if is_person(digits) else None


def holds_one(text: str) -> bool:
    """Whether eleven digits that follow each other, with or without signs between them, are a person number."""
    run = ""
    for sign in text:
        if is_digit(sign):
            run += str(unicodedata.digit(sign))
            if len(run) >= 11 and is_person(run[-11:]):
                return True
        elif sign not in AROUND:
            run = ""
    return False


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where person numbers stand in a text: eleven digits that begin and end no longer run of digits."""
    end = 0
    for start in range(len(text)):
        begins = is_digit(text[start]) and (start == 0 or not is_digit(text[start - 1]))
        if start < end or not begins:
            continue
        stop, count = start, 0
        while stop < len(text) and count < 11 and (is_digit(text[stop]) or text[stop] in BETWEEN):
            count += is_digit(text[stop])
            stop += 1
        if by_form(text[start:stop]) and (stop == len(text) or not is_digit(text[stop])):
            yield start, stop
            end = stop


def masked(text: str) -> str:
    """The text with its person numbers masked like a klant_id."""
    for start, stop in reversed(list(spans(text))):
        digits = by_form(text[start:stop]) or ""
        text = text[:start] + digits[:2] + "*" * 9 + text[stop:]
    return text
