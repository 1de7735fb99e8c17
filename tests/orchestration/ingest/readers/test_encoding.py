"""One wrong byte makes other letters of all: it is said, with the row."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.ingest import readers
from orchestration.ingest.inbox import Remark
from orchestration.ingest.readers import encoding
from tests.orchestration.ingest.readers.reading import HEADER, SOURCE
from tests.support.deliveries import delivery, door_database

Decode = Callable[[bytes], tuple[list[str], list[Remark]]]


@pytest.fixture(params=[1 << 24, 1])
def decode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Decode:
    """The lines of a file and the remarks on it, read at once and byte by byte."""
    monkeypatch.setattr(encoding, "BLOCK", request.param)

    def read(content: bytes) -> tuple[list[str], list[Remark]]:
        path = tmp_path / "text.csv"
        path.write_bytes(content)
        text = encoding.read(path)
        return list(text.lines()), text.remarks

    return read


def said(found: tuple[list[str], list[Remark]]) -> list[str]:
    return [remark.english.partition(",")[0] for remark in found[1]]


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_of_one_encoding_needs_no_remark(decode: Decode, name: str, end: str) -> None:
    assert decode(f"été €{end}à côté{end}{end}x".encode(name)) == (["été €", "à côté", "", "x"], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_row_of_a_wrong_byte_in_utf_8_is_named(decode: Decode, end: str) -> None:
    rows = [b"naam", "Zoë".encode(), b"Zo\xeb en Ren\xe9", "Chloé, €, 😀".encode(), b"\xebb", b""]
    text, (remark,) = decode(end.encode().join(rows))
    assert remark.english.startswith("is UTF-8 but for row(s) 3, 5, and so was read as Windows-1252:")
    assert remark.dutch.startswith("is UTF-8 behalve in rij(en) 3, 5, en werd daarom als Windows-1252 gelezen:")
    assert text[1:3] == ["ZoÃ«", "Zoë en René"]


def test_a_stray_utf_8_letter_in_windows_1252_is_named(decode: Decode) -> None:
    content = "Zoë\nRené\nà\n".encode("cp1252") + "é\n".encode()
    assert said(decode(content)) == ["is Windows-1252 but for row(s) 4"]


def test_a_character_that_is_cut_off_is_a_wrong_byte(decode: Decode) -> None:
    assert said(decode("é\nè\n€".encode()[:-1])) == ["is UTF-8 but for row(s) 3"]


def test_no_more_than_ten_rows_are_named(decode: Decode) -> None:
    content = "é".encode() * 12 + b"\n" + b"\xe9\n" * 12
    (remark,) = decode(content)[1]
    assert "row(s) 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 (+ 2), and so" in remark.english


def test_the_file_is_accepted_with_the_remark_and_the_row_a_spreadsheet_shows(tmp_path: Path) -> None:
    path = tmp_path / "transmissies_2024-01-31.csv"
    path.write_bytes(b"sep=;\n" + HEADER.encode() + "é;1;2\n".encode() + b"\xe9;1;2\n")
    with door_database(SOURCE) as con:
        (remark,) = readers.read(con, SOURCE, delivery(path), 0)
        assert con.execute("select _row, transmissie_id from raw order by _row").fetchall() == [(3, "Ã©"), (4, "é")]
    assert "row(s) 4" in remark.english
