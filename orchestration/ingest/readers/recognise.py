"""What a file really is whose content does not fit its name: people rename files, programs write one for another."""

import codecs
import zipfile
from collections.abc import Iterator
from pathlib import Path

from orchestration.ingest.inbox import DeliveryError, Remark

_START = 1 << 12
_SIGNATURE = 8
"""Bytes in which programs say what kind of file it is; most have a zero among them."""
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_HTML = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta")
_DOCUMENTS = {b"%pdf-": "PDF", b"{\\rtf": "RTF"}
_SAVE = Remark("open it and save it as an Excel workbook (.xlsx)", "open het en bewaar het als Excel-werkmap (.xlsx)")


def refuse_other_content(path: Path, form: str) -> None:
    """Raises `DeliveryError` when a file that is named as `form` (csv, xlsx, parquet) begins as something else."""
    with path.open("rb") as file:
        start = file.read(_START)
    if form == "parquet" and start.startswith(_PARQUET):
        return
    if (seen := _seen(path, start, form)) is not None:
        raise DeliveryError(seen.english, seen.dutch)


def _seen(path: Path, start: bytes, form: str) -> Remark | None:
    if start.startswith(_OLE):
        if any("EncryptedPackage".encode("utf-16-le") in piece for piece in _pieces(path)):
            return Remark(
                "is a workbook with a password; save it without one",
                "is een werkmap met een wachtwoord; bewaar ze zonder",
            )
        return Remark(
            f"is an old Excel file (.xls) under this name; {_SAVE.english}",
            f"is een oud Excel-bestand (.xls) onder deze naam; {_SAVE.dutch}",
        )
    if start.startswith(_ZIP):
        return _packed(path, form)
    if start.startswith(_PARQUET):
        return _named_otherwise("Parquet", "parquet")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (form == "csv" and b"\0" in start[:4]):
        return Remark("is UTF-16; save it as CSV UTF-8", "is UTF-16; bewaar het als CSV UTF-8")
    text = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith(_HTML):
        return Remark(
            f"is a web page (HTML) under this name; {_SAVE.english}",
            f"is een webpagina (HTML) onder deze naam; {_SAVE.dutch}",
        )
    if text.startswith(b"<?xml"):
        return Remark(f"is XML under this name; {_SAVE.english}", f"is XML onder deze naam; {_SAVE.dutch}")
    for begins, name in _DOCUMENTS.items():
        if text.startswith(begins):
            return Remark(
                f"is a document ({name}) under this name; deliver the workbook or CSV file that it was made from",
                f"is een document ({name}) onder deze naam; lever de werkmap of het CSV-bestand waarvan het gemaakt is",
            )
    if form == "csv" and b"\0" in start[:_SIGNATURE]:
        # Taken for text, it would only lack its first column: what stands before the name makes it an unknown one.
        return Remark(
            "is no text: it begins with signs that only programs write; save the table as CSV UTF-8",
            "is geen tekst: het begint met tekens die alleen programma's schrijven; bewaar de tabel als CSV UTF-8",
        )
    if form != "csv" and text and _is_text(start):
        return _named_otherwise("text (CSV)", "csv", "tekst (CSV)")
    return None


def _packed(path: Path, form: str) -> Remark | None:
    try:
        with zipfile.ZipFile(path) as parts:
            names = set(parts.namelist())
            kind = parts.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return None if form == "xlsx" else _no_workbook()
    if "xl/workbook.xml" in names:
        return None if form == "xlsx" else _named_otherwise("an Excel workbook", "xlsx", "een Excel-werkmap")
    if b"opendocument.spreadsheet" in kind:
        return Remark(
            f"is an OpenDocument sheet (.ods) under this name; {_SAVE.english}",
            f"is een OpenDocument-rekenblad (.ods) onder deze naam; {_SAVE.dutch}",
        )
    if "xl/workbook.bin" in names:
        return Remark(
            f"is a binary workbook (.xlsb) under this name; {_SAVE.english}",
            f"is een binaire werkmap (.xlsb) onder deze naam; {_SAVE.dutch}",
        )
    return _no_workbook()


def _no_workbook() -> Remark:
    return Remark(
        "is a ZIP file without a workbook; unpack it and deliver what is in it",
        "is een ZIP-bestand zonder werkmap; pak het uit en lever wat erin zit",
    )


def _named_otherwise(english: str, ending: str, dutch: str = "") -> Remark:
    return Remark(
        f"is {english} under this name; name it .{ending}",
        f"is {dutch or english} onder deze naam; noem het .{ending}",
    )


def _is_text(start: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\n\r\x1c\x1d\x1e\x1f" for byte in start)


def _pieces(path: Path) -> Iterator[bytes]:
    """The file in pieces that overlap."""
    with path.open("rb") as file:
        tail = b""
        while data := file.read(1 << 20):
            yield tail + data
            tail = data[-64:]
