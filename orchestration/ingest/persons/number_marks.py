"""Marks of the person numbers in quarantined rows, by which an erasure finds them without the original file.

A mark is a keyed hash of a pseudonym: it matches nothing else that is kept, and whoever has no key learns nothing from
it. A quarantined row holds one for every number that can be recognised in it, also within a text or a malformed row.
"""

import hashlib
import hmac
from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.persons import person_numbers
from orchestration.ingest.persons.pseudonym import client_key
from orchestration.store.sql import quote

COLUMN = "number_marks"
UNKNOWN = "?"
"""In place of a mark that could not be made again with another key."""


def mark(pseudonym: str, key: bytes) -> str:
    """The mark of a number by its pseudonym."""
    return hmac.digest(key, f"number mark {pseudonym}".encode(), hashlib.sha256).hex()[:32]


def create_odd_numbers(con: DuckDBPyConnection, columns: Iterable[str]) -> None:
    """Makes table `odd_numbers` (_delivery, _row, given): what stands in `columns` of `raw`, which are for an INSZ, and
    is none as a whole, but may hold one. The texts go when the rows that are told of are known."""
    given = " union all ".join(f"select _delivery, _row, {quote(column)} as given from raw" for column in columns)
    con.execute("create temp table odd_numbers (_delivery integer, _row integer, given varchar)")
    if given:
        con.execute(
            f"insert into odd_numbers from ({given}) where not regexp_full_match(given, '\\d{{11}}') "
            "and insz_digits(given) is null and may_hold_insz(given)"
        )


def create_marks(con: DuckDBPyConnection, contract: SourceContract, told: str, key: bytes) -> None:
    """Makes table `marks_of_rows` (_id, number_marks) for the rows of `told`, which is `batch` with a condition, and
    drops `odd_numbers`."""
    texts = ", ".join(quote(c.text) for c in contract.columns if c.type != "insz")
    replaced = "select value from text_numbers where is_number"  # a pseudonym may look like a number
    held = con.execute(f"""
        with told as (from {told})
        select _id, given from odd_numbers join told using (_delivery, _row)
        union all
        select _id, x from (select _id, unnest([{texts}]) as x from told)
        where may_hold_insz(x) and x not in ({replaced})
        union all
        select _id, array_to_string(list_transform(_fields, lambda f: coalesce(f, '')), chr(31))
        from told where _fields is not null
    """).fetchall()
    found = [(id_, client_key(digits, key)) for id_, text in held for digits in person_numbers.numbers_in(text)]
    for column in contract.insz_columns:
        name = quote(column.name)
        found += con.execute(f"select _id, {name} from {told} and {name} is not null").fetchall()
    marks = {pseudonym: mark(pseudonym, key) for _, pseudonym in found}
    con.execute("drop table odd_numbers")
    con.execute(f"create temp table marks_of_rows (_id bigint, {COLUMN} varchar[])")
    if found:
        import numpy as np  # slow to import, and only a load comes here

        ids, own = (np.array(each, dtype=object) for each in zip(*((i, marks[p]) for i, p in found), strict=True))
        con.register("filling", {"_id": ids, "m": own})
        con.execute(
            "insert into marks_of_rows select cast(_id as bigint) as _id, list(distinct m order by m) from filling "
            "group by _id"
        )
        con.unregister("filling")
