"""Reading CSV into records of raw fields: encoding, separator, quotes, and the quote that does not close."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from .values import trim

END = "\0the line after the last\0"
LINE_BREAKS = ("\r", "\n")


class RejectedError(Exception):
    """The whole file is refused; the message says why."""


@dataclass(frozen=True)
class Records:
    """first: the row number of the first record. fields: raw, not trimmed."""

    separator: str
    first: int
    fields: list[list[str]]
    is_open: bool  # a quote of the last record never closes

    @property
    def header(self) -> list[str]:
        return [trim(name).lower() for name in self.fields[0]] if self.fields else []


def decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise RejectedError("neither UTF-8 nor Windows-1252") from error


def split(text: str, separator: str, first: int) -> Records:
    """A line of our own after the last one is a record by itself, unless a quote is still open there."""
    ends = text == "" or text.endswith(LINE_BREAKS)
    limit = csv.field_size_limit(2**31 - 1)
    try:
        lines = io.StringIO(text + ("" if ends else "\n") + END, newline="")
        records = list(csv.reader(lines, delimiter=separator))
    finally:
        csv.field_size_limit(limit)
    if records[-1] == [END]:
        return Records(separator, first, records[:-1], is_open=False)
    records[-1][-1] = records[-1][-1].removesuffix(END)
    return Records(separator, first, records, is_open=True)


def read_csv(path: Path, known: set[str]) -> Records:
    """The records after the separator that a first line names, else the one that gives more known columns."""
    text = decode(path.read_bytes())
    lines = io.StringIO(text, newline="")
    named = trim(next(lines, "")).lower()
    if named in ("sep=;", "sep=,"):
        best = split(lines.read(), named[-1], first=2)
    else:
        tried = [split(text, separator, first=1) for separator in (";", ",")]  # a tie keeps the semicolon
        best = max(tried, key=lambda records: sum(name in known for name in records.header))
    refuse_open_quotes(best, known)
    return best


def refuse_open_quotes(records: Records, known: set[str]) -> None:
    header = records.header
    for row, fields in enumerate(records.fields, records.first):
        for place, field in enumerate(fields):
            name = header[place] if place < len(header) else ""
            if swallows(field, name in known, records.separator, len(header)):
                raise RejectedError(f"row {row}: a quote that does not close")
    if records.is_open:
        raise RejectedError(f"row {records.first + len(records.fields) - 1}: a quote that does not close")


def swallows(field: str, is_known: bool, separator: str, width: int) -> bool:
    """Whether a field holds what is no part of it: any line break, or in an unknown column a line like a row."""
    if not any(sign in field for sign in LINE_BREAKS):
        return False
    lines = field.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return is_known or any(line.count(separator) >= max(width - 1, 1) for line in lines)
