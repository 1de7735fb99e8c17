"""Searches every byte of files for marked person numbers and names, in every way that a program writes them.

What is packed is unpacked: workbooks and other ZIP files, gzip, the values of Parquet, DuckDB and SQLite. The raw bytes
are searched as well: free pages of a database, and what stands beside the values.
"""

import base64
import gzip
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import duckdb

# Eleven digits or more, with what people and programs put between them; \xc2\xa0 is a hard space in UTF-8.
_DIGITS = re.compile(rb"\d(?:[\s.,;:|\-/_\xa0\xc2]{0,3}\d){10,}")
_HEX = re.compile(rb"(?:3\d){11,}")
_BASE64 = re.compile(rb"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){3,}")
"""Digits alone, three at a time: whatever stands around them, three of those lie within eleven."""
_NAMES = re.compile(rb"(?i)qzx[a-z]{6}")
_BACKWARDS = re.compile(rb"(?i)[a-z]{6}xzq")
"""A marked name: `qzx` and six letters more; and from the back."""


def name(number: int) -> str:
    """The marked name of a place."""
    letters = ""
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters += chr(97 + letter)
    return f"Qzx{letters}"


class Search:
    """For numbers (eleven digits each), marked names and secrets."""

    def __init__(self, numbers: Iterable[str], secrets: Iterable[bytes] = (), names: Iterable[str] = ()) -> None:
        self._names = set(names)
        self._numbers = {number.encode(): number for number in numbers}
        self._numbers |= {digits[::-1]: f"{number} reversed" for digits, number in list(self._numbers.items())}
        self._literals: dict[bytes, str] = {}
        for secret in secrets:
            self._literals |= {form: f"the secret in {how}" for how, form in _forms(secret)}
            self._literals[secret] = "the secret"

    def file(self, path: Path) -> set[str]:
        """What a file holds, also within what is packed in it."""
        content = path.read_bytes()
        found = self.packed(content)
        if content[:4] == b"PAR1":
            with duckdb.connect() as con:
                found |= self._rows(con.read_parquet(_no_pattern(path)).fetchall())
        elif path.suffix == ".duckdb" and content:
            with duckdb.connect(str(path), read_only=True) as con:
                tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, table in tables:
                    found |= self._rows(con.execute(f'from "{schema}"."{table}"').fetchall())
        elif content[:15] == b"SQLite format 3":
            # What another process has not finished cannot be read as rows; its bytes were searched above.
            with suppress(sqlite3.DatabaseError), sqlite3.connect(f"file:{path}?mode=ro", uri=True) as books:
                for (table,) in books.execute("select name from sqlite_master where type = 'table'").fetchall():
                    found |= self._rows(books.execute(f'select * from "{table}"').fetchall())
        return found

    def packed(self, content: bytes) -> set[str]:
        found = self.bytes(content)
        if content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                for part in parts.infolist():
                    found |= self.bytes(part.filename.encode()) | self.packed(parts.read(part))
        elif content[:2] == b"\x1f\x8b":
            found |= self.packed(gzip.decompress(content))
        return found

    def bytes(self, content: bytes) -> set[str]:
        found: set[str] = set()
        for text in (content, content.replace(b"\0", b"")) if b"\0" in content else (content,):  # UTF-16, either order
            found |= {what for form, what in self._literals.items() if form in text}
            for digits in _runs(text):
                windows = {digits[start : start + 11] for start in range(len(digits) - 10)}
                found |= {self._numbers[window] for window in windows & self._numbers.keys()}
            names = {match[0].decode().title() for match in _NAMES.finditer(text)}
            names |= {match[0][::-1].decode().title() for match in _BACKWARDS.finditer(text)}
            found |= names & self._names
        return found

    def text(self, text: str) -> set[str]:
        return self.bytes(text.encode("utf-8", "surrogateescape"))

    def _rows(self, rows: Iterable[tuple]) -> set[str]:
        found: set[str] = set()
        for row in rows:
            for value in row:
                if isinstance(value, bytes):
                    found |= self.packed(value)
                elif value is not None:
                    found |= self.text(str(value))
        return found


def _runs(text: bytes) -> Iterator[bytes]:
    """The digits of every run of them that could hold a number: as they are, in hex, in base64."""
    yield from (re.sub(rb"\D", b"", match[0]) for match in _DIGITS.finditer(text))
    yield from (bytes.fromhex(match[0].decode()) for match in _HEX.finditer(text))
    for match in _BASE64.finditer(text):
        around = text[max(match.start() - 4, 0) : match.end() + 4]
        with suppress(ValueError):
            yield re.sub(rb"\D", b"", base64.b64decode(around[: len(around) // 4 * 4]))


def _forms(secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield "hex", secret.hex().encode()
    yield "upper hex", secret.hex().upper().encode()
    for shift in range(3):  # the letters that every text around it leaves as they are
        whole = base64.b64encode(bytes(shift) + secret)
        yield "base64", whole[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]


def _no_pattern(path: Path) -> str:
    return re.sub(r"([*?\[\]])", r"[\1]", str(path))


def files(*folders: Path) -> list[Path]:
    """Every file below the folders; what is a file, and nothing that a link leads to."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")))
    return [path for path in found if path.is_file() and not path.is_symlink()]
