"""Odd workbooks."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ...oracle.sources import SOURCES
from ..files import workbook
from ..values import as_cell
from ..world import World
from .kinds import Kind, Verdict, odd_values, texts

ORACLE, REFUSED, EITHER, SAFE = Verdict.ORACLE, Verdict.REFUSED, Verdict.EITHER, Verdict.SAFE
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
ODD_CELLS: tuple[Any, ...] = (
    0,
    -1,
    1.0,
    0.1,
    1e15,
    1e16,
    2**53,
    1e300,
    -1e-300,
    44927,
    44927.5,
    60,
    61,
    0.5,
    93051822361,
    5030145657,
    True,
    False,
    date(1900, 3, 1),
    date(2023, 1, 1),
    datetime(2023, 1, 1, 12),
    datetime(2023, 1, 31),
    time(0, 0),
    time(12, 30),
    timedelta(days=1),
    timedelta(hours=30),
    date(9999, 12, 31),
    Decimal("1.10"),
    1.005,
    123456789.12,
)
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(1, 9)
)
ELSEWHERE = b'<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;'

Change = Callable[[World, bytes], bytes]


def legal(text: str) -> str:
    """What XML can hold of a text."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)[:32_767]


def cells(world: World, source: str) -> list[list[Any]]:
    return [[legal(text) for text in row] for row in texts(world, source)]


