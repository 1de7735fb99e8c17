"""The encoding of a text file: UTF-8, else Windows-1252, and what to say of one that is a bit of both."""

import codecs
import io
import re
from bisect import bisect
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from orchestration.ingest.inbox import DeliveryError, Remark

BLOCK = 1 << 24
"""Bytes that are held at once."""
NAMED = 10
"""Rows that are named; there may be thousands."""
# A character in several bytes, with bytes of which the first says how many follow; or a byte that is none of these.
_BEYOND_ASCII = re.compile(
    rb"(?P<character>[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|[\x80-\xff]"
)
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Text:
    """A text file, of which no more than a piece is held at once."""

    path: Path
    encoding: str
    counts: Counter[str]
    """How often the characters stand in it that were asked for."""
    remarks: list[Remark]
    """Where letters of it may have become others."""

    @contextmanager
    def opened(self) -> Generator[TextIO]:
        """The file with its line ends as they are."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            yield file

    def lines(self) -> Iterator[str]:
        """Its lines without their ends, whichever these are; the last one is what stands behind the last end."""
        held = ""
        for piece in _pieces(self.path, self.encoding):
            *lines, held = (held + piece).split("\n")
            yield from lines
        yield held


def read(path: Path, counted: Iterable[str] = ()) -> Text:
    """What is known of a file when it was gone through once, with counts of some characters. Raises `DeliveryError` for
    other encodings."""
    with path.open("rb") as file:
        # The mark at the beginning says that it is UTF-8: read as something else, other letters would come out.
        marked = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    characters = tuple(counted)
    with suppress(UnicodeDecodeError):
        return _text(path, "utf-8-sig" if marked else "utf-8", characters)
    if not marked:
        with suppress(UnicodeDecodeError):
            found = _text(path, "cp1252", characters)
            found.remarks.extend(_mixture(path))
            return found
    raise DeliveryError(
        "is neither UTF-8 nor Windows-1252; save it as CSV UTF-8",
        "is geen UTF-8 en geen Windows-1252; bewaar het als CSV UTF-8",
    )


def _text(path: Path, encoding: str, counted: tuple[str, ...]) -> Text:
    counts: Counter[str] = Counter()
    for piece in _pieces(path, encoding):
        counts.update({character: piece.count(character) for character in counted})
    return Text(path, encoding, counts, [])


def _pieces(path: Path, encoding: str) -> Iterator[str]:
    """The text piece by piece, with every line end as a line feed."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


@dataclass
class _Odd:
    """Characters that stand out, and the rows they stand in, each once."""

    characters: int = 0
    rows: int = 0
    named: list[int] = field(default_factory=list)
    _last: int = 0

    def add(self, row: int) -> None:
        self.characters += 1
        if row != self._last:
            self.rows, self._last = self.rows + 1, row
            if len(self.named) < NAMED:
                self.named.append(row)

    def __str__(self) -> str:
        more = f" (+ {self.rows - NAMED})" if self.rows > NAMED else ""
        return ", ".join(map(str, self.named)) + more


def _mixture(path: Path) -> list[Remark]:
    """Of a file that is no UTF-8, yet has characters of it: in Windows-1252 each would be two or more odd signs that
    nobody types one after the other. The rows of which there are fewer are those that went wrong."""
    others, utf8 = _odd_rows(path)
    if not utf8.characters:
        return []
    if others.characters <= utf8.characters:
        return [
            Remark(
                f"is UTF-8 but for row(s) {others}, and so was read as Windows-1252: letters with accents became other "
                "signs; save it as CSV UTF-8 and deliver it under another label",
                f"is UTF-8 behalve in rij(en) {others}, en werd daarom als Windows-1252 gelezen: letters met accenten "
                "werden andere tekens; bewaar het als CSV UTF-8 en lever het onder een ander label",
            )
        ]
    return [
        Remark(
            f"is Windows-1252 but for row(s) {utf8}, which are UTF-8: letters with accents became other signs there; "
            "mend these rows, save it as CSV UTF-8 and deliver it under another label",
            f"is Windows-1252 behalve in rij(en) {utf8}, die UTF-8 zijn: letters met accenten werden daar andere "
            "tekens; verbeter deze rijen, bewaar het als CSV UTF-8 en lever het onder een ander label",
        )
    ]


def _odd_rows(path: Path) -> tuple[_Odd, _Odd]:
    """Bytes beyond ASCII that are no UTF-8, and characters that are. A line is a row: no column of a contract holds a
    line break."""
    others, utf8 = found = _Odd(), _Odd()
    row = 1
    with path.open("rb") as file:
        while block := file.read(BLOCK) + file.readline():  # whole lines
            ends = [end.end() for end in _LINE_END.finditer(block)]
            for one in _BEYOND_ASCII.finditer(block):
                (utf8 if one["character"] is not None else others).add(row + bisect(ends, one.start()))
            row += len(ends)
    return found
