"""A finished workbook as the checklist looks at it. Knows nothing of the code that wrote the file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

COVER, CONTENTS, NOTES, DEFINITIONS = "Voorblad", "Inhoud", "Toelichting", "Definities"


class Book:
    """A workbook opened both ways: by openpyxl, and as an archive of XML."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = load_workbook(path)
        with zipfile.ZipFile(path) as archive:
            self.entries = archive.infolist()
            self.parts = {entry.filename: archive.read(entry) for entry in self.entries}

    def xml(self, index: int) -> str:
        """The XML of the sheet at `index`."""
        return self.parts[f"xl/worksheets/sheet{index + 1}.xml"].decode("utf-8")

    def tables(self) -> Iterator[tuple[Any, Any, list[Any], list[list[Any]]]]:
        """(sheet, table, header cells, rows of cells) of every sheet with just one table."""
        for sheet in self.book.worksheets:
            if len(sheet.tables) == 1:
                (table,) = sheet.tables.values()
                left, top, right, bottom = range_boundaries(table.ref)
                cells = [list(row) for row in sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)]
                yield sheet, table, cells[0], cells[1:]
