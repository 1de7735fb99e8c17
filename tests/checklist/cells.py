"""The checklist's rules on what stands in the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.utils import get_column_letter, range_boundaries

from tests.checklist.book import NOTES, Book

SIGNS = ("[c]", "[x]", "[z]", "[p]", "[b]")
NIS_HEADER = "NIS-code"
_PLACE = r"\d{5}(,\d{5})*|samen|\[z\]"
_UNITLESS = re.compile(r"(Start|Meet|Eind)?jaar.*|Jaar.*|Rang|Verschil|.* telling|Rijen .*|Aantal.*")
_COUNTS = re.compile(
    r"\baantal|rijen|telling|trajecten\b|screenings|voldoet|toegeleid|onvolledig|tijdig|^met |trajectmaand",
    re.IGNORECASE,
)


def signs_are_explained_above(book: Book) -> Iterator[str]:
    for sheet in book.book.worksheets:
        if sheet.title == NOTES or not sheet.tables:
            continue
        above = " ".join(book.above(sheet))
        used: set[str] = set()
        for of, _, header, rows in book.tables():
            if of is sheet:
                cells = {cell.value for row in rows for cell in row if isinstance(cell.value, str)}
                used |= {sign for sign in SIGNS if sign in " ".join(header)}
                used |= {sign for sign in SIGNS if any(text.endswith(sign) or f"{sign}," in text for text in cells)}
        for sign in SIGNS:
            if sign in used and f"{sign} = " not in above:
                yield f"{sheet.title}: {sign} isn't explained above the table"
            if sign not in used and f"{sign} = " in above:
                yield f"{sheet.title}: {sign} is explained and doesn't occur"


def numbers_are_numbers_and_codes_text(book: Book) -> Iterator[str]:
    for sheet, _, header, rows in book.tables():
        for index, head in enumerate(header):
            values = [row[index].value for row in rows]
            texts = [value for value in values if isinstance(value, str) and value not in SIGNS]
            numbers = [value for value in values if isinstance(value, int | float)]
            where = f"{sheet.title}, {head}"
            if texts and numbers:
                yield f"{where}: mixes numbers with text such as {texts[0]!r}"
            if head == NIS_HEADER and not all(re.fullmatch(_PLACE, str(text)) for text in values):
                yield f"{where}: not all text of 5 digits, or of municipalities that share a row"
            if head == NIS_HEADER and numbers:
                yield f"{where}: codes are numbers"
            loose = [text for text in texts if re.fullmatch(r"-?\d+([.,]\d+)*", text)]
            free = head in (NIS_HEADER, "Waarde", "Cijfer in de tekst", "Periode") or "code" in head.lower()
            free = free or "Versie" in head
            if loose and not free:
                yield f"{where}: {loose[0]!r} is a number written as text"
            for row in rows:
                cell = row[index]
                if isinstance(cell.value, int | float) and cell.number_format in ("General", "@") and head != "Waarde":
                    yield f"{where}: {cell.coordinate} has no number format"
                    break


def headers_carry_units(book: Book) -> Iterator[str]:
    for sheet, _, header, rows in book.tables():
        for index, head in enumerate(header):
            if not any(isinstance(row[index].value, int | float) for row in rows):
                continue
            text = re.sub(r" ?\[[^]]*\]", "", str(head))
            if text == "Waarde" and "Eenheid" in header:  # beside each
                continue
            year_of_counts = re.fullmatch(r"\d{4}", text) and "eenheid: " in " ".join(book.above(sheet))
            if not ("(" in text or _UNITLESS.fullmatch(text) or year_of_counts or _COUNTS.search(text)):
                yield f"{sheet.title}: {head} has no unit"


def notes_and_references_meet(book: Book) -> Iterator[str]:
    written = {
        int(found[1])
        for row in book.book[NOTES].iter_rows(max_col=1, values_only=True)
        if (found := re.fullmatch(r"nota (\d+)", str(row[0])))
    }
    if written != set(range(1, len(written) + 1)):
        yield f"notes are numbered {sorted(written)}"
    used: set[int] = set()
    for sheet in book.book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            used |= {int(number) for text in row if text for number in re.findall(r"\[nota\s(\d+)\]", str(text))}
    if used - written:
        yield f"references to notes that aren't there: {sorted(used - written)}"
    if written - used:
        yield f"notes to which nothing refers: {sorted(written - used)}"


def widths_and_panes_are_sensible(book: Book) -> Iterator[str]:
    for sheet, table, header, rows in book.tables():
        top = range_boundaries(table.ref)[1]
        for index, head in enumerate(header):
            width = sheet.column_dimensions[get_column_letter(index + 1)].width
            blocks = book.of_blocks(sheet)  # their headers stand under bands, and are not whole in one cell
            word = 0 if blocks else max(len(piece) for piece in str(head).split())
            numbers = [row[index].value for row in rows if isinstance(row[index].value, int | float)]
            longest = max((len(f"{number:,.0f}") for number in numbers), default=0)
            if not max(6, word * 0.9, 0.85 * longest + 1 if blocks else longest + 1) <= width <= 120:
                yield f"{sheet.title}: column {head} is {width:g} wide"
        frozen = re.fullmatch(r"([A-Z]+)(\d+)", sheet.freeze_panes or "A1")
        assert frozen
        if book.of_blocks(sheet):
            continue
        if len(rows) > 20 and int(frozen[2]) != top + 1:
            yield f"{sheet.title}: {len(rows)} rows and the header isn't frozen"
        if len(header) > 8 and frozen[1] == "A":
            yield f"{sheet.title}: {len(header)} columns and none is frozen"
