"""The reference tables as rows that know their line, with the mistakes that a spreadsheet makes in a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from orchestration.quality.checks.checking import Problem


class Row(dict[str, str]):
    """The fields of a line, trimmed."""

    line: int


def read(path: Path, columns: Sequence[str]) -> tuple[list[Row], list[Problem]]:
    """The rows that can be read, and what is wrong with the rest; a wrong header gives no rows."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return [], [Problem(name, None, f"cannot be read ({error.strerror}); restore the file")]
    except UnicodeDecodeError:
        return [], [Problem(name, None, "is not UTF-8; save it as 'CSV UTF-8'")]
    if text.startswith("\ufeff"):
        return [], [Problem(name, 1, "begins with a byte order mark; save it as UTF-8 without one")]
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if header != list(columns):
        hint = " (the separator must be a comma)" if ";" in "".join(header) else ""
        return [], [Problem(name, 1, f"the header must be {','.join(columns)}{hint}")]
    rows, problems = [], []
    for fields in reader:
        if len(fields) != len(columns):
            problems.append(
                Problem(name, reader.line_num, f"has {len(fields)} fields instead of {len(columns)}; see the commas")
            )
            continue
        if any(field != field.strip() for field in fields):
            problems.append(Problem(name, reader.line_num, "has blanks around a value; take them away"))
        row = Row(zip(columns, (field.strip() for field in fields), strict=True))
        row.line = reader.line_num
        rows.append(row)
    return rows, problems


def whole_number(text: str) -> int | None:
    """The number, or None when the text is none."""
    return int(text) if text.isascii() and text.isdigit() else None
