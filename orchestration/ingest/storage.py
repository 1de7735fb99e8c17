"""Writes the lake and the quarantine, one Parquet file per delivery, and reads the lake's values back as text."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from expectations.contract import Column, SourceContract
from orchestration.ingest.persons import number_marks, pseudonym
from orchestration.ingest.persons.person_numbers import SPLIT
from orchestration.store.files import TEMPORARY, replaced
from orchestration.store.sql import literal, quote, read_parquet

LAKE_TYPES = {
    **dict.fromkeys(("text", "insz", "nis", "code"), "varchar"),
    **dict.fromkeys(("date", "month"), "date"),
    "integer": "integer",
    "amount": "decimal(12, 2)",
    "yesno": "boolean",
}
JOINING = 512 * 1024**2
"""Bytes that joining the pieces of a file may take."""
NO_ROWS = "_none.parquet"
ORIGIN = {"_delivery_id": "varchar", "_file_name": "varchar", "_delivered_on": "date", "_row": "integer"}


def ensure_empty(lake: Path, contracts: Iterable[SourceContract]) -> None:
    """Writes a typed file without rows per source, so that a source without deliveries reads as an empty table."""
    missing = [(c, path) for c in contracts if not (path := lake / c.source / NO_ROWS).exists()]
    with duckdb.connect() as con:
        for contract, path in missing:
            columns = [f"cast(null as {LAKE_TYPES[c.type]}) as {quote(c.lake_name)}" for c in contract.columns]
            columns += [f"cast(null as {kind}) as {name}" for name, kind in ORIGIN.items()]
            _copy(con, f"select {', '.join(columns)} limit 0", path)


def write_lake(
    con: DuckDBPyConnection, path: Path, contract: SourceContract, number: int, delivery_id: str, file_name: str
) -> int:
    """Writes the accepted rows of delivery `number` of `batch`; returns how many.

    A withdrawal keeps its key and nothing else.
    """
    columns = ", ".join(_lake_column(c, contract) for c in contract.columns)
    select = f"""
        select {columns}, {literal(delivery_id)} as _delivery_id, {literal(file_name)} as _file_name,
            _delivered_on, _row
        from batch
        where _delivery = {number} and _id not in (select _id from broken where on_fail = 'reject')
        order by _row
    """
    return _copy(con, select, path)


def _lake_column(column: Column, contract: SourceContract) -> str:
    if column == contract.withdrawn:
        return f"_shape = 'withdrawal' as {quote(column.name)}"
    value = quote(column.name)
    if column.name not in contract.key:
        value = f"case when _shape = 'row' then {value} end"
    return f"cast({value} as {LAKE_TYPES[column.type]}) as {quote(column.lake_name)}"


def lake_text(column: Column) -> str:
    """SQL for a column of the lake as text. `parsing` makes the same value of it again.

    What is lost is how it was written (`31/01/2024`, `ja`, `100,5`); an INSZ is gone for good and stays null.
    """
    return "cast(null as varchar)" if column.type == "insz" else value_text(column, quote(column.lake_name))


def value_text(column: Column, value: str) -> str:
    """SQL for a value of the column's type as text, as `lake_text` gives it; of an INSZ, the pseudonym."""
    match column.type:
        case "month":
            return f"strftime({value}, '%Y-%m')"
        case "yesno":
            return f"case when {value} then 'J' when not {value} then 'N' end"
        case _:
            return f"cast({value} as varchar)"


