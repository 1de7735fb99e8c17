"""A file under the wrong name is told for what it is, in both languages."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.orchestration.ingest.readers.reading import COLUMNS, HEADER, parquet, refusal, workbook

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
HTML = b"\xef\xbb\xbf\r\n <!DOCTYPE html>\n<html><table><tr><td>transmissie_id</td></tr></table></html>"
BOOK = workbook(COLUMNS, ["a", "k", "d"])


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


ODS = packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_xml=b"<x/>")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize(
    ("content", "english", "dutch"),
    [
        (OLE + "Workbook".encode("utf-16-le"), "is an old Excel file (.xls)", "is een oud Excel-bestand (.xls)"),
        (OLE + bytes(1 << 20) + "EncryptedPackage".encode("utf-16-le"), "with a password", "met een wachtwoord"),
        (HTML, "is a web page (HTML)", "is een webpagina (HTML)"),
        (b'<?xml version="1.0"?><Workbook/>', "is XML under this name", "is XML onder deze naam"),
        (b"%PDF-1.7\n" + HEADER.encode(), "is a document (PDF)", "is een document (PDF)"),
        (b"{\\rtf1 " + HEADER.encode() + b"}", "is a document (RTF)", "is een document (RTF)"),
        (ODS, "is an OpenDocument sheet (.ods)", "is een OpenDocument-rekenblad (.ods)"),
        (packed(xl__workbook_bin=b"x"), "is a binary workbook (.xlsb)", "is een binaire werkmap (.xlsb)"),
        (packed(lees_mij=b"x"), "is a ZIP file without a workbook", "is een ZIP-bestand zonder werkmap"),
        (HEADER.encode("utf-16"), "is UTF-16; save it as CSV UTF-8", "is UTF-16; bewaar het als CSV UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_named(content: bytes, english: str, dutch: str, suffix: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, content, suffix)
    assert english in str(error) and dutch in error.dutch


@pytest.mark.parametrize(
    ("content", "suffix", "said"),
    [
        (BOOK, "csv", "is an Excel workbook under this name; name it .xlsx"),
        (BOOK, "parquet", "is an Excel workbook under this name; name it .xlsx"),
        (HEADER.encode(), "xlsx", "is text (CSV) under this name; name it .csv"),
        (HEADER.encode(), "parquet", "is text (CSV) under this name; name it .csv"),
        (HEADER.encode("utf-16-le"), "csv", "is UTF-16; save it as CSV UTF-8"),
        (
            b"\x7fELF\x02\x01\x01" + bytes(64) + HEADER.encode(),
            "csv",
            "is no text: it begins with signs that only programs write; save the table as CSV UTF-8",
        ),
    ],
)
def test_a_delivery_of_another_format_is_named(content: bytes, suffix: str, said: str, tmp_path: Path) -> None:
    assert str(refusal(tmp_path, content, suffix)) == said


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_parquet_under_another_name_is_named(suffix: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, "select 'a' as transmissie_id, 'k' as klant_id, 'd' as transmissiedatum")
    assert str(refusal(tmp_path, content, suffix)) == "is Parquet under this name; name it .parquet"
