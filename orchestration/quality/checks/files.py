"""The files that a steward may change: where they lie, and reference tables as rows that know their line."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.contract import FOLDER
from orchestration.store.errors import TweError
from orchestration.store.paths import DISCLOSURE_POLICY, FIGURE_BOOK, QUESTIONS, SEEDS
from orchestration.store.yaml_models import Mistake


class MistakesError(TweError):
    """Files that a steward may change hold mistakes; nothing was run. As text one line a mistake, then the remedy."""

    def __init__(self, mistakes: Sequence[Mistake], remedy: str = "") -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n     ".join([*map(str, mistakes), *([remedy] if remedy else [])]))


@dataclass(frozen=True)
class Places:
    """Where the files lie."""

    expectations: Path = FOLDER
    seeds: Path = SEEDS
    questions: Path = QUESTIONS
    own_questions: Path | None = None
    """The folder that `TWE_QUESTIONS` names."""
    policy: Path = DISCLOSURE_POLICY
    figure_book: Path = FIGURE_BOOK


class Row(dict[str, str]):
    """The fields of a line, trimmed."""

    file_name: str
    line: int

    def mistake(self, what: str) -> Mistake:
        """Something that is wrong in this row."""
        return Mistake(self.file_name, self.line, what)


def read(path: Path, header: str) -> tuple[list[Row], list[Mistake]]:
    """The rows that can be read, and what is wrong with the rest; a wrong header gives no rows."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return [], [Mistake(name, None, f"cannot be read ({error.strerror}); restore the file")]
    except UnicodeDecodeError:
        return [], [Mistake(name, None, "is not UTF-8; save it as 'CSV UTF-8'")]
    if text.startswith("\ufeff"):
        return [], [Mistake(name, 1, "begins with a byte order mark; save it as UTF-8 without one")]
    reader, columns = csv.reader(io.StringIO(text, newline="")), header.split(",")
    if (found := next(reader, [])) != columns:
        hint = " (the separator must be a comma)" if ";" in "".join(found) else ""
        return [], [Mistake(name, 1, f"the header must be {header}{hint}")]
    rows, problems = [], []
    for fields in reader:
        if len(fields) != len(columns):
            what = f"has {len(fields)} fields instead of {len(columns)}; see the commas"
            problems.append(Mistake(name, reader.line_num, what))
            continue
        if any(field != field.strip() for field in fields):
            problems.append(Mistake(name, reader.line_num, "has blanks around a value; take them away"))
        row = Row(zip(columns, (field.strip() for field in fields), strict=True))
        row.file_name, row.line = name, reader.line_num
        rows.append(row)
    return rows, problems


def sound_rows(path: Path, header: str) -> list[Row]:
    """The rows of a table. Raises `MistakesError` when some can't be read."""
    rows, mistakes = read(path, header)
    if mistakes:
        raise MistakesError(mistakes)
    return rows


def whole_number(text: str) -> int | None:
    """The number, or None when the text is none."""
    return int(text) if text.isascii() and text.isdigit() else None
