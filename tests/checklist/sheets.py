"""The checklist's rules on the workbook as a whole and the make-up of its sheets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

from openpyxl.utils import get_column_letter, range_boundaries

from tests.checklist.book import COVER, DATA, NOTES, Book

CONFIDENTIAL = "VERTROUWELIJK"
MOST_SHEETS = 8


def archive_is_plain_and_stable(book: Book) -> Iterator[str]:
    names = [entry.filename for entry in book.entries]
    if names != sorted(set(names)):
        yield "entries are repeated or out of order"
    if len({entry.date_time for entry in book.entries}) != 1:
        yield "entries have different times"
    for name, content in book.parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
        if re.search(r"vba|macro|externalLink|media/|comments", name):
            yield f"{name} has no place here"


def properties_are_filled_in_dutch(book: Book) -> Iterator[str]:
    facts = book.book.properties
    for name in ("title", "subject", "creator", "description", "keywords", "contentStatus"):
        if not getattr(facts, name):
            yield f"property {name} is empty"
    if facts.language != "nl-BE":
        yield f"language is {facts.language}"
    if facts.created != facts.modified or facts.created.time().isoformat() != "00:00:00":
        yield "created and modified hold the time of writing"


def opens_on_the_cover(book: Book) -> Iterator[str]:
    first = book.book.worksheets[0]
    if first.title != COVER or book.book.active is not first:
        yield f"opens on {book.book.active.title}"
    for index, sheet in enumerate(book.book.worksheets):
        if sheet.sheet_state != "visible":
            yield f"{sheet.title} is hidden"
        if bool(sheet.sheet_view.tabSelected) != (index == 0):
            yield f"{sheet.title}: tab is {'not ' if index == 0 else ''}selected"
        if {item.activeCell for item in sheet.sheet_view.selection} - {"A1", None}:
            yield f"{sheet.title}: cursor isn't in A1"


def notes_lead_to_every_sheet(book: Book) -> Iterator[str]:
    names = book.book.sheetnames
    if names[:2] != [COVER, NOTES]:
        yield f"starts with {', '.join(names[:2])}"
        return
    targets = [cell.hyperlink.location for row in book.book[NOTES].iter_rows() for cell in row if cell.hyperlink]
    for name in names[2:]:
        if f"'{name}'!A1" not in targets:
            yield f"no link to {name}"
    for sheet in book.book.worksheets:
        links = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        if not links:
            yield f"{sheet.title} has no link out"
        for link in links:
            if link.rpartition("!")[0].strip("'") not in names:
                yield f"{sheet.title}: link to {link}, which isn't there"


def a_public_workbook_has_few_sheets(book: Book) -> Iterator[str]:
    if CONFIDENTIAL not in book.path.name and len(book.book.sheetnames) > MOST_SHEETS:
        yield f"{len(book.book.sheetnames)} sheets, more than {MOST_SHEETS}"


def tables_begin_in_column_a(book: Book) -> Iterator[str]:
    for sheet in book.book.worksheets:
        blocks = book.of_blocks(sheet)
        if (sheet.title == COVER) is bool(sheet.tables) or (len(sheet.tables) > 1 and not blocks):
            yield f"{sheet.title} has {len(sheet.tables)} tables"
    for sheet, table, names, rows in book.tables():
        left, top, right, bottom = range_boundaries(table.ref)
        if left != 1:
            yield f"{sheet.title}: table starts in column {get_column_letter(left)}"
        if not book.of_blocks(sheet) and (sheet.max_row, sheet.max_column) != (bottom, right):
            yield f"{sheet.title}: something stands below or beside the table"
        in_sight = [cell.value for cell in sheet[top - 1 + table.headerRowCount][: len(names)]]
        plain = [re.sub(r" \[nota\s\d+\]", "", str(text)).casefold() for text in in_sight]
        if not all(text in name.casefold() for text, name in zip(plain, names, strict=True)):
            yield f"{sheet.title}: headers differ from the table's columns"
        if table.headerRowCount and in_sight != names:
            yield f"{sheet.title}: header cells differ from the table's columns"
        folded = [str(name).casefold() for name in names]
        for name, count in Counter(folded).items():
            if count > 1 or name in ("none", "") or name != name.strip() or "\n" in name:
                yield f"{sheet.title}: header {name!r} is repeated, empty or padded"
        filtered = sheet.title == DATA or not book.of_blocks(sheet)
        if not rows or (table.autoFilter is not None) is not filtered or table.totalsRowCount:
            yield f"{sheet.title}: not a table with rows, and a filter where one works with it"
        if top < 3:
            yield f"{sheet.title}: no title and explanation above the table"


def headers_stand_upright_and_apart(book: Book) -> Iterator[str]:
    """A header at the right of its column may fill it: a line keeps it from the words of the one before."""
    for sheet, table, names, _ in book.tables():
        row = range_boundaries(table.ref)[1] - 1 + table.headerRowCount
        for cell in sheet[row][: len(names)]:
            if cell.alignment.textRotation:
                yield f"{sheet.title}: header {cell.value!r} is turned"
            if cell.alignment.horizontal == "right" and cell.border.left.style is None:
                yield f"{sheet.title}: header {cell.value!r} can run on into the one before"


def above_and_below_a_page_nothing_is_new(book: Book) -> Iterator[str]:
    """Screen readers pass over page headers and footers: they repeat what the sheet says, and number the pages."""
    for sheet in book.book.worksheets:
        said = {sheet.title, *(str(row[0].value) for row in sheet.iter_rows(min_row=1, max_row=6))}
        items = (sheet.oddHeader, sheet.oddFooter, sheet.firstHeader, sheet.firstFooter)
        for part in (part for item in items for part in (item.left, item.center, item.right)):
            text = (part.text or "").replace("&&", "&")
            if text and text != "&P / &N" and not any(line.startswith(text) or text.startswith(line) for line in said):
                yield f"{sheet.title}: {text!r} stands only above or below its pages"
        area = sheet.print_area.rpartition("!")[2].replace("$", "")
        if area and ":" not in area and sheet[area].value is None:
            continue  # an empty cell: the sheet isn't printed
        if sheet.oddFooter.right.text != "&P / &N" or sheet.firstFooter.right.text != "&P / &N":
            yield f"{sheet.title}: its pages have no number"


def nothing_is_merged_hidden_or_empty(book: Book) -> Iterator[str]:
    for index, sheet in enumerate(book.book.worksheets):
        xml = book.xml(index)
        for mark in ("<mergeCell", ' hidden="1"', "<f>", "<f "):
            if mark in xml:
                yield f"{sheet.title}: holds {mark}"
        tables = [range_boundaries(table.ref) for table in sheet.tables.values()]
        top = min((of[1] for of in tables), default=sheet.max_row + 1)
        for row in sheet.iter_rows(min_row=1, max_row=top - 1 if not book.of_blocks(sheet) else 1):
            if row[0].value in (None, ""):
                yield f"{sheet.title}: row {row[0].row} above the table is empty"
            if any(cell.value is not None for cell in row[1:]):
                yield f"{sheet.title}: row {row[0].row} above the table has more than one cell"
    for sheet, _, _, rows in book.tables():
        for cell in (cell for row in rows for cell in row):
            if cell.value is None or not str(cell.value).strip():
                yield f"{sheet.title}: {cell.coordinate} is empty"


def edition_is_marked(book: Book) -> Iterator[str]:
    full = CONFIDENTIAL in book.path.name
    for sheet in book.book.worksheets:
        top = [str(sheet.cell(row, 1).value) for row in range(1, 4)]
        marked = any(CONFIDENTIAL in text for text in top)
        if marked != full:
            yield f"{sheet.title}: {'not ' if full else ''}marked {CONFIDENTIAL}"
        values = (value for row in sheet.iter_rows(values_only=True) for value in row)
        if full and any(value == "[c]" for value in values):
            yield f"{sheet.title}: the full edition hides a figure"
