"""The data dictionary as a workbook: every published table and column, every code, rule and source field, in words.

It is in English, as the names and descriptions in it are. What is described is handed in; nothing is read here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table, text_columns

CONTENTS = "Contents"
TITLE = "Data dictionary of the TWE-OCMW data warehouse"


@dataclass(frozen=True)
class DescribedColumn:
    """A published column. `source` names the delivered or reference fields that it rests on, as `source.field`."""

    name: str
    data_type: str
    description: str
    unit: str
    source: tuple[str, ...]
    in_key: bool

    @property
    def comment(self) -> str:
        """All of it on one line, for tools that show a comment beside a column."""
        return f"{self.description} Unit: {self.unit}. Source: {', '.join(self.source)}."


@dataclass(frozen=True)
class DescribedTable:
    """A published table. `grain` says what one row is; the key columns name such a row."""

    name: str
    description: str
    grain: str
    columns: tuple[DescribedColumn, ...]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.in_key)

    @property
    def source(self) -> tuple[str, ...]:
        """The sources of its columns, each once."""
        return tuple(sorted({name.partition(".")[0] for column in self.columns for name in column.source}))

    @property
    def comment(self) -> str:
        return f"{self.description} {self.grain}"


class CodeEntry(NamedTuple):
    label_set: str
    code: str
    label: str


class SourceField(NamedTuple):
    """A column of a delivery or of a reference table."""

    source: str
    name: str
    data_type: str
    description: str


class CheckRule(NamedTuple):
    """A rule that rows are checked by, as `quality_checks` and `quarantine_reasons` name it; its words are Dutch."""

    source: str
    name: str
    on_fail: str
    meaning: str
    remedy: str


def write_dictionary(
    path: Path,
    tables: Sequence[DescribedTable],
    codes: Sequence[CodeEntry],
    fields: Sequence[SourceField],
    rules: Sequence[CheckRule],
    version: str,
    date: dt.date,
) -> Path:
    """Write the workbook in one step; `date` is its date of creation. The same input gives the same bytes."""
    from exports.xlsx.workbook import write

    content = (
        _tables(tables),
        _columns(tables),
        _sheet(
            "Codes",
            "Every code with its Dutch label, in order of display.",
            text_columns({"Label set": 24, "Code": 26, "Label (Dutch)": 50}, bold=("Code",)),
            codes,
        ),
        _sheet(
            "Rules",
            "What rows are checked by, as the rules are now: reject = not loaded, warn = loaded.",
            text_columns(
                {"Source": 26, "Rule": 38, "When broken": 14, "Meaning (Dutch)": 80, "What to do (Dutch)": 60},
                wrap=("Meaning (Dutch)", "What to do (Dutch)"),
                bold=("Rule",),
            ),
            rules,
        ),
        _sheet(
            "Sources",
            "The fields of deliveries and reference tables that columns rest on.",
            text_columns({"Source": 26, "Field": 38, "Type": 14, "Meaning": 90}, wrap=("Meaning",), bold=("Field",)),
            fields,
        ),
    )
    document = Document(
        TITLE,
        "What every published table and column means",
        date,
        (_contents(content, version), *content),
        description=f"Code version {version}.",
        keywords="TWE, OCMW, data dictionary",
        facts={"Code version": version},
        language="en",
    )
    return write(document, Path(path))


def _contents(content: Sequence[Sheet], version: str) -> Sheet:
    lines = (
        Line(TITLE, "title"),
        Line(f"The tables of a publication (marts.duckdb and the Parquet files). Code version {version}.", "small"),
        Line("Empty means undefined or unknown, never zero. Combinations that do not occur have no row.", "small"),
    )
    columns = text_columns({"Sheet": 20, "What is on it": 100}, wrap=("What is on it",))
    rows = [(sheet.name, sheet.about) for sheet in content]
    table = Table("Contents", columns, rows, tuple(sheet.name for sheet in content))
    return Sheet(CONTENTS, lines, table, data=False)


def _sheet(name: str, about: str, columns: tuple[SheetColumn, ...], rows: Sequence[tuple[str | int, ...]]) -> Sheet:
    lines = (Line(name, "title"), Line(about, "small"), Line(f"Back to {CONTENTS}", "link", link=CONTENTS))
    return Sheet(name, lines, Table(name, columns, rows), frozen_columns=1, about=about)


def _tables(tables: Sequence[DescribedTable]) -> Sheet:
    widths = {"Table": 26, "Meaning": 80, "One row is": 44, "Key": 40, "Sources": 36}
    columns = text_columns(widths, wrap=("Meaning", "One row is", "Key", "Sources"), bold=("Table",))
    rows = [
        (table.name, table.description, table.grain, ", ".join(table.key), ", ".join(table.source), len(table.columns))
        for table in tables
    ]
    number = SheetColumn("Number of columns", Format.INTEGER, 12)
    return _sheet("Tables", "Every published table, with the grain of its rows.", (*columns, number), rows)


def _columns(tables: Sequence[DescribedTable]) -> Sheet:
    widths = {"Table": 26, "Column": 26, "Type": 14, "Unit": 22, "Key": 7, "Meaning": 80, "Source": 60}
    columns = text_columns(widths, wrap=("Unit", "Meaning", "Source"), bold=("Column",))
    rows = [
        (table.name, of.name, of.data_type, of.unit, "yes" if of.in_key else "no", of.description, ", ".join(of.source))
        for table in tables
        for of in table.columns
    ]
    return _sheet("Columns", "Every column, with its unit and the fields that it rests on.", columns, rows)
