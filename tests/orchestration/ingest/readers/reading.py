"""Files as OCMWs write them, and what the door reads in them before anything is parsed."""

import io
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from expectations import contract
from expectations.contract import SourceContract
from orchestration.ingest import readers
from orchestration.ingest.inbox import DeliveryError
from tests.support.deliveries import delivery, door_database

SOURCE = contract.load("transmissies")
COLUMNS = ["transmissie_id", "klant_id", "transmissiedatum"]
HEADER = ";".join(COLUMNS) + "\n"
Row = tuple[int, str | None, str | None, str | None]


def read(folder: Path, content: bytes | str, suffix: str = "csv") -> list[Row]:
    """(row number, transmissie_id, klant_id, transmissiedatum); a malformed row has its fields in place of an id."""
    fields = "case when _malformed then _fields::varchar else transmissie_id end, klant_id, transmissiedatum"
    return rows(SOURCE, fields, folder, content, suffix)


def rows(source: SourceContract, columns: str, folder: Path, content: bytes | str, suffix: str = "csv") -> list[Any]:
    """Row numbers, and columns of what is read of a delivery of any source."""
    path = folder / f"{source.source}_2024-01-31.{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with door_database(source) as con:
        readers.read(con, source, delivery(path), 0)
        return con.execute(f"select _row, {columns} from raw order by _row").fetchall()


def refusal(folder: Path, content: bytes | str, suffix: str = "csv", source: SourceContract = SOURCE) -> DeliveryError:
    """The error with which a file is refused."""
    with pytest.raises(DeliveryError) as error:
        rows(source, "1", folder, content, suffix)
    return error.value


def refused(folder: Path, content: bytes | str, suffix: str = "csv") -> str:
    """What is said of a file that is refused."""
    return str(refusal(folder, content, suffix))


def workbook(*given: list[Any]) -> bytes:
    """A workbook with these rows in its first sheet; texts stay texts, also when they look like a formula."""
    book = openpyxl.Workbook()
    for number, row in enumerate(given, 1):
        for column, value in enumerate(row, 1):
            cell = book.active.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.create_sheet("ander").append(["telt niet"])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet(folder: Path, select: str) -> bytes:
    """The rows of a query as Parquet."""
    path = folder / "made.parquet"
    with duckdb.connect() as con:
        con.execute(f"set TimeZone = 'UTC'; copy ({select}) to '{path}' (format parquet)")
    return path.read_bytes()
