"""The first sheet of a workbook as rows of text."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

from orchestration.ingest.errors import DeliveryError


def rows(path: Path) -> list[list[str]]:
    """All rows from A1 on, every cell as text. Raises `DeliveryError` when the file is no workbook."""
    try:
        cells = _with_errors(path) if _holds_errors(path) else _fast(path)
    except OSError:
        raise
    except Exception:  # the readers have an error class per cause; a person can only open and save the file again
        raise DeliveryError("cannot be read as XLSX; open it and save it again as an Excel workbook") from None
    return [[cell_text(cell) for cell in row] for row in cells]


def _fast(path: Path) -> list[list[Any]]:
    import python_calamine

    return python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def _holds_errors(path: Path) -> bool:
    """Whether a cell holds an error such as #N/A, which the fast reader would give as an empty cell."""
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(b't="e"' in parts.read(name) for name in sheets)


def _with_errors(path: Path) -> list[list[Any]]:
    """Reads slowly, and gives an error as its text, so that the value is refused and not taken for missing."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=1, min_col=1, values_only=True)]


def cell_text(value: object) -> str:
    """A cell as the text that a person would type: whole numbers without decimals, days as YYYY-MM-DD."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            whole = value.is_integer() and abs(value) < 1e15
            return "" if value != value else str(int(value)) if whole else f"{value:.15g}"
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case _:
            return str(value)
