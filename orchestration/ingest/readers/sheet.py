"""What a workbook's file says of its first sheet before its cells are read: how far they reach, and which of them
hold an error or a formula without a result, which the fast reader gives as empty cells.

The sheet's XML is searched as bytes, a piece at a time: parsing a million rows would cost more than reading them.
"""

import io
import posixpath
import re
import string
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from orchestration.ingest.inbox import DeliveryError

UNPACKED_BYTES = 2 * 1024**3
"""What a workbook may unpack to; a delivery of a million rows needs a fifth of it."""
ROWS, COLUMNS = 1_048_576, 16_384
"""The size of a sheet in Excel."""
ROOM, SPARSE = 4_000_000, 16
"""Places up to the farthest cell that the reader may allot: so many in any case, or so many for each cell."""
NO_RESULT, ERROR = "formule zonder resultaat", "foutwaarde"
KNOWN_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
_PIECE = 1 << 22
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# An element without a child, after its name.
_CONTENT = rb"(?:\s[^>]*)?/?(?:(?<=/)>|(?<!/)>%s)"
_LETTERS = string.ascii_uppercase.encode()
_PLACE = re.compile(rb'<c r="([A-Z]+)([0-9]+)"')
_ALL = re.compile(rb'<c r="([A-Z]+[0-9]+)"')
_FILLED = re.compile(_ALL.pattern + rb"[^>/]*>")
_ERROR = re.compile(rb'(t="e"[^>]*>(?:<f%s)?<v>)([^<]*)(</v>)' % (_CONTENT % rb"[^<]*</f>"))
_FORMULA = re.compile(rb"<f(%s)\s*(<v%s)?\s*</c>" % (_CONTENT % rb"[^<]*</f>", _CONTENT % rb"\s*</v>"))
_ARRAY = re.compile(rb'\st="(?:array|dataTable)"')
_RANGE = re.compile(rb'\sref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_ERROR_TEXT = re.compile(rb"#[A-Z0-9/!?_]{1,20}")
_ASIDE = re.compile(rb"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAG = re.compile(rb"<(/?)(?:[A-Za-z_][\w.-]*:)?(row|c|f|v|is)(?=[\s>/])([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass
class SheetFacts:
    """Of one sheet; places count from 0."""

    rows: int = 0
    columns: int = 0
    """How far its cells reach, and how many there are; 0 for a sheet without any."""
    cells: int = 0
    has_unknown_errors: bool = False
    unreadable: dict[tuple[int, int], str] = field(default_factory=dict)
    """Place of a cell that cannot be read -> what is seen in it."""
    arrays: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row and column, last row and column of array formulas without a result."""

    def reach(self, places: Sequence[bytes]) -> None:
        """Counts cells in."""
        if places:
            self.cells += len(places)
            together = b" ".join(places)  # parted as one text: there are millions
            self.columns = max(self.columns, *map(_column, set(together.translate(None, b"0123456789").split())))
            self.rows = max(self.rows, *map(_number, set(together.translate(None, _LETTERS).split())))

    @property
    def is_sparse(self) -> bool:
        """Whether most of what lies before the farthest cell is nothing."""
        return self.rows * self.columns > max(ROOM, SPARSE * self.cells)


class Workbook:
    """The file of a workbook, a ZIP of parts. Raises `DeliveryError` for one that would unpack to an absurd size."""

    def __init__(self, parts: zipfile.ZipFile) -> None:
        self._parts = parts
        sizes = parts.infolist()
        if len({info.filename for info in sizes}) < len(sizes):
            raise zipfile.BadZipFile("two parts of one name")
        if sum(info.file_size for info in sizes) > UNPACKED_BYTES:
            raise _too_large()

    def sheets(self) -> list[tuple[str, str]]:
        """(name, part) of the sheets with cells, in the order of the workbook; charts are no such sheets."""
        relations = {
            relation.get("Id"): (relation.get("Type", ""), relation.get("Target", ""))
            for relation in ElementTree.fromstring(self._parts.read(_RELATIONS))
        }
        found = []
        for element in ElementTree.fromstring(self._parts.read(_BOOK)).iter():
            if element.tag.rpartition("}")[2] == "sheet":
                link = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id" and "}" in k), None)
                kind, target = relations.get(link, ("", ""))
                if kind.endswith("/worksheet"):
                    part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
                    found.append((element.get("name", ""), part))
        return found

    def facts(self, part: str) -> SheetFacts:
        """Raises `DeliveryError` when a cell lies so far off that the sheet would not fit into memory."""
        facts = SheetFacts()
        for piece in _plain(self._pieces(part), facts):
            facts.reach(_ALL.findall(piece))
            _mark(piece, facts)
        if facts.is_sparse:  # perhaps only because empty cells were given a colour
            facts.rows = facts.columns = facts.cells = 0
            for piece in _plain(self._pieces(part), facts):
                facts.reach(_FILLED.findall(piece))
        if facts.is_sparse:
            raise _far(facts.columns, facts.rows)
        return facts

    def with_known_errors(self, part: str) -> io.BytesIO:
        """The file, with one and the same error in every error cell of a sheet: the reader refuses those it does not
        know, and programs make up new ones."""
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for name in self._parts.namelist():
                with made.open(name, "w", force_zip64=True) as written:
                    for piece in _plain(self._pieces(name), SheetFacts()) if name == part else self._pieces(name):
                        written.write(_ERROR.sub(rb"\1#N/A\3", piece) if name == part else piece)
        copy.seek(0)
        return copy

    def _pieces(self, part: str) -> Iterator[bytes]:
        """The part, cut between rows."""
        rest, size = b"", _PIECE
        with self._parts.open(part) as file:
            while data := file.read(size):
                rest += data
                cut = max(rest.rfind(b"</row>"), rest.rfind(b":row>"))
                if cut < 0:
                    size *= 2
                    continue
                cut += 6
                yield rest[:cut]
                rest, size = rest[cut:], _PIECE
        yield rest


def _plain(pieces: Iterator[bytes], facts: SheetFacts) -> Iterator[bytes]:
    """The pieces as Excel would write them: without prefixes, comments and CDATA, every cell with its place first.

    Few programs write otherwise, and only their pieces are written anew.
    """
    row, column = 0, 0

    def tag(match: re.Match[bytes]) -> bytes:
        nonlocal row, column
        closes, name, text = match.groups()
        if closes:
            return b"</" + name + b">"
        given = {key: double or single for key, double, single in _ATTRIBUTE.findall(text)}
        place = given.pop(b"r", b"")
        if name == b"row":
            row, column = _number(place) if place else row + 1, 0
        elif name == b"c":
            letters = place.rstrip(b"0123456789").upper() or _letters(column + 1)
            place = letters + (place[len(letters) :] if place else str(row).encode())
            column, row = _column(letters), _number(place[len(letters) :])
            given = {b"r": place} | given
        attributes = b"".join(b' %s="%s"' % (key, value) for key, value in given.items())
        return b"<" + name + attributes + b"/" * text.rstrip().endswith(b"/") + b">"

    for piece in pieces:
        if b"<!" in piece:
            piece = _ASIDE.sub(lambda aside: escape((aside[1] or b"").decode("latin-1")).encode("latin-1"), piece)
        placed = piece.count(b'<c r="')
        others = piece.count(b"<c ") + piece.count(b"<c>") + piece.count(b"<c/>") + piece.count(b":c")
        if placed != others or b"='" in piece:
            row, column = max(row, facts.rows), 0
            piece = _TAG.sub(tag, piece)
        yield piece


def _mark(piece: bytes, facts: SheetFacts) -> None:
    """Adds the cells of a piece that cannot be read."""
    for found in _FORMULA.finditer(piece):
        start = piece.rfind(b"<c ", 0, found.start())
        place, kind = _PLACE.match(piece, start), piece[start : piece.index(b">", start)]
        if place and not (found[2] and b't="str"' in kind):  # an empty text is a result
            facts.unreadable[_at(*place.groups())] = NO_RESULT
            if _ARRAY.search(found[1]) and (over := _RANGE.search(found[1])):
                facts.arrays.append((*_at(over[1], over[2]), *_at(over[3], over[4])))
    at = piece.find(b't="e"')
    while at >= 0:
        start = piece.rfind(b"<c ", 0, at)
        place = _PLACE.match(piece, start) if start >= 0 else None
        if place and b">" not in piece[start:at]:
            seen = _ERROR.match(piece, at)
            text = seen[2].decode() if seen and _ERROR_TEXT.fullmatch(seen[2]) else ERROR
            facts.has_unknown_errors |= bool(seen and seen[2]) and text not in KNOWN_ERRORS
            facts.unreadable[_at(*place.groups())] = text
        at = piece.find(b't="e"', at + 1)


def _at(letters: bytes, digits: bytes) -> tuple[int, int]:
    return _number(digits) - 1, _column(letters) - 1


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:4]:
        number = number * 26 + letter - 64
    if not 0 < number <= COLUMNS:
        raise _outside()
    return number


def _letters(column: int) -> bytes:
    text = b""
    while column:
        column, letter = divmod(column - 1, 26)
        text = bytes([65 + letter]) + text
    return text


def _number(digits: bytes) -> int:
    number = int(digits) if 0 < len(digits) <= 7 else 0
    if not 0 < number <= ROWS:
        raise _outside()
    return number


def _outside() -> DeliveryError:
    return DeliveryError(
        f"has a cell outside of what a sheet can hold ({ROWS:,} rows, {COLUMNS:,} columns); open it and save it again "
        "as an Excel workbook",
        f"heeft een cel buiten wat een blad kan bevatten ({ROWS} rijen, {COLUMNS} kolommen); open het en bewaar het "
        "opnieuw als Excel-werkmap",
    )


def _far(columns: int, rows: int) -> DeliveryError:
    place = f"{_letters(columns).decode()}{rows}"
    return DeliveryError(
        f"has cells as far as {place}, with next to nothing before it; delete the columns and rows after the last one "
        "that is filled, and save it",
        f"heeft cellen tot {place}, met bijna niets ervoor; verwijder de kolommen en rijen na de laatste die ingevuld "
        "is, en bewaar het",
    )


def _too_large() -> DeliveryError:
    size = UNPACKED_BYTES // 1024**3
    return DeliveryError(
        f"would unpack to more than {size} GiB; deliver it in parts or as CSV",
        f"zou uitgepakt meer dan {size} GiB zijn; lever het in delen of als CSV",
    )
