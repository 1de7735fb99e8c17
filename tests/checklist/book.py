"""A finished workbook as the checklist looks at it. Knows nothing of the code that wrote the file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

COVER, NOTES, DATA = "Voorblad", "Toelichting", "Gegevens"


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

    def tables(self) -> Iterator[tuple[Any, Any, list[str], list[list[Any]]]]:
        """(sheet, table, whole names of its columns, rows of cells) of every table."""
        for sheet in self.book.worksheets:
            for table in sorted(sheet.tables.values(), key=lambda each: range_boundaries(each.ref)[1]):
                yield sheet, table, [column.name for column in table.tableColumns], self.body(sheet, table)

    @staticmethod
    def body(sheet: Any, table: Any) -> list[list[Any]]:
        """The cells of its rows. Under a band the Excel table begins below the headers in sight, which repeat."""
        left, top, right, bottom = range_boundaries(table.ref)
        rows = sheet.iter_rows(min_row=top + table.headerRowCount, max_row=bottom, min_col=left, max_col=right)
        return [list(row) for row in rows]

    @staticmethod
    def of_blocks(sheet: Any) -> bool:
        """Whether its tables stand below each other, each with a title."""
        return sheet.page_setup.orientation == "portrait" and bool(sheet.tables)

    def above(self, sheet: Any) -> list[str]:
        """The lines above the first table of a sheet, without its title."""
        top = min(range_boundaries(table.ref)[1] - 1 + table.headerRowCount for table in sheet.tables.values())
        return [str(sheet.cell(row, 1).value) for row in range(1, top)]
