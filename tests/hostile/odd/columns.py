"""Odd Parquet files: every type in every column."""

import struct
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import duckdb

from ..files import save_parquet
from ..world import World
from .kinds import Kind, Verdict, odd_values, refill, spoiled, texts

ORACLE, REFUSED, EITHER, SAFE = Verdict.ORACLE, Verdict.REFUSED, Verdict.EITHER, Verdict.SAFE
ARROW = Path(__file__).with_name("arrow_types.zip")
"""Files with the types that Arrow writes, made by arrow_types.py."""
SCALARS = (
    "VARCHAR",
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "DOUBLE",
    "FLOAT",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "TIMESTAMPTZ",
    "DECIMAL(4,1)",
    "DECIMAL(9,0)",
    "DECIMAL(18,2)",
    "DECIMAL(11,0)",
    "DECIMAL(38,10)",
    "DECIMAL(12,2)",
)
RARE = ("HUGEINT", "UHUGEINT", "UUID", "INTERVAL", "TIME", "TIMETZ", "BIT", "BLOB", "ENUM('M', 'V')", "JSON", "BIGNUM")
CODINGS = (
    *(f"compression {name}" for name in ("gzip", "zstd", "brotli", "lz4_raw", "uncompressed")),
    "row_group_size 1",
    "parquet_version v2",
    "field_ids 'auto'",
    "dictionary_size_limit 1",
)
NESTED = (
    "VARCHAR[]",
    "INTEGER[3]",
    "STRUCT(a VARCHAR, b INTEGER)",
    "MAP(VARCHAR, VARCHAR)",
    "VARCHAR[][]",
    "STRUCT(a STRUCT(b VARCHAR[]))[]",
)
NESTED_VALUES: dict[str, Any] = {
    "VARCHAR[]": ["93.05.18-223.61", None],
    "INTEGER[3]": [1, 2, 3],
    "STRUCT(a VARCHAR, b INTEGER)": {"a": "93.05.18-223.61", "b": 1},
    "MAP(VARCHAR, VARCHAR)": {"a": "b"},
    "VARCHAR[][]": [["a"], []],
    "STRUCT(a STRUCT(b VARCHAR[]))[]": [{"a": {"b": ["x"]}}],
}


def written(rows: list[list[Any]], kinds: list[str], how: str = "") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        if not how:
            save_parquet(path, rows[0], kinds, rows[1:])
            return path.read_bytes()
        save_parquet(path, rows[0], kinds, rows[1:])
        other = path.with_name("y.parquet")
        with duckdb.connect() as db:
            db.execute(f"copy (from '{path}') to '{other}' (format parquet, {how})")
        return other.read_bytes()


def cast(rows: list[list[Any]], kinds: list[str]) -> list[list[Any]]:
    """The rows with each value as its column's type takes it; nothing of one that it does not."""
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        done = [rows[0]]
        for row in rows[1:]:
            select = ", ".join(f"try_cast(? as {kind}) is not null" for kind in kinds)
            fits = db.execute(f"select {select}", row).fetchall()[0]
            done.append([value if fit else None for value, fit in zip(row, fits, strict=True)])
    return done


def other_types(world: World, source: str) -> bytes:
    rows = refill(world, source, texts(world, source), odd_values(world, source), world.rng.choice((0, 0.2)))
    rows = [rows[0], *([text.replace("\0", "") for text in row] for row in rows[1:])]
    kinds = [world.rng.choice(SCALARS) if world.rng.random() < 0.4 else "VARCHAR" for _ in rows[0]]
    return written(cast(rows, kinds), kinds)


def rare_type(world: World, source: str) -> bytes:
    rows = texts(world, source)
    kinds = ["VARCHAR" for _ in rows[0]]
    kinds[world.rng.randrange(len(kinds))] = world.rng.choice(RARE)
    return written(cast(rows, kinds), kinds)


def nested_type(world: World, source: str) -> bytes:
    rows: list[list[Any]] = [list(row) for row in texts(world, source)]
    place, kind = world.rng.randrange(len(rows[0]) + 1), world.rng.choice(NESTED)
    if place == len(rows[0]):
        rows = [[*row, "opmerkingen"] for row in rows]
    for row in rows[1:]:
        row[place] = NESTED_VALUES[kind]
    return written(rows, [kind if n == place else "VARCHAR" for n in range(len(rows[0]))])


def odd_names(world: World, source: str) -> bytes:
    rows = texts(world, source)
    extra = [
        "file_row_number",
        "filename",
        "a\nb",
        "{}",
        "a'b",
        'a"b',
        "\x1b[31m",
        "93.05.18-223.61",
        "rowid",
        "ß",
        "%s",
    ]
    names = world.rng.sample(extra, 4)
    rows = [[*row, *(names if n == 0 else ["x"] * 4)] for n, row in enumerate(rows)]
    return written(rows, ["VARCHAR"] * len(rows[0]))


def other_coding(world: World, source: str) -> bytes:
    rows = texts(world, source)
    how = world.rng.choice(CODINGS)
    return written(rows, ["VARCHAR"] * len(rows[0]), how)


def arrow(name: str) -> Kind:
    def make(world: World, source: str) -> bytes:
        with zipfile.ZipFile(ARROW) as files:
            return files.read(name) + b""

    return Kind(f"Arrow's {name.removesuffix('.parquet')}", "parquet", SAFE, make, 0.15)


def spoil(world: World, source: str) -> bytes:
    rows = texts(world, source)
    return spoiled(world.rng, written(rows, ["VARCHAR"] * len(rows[0])))


def wrong_foot(world: World, source: str) -> bytes:
    """The length of the description at the end is another one."""
    rows = texts(world, source)
    content = written(rows, ["VARCHAR"] * len(rows[0]))
    length = world.rng.choice((0, 1, 2**31 - 1, 2**32 - 1, len(content), struct.unpack("<I", content[-8:-4])[0] // 2))
    return content[:-8] + struct.pack("<I", length) + content[-4:]


def many_rows(count: int) -> Kind:
    """One row over and over: next to nothing on disk."""

    def make(world: World, source: str) -> bytes:
        rows = texts(world, source, 1)
        columns = ", ".join(f"'{text}' as \"{name}\"" for name, text in zip(*rows, strict=True))
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
            path = Path(folder) / "x.parquet"
            db.execute(f"copy (select {columns} from range({count})) to '{path}' (format parquet)")
            return path.read_bytes()

    return Kind(f"{count:,} equal rows", "parquet", SAFE, make, 0.1, count > 100_000)


def names_of_arrow() -> list[str]:
    with zipfile.ZipFile(ARROW) as files:
        return files.namelist()


KINDS = [
    Kind("other types", "parquet", ORACLE, other_types, 12),
    Kind("a rare type", "parquet", SAFE, rare_type, 3),
    Kind("a nested type", "parquet", REFUSED, nested_type, 3),
    Kind("odd column names", "parquet", EITHER, odd_names, 2),
    Kind("another coding", "parquet", ORACLE, other_coding, 2),
    Kind("changed bytes", "parquet", EITHER, spoil, 10),
    Kind("a wrong foot", "parquet", SAFE, wrong_foot, 2),
    many_rows(100_000),
    many_rows(5_000_000),
    *map(arrow, names_of_arrow()),
]
