"""No INSZ leaves by mistake: not in its own column, and not where it strayed into another text."""

import re
from collections.abc import Sequence

_BETWEEN = r"[\s./_|;,:-]*"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{10,}}")
_DIGIT = re.compile(r"\d")
FIELD_END = " | "


def masked(text: str) -> str:
    """The text with every digit but the first two of every INSZ in it replaced by `*`.

    An INSZ is any eleven digits that end on a valid checksum, with blanks and punctuation between them or not, also
    within a longer run of digits: better a number too many masked than one too few.
    """
    return _RUN.sub(_mask_run, text) if _RUN.search(text) else text


def masked_fields(fields: Sequence[str | None]) -> str:
    """The fields of a row as one text. A stray separator may have cut an INSZ in two, so they are masked together."""
    return masked(FIELD_END.join(field or "" for field in fields))


def _mask_run(match: re.Match[str]) -> str:
    characters = list(match[0])
    places = [m.start() for m in _DIGIT.finditer(match[0]) if m[0].isascii()]
    digits = "".join(characters[place] for place in places)
    for start in range(len(digits) - 10):
        if _is_insz(digits[start : start + 11]):
            for place in places[start + 2 : start + 11]:
                characters[place] = "*"
    return "".join(characters)


def _is_insz(digits: str) -> bool:
    first, check = int(digits[:9]), int(digits[9:])
    return check in (97 - first % 97, 97 - (2_000_000_000 + first) % 97)
