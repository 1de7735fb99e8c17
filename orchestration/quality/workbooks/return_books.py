"""The way back: one workbook per OCMW with the rows that it has to look at, and a column for the correction.

These files leave the house on purpose and hold what the OCMW itself delivered, so they are marked as confidential, are
readable for their maker alone, and hold no INSZ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from expectations import contract
from expectations.contract import SourceContract
from expectations.model import WITHDRAWN
from orchestration.quality import texts
from orchestration.quality.cases import Case
from orchestration.quality.masking import masked, masked_fields
from orchestration.quality.recipients import Recipient, Recipients
from orchestration.quality.wording import counted
from orchestration.quality.workbooks import return_cover
from orchestration.quality.workbooks.return_cover import CORRECTION, MARK
from orchestration.quality.wrong_choice import WrongChoiceError
from orchestration.store.files import replaced

FIRST = {"bestand": 44, "rij": 7, "sinds": 12, "uitkomst": 26, "regel": 28, "betekenis": 64, "wat te doen": 48}
FIELDS = "velden zoals gelezen"
OUTCOMES = {"quarantined": "geweigerd", "warned": "geladen met waarschuwing"}
CELL_LIMIT = 32_767
HEADER_ROW = 4
WIDEST = 42
LINE = 15.0
"""Height of a line, in points."""
MOST_LINES = 27
"""As tall as a row can be."""
FIELDS_WIDTH = 60
A4, SMALLEST = 9, 60
"""The paper of the sheets with rows, and the percentage of the size on which they are printed."""


class FolderInUseError(WrongChoiceError):
    """The folder for the workbooks holds something already."""


def write(found: Sequence[Case], who: Recipients, folder: Path) -> list[Path]:
    """Writes one workbook per OCMW into `folder`, which must be new or empty; returns their paths.

    Raises `FolderInUseError`: workbooks of before must not lie between those of today.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUseError(f"{folder} is not an empty folder; name a new one, so that no old workbook is sent")
    groups: dict[Recipient, list[Case]] = defaultdict(list)
    for case in found:
        groups[who.of(case)].append(case)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_write_book(folder / f"{to.key}.xlsx", to, groups[to]) for to in sorted(groups)]


def _write_book(path: Path, to: Recipient, found: Sequence[Case]) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = f"{MARK} - na te kijken rijen - {to.name}"
    book.properties.creator = "TWE-datawarehouse"
    book.properties.language = "nl-BE"
    by_source: dict[str, list[Case]] = defaultdict(list)
    for case in found:
        by_source[case.source].append(case)
    return_cover.write(book.create_sheet("Lees mij"), to, by_source)
    for number, (source, rows) in enumerate(by_source.items(), start=1):
        _Sheet(book.create_sheet(source), contract.load(source), rows).write(number, to)
    with replaced(path.resolve()) as temporary:
        temporary.touch(mode=0o600)
        book.save(temporary)
    return path


