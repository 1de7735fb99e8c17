"""The keys of clients, and what is drawn for a cell with the sum of some of them.

A key is a keyed digest of the pseudonym, from 0 up to 2^32. Sums of keys are not used as they are: who knew the keys of
two cells would know that of their difference, and with it what is shown of it. So a draw is a keyed digest of the sum,
under another secret, and two sums that are close say nothing of each other.

Both secrets are made from the pseudonym key, and it can't be found from them."""

import hashlib
import hmac
from dataclasses import dataclass

RANGE = 2**32
"""Keys of clients are below this; sums are taken modulo it."""
_PART = 2**32


@dataclass(frozen=True)
class CellSecrets:
    """`clients` makes the keys of clients, `cells` the draws of cells."""

    clients: bytes
    cells: bytes


def secrets(pseudonym_key: bytes) -> CellSecrets:
    """The secrets of cell keys, made from the pseudonym key for this use alone."""
    return CellSecrets(
        *(hmac.digest(pseudonym_key, b"twe cell keys: " + use, "sha256") for use in (b"clients", b"cells"))
    )


def client_number(client_key: str, secret: bytes) -> int:
    """The key of a client, or of whatever else is counted, by its pseudonym or identification."""
    return int.from_bytes(hmac.digest(secret, client_key.encode(), hashlib.sha256)[:4])


def draws(key_sum: int, secret: bytes) -> tuple[float, float]:
    """Two numbers from 0 up to 1, always the same for the same sum, and as if thrown with dice."""
    digest = hmac.digest(secret, str(key_sum % RANGE).encode(), hashlib.sha256)
    return int.from_bytes(digest[:4]) / _PART, int.from_bytes(digest[4:8]) / _PART
