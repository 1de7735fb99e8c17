"""Table `raw`: what a file holds as text, one row per row of the file, whatever its format."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.inbox import DeliveryError
from orchestration.store.sql import literal, quote

CHUNK = 100_000
EXACT = 2**53
"""Below it a floating-point number holds every whole number, each of which is a text of its own."""
UNREADABLE = "\ue00funreadable\ue00f"
"""Stands before the text of a cell that cannot be read: the value of no column type, shown and kept without it. As long
as it is because one sign alone, even of those that have no meaning, may be what somebody delivered."""
# What Python's str.strip() takes for blank, so that text means the same in SQL and in Python (none is above U+3000),
# and what is no wider than nothing: people copy both from web pages and cannot see them.
BLANKS = "".join(chr(c) for c in range(0x3001) if chr(c).isspace()) + (
    "\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
# Fields are handed to DuckDB joined by a character that no field holds.
JOINERS = ("\x1f", "\ue000", "\ue001", "\ue002")


def create_raw(con: DuckDBPyConnection, contract: SourceContract) -> None:
    """Makes the empty table `raw` and the macro `given(text)`: trimmed, null when nothing is left."""
    columns = "".join(f", {quote(c.name)} varchar" for c in contract.columns)
    con.execute(
        f"create or replace table raw (_delivery integer, _row integer, _malformed boolean, _fields varchar[]{columns})"
    )
    # Trimming by a list of characters is slow, and almost no value has anything to trim.
    con.execute(rf"""
        create or replace macro given(x) as case
            when regexp_full_match(x, '[!-~]([ -~]*[!-~])?') then x
            when x <> '' then nullif(trim(x, {literal(BLANKS)}), '')
        end
    """)


@dataclass
class HandOver:
    """Empties `raw` into other hands before it holds more than `rows`, so that a file of any size takes no more."""

    rows: int
    give: Callable[[], None]
    """Takes the rows of `raw` away."""
    given: int = 0

    def make_room(self, con: DuckDBPyConnection, coming: int) -> None:
        """For rows that are about to be appended to `raw`."""
        (held,) = con.execute("select count(*) from raw").fetchall()[0]
        if held and held + coming > self.rows:
            self.give()
            self.given += 1


def append(
    con: DuckDBPyConnection,
    contract: SourceContract,
    number: int,
    places: Mapping[str, int],
    width: int,
    lines: Iterator[str],
    joiner: str,
    first_row: int,
    parts: HandOver | None = None,
) -> None:
    """Appends lines of `width` fields parted by `joiner` as rows from `first_row` on; another width is malformed.

    `places` gives the field of each contract column.
    """
    import numpy as np  # slow to import, and only a load comes here

    # Trimmed as a list: a macro in every column would cost small files more to prepare than to read.
    fields = ", ".join(
        f"case when n = {width} then given_f[{places[c.name] + 1}] end" if c.name in places else "null"
        for c in contract.columns
    )
    blanks = literal(BLANKS + joiner)
    statement = f"""
        insert into raw
        with split as (
            select row, string_split(line, $joiner) as f from chunk
            where regexp_matches(line, '[0-9A-Za-z]') or trim(line, {blanks}) <> ''
        ), counted as (select row, f, len(f) as n, list_transform(f, lambda x: given(x)) as given_f from split)
        select $number, row, n <> {width}, case when n <> {width} then f end, {fields} from counted order by row
    """
    row = first_row
    size = min(CHUNK, parts.rows) if parts else CHUNK
    while block := list(islice(lines, size)):
        if parts and any(map(str.strip, block)):  # a file often ends with a line that is none
            parts.make_room(con, len(block))
        rows = np.arange(row, row + len(block), dtype=np.int32)
        con.register("chunk", {"row": rows, "line": np.array(block, dtype=object)})
        con.execute(statement, {"joiner": joiner, "number": number})
        con.unregister("chunk")
        row += len(block)


def joiner_for(fits: Callable[[str], bool], remedy: str, remedy_nl: str) -> str:
    """A character that joins fields, for which `fits`. Raises `DeliveryError` with the remedy when there is none."""
    if (joiner := next(filter(fits, JOINERS), None)) is None:
        raise DeliveryError(
            f"holds control characters that no table holds; {remedy}",
            f"bevat stuurtekens die in geen tabel horen; {remedy_nl}",
        )
    return joiner
