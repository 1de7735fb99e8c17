"""Writing a table as CSV, XLSX or Parquet. The same table and seed give the same bytes."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import openpyxl
from openpyxl.utils import get_column_letter

from .values import ZERO_WIDTH, ErrorCell, Formula, Shown, as_cell, as_parquet, as_text

STAMP = b"2020-01-01T00:00:00Z"


Again = Callable[[Any, str], Any]  # writes a value of a kind once more


@dataclass
class Sheet:
    """names: header texts. kinds: kind of column for each ('extra' for unknown ones). rows: typed values.

    copies: indexes of rows that are written twice: exactly alike, or with the same key in another spelling.
    keys: places of the key columns.
    """

    names: list[str]
    kinds: list[str]
    rows: list[list[Any]]
    copies: list[int]
    keys: list[int]

    def with_copies(self, rows: list[list[Any]], again: Again | None = None) -> list[list[Any]]:
        copies = [list(rows[index]) for index in self.copies]
        if again:
            for copy, index in list(zip(copies, self.copies, strict=True))[::2]:
                for place in self.keys:
                    copy[place] = again(self.rows[index][place], self.kinds[place])
        return rows + copies


def write(path: Path, sheet: Sheet, rng: Random) -> None:
    """Write to the format of the suffix, with blank rows (and malformed ones in CSV) mixed in."""
    writer = {".csv": write_csv, ".xlsx": write_xlsx, ".parquet": write_parquet}[path.suffix]
    writer(path, sheet, rng)


def sprinkle(rng: Random, rows: list[list[Any]], others: list[list[Any]]) -> None:
    for other in others:
        rows.insert(rng.randrange(len(rows) + 1), other)


def write_csv(path: Path, sheet: Sheet, rng: Random) -> None:
    written = [[as_text(rng, *pair) for pair in zip(row, sheet.kinds, strict=True)] for row in sheet.rows]
    rows = sheet.with_copies(written, lambda *value: as_text(rng, *value))
    width = len(sheet.names)
    if rng.random() < 0.5:
        sprinkle(rng, rows, [[], [""] * width, [" "] * width, ["\u00a0\u200b"] * width, [""] * (width + 1)])
    if rng.random() < 0.8 and width > 1:
        good = rng.choice(rows)
        sprinkle(rng, rows, [good[:-1], [*good, "te veel"], [*good, ""], ["los"]])
    text = io.StringIO(newline="")
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    if any("\n" in field for row in rows for field in row):
        quoting = csv.QUOTE_ALL
    ending = rng.choice(("\r\n", "\r\n", "\n", "\n", "\r"))
    separator = rng.choice(";,")
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=ending).writerows([sheet.names, *rows])
    content = text.getvalue()
    if rng.random() < 0.2:
        content = content.removesuffix(ending)
    if rng.random() < 0.25:
        content = rng.choice((f"sep={separator}", f"sep={separator}", f"SEP={separator}")) + ending + content
    encoding = rng.choice(("utf-8", "utf-8-sig", "cp1252", "cp1252"))
    if encoding == "cp1252":  # it knows no blanks without width
        content = content.translate(dict.fromkeys(map(ord, ZERO_WIDTH)))
    try:
        path.write_bytes(content.encode(encoding))
    except UnicodeEncodeError:
        path.write_bytes(content.encode("utf-8"))


def write_xlsx(path: Path, sheet: Sheet, rng: Random) -> None:
    written = [[as_cell(rng, *pair) for pair in zip(row, sheet.kinds, strict=True)] for row in sheet.rows]
    rows = sheet.with_copies(written, lambda *value: as_cell(rng, *value))
    if rng.random() < 0.6:
        width = len(sheet.names)
        sprinkle(rng, rows, [[None] * width, ["  "] * width, ["\u00a0\u200b"] * width, [Formula('""', "")] * width])
    other = [["traject_id", "tweede blad"], ["T1", "telt niet"]] if rng.random() < 0.3 else None
    path.write_bytes(workbook([list(sheet.names), *rows], other))


def workbook(rows: list[list[Any]], second: list[list[Any]] | None = None, first: str = "") -> bytes:
    """A workbook with fixed times; strings are strings, also when they start with an equals sign.

    second: rows of a second sheet; first: name of the first one.
    """
    book = openpyxl.Workbook()
    fill(book.worksheets[0], rows)
    if first:
        book.worksheets[0].title = first
    if second is not None:
        fill(book.create_sheet("toelichting"), second)
    buffer = io.BytesIO()
    book.save(buffer)
    fixed = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", STAMP, content)
            if name == "xl/worksheets/sheet1.xml":
                content = with_results(content.decode(), rows).encode()
            target.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return fixed.getvalue()


def fill(sheet: Any, rows: list[list[Any]]) -> None:
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value is None or value == "":
                continue
            cell = sheet.cell(number, column)
            if isinstance(value, Shown):
                cell.value, cell.number_format = value.value, value.number_format
            elif isinstance(value, Formula):
                cell.value = f"={value.text}"
            else:
                cell.value = value.text if isinstance(value, ErrorCell) else value
                if isinstance(cell.value, str):
                    cell.data_type = "e" if isinstance(value, ErrorCell) else "s"


def with_results(sheet: str, rows: list[list[Any]]) -> str:
    """The XML of a sheet with the results of its formulas, which openpyxl doesn't write."""
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if isinstance(value, Formula) and value.result is not None:
                place = f"{get_column_letter(column)}{number}"
                kind = {bool: ' t="b"', str: ' t="str"'}.get(type(value.result), "")
                result = int(value.result) if isinstance(value.result, bool) else value.result
                cell = f'<c r="{place}"{kind}><f>{value.text}</f><v>{result}</v></c>'
                sheet, count = re.subn(rf'<c r="{place}"[^>]*><f>.*?</c>', lambda _, cell=cell: cell, sheet, count=1)
                assert count == 1, place
    return sheet


def write_parquet(path: Path, sheet: Sheet, rng: Random) -> None:
    all_text = rng.random() < 0.35
    columns = []
    for index, kind in enumerate(sheet.kinds):
        columns.append(as_parquet(rng, [row[index] for row in sheet.rows], kind, all_text))
    rows = sheet.with_copies([list(row) for row in zip(*(values for _, values in columns), strict=True)])
    if rng.random() < 0.5:
        sprinkle(rng, rows, [[None] * len(columns)])
    save_parquet(path, sheet.names, [name for name, _ in columns], rows)


def save_parquet(path: Path, names: list[str], types: list[str], rows: list[list[Any]]) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    with duckdb.connect() as db:
        db.execute(f"create table t ({', '.join(map(' '.join, zip(quoted, types, strict=True)))})")
        if rows:
            place = "(" + ", ".join("?" * len(names)) + ")"
            values = [value for row in rows for value in row]
            db.execute(f"insert into t values {', '.join([place] * len(rows))}", values)
        target = str(path).replace("'", "''")
        db.execute(f"copy t to '{target}' (format parquet)")
