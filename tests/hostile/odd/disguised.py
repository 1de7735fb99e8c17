"""What another program wrote, under the name of a delivery."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable

from ..broken import OLE, csv_bytes, html
from ..files import workbook
from ..world import World
from .columns import written
from .kinds import Kind, Verdict, texts

Rows = list[list[str]]


def zipped(rows: Rows, *names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name in names:
            parts.writestr(name, csv_bytes(rows))
    return made.getvalue()


def spreadsheet_xml(rows: Rows) -> bytes:
    body = "".join("<Row>" + "".join(f"<Cell><Data>{text}</Data></Cell>" for text in row) + "</Row>" for row in rows)
    return f'<?xml version="1.0"?><Workbook><Worksheet><Table>{body}</Table></Worksheet></Workbook>'.encode()


def nested_zips(rows: Rows) -> bytes:
    content = bytes(1_000_000)
    for _ in range(6):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
            for n in range(4):
                parts.writestr(f"{n}.zip", content)
        content = made.getvalue()
    return content


CONTENTS: dict[str, Callable[[Rows], bytes]] = {
    "a CSV file": csv_bytes,
    "a workbook": lambda rows: workbook([list(row) for row in rows]),
    "a Parquet file": lambda rows: written(rows, ["VARCHAR"] * len(rows[0])),
    "a web page": html,
    "an old workbook": lambda rows: OLE,
    "XML": spreadsheet_xml,
    "JSON": lambda rows: json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode(),
    "a packed CSV file": lambda rows: gzip.compress(csv_bytes(rows), mtime=0),
    "a ZIP file": lambda rows: zipped(rows, "trajecten_2024-01-31.csv"),
    "ZIP files in ZIP files": nested_zips,
    "a document": lambda rows: zipped(rows, "word/document.xml", "[Content_Types].xml"),
    "a binary workbook": lambda rows: zipped(rows, "xl/workbook.bin"),
    "a PDF": lambda rows: b"%PDF-1.7\n" + csv_bytes(rows) + b"%%EOF",
    "RTF": lambda rows: b"{\\rtf1 " + csv_bytes(rows) + b"}",
    "a picture": lambda rows: b"\x89PNG\r\n\x1a\n" + bytes(64) + csv_bytes(rows),
    "a program": lambda rows: b"\x7fELF\x02\x01\x01" + bytes(64) + csv_bytes(rows),
    "a message": lambda rows: b"From: ocmw@example.org\nSubject: levering\n\n" + csv_bytes(rows),
}
OWN = {"a CSV file": "csv", "a workbook": "xlsx", "a Parquet file": "parquet"}


def disguised(what: str, suffix: str) -> Kind:
    def make(world: World, source: str) -> bytes:
        return CONTENTS[what](texts(world, source))

    return Kind(f"{what} as {suffix}", suffix, Verdict.REFUSED, make, 0.25)


KINDS = [disguised(what, to) for what in CONTENTS for to in ("csv", "xlsx", "parquet") if OWN.get(what) != to]
