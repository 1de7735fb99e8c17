"""Parquet: typed columns become the text that a cell of a workbook with the same value would give."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.inbox import DeliveryError, Remark
from orchestration.ingest.readers import header
from orchestration.ingest.readers.table import EXACT, HandOver
from orchestration.store.sql import pattern, quote, read_parquet

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_WHOLE_NUMBERS = {*_WHOLE, *(f"U{kind}" for kind in _WHOLE)}
_AS_THEY_ARE = {"VARCHAR", "BOOLEAN", "DATE", "UUID", "INTERVAL", "TIME", "TIME_NS", '"NULL"', *_WHOLE_NUMBERS}
"""DuckDB's types of which the text is what a person would type; NULL is a column in which nothing was filled in."""
_ROW = "file_row_number"
"""How DuckDB calls the number of a row, for which it needs the name to be free."""
_NESTED = ("STRUCT", "MAP", "UNION")


def read(
    con: DuckDBPyConnection, contract: SourceContract, path: Path, number: int, parts: HandOver | None = None
) -> list[Remark]:
    """Appends the rows of a Parquet file to `raw`."""
    relation = read_parquet(path, file_row_number=True)
    try:
        schema = con.execute(
            "select name, coalesce(num_children, 0) from parquet_schema(?)", [pattern(path)]
        ).fetchall()
        if _ROW in map(header.normal, _top(schema)):
            raise _name_of_ours()
        described = con.execute(f"describe select * from {relation}").fetchall()
        (total,) = con.execute("select num_rows from parquet_file_metadata(?)", [pattern(path)]).fetchall()[0]
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        raise _unreadable() from None
    kinds = {name: kind for name, kind, *_ in described if name != _ROW}
    names = list(kinds)
    # DuckDB numbers columns that differ in case alone; they are one column twice.
    header.match_header(_top(schema), contract)
    places, remarks = header.match_header(names, contract)
    texts = {}
    for column in contract.columns:
        if column.name in places:
            name = names[places[column.name]]
            if (text := _text(quote(name), kinds[name], column.type)) is None:
                raise _unreadable_column(column.name, kinds[name])
            texts[column.name] = f"given({text})"
    columns = ", ".join(texts.get(c.name, "null") for c in contract.columns)
    extra = [name for place, name in enumerate(names) if place not in places.values()]
    for name in extra:
        if kinds[name].endswith("]") or kinds[name].startswith(_NESTED):
            raise _unreadable_column(header.shown(name), kinds[name])
    filled = [*(f"{text} is not null" for text in texts.values()), *(_filled(quote(n), kinds[n]) for n in extra)]
    insert = (
        f"insert into raw select ?, {_ROW} + 1, false, null, {columns} from {relation} where ({' or '.join(filled)})"
    )
    size = min(parts.rows, total) if parts else total
    try:
        for first in range(0, total, size or 1):
            if parts:
                parts.make_room(con, size)
            # The whole is asked for as such; of a part DuckDB skips the row groups before and after it.
            of_part = f" and {_ROW} >= {first} and {_ROW} < {first + size}" if size < total else ""
            con.execute(insert + of_part, [number])
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        for name, text in texts.items():
            if (kind := kinds[names[places[name]]]) == "BLOB" and not _can_be_read(con, text, relation):
                raise _unreadable_column(name, kind) from None
        raise _unreadable() from None
    return remarks


def _can_be_read(con: DuckDBPyConnection, text: str, relation: str) -> bool:
    try:
        con.execute(f"select count({text}) from {relation}").fetchall()
    except duckdb.Error:
        return False
    return True


def _top(schema: Sequence[tuple[str, int]]) -> list[str]:
    """The names of the columns as delivered; of a nested one not those of its parts. The schema is a tree in one list,
    every node before its children."""
    names, inside = [], 0
    for name, children in schema[1:]:
        if not inside:
            names.append(name)
        inside = max(inside - 1, 0) + children
    return names


def _unreadable() -> DeliveryError:
    return DeliveryError(
        "cannot be read as Parquet; export it again", "kan niet als Parquet gelezen worden; exporteer het opnieuw"
    )


def _name_of_ours() -> DeliveryError:
    return DeliveryError(
        f"has a column {_ROW}, a name that reading needs itself; leave it out",
        f"heeft een kolom {_ROW}, een naam die het inlezen zelf nodig heeft; laat ze weg",
    )


def _unreadable_column(name: str, kind: str) -> DeliveryError:
    kind = kind.partition("(")[0] if "[" not in kind else "LIST"
    return DeliveryError(
        f"the column {name} cannot be read (type {kind}); export it again with one text, number or date in each field",
        f"de kolom {name} kan niet gelezen worden (type {kind}); exporteer het opnieuw met één tekst, getal of datum "
        "in elk veld",
    )


def _filled(column: str, kind: str) -> str:
    """SQL that is true when a column that is ignored holds something; nested values are never made into text."""
    return f"given({column}) is not null" if kind == "VARCHAR" else f"{column} is not null"


def _text(column: str, kind: str, wanted: str) -> str | None:
    """SQL for a value of a DuckDB type as the text that `cell_text` would give, in a column of the contract's type
    `wanted`. None for a type that cannot be read."""
    text = _plain_text(column, kind)
    is_number = kind in _WHOLE_NUMBERS or kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL")
    if text and wanted == "insz" and is_number:
        return f"case when regexp_full_match({text}, '\\d{{1,10}}') then lpad({text}, 11, '0') else {text} end"
    if text and wanted == "month" and (kind == "DATE" or kind.startswith("TIMESTAMP")):
        return f"regexp_replace({text}, '^(\\d{{4}}-\\d\\d)-01$', '\\1')"
    return text


def _plain_text(column: str, kind: str) -> str | None:
    if kind.endswith("]"):  # a list, of whatever it may be
        return None
    if kind in _AS_THEY_ARE or kind.startswith(("ENUM(", "TIME ")):
        return f"cast({column} as varchar)"
    if kind == "BLOB":  # text without a mark that it is text; the query fails where it is none
        return f"decode({column})"
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"cast(try_cast({column} as bigint) as varchar)"  # NaN is tried too, whatever the case says
        text = f"case when {column} = trunc({column}) then {whole} else printf('%.15g', cast({column} as double)) end"
        large = f"cast({column} as varchar)"
        return f"case when isnan({column}) then null when abs({column}) < {EXACT} then {text} else {large} end"
    if kind.startswith("DECIMAL"):
        text = f"cast({column} as varchar)"
        return text if kind.endswith(",0)") else f"rtrim(rtrim({text}, '0'), '.')"
    if kind.startswith("TIMESTAMP"):
        moment = "timestamp_ns" if kind.endswith("_NS") else "timestamp"
        stamp = f"cast({column} as {moment})"
        midnight = f"{stamp} = cast(cast({stamp} as date) as {moment})"
        return f"case when {midnight} then cast(cast({stamp} as date) as varchar) else cast({stamp} as varchar) end"
    return None
