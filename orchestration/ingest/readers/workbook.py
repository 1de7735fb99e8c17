"""XLSX: the first sheet of a workbook, every cell as the text that a person would type."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.inbox import DeliveryError, Remark
from orchestration.ingest.readers import header, table
from orchestration.ingest.readers.sheet import NO_RESULT, SheetFacts, Workbook

Cells = list[list[Any]]


def read(
    con: DuckDBPyConnection, contract: SourceContract, path: Path, number: int, parts: table.HandOver | None = None
) -> list[Remark]:
    """Appends the rows of a workbook's first sheet to `raw`: all at once, since a sheet ends at a million rows and is
    read whole before the first is known."""
    with _opened(path) as book:
        cells, facts = _first_sheet(book, path)
    names, *below = _texts(cells, facts) or [[]]
    places, remarks = header.match_header(names, contract, lambda: _seen(path, [names, *below], contract))
    for column in contract.columns:
        if (typed := TYPED.get(column.type)) and (place := places.get(column.name)) is not None:
            for row, texts in zip(cells[1:], below, strict=True):
                if not isinstance(row[place], str):
                    texts[place] = typed(row[place], texts[place])
    joiner = table.joiner_for(
        lambda j: not any(j in text for row in below for text in row), "clean the cells", "maak de cellen schoon"
    )
    table.append(con, contract, number, places, len(names), map(joiner.join, below), joiner, 2)
    return remarks


def workbook_rows(path: Path) -> list[list[str]]:
    """All rows of the first sheet from A1 on, every cell as text. Raises `DeliveryError` for what is no workbook."""
    with _opened(path) as book:
        cells, facts = _first_sheet(book, path)
    return [[text.removeprefix(table.UNREADABLE) for text in row] for row in _texts(cells, facts)]


@contextmanager
def _opened(path: Path) -> Generator[Workbook]:
    with _refused(), zipfile.ZipFile(path) as parts:
        yield Workbook(parts)


@contextmanager
def _refused() -> Generator[None]:
    """What the readers raise within becomes a `DeliveryError`."""
    try:
        yield
    except (OSError, DeliveryError, MemoryError):
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # an error class per cause, and a panic is no Exception; a person can only save it again
        raise DeliveryError(
            "cannot be read as XLSX; open it and save it again as an Excel workbook",
            "kan niet als XLSX gelezen worden; open het en bewaar het opnieuw als Excel-werkmap",
        ) from None


def _first_sheet(book: Workbook, path: Path) -> tuple[Cells, SheetFacts]:
    (name, part), *_ = book.sheets()
    facts = book.facts(part)  # first: the reader allots what the farthest cell asks for
    file = book.with_known_errors(part) if facts.has_unknown_errors else path
    return _cells(file, name), facts


def _cells(file: Path | io.BytesIO, sheet: str) -> Cells:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_object(file).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def _texts(cells: Cells, facts: SheetFacts) -> list[list[str]]:
    """The cells as texts, with those that cannot be read; `cells` grows to the same size."""
    texts = [[cell_text(cell) for cell in row] for row in cells]
    for (row, column), seen in facts.unreadable.items():
        _reach(row, column, cells, texts)
        texts[row][column] = table.UNREADABLE + seen
    for top, left, bottom, right in set(facts.arrays):
        for row in texts[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = row[column] or table.UNREADABLE + NO_RESULT
    return texts


def _reach(row: int, column: int, *grids: list[list[Any]]) -> None:
    for grid in grids:
        width = max(len(grid[0]) if grid else 0, column + 1)
        grid += [[] for _ in range(row + 1 - len(grid))]
        if len(grid[0]) < width or len(grid[-1]) < width:
            for cells in grid:
                cells += [""] * (width - len(cells))


def cell_text(value: object) -> str:
    """A cell as the text that a person would type: whole numbers without decimals, days as YYYY-MM-DD."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            if value.is_integer():
                return str(int(value)) if abs(value) < table.EXACT else str(value)
            return "" if value != value else f"{value:.15g}"
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case _:
            return str(value)


def _padded(value: object, text: str) -> str:
    """A number cannot hold the zeros that an INSZ begins with."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return text.zfill(11) if is_number and text.isdecimal() else text


def _month(value: object, text: str) -> str:
    """Excel makes the first day of it of a month that is typed."""
    is_first = isinstance(value, dt.date) and value.day == 1 and len(text) == len("YYYY-MM-DD")
    return text[: len("YYYY-MM")] if is_first else text


TYPED: dict[str, Callable[[object, str], str]] = {"insz": _padded, "month": _month}
"""Column type -> what the text becomes of a cell that is no text."""


def _seen(path: Path, rows: list[list[str]], contract: SourceContract) -> Remark | None:
    """Where the header stands instead: further down, or in another sheet."""
    known, place = header.best_header(rows[: header.FIRST_ROWS], contract)
    if place:
        return header.header_in_row(place + 1)
    with _opened(path) as book:
        for name, part in book.sheets()[1:]:
            others: list[list[str]] = []
            with suppress(DeliveryError), _refused():
                book.facts(part)
                others = [[cell_text(cell) for cell in row] for row in _cells(path, name)[: header.FIRST_ROWS]]
            if header.best_header(others, contract)[0] > known:
                shown = header.shown(name)
                return Remark(
                    f"the sheet {shown!r} has these columns: make it the first sheet",
                    f"het blad '{shown}' heeft deze kolommen: maak er het eerste blad van",
                )
    return None
