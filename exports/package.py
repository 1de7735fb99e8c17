"""The tables of a document as a data package: tidy CSV files, and `datapackage.json` that describes them.

Follows the Data Package standard (https://datapackage.org, version 1 profile). The figures of all sheets stand in one
table, a row for each. UTF-8, comma, decimal point; a sign such as [c] stands where a number can't, and is declared as a
missing value.
"""

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exports.figures.identity import Entry
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
    for sheet in (*document.loose, *document.sheets):
        for table in sheet.tables if sheet.data else ():
            name_of = sheet.name if sheet.table else table.name
            file_name = f"{slug(name_of)}.csv"
            columns = _named(table.columns)
            files[file_name] = _csv(columns, table.rows)
            resources.append(_resource(sheet, file_name, columns, len(table.rows), files[file_name]))
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


def slug(text: str) -> str:
    """A name of a-z, 0-9 and _ for a file or a column."""
    text = text.replace("%", " pct ").replace("+", " plus ").replace("<", " minder dan ").lower()
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _named(columns: Sequence[SheetColumn]) -> list[tuple[str, SheetColumn]]:
    named = [(slug(re.sub(r" \[nota \d+\]", "", column.stem or column.header)), column) for column in columns]
    names = [name for name, _ in named]
    if len(set(names)) < len(names):
        raise ValueError(f"columns of one table share a name: {', '.join(sorted(names))}")
    return named


def _csv(columns: list[tuple[str, SheetColumn]], rows: Sequence[tuple[Entry, ...]]) -> bytes:
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
