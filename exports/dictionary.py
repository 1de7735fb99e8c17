"""The data dictionary as a workbook: every published table and column, every code, rule and source field, in words.

It is in English, as the names and descriptions in it are. What is described is handed in; nothing is read here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table

CONTENTS = "Contents"


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


@dataclass(frozen=True)
class CodeEntry:
    label_set: str
    code: str
    label: str


@dataclass(frozen=True)
class SourceField:
    """A column of a delivery or of a reference table."""

    source: str
    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class CheckRule:
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

    content = (_tables(tables), _columns(tables), _codes(codes), _rules(rules), _fields(fields))
    document = Document(
        "Data dictionary of the TWE-OCMW data warehouse",
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
    rows = [(sheet.name, sheet.about) for sheet in content]
    return Sheet(
        CONTENTS,
        (
            Line("Data dictionary of the TWE-OCMW data warehouse", "title"),
            Line(f"The tables of a publication (marts.duckdb and the Parquet files). Code version {version}.", "small"),
            Line("Empty means undefined or unknown, never zero. Combinations that do not occur have no row.", "small"),
        ),
        Table(
            "Contents",
            (SheetColumn("Sheet", width=20), SheetColumn("What is on it", width=100, wrap=True)),
            rows,
            tuple(sheet.name for sheet in content),
        ),
        data=False,
    )


def _sheet(name: str, about: str, columns: tuple[SheetColumn, ...], rows: Sequence[tuple[str | int, ...]]) -> Sheet:
    lines = (Line(name, "title"), Line(about, "small"), Line(f"Back to {CONTENTS}", "link", link=CONTENTS))
    return Sheet(name, lines, Table(name, columns, rows), frozen_columns=1, about=about)


def _tables(tables: Sequence[DescribedTable]) -> Sheet:
    columns = (
        SheetColumn("Table", width=26, bold=True),
        SheetColumn("Meaning", width=80, wrap=True),
        SheetColumn("One row is", width=44, wrap=True),
        SheetColumn("Key", width=40, wrap=True),
        SheetColumn("Sources", width=36, wrap=True),
        SheetColumn("Number of columns", Format.INTEGER, 12),
    )
    rows = [
        (table.name, table.description, table.grain, ", ".join(table.key), ", ".join(table.source), len(table.columns))
        for table in tables
    ]
    return _sheet("Tables", "Every published table, with the grain of its rows.", columns, rows)


def _columns(tables: Sequence[DescribedTable]) -> Sheet:
    columns = (
        SheetColumn("Table", width=26),
        SheetColumn("Column", width=26, bold=True),
        SheetColumn("Type", width=14),
        SheetColumn("Unit", width=22, wrap=True),
        SheetColumn("Key", width=7),
        SheetColumn("Meaning", width=80, wrap=True),
        SheetColumn("Source", width=60, wrap=True),
    )
    rows = [
        (
            table.name,
            item.name,
            item.data_type,
            item.unit,
            "yes" if item.in_key else "no",
            item.description,
            ", ".join(item.source),
        )
        for table in tables
        for item in table.columns
    ]
    return _sheet("Columns", "Every column, with its unit and the fields that it rests on.", columns, rows)


def _codes(codes: Sequence[CodeEntry]) -> Sheet:
    columns = (
        SheetColumn("Label set", width=24),
        SheetColumn("Code", width=26, bold=True),
        SheetColumn("Label (Dutch)", width=50),
    )
    rows = [(item.label_set, item.code, item.label) for item in codes]
    return _sheet("Codes", "Every code with its Dutch label, in order of display.", columns, rows)


def _rules(rules: Sequence[CheckRule]) -> Sheet:
    columns = (
        SheetColumn("Source", width=26),
        SheetColumn("Rule", width=38, bold=True),
        SheetColumn("When broken", width=14),
        SheetColumn("Meaning (Dutch)", width=80, wrap=True),
        SheetColumn("What to do (Dutch)", width=60, wrap=True),
    )
    rows = [(item.source, item.name, item.on_fail, item.meaning, item.remedy) for item in rules]
    return _sheet(
        "Rules", "What rows are checked by, as the rules are now: reject = not loaded, warn = loaded.", columns, rows
    )


def _fields(fields: Sequence[SourceField]) -> Sheet:
    columns = (
        SheetColumn("Source", width=26),
        SheetColumn("Field", width=38, bold=True),
        SheetColumn("Type", width=14),
        SheetColumn("Meaning", width=90, wrap=True),
    )
    rows = [(item.source, item.name, item.data_type, item.description) for item in fields]
    return _sheet("Sources", "The fields of deliveries and reference tables that columns rest on.", columns, rows)