class _Sheet:
    """The rows of one source as one Excel table."""

    def __init__(self, sheet: Any, source: SourceContract, rows: Sequence[Case]) -> None:
        self._sheet, self._source, self._rows = sheet, source, rows
        withdrawn = any(WITHDRAWN in case.values for case in rows)
        self._columns = [c.name for c in source.columns if c.name != WITHDRAWN or withdrawn]
        self._fields = any(case.fields for case in rows)
        extra = [FIELDS] if self._fields else []
        self._header = [*FIRST, *self._columns, *extra, CORRECTION]
        longest = {c: max(len(c) + 4, *(len(case.values.get(c, "")) + 2 for case in rows)) for c in self._columns}
        widths = {**FIRST, **{c: min(WIDEST, n) for c, n in longest.items()}, FIELDS: FIELDS_WIDTH, CORRECTION: 40}
        self._styles: dict[tuple[bool, bool] | str, Any] = {}
        self._widths = [widths[name] for name in self._header]

    def write(self, number: int, to: Recipient) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.filters import AutoFilter
        from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

        sheet = self._sheet
        for index, width in enumerate(self._widths, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.freeze_panes = f"C{HEADER_ROW + 1}"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
        # Fitted to the width of one page, a wide source could not be read; so it spreads over pages that say whose
        # row it is, at a size that can.
        sheet.page_setup.scale = SMALLEST
        sheet.print_title_rows, sheet.print_title_cols = f"{HEADER_ROW}:{HEADER_ROW}", "A:B"
        sheet.oddFooter.center.text = f"{MARK} - {self._source.source}"
        self._wrap, self._plain = Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top")
        sheet.append([self._line(f"{MARK}: alleen voor {to.name}", Font(name="Calibri", size=14, bold=True))])
        sheet.append([self._line(f"{self._source.title}: {counted(len(self._rows), 'rij', 'rijen')} na te kijken")])
        sheet.append([self._line(f"Noteer de juiste waarde in de laatste kolom, '{CORRECTION}'.")])
        white, navy = Font(name="Calibri", bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3864")
        header = [self._line(name, white) for name in self._header]
        for cell in header:
            cell.fill, cell.alignment = navy, self._wrap
        sheet.append(header)
        for number_of_row, case in enumerate(self._rows, start=HEADER_ROW + 1):
            # Not every program fits the height of a row to its text, and then lines lie over each other.
            if (lines := self._lines(case)) > 1:
                sheet.row_dimensions[number_of_row].height = LINE * lines
            sheet.append(self._cells(case))
        table = Table(
            displayName=f"rijen_{number}",
            name=f"rijen_{number}",
            ref=f"A{HEADER_ROW}:{get_column_letter(len(self._header))}{HEADER_ROW + len(self._rows)}",
        )
        table.tableColumns = [TableColumn(id=index, name=name) for index, name in enumerate(self._header, start=1)]
        table.autoFilter = AutoFilter(ref=table.ref)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        sheet._tables.add(table)  # add_table warns that a write-only sheet needs the columns, which it has

    def _line(self, text: str | None, font: Any = None) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._sheet, text)
        cell.data_type = "n" if text is None else "s"
        if font:
            cell.font = font
        return cell

    def _text(self, value: str | None, wrap: bool = False) -> Any:
        """A cell that is text whatever it begins with, also after somebody has edited it."""
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        if not value:
            return None
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        if len(value) > CELL_LIMIT:
            value = value[: CELL_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"
        return self._styled(value, wrap, value[0] in "=+-@\t\r\n")

    def _styled(self, value: str | None, wrap: bool, quoted: bool) -> Any:
        """Looking a style up costs more than the cell itself, so each is looked up once."""
        cell = self._line(value)
        if (wrap, quoted) not in self._styles:
            cell.alignment = self._wrap if wrap else self._plain
            cell.number_format = "@"
            cell.quotePrefix = quoted
            self._styles[wrap, quoted] = cell._style
        cell._style = self._styles[wrap, quoted]
        return cell

    def _number(self, value: int) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._sheet, value)
        if "number" not in self._styles:
            cell.alignment = self._plain
            self._styles["number"] = cell._style
        cell._style = self._styles["number"]
        return cell

    def _lines(self, case: Case) -> int:
        """Lines of the tallest cell, reckoned from the width of its column."""
        told = zip(("regel", "betekenis", "wat te doen"), (case.rules, *self._told(case)), strict=True)
        wrapped = [(name, text) for name, lines in told for text in lines]
        heights = Counter[str]()
        for name, text in wrapped:
            heights[name] += -(-len(text) // (FIRST[name] - 2)) or 1
        fields = masked_fields(case.fields or ())[:CELL_LIMIT] if self._fields else ""
        return min(MOST_LINES, max(*heights.values(), -(-len(fields) // (FIELDS_WIDTH - 2))))

    def _told(self, case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The meanings and the remedies of the rules that a row broke."""
        meanings, remedies = zip(*(texts.of(case, rule, for_sender=True) for rule in case.rules), strict=True)
        return meanings, remedies if case.has_key else (*remedies, texts.NO_KEY)

    def _cells(self, case: Case) -> list[Any]:
        cells = [
            self._text(case.file_name),
            self._number(case.row_number),
            self._text(str(case.since)),
            self._text(OUTCOMES[case.outcome]),
            *(self._text("\n".join(lines), wrap=True) for lines in (case.rules, *self._told(case))),
            *(self._text(masked(case.values.get(name) or "")) for name in self._columns),
        ]
        if self._fields:
            cells.append(self._text(masked_fields(case.fields or ()), wrap=True))
        return [*cells, self._styled(None, True, False)]
