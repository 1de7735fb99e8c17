"""The client's INSZ becomes a pseudonym before anything is validated or kept, and so does one that strayed."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence

from duckdb import DuckDBPyConnection

from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.persons import person_numbers
from orchestration.store.files import keep_no_core
from orchestration.store.sql import quote

# What may stand between two digits of an INSZ: a full stop, hyphen, slash or anything that is taken for blank.
BETWEEN_DIGITS = r"[\s\x0b\x1c-\x1f\x{85}\p{Z}\x{180e}\x{200b}-\x{200f}\x{2060}\x{feff}./-]*"
WITHOUT_KEY = (
    "cannot be pseudonymised without a key; set TWE_PSEUDONYM_KEY",
    "kan zonder sleutel niet gepseudonimiseerd worden; stel TWE_PSEUDONYM_KEY in",
)
PART = 100_000
"""Rows that are held at once; as objects of Python they take ten times the memory."""
SHORT = 32
"""Hex digits of a pseudonym that stand for a person number in an identification."""


def client_key(insz_digits: str, key: bytes) -> str:
    """Hex HMAC-SHA-256 of the 11 digits of an INSZ."""
    return hmac.digest(key, insz_digits.encode("ascii"), hashlib.sha256).hex()


def fingerprint(key: bytes) -> str:
    """Tells two keys apart without giving either away; kept beside the ledger."""
    return hmac.digest(key, b"twe key fingerprint", hashlib.sha256).hex()[:16]


def create_insz_macros(con: DuckDBPyConnection) -> None:
    """SQL macros on text: `insz_digits(x)`, the 11 digits of a valid INSZ or null; `masked(x)`, what is shown of a
    value that should be an INSZ; and `may_hold_insz(x)`, false when there can be none in a text.

    A valid INSZ has 11 digits, between them blanks, full stops, hyphens or slashes, and ends on
    97 - (first nine digits mod 97), with a 2 before the nine for births from 2000. Bis numbers follow the same rule.
    """
    keep_no_core()
    con.execute(rf"""
        create macro eleven_digits(x) as case
            when regexp_full_match(x, '\d{{11}}') then x
            when regexp_full_match(x, '\d({BETWEEN_DIGITS}\d){{10}}') then regexp_replace(x, '\D', '', 'g')
        end;
        create macro checked_digits(d) as
            case when cast(d[10:11] as integer) in (
                97 - cast(d[1:9] as bigint) % 97, 97 - cast('2' || d[1:9] as bigint) % 97
            ) then d end;
        create macro insz_digits(x) as checked_digits(eleven_digits(x));
        create macro masked(x) as
            case when x is not null then regexp_replace(x, '\D', '', 'g')[1:2] || '*********' end;
        create macro may_hold_insz(x) as
            length(x) >= 11 and regexp_matches(x, '[^ -~]|[0-9]([^0-9A-Za-z]*[0-9]){{10}}');
    """)


def create_client_keys(con: DuckDBPyConnection, columns: Sequence[str], key: bytes) -> None:
    """Makes table `client_keys` (digits, client_key, born) for every valid INSZ in `columns` of `raw`.

    `born` is the first day that the number can mean by its date of birth, null when that is no date.
    """
    if columns and not key:
        raise DeliveryError(*WITHOUT_KEY)
    con.execute("create temp table client_keys (digits varchar, client_key varchar, born date)")
    given = " union all ".join(f"select insz_digits({quote(column)}) as d from raw" for column in columns)
    distinct = f"select distinct d from ({given}) where d is not null"
    if not columns:
        return
    with con.cursor() as reading:  # in parts, since there may be millions
        reading.execute(distinct)
        while digits := [d for (d,) in reading.fetchmany(PART)]:
            births = [str(born) if (born := person_numbers.birth(d)) else None for d in digits]
            keys = [client_key(d, key) for d in digits]
            _fill(con, "client_keys", {"digits": digits, "client_key": keys, "born": births})


def create_text_numbers(con: DuckDBPyConnection, columns: Sequence[str], longest: int, key: bytes) -> None:
    """Makes table `text_numbers` (given, is_number, value, shown): the texts in `columns` of `raw` that hold an INSZ.

    `value` takes their place in an identification. A person number becomes the beginning of its pseudonym, the same in
    every source, so that references still meet. Of a text that holds one among other characters the whole becomes a
    pseudonym, so that different texts stay different. `shown` is the text masked, for all other columns.
    """
    con.execute("create temp table text_numbers (given varchar, is_number boolean, value varchar, shown varchar)")
    given = " union all ".join(f"select {quote(column)} as x from raw" for column in columns)
    suspect = f"select distinct x from ({given}) where length(x) <= {longest} and may_hold_insz(x)"
    found: list[tuple[str, bool, str | None, str]] = []
    for (text,) in _each(con.execute(suspect)) if columns else ():
        if digits := person_numbers.person_number(text):
            found.append((text, True, client_key(digits, key)[:SHORT], person_numbers.masked(text)))
        elif person_numbers.holds_one(text):
            short = hmac.digest(key, text.encode(), hashlib.sha256).hex()[:SHORT]
            found.append((text, False, short, person_numbers.masked(text)))
        elif (shown := person_numbers.masked(text)) != text:
            found.append((text, False, None, shown))
    if found and not key:
        raise DeliveryError(*WITHOUT_KEY)
    names = ("given", "is_number", "value", "shown")
    _fill(con, "text_numbers", {name: [row[place] for row in found] for place, name in enumerate(names)})


def create_masks(con: DuckDBPyConnection, texts: str, rows: str) -> None:
    """Makes tables `masks` (given, shown) of the texts that hold an INSZ, and `masked_rows` (_id, shown) of fields.

    `texts` is a query for texts, `rows` one for the `_id` and the fields of rows whose fields nobody can tell apart.
    """
    replaced = "select value from text_numbers where is_number"  # a pseudonym may look like a number
    suspect = f"select distinct x from ({texts}) as t(x) where may_hold_insz(x) and x not in ({replaced})"
    given = _each(con.execute(suspect))
    masks = {text: shown for (text,) in given if (shown := person_numbers.masked(text)) != text}
    fields = [(id_, person_numbers.SPLIT.join(person_numbers.masked_row(row))) for id_, row in _each(con.execute(rows))]
    con.execute("create temp table masks (given varchar, shown varchar)")
    con.execute("create temp table masked_rows (_id bigint, shown varchar)")
    _fill(con, "masks", {"given": masks.keys(), "shown": masks.values()})
    _fill(con, "masked_rows", {"_id": [id_ for id_, _ in fields], "shown": [shown for _, shown in fields]})


def _each(result: DuckDBPyConnection) -> Iterator[tuple]:
    while rows := result.fetchmany(PART):
        yield from rows


def _fill(con: DuckDBPyConnection, table: str, columns: Mapping[str, Iterable[object]]) -> None:
    import numpy as np  # slow to import, and only a load comes here

    arrays = {name: np.array(list(values), dtype=object) for name, values in columns.items()}
    if next(iter(arrays.values())).size:
        con.register("filling", arrays)
        con.execute(f"insert into {table} from filling")
        con.unregister("filling")
