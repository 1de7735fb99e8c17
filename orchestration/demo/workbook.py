"""Deliveries as XLSX: real dates and numbers where the text is one, and the same bytes for the same rows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from .sources import DemoColumn

_MADE_AT = datetime(2017, 1, 1)
_ZIP_TIME = (2017, 1, 1, 0, 0, 0)
_TITLE = "Synthetische demogegevens (twe demo)"
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def write_workbook(path: Path, columns: tuple[DemoColumn, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write rows of canonical text as the first sheet; sheet name and properties say that the data are synthetic."""
    from openpyxl import Workbook  # slow to import, and only some deliveries need it

    book = Workbook(write_only=True)
    book.properties.title = _TITLE
    book.properties.creator = "twe demo"
    book.properties.subject = "synthetisch"
    book.properties.created = _MADE_AT
    sheet = book.create_sheet("synthetisch")
    sheet.append([column.name for column in columns])
    kinds = [column.kind for column in columns]
    for row in rows:
        sheet.append([_cell(kind, text) for kind, text in zip(kinds, row, strict=True)])
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_with_fixed_times(buffer))


def _cell(kind: str, text: str) -> str | int | date | None:
    if not text:
        return None
    if kind == "integer" and _NUMBER.fullmatch(text):
        return int(text)
    if kind == "date" and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _with_fixed_times(buffer: io.BytesIO) -> bytes:
    """The same workbook with fixed times in its entries and properties (saving puts the present time in both)."""
    result = io.BytesIO()
    stamp = f"{_MADE_AT:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()