def create_marked(con: DuckDBPyConnection, contract: SourceContract, key: bytes) -> None:
    """Makes table `marked` with the rows of `batch` that broke a rule, as the quarantine shows them.

    Made once for all deliveries, because no other query of the ingest is so slow to prepare.
    """
    texts = ", ".join(f"coalesce({_shown(c)}, {quote(c.text)}) as {quote(c.name)}" for c in contract.columns)
    keys = "".join(
        f", {quote(c.name)} as {quote(c.lake_name)}" for c in contract.insz_columns if c.name in contract.key
    )
    other = ", ".join(quote(c.text) for c in contract.columns if c.type != "insz")
    told = "batch where _id in (select _id from broken)"
    pseudonym.create_masks(
        con, f"select unnest([{other}]) from {told}", f"select _id, _fields from {told} and _fields is not null"
    )
    number_marks.create_marks(con, contract, told, key)
    con.execute(f"""
        create table marked as
        with reasons as (
            select _id, bool_or(on_fail = 'reject') as quarantined, list(distinct rule order by rule) as rules
            from broken group by _id
        )
        select _delivery, _row as row_number, case when quarantined then 'quarantined' else 'warned' end as outcome,
            rules, {texts}{keys}, string_split(masked_rows.shown, {literal(SPLIT)}) as fields,
            marks_of_rows.{number_marks.COLUMN}
        from batch join reasons using (_id) left join masked_rows using (_id) left join marks_of_rows using (_id)
    """)


def _shown(column: Column) -> str:
    """SQL for the text of the column without the INSZ in it; null when it holds none."""
    return f"(select m.shown from masks as m where m.given = batch.{quote(column.text)})"


def write_quarantine(con: DuckDBPyConnection, path: Path, number: int) -> int:
    """Writes the rows of a delivery that broke a rule: quarantined ones, and loaded ones with a warning.

    Columns: row_number, outcome (quarantined or warned), rules, the given texts, the pseudonym of an INSZ that is part
    of the key (by it the row is recognised when it is delivered again), the fields of a malformed row, and the marks of
    the numbers in the row. No INSZ is in them: not in its own column, nor as a value that strayed into another.
    """
    return _copy(con, f"select * exclude (_delivery) from marked where _delivery = {number} order by row_number", path)


class Pieces:
    """A file of lake or quarantine that comes in pieces: files beside it that nothing reads, and that a later run
    removes after a kill."""

    def __init__(self, path: Path, row: str) -> None:
        """`row` names the column with the number of a row."""
        self._path, self._row = path, row
        self._in_order: list[tuple[int, Path]] = []
        self._late: list[Path] = []

    def new(self, first: int | None) -> Path:
        """Where the next piece is to be written, with the rows from number `first` on; None where its rows belong among
        those of the other pieces."""
        number = len(self._in_order) + len(self._late)
        path = self._path.with_name(f".{self._path.stem}.{number}{TEMPORARY}")
        if first is None:
            self._late.append(path)
        else:
            self._in_order.append((first, path))
        return path

    def join(self) -> None:
        """Makes the one file, with its rows in order."""
        with duckdb.connect() as con:
            # One thread: more of them hold whole row groups, in wait for those before.
            limits = f"set memory_limit = '{JOINING}B'; set threads = 1; set enable_external_file_cache = false"
            con.execute(f"set temp_directory = ''; {limits}")
            ends: list[int | None] = [first for first, _ in self._in_order[1:]] + [None]
            for (first, piece), end in zip(self._in_order if self._late else (), ends, strict=False):
                own = f"{self._row} >= {first}" + (f" and {self._row} < {end}" if end is not None else "")
                late = f"from {read_parquet(*self._late)} where {own}"
                _copy(con, f"from (from {read_parquet(piece)} union all {late}) order by {self._row}", piece)
            _copy(con, f"from {read_parquet(*(piece for _, piece in self._in_order))}", self._path)

    def discard(self) -> None:
        """Removes the pieces."""
        for path in (*(piece for _, piece in self._in_order), *self._late):
            path.unlink(missing_ok=True)


def _copy(con: DuckDBPyConnection, select: str, path: Path) -> int:
    packed = "lz4" if path.name.endswith(TEMPORARY) else "zstd"  # a piece is soon read again, and gone
    with replaced(path) as temporary:
        copy = f"copy ({select}) to {literal(temporary)} (format parquet, compression {packed})"
        return con.execute(copy).fetchall()[0][0]
