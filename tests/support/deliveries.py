"""Small deliveries, written down in the test that needs them, and the door without Great Expectations.

>>> write(inbox, "transmissies_2024-01-31.csv", '''
...     transmissie_id | klant_id    | transmissiedatum
...     X1             | 93051822361 | 2024-01-02
... ''')
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from expectations import contract
from expectations.contract import Column, SourceContract
from orchestration.ingest import judging as door
from orchestration.ingest import parsing
from orchestration.ingest.inbox import Delivery, parse_name
from orchestration.ingest.load import SourceLoad, load_source
from orchestration.ingest.validation import by_routing
from orchestration.store.paths import DataFolder

KEY = b"sleutel van de testen, niet geheim"
# Valid by their checksum, of nobody: births before and from 2000, and two bis numbers.
INSZ = ("93051822361", "05030145657", "85210112333", "72450199823")


def ascii_table(text: str) -> list[list[str]]:
    """Rows of trimmed fields of a table whose columns are parted by `|`."""
    return [[field.strip() for field in line.split("|")] for line in text.strip().splitlines()]


def csv_text(table: str, separator: str = ";") -> str:
    return "".join(separator.join(row) + "\n" for row in ascii_table(table))


def write(folder: Path, name: str, table: str) -> Path:
    """Writes an ASCII table as a CSV delivery."""
    return write_text(folder, name, csv_text(table))


def write_text(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode())
    return path


def delivery(path: Path) -> Delivery:
    """The file as the inbox sees it."""
    source, day, label = parse_name(path.name, contract.sources())
    content = path.read_bytes()
    return Delivery(path, source, day, label, hashlib.sha256(content).hexdigest(), len(content))


def load(data: DataFolder, *paths: Path) -> SourceLoad:
    """Takes deliveries of one source through the door, in the order given."""
    found = [delivery(path) for path in paths]
    return load_source(data, contract.load(found[0].source), found, KEY, "run-1", by_routing)


def rows_of(path: Path) -> list[dict]:
    """The rows of a Parquet file."""
    with duckdb.connect() as con:
        cursor = con.execute("select * from read_parquet(?)", [str(path)])
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one_column(kind: str, codes: tuple[str, ...] = ()) -> SourceContract:
    """A contract of a key `id` and one column `x` of a type."""
    columns = (Column("id", "text"), Column("x", kind, codes=codes), Column("verwijderd", "yesno"))
    return SourceContract("proef", "Proef", "", ("id",), columns, {}, (), version="1")


def door_database(source: SourceContract) -> duckdb.DuckDBPyConnection:
    """A database as the door prepares it, with an empty `raw`."""
    con = duckdb.connect()
    door.prepare_database(con, source)
    return con


def parsed(kind: str, texts: Sequence[str | None], codes: tuple[str, ...] = ()) -> list[object]:
    """What the door makes of texts in a column of a type: typed values, None for missing or invalid."""
    source = one_column(kind, codes)
    with door_database(source) as con:
        rows = [[0, n, False, None, str(n), text, None] for n, text in enumerate(texts)]
        con.executemany("insert into raw values (?, ?, ?, ?, ?, ?, ?)", rows)
        parsing.create_batch(con, source, {0: dt.date(2024, 1, 31)}, KEY)
        return [value for (value,) in con.execute("select x from batch order by _row").fetchall()]


def batch(source: str, table: str, columns: str, days: dict[int, dt.date] | None = None) -> list[tuple]:
    """Columns of `batch` for rows of `raw`: `_delivery`, `_row`, `_malformed` and some of the source's columns."""
    rules = contract.load(source)
    header, *rows = ascii_table(table)
    names = ", ".join(header)
    with door_database(rules) as con:
        for row in rows:
            values = [value or None for value in row]
            con.execute(f"insert into raw ({names}) values ({', '.join('?' * len(row))})", values)
        parsing.create_batch(con, rules, days or {0: dt.date(2024, 1, 31), 1: dt.date(2024, 2, 29)}, KEY)
        return con.execute(f"select {columns} from batch order by _id").fetchall()
