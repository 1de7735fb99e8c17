"""The tables of a document as a data package: tidy CSV files, and `datapackage.json` that describes them.

Follows the Data Package standard (https://datapackage.org, version 1 profile). In a tidy table a row is one place and
year: the blocks of columns per year of a wide table come below each other. UTF-8, comma, decimal point; a sign such as
[c] stands where a number can't, and is declared as a missing value.
"""

import csv
import hashlib
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from exports.figures.identity import Entry
from exports.figures.periods import Period, is_pooled
from exports.xlsx.archive import replace_file
from exports.xlsx.document import (
    CONFIDENTIAL,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    SHORTHAND,
    Document,
    Format,
    Sheet,
    SheetColumn,
    Table,
)

DESCRIPTION = "datapackage.json"
_INTEGERS = dict.fromkeys((Format.INTEGER, Format.YEAR, Format.RANK), "integer")
_TYPES = {Format.TEXT: "string", Format.DATE: "date", **_INTEGERS}
_MISSING = (CONFIDENTIAL, NOT_AVAILABLE, NOT_APPLICABLE)


def write_package(document: Document, folder: Path, name: str) -> Path:
    """Write the data tables of the document to `folder`; what an earlier version left there and is no longer part of
    the package is removed."""
    files: dict[str, bytes] = {}
    resources = []
    for sheet in document.sheets:
        if sheet.table is None or not sheet.data:
            continue
        file_name = f"{slug(sheet.name)}.csv"
        columns, rows = tidy(sheet.table)
        files[file_name] = _csv(columns, rows)
        resources.append(_resource(sheet, file_name, columns, len(rows), files[file_name]))
    description = {
        "profile": "tabular-data-package",
        "name": slug(name).replace("_", "-"),
        "title": document.title,
        "description": f"{document.subject}. {document.description}",
        "created": f"{document.created.isoformat()}T00:00:00Z",
        "keywords": document.keywords.split(", "),
        "language": "nl-BE",
        "facts": document.facts,
        "signs": dict(SHORTHAND),
        "resources": resources,
    }
    files[DESCRIPTION] = (json.dumps(description, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    for file_name, content in files.items():
        replace_file(folder / file_name, content)
    for old in folder.glob("*.csv"):
        if old.name not in files:
            old.unlink()
    return folder


def tidy(table: Table) -> tuple[list[tuple[str, SheetColumn]], list[tuple[Entry, ...]]]:
    """The table with one block of columns per period below the other: (name, column) pairs and rows. A column that a
    period doesn't have (totals are by year, classes of years together) is empty there."""
    blocks: dict[int | None, list[int]] = {}
    for index, column in enumerate(table.columns):
        blocks.setdefault(column.year, []).append(index)
    first = blocks.pop(None, [])
    columns = [table.columns[index] for index in first]
    if not blocks:
        return _named(columns), list(table.rows)
    pooled = any(year is not None and is_pooled(year) for year in blocks)
    years = (SheetColumn("jaar", Format.TEXT if pooled else Format.YEAR), SheetColumn("jaarstatus"))
    measures = {_stem(table.columns[index]): table.columns[index] for block in blocks.values() for index in block}
    rows: list[tuple[Entry, ...]] = []
    for year, block in blocks.items():
        at = {_stem(table.columns[index]): index for index in block}
        told = (Period.of(year or 0).name, table.columns[block[0]].year_status)
        rows += [
            (*[row[i] for i in first], *told, *[row[at[stem]] if stem in at else None for stem in measures])
            for row in table.rows
        ]
    return _named([*columns, *years, *measures.values()]), rows


def _stem(column: SheetColumn) -> str:
    return column.stem or column.header


def slug(text: str) -> str:
    """A name of a-z, 0-9 and _ for a file or a column."""
    text = text.replace("%", " pct ").replace("+", " plus ").replace("<", " minder dan ").lower()
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _named(columns: list[SheetColumn]) -> list[tuple[str, SheetColumn]]:
    named = [(slug(re.sub(r" \[nota \d+\]", "", column.stem or column.header)), column) for column in columns]
    names = [name for name, _ in named]
    if len(set(names)) < len(names):
        raise ValueError(f"columns of one table share a name: {', '.join(sorted(names))}")
    return named


def _csv(columns: list[tuple[str, SheetColumn]], rows: list[tuple[Entry, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    writer.writerows(rows)  # dates and decimals write themselves as they must
    return text.getvalue().encode("utf-8")


def _resource(
    sheet: Sheet, file_name: str, columns: list[tuple[str, SheetColumn]], rows: int, content: bytes
) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": file_name.removesuffix(".csv").replace("_", "-"),
        "path": file_name,
        "title": sheet.name,
        "description": sheet.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        "schema": {"fields": [_field(name, column) for name, column in columns], "missingValues": ["", *_MISSING]},
    }


def _field(name: str, column: SheetColumn) -> dict[str, str]:
    field = {"name": name, "type": _TYPES.get(column.format, "number"), "title": column.stem or column.header}
    return field | ({"description": column.about} if column.about and column.about != column.stem else {})
