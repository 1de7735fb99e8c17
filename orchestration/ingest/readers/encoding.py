"""The encoding of a text file: UTF-8, else Windows-1252, and what to say of one that is a bit of both."""

import codecs
import re
from bisect import bisect
from collections.abc import Iterator
from contextlib import suppress

from orchestration.ingest.inbox import DeliveryError, Remark

NAMED = 10
"""Rows that are named; there may be thousands."""
# A character in several bytes, with bytes of which the first says how many follow; or a byte that is none of these.
_BEYOND_ASCII = re.compile(
    rb"(?P<character>[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|[\x80-\xff]"
)
_LINE_END = re.compile(rb"\r\n|\n|\r")


def decode(data: bytes) -> tuple[str, list[Remark]]:
    """The text, and a remark when letters of it may have become others. Raises `DeliveryError` for other encodings."""
    # The mark at the beginning says that it is UTF-8: read as something else, other letters would come out.
    marked = data.startswith(codecs.BOM_UTF8)
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig" if marked else "utf-8"), []
    if not marked:
        with suppress(UnicodeDecodeError):
            return data.decode("cp1252"), _mixture(data)
    raise DeliveryError(
        "is neither UTF-8 nor Windows-1252; save it as CSV UTF-8",
        "is geen UTF-8 en geen Windows-1252; bewaar het als CSV UTF-8",
    )


def _mixture(data: bytes) -> list[Remark]:
    """Of a file that is no UTF-8, yet has characters of it: in Windows-1252 each would be two or more odd signs that
    nobody types one after the other. The rows of which there are fewer are those that went wrong."""
    places: tuple[list[int], list[int]] = ([], [])
    for found in _BEYOND_ASCII.finditer(data):
        places[found["character"] is not None].append(found.start())
    others, utf8 = places
    if not utf8:
        return []
    if len(others) <= len(utf8):
        rows = _named(data, others)
        return [
            Remark(
                f"is UTF-8 but for row(s) {rows}, and so was read as Windows-1252: letters with accents became other "
                "signs; save it as CSV UTF-8 and deliver it under another label",
                f"is UTF-8 behalve in rij(en) {rows}, en werd daarom als Windows-1252 gelezen: letters met accenten "
                "werden andere tekens; bewaar het als CSV UTF-8 en lever het onder een ander label",
            )
        ]
    rows = _named(data, utf8)
    return [
        Remark(
            f"is Windows-1252 but for row(s) {rows}, which are UTF-8: letters with accents became other signs there; "
            "mend these rows, save it as CSV UTF-8 and deliver it under another label",
            f"is Windows-1252 behalve in rij(en) {rows}, die UTF-8 zijn: letters met accenten werden daar andere "
            "tekens; verbeter deze rijen, bewaar het als CSV UTF-8 en lever het onder een ander label",
        )
    ]


def _named(data: bytes, places: list[int]) -> str:
    rows = list(_rows(data, places))
    more = f" (+ {len(rows) - NAMED})" if len(rows) > NAMED else ""
    return ", ".join(map(str, rows[:NAMED])) + more


def _rows(data: bytes, places: list[int]) -> Iterator[int]:
    """The rows of places in the file, each once. A line is a row: no column of a contract holds a line break."""
    ends = [found.end() for found in _LINE_END.finditer(data)]
    yield from dict.fromkeys(bisect(ends, place) + 1 for place in places)
