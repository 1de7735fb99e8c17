"""The client's INSZ becomes a pseudonym before anything is validated or kept."""

import hashlib
import hmac

import numpy as np
from duckdb import DuckDBPyConnection

from orchestration.ingest.inbox import DeliveryError

# What may stand between two digits of an INSZ: a full stop, hyphen, slash or anything that str.strip() takes for blank.
BETWEEN_DIGITS = r"[\s\x0b\x1c-\x1f\x{85}\p{Z}./-]*"


def client_key(insz_digits: str, key: bytes) -> str:
    """Hex HMAC-SHA-256 of the 11 digits of an INSZ."""
    return hmac.digest(key, insz_digits.encode("ascii"), hashlib.sha256).hex()


def fingerprint(key: bytes) -> str:
    """Tells two keys apart without giving either away; kept beside the ledger."""
    return hmac.digest(key, b"twe key fingerprint", hashlib.sha256).hex()[:16]


def create_insz_macros(con: DuckDBPyConnection) -> None:
    """SQL macros on text: `insz_digits(x)`, the 11 digits of a valid INSZ or null, and `masked(x)`.

    A valid INSZ has 11 digits, between them blanks, full stops, hyphens or slashes, and ends on
    97 - (first nine digits mod 97), with a 2 before the nine for births from 2000. Bis numbers follow the same rule.
    """
    con.execute(rf"""
        create macro eleven_digits(x) as
            case when regexp_full_match(x, '\d({BETWEEN_DIGITS}\d){{10}}') then regexp_replace(x, '\D', '', 'g') end;
        create macro checked_digits(d) as
            case when cast(d[10:11] as integer) in (
                97 - cast(d[1:9] as bigint) % 97, 97 - cast('2' || d[1:9] as bigint) % 97
            ) then d end;
        create macro insz_digits(x) as checked_digits(eleven_digits(x));
        create macro masked(x) as
            case when x is not null then regexp_replace(x, '\D', '', 'g')[1:2] || '*********' end;
        create macro without_insz(x) as case when insz_digits(x) is not null then masked(x) else x end;
        create macro without_any_insz(x) as
            regexp_replace(x, '(\d){BETWEEN_DIGITS}(\d)({BETWEEN_DIGITS}\d){{9}}', '\1\2*********', 'g');
    """)


def create_client_keys(con: DuckDBPyConnection, column: str, key: bytes) -> None:
    """Makes table `client_keys` (digits, client_key) for every valid INSZ in `column` of `raw`."""
    if not key:
        raise DeliveryError(
            "cannot be pseudonymised without a key; set TWE_PSEUDONYM_KEY",
            "kan zonder sleutel niet gepseudonimiseerd worden; stel TWE_PSEUDONYM_KEY in",
        )
    con.execute(f"create temp table digits as select distinct insz_digits({column}) as d from raw")
    digits = [d for (d,) in con.execute("select d from digits where d is not null").fetchall()]
    con.execute("drop table digits; create temp table client_keys (digits varchar, client_key varchar)")
    if digits:
        keys = [client_key(d, key) for d in digits]
        con.register("pairs", {"digits": np.array(digits, dtype=object), "client_key": np.array(keys, dtype=object)})
        con.execute("insert into client_keys from pairs")
        con.unregister("pairs")