def repacked(content: bytes, parts: dict[str, Callable[[bytes], bytes] | bytes | None], **odd: Any) -> bytes:
    """A workbook with parts changed, added or left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(part for part in parts if part not in old.namelist())]:
            what = parts.get(name, lambda content: content)
            if what is not None:
                data = what(old.read(name)) if callable(what) else what
                new.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def with_part(name: str, verdict: Verdict, part: str, change: Change, share: float = 1, heavy: bool = False) -> Kind:
    def make(world: World, source: str) -> bytes:
        book = workbook(cells(world, source))
        if part == STRINGS:  # the texts of a workbook all together; openpyxl writes them in their cells
            book = repacked(book, {SHEET: lambda xml: SHARED(world, xml), STRINGS: TEXTS})
        return repacked(book, {part: lambda xml: change(world, xml)})

    return Kind(name, "xlsx", verdict, make, share, heavy)


def first_cell(change: bytes) -> Change:
    """Replaces a cell of the second row."""
    return lambda world, xml: re.sub(rb'<c r="A2"[^>]*(?:/>|>.*?</c>)', lambda _: change, xml, count=1)


SHARED = first_cell(b'<c r="A2" t="s"><v>0</v></c>')
TEXTS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>T1</t></si></sst>'


def typed(world: World, source: str) -> bytes:
    rows = texts(world, source)
    kinds = {
        column.name: "text" if column.kind in ("insz", "month") else column.kind for column in SOURCES[source].columns
    }
    odd = [legal(value) for value in odd_values(world, source)]
    for row in rows[1:]:
        for place, text in enumerate(row):
            draw = world.rng.random()
            if draw < 0.2:
                row[place] = world.rng.choice(ODD_CELLS)
            elif draw < 0.4:
                row[place] = world.rng.choice(odd)
            else:
                row[place] = as_cell(world.rng, text, kinds[rows[0][place]])
    return workbook(rows)


def built(change: Callable[[World, Any], None], verdict: Verdict, name: str) -> Kind:
    """Made by openpyxl, with what a person can do to a workbook."""

    def make(world: World, source: str) -> bytes:
        book = openpyxl.Workbook()
        for row in cells(world, source):
            book.worksheets[0].append([value or None for value in row])
        change(world, book)
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    return Kind(name, "xlsx", verdict, make)


def merge(world: World, book: Any) -> None:
    sheet = book.worksheets[0]
    for _ in range(world.rng.randint(1, 3)):
        top, left = world.rng.randint(1, sheet.max_row), world.rng.randint(1, sheet.max_column)
        try:
            sheet.merge_cells(
                start_row=top, start_column=left, end_row=top + 1, end_column=left + world.rng.randint(0, 2)
            )
        except (AttributeError, ValueError, KeyError):  # merged twice
            return


def hide(world: World, book: Any) -> None:
    other = book.create_sheet("verborgen", world.rng.randint(0, 1))
    other.append(["traject_id", "van iemand anders", "93.05.18-223.61"])
    seen = book.active = world.rng.randint(0, 1)
    book.worksheets[1 - seen].sheet_state = world.rng.choice(("visible", "hidden", "veryHidden"))


def old_epoch(world: World, book: Any) -> None:
    book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        for name, cell in zip(names, row, strict=False):
            if name and ("datum" in name or name in ("maand", "prestatiemaand")):
                cell.value = date(2019, 1, 1) + timedelta(days=world.rng.randrange(2_000))


def remarks(world: World, book: Any) -> None:
    from openpyxl.comments import Comment

    sheet = book.worksheets[0]
    sheet["A2"].comment = Comment("Jan 93.05.18-223.61", "steward")
    sheet["B2"].hyperlink = "file:///etc/passwd"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.freeze_panes = "A2"
    for number in range(1, sheet.max_row + 1, 2):
        sheet.row_dimensions[number].hidden = True
    sheet.column_dimensions["B"].hidden = True


def before_root(text: bytes, use: bytes) -> Change:
    """A document type before the first element, used in the first text."""

    def change(world: World, xml: bytes) -> bytes:
        xml = re.sub(rb"^<\?xml[^>]*\?>\s*", b"", xml)
        return text + b"]>" + re.sub(rb"<(v|t|dc:creator)>[^<]*</", lambda m: b"<%s>%s</" % (m[1], use), xml, count=2)

    return change


def at_end(text: bytes) -> Change:
    return lambda world, xml: xml.replace(b"</sheetData>", text + b"</sheetData>")


def blown(size: int, filler: bytes) -> Change:
    return lambda world, xml: xml.replace(b"</sheetData>", filler * (size // len(filler)) + b"</sheetData>")


def wide(world: World, source: str) -> bytes:
    rows = cells(world, source)[:3]
    return workbook(
        [[*row, *(["x"] * 16_000 if n else [f"k{i}" for i in range(16_000)])] for n, row in enumerate(rows)]
    )


KINDS = [
    Kind("typed cells", "xlsx", ORACLE, typed, 12),
    Kind("16,000 columns", "xlsx", ORACLE, wide, 0.2),
    built(merge, ORACLE, "merged cells"),
    built(hide, ORACLE, "hidden sheets"),
    built(old_epoch, ORACLE, "days from 1904"),
    built(remarks, ORACLE, "remarks, filters, hidden rows"),
    with_part("a cell far away", REFUSED, SHEET, at_end(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    with_part("a colour far away", SAFE, SHEET, at_end(b'<row r="1048576"><c r="XFD1048576" s="0"/></row>')),
    with_part(
        "a cell in column 100 far down", REFUSED, SHEET, at_end(b'<row r="1048576"><c r="CV1048576"><v>1</v></c></row>')
    ),
    with_part("a cell outside", REFUSED, SHEET, at_end(b'<row r="99999"><c r="XFE99999"><v>1</v></c></row>')),
    with_part("a row outside", REFUSED, SHEET, at_end(b'<row r="4294967297"><c r="A4294967297"><v>1</v></c></row>')),
    with_part("a cell without a place", SAFE, SHEET, at_end(b"<row><c><v>1</v></c></row>")),
    with_part("a place in small letters", SAFE, SHEET, first_cell(b'<c r="a2" t="str"><v>T1</v></c>')),
    with_part("a text that is nowhere", SAFE, SHEET, first_cell(b'<c r="A2" t="s"><v>99999999</v></c>')),
    with_part("a negative text", SAFE, SHEET, first_cell(b'<c r="A2" t="s"><v>-1</v></c>')),
    with_part("a style that is nowhere", SAFE, SHEET, first_cell(b'<c r="A2" s="4000000000"><v>1</v></c>')),
    with_part("a number that is none", SAFE, SHEET, first_cell(b'<c r="A2"><v>een</v></c>')),
    with_part("a huge number", SAFE, SHEET, first_cell(b'<c r="A2"><v>1e999</v></c>')),
    with_part("an unknown type", SAFE, SHEET, first_cell(b'<c r="A2" t="zz"><v>1</v></c>')),
    with_part("a day as text", SAFE, SHEET, first_cell(b'<c r="A2" t="d"><v>2023-01-01T00:00:00</v></c>')),
    with_part("an unknown error", ORACLE, SHEET, first_cell(b'<c r="A2" t="e"><v>#SPILL!</v></c>')),
    with_part("letters in the cell", ORACLE, SHEET, first_cell(b'<c r="A2" t="inlineStr"><is><t>T1</t></is></c>')),
    with_part(
        "a text in parts",
        ORACLE,
        SHEET,
        first_cell(b'<c r="A2" t="inlineStr"><is><r><t>T</t></r><r><rPr><b/></rPr><t>1</t></r></is></c>'),
    ),
    with_part(
        "a wrong size", ORACLE, SHEET, lambda _, xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml)
    ),
    with_part("laughs in a cell", SAFE, SHEET, before_root(LAUGHS, b"&i;")),
    with_part("laughs in the texts", SAFE, STRINGS, before_root(LAUGHS, b"&i;")),
    with_part(
        "laughs in the book", SAFE, BOOK, lambda _, xml: LAUGHS + b"]>" + xml.replace(b'name="Sheet"', b'name="&i;"')
    ),
    with_part("a file in a cell", SAFE, SHEET, before_root(ELSEWHERE, b"&i;")),
    with_part("a file in the texts", SAFE, STRINGS, before_root(ELSEWHERE, b"&i;")),
    with_part("a file in the book", SAFE, BOOK, lambda _, xml: ELSEWHERE + b"]>" + xml),
    with_part("20 MB of blanks", SAFE, SHEET, blown(20_000_000, b" "), 0.2),
    with_part("20 MB of rows", SAFE, SHEET, blown(20_000_000, b"<row/>"), 0.2),
    with_part(
        "20 MB of one text",
        SAFE,
        SHEET,
        lambda w, xml: first_cell(b'<c r="A2" t="str"><v>%s</v></c>' % (b"x" * 20_000_000))(w, xml),
        0.2,
    ),
    with_part("500 MB of blanks", SAFE, SHEET, blown(500_000_000, b" "), 0.1, heavy=True),
    with_part("500 MB of rows", SAFE, SHEET, blown(500_000_000, b"<row/>"), 0.1, heavy=True),
    with_part(
        "500 MB of texts",
        SAFE,
        STRINGS,
        lambda _, xml: xml.replace(b"</sst>", b"<si><t>x</t></si>" * 30_000_000 + b"</sst>"),
        0.1,
        heavy=True,
    ),
    with_part("deep elements", SAFE, SHEET, at_end(b"<row>" * 100_000)),
    with_part(
        "UTF-16 inside",
        SAFE,
        SHEET,
        lambda _, xml: b"\xff\xfe" + re.sub(rb"^<\?xml[^>]*\?>", b"", xml).decode().encode("utf-16-le"),
    ),
]
