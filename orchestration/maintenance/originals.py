"""The original files of deliveries that were accepted, read once more for what only they hold: the INSZ.

What comes out of here are pseudonyms and row numbers, never an INSZ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.contract import SourceContract
from orchestration.ingest import readers
from orchestration.ingest.inbox import Delivery, DeliveryError
from orchestration.ingest.ledger import Entry
from orchestration.ingest.pseudonym import client_key, create_insz_macros
from orchestration.store.sql import literal, quote


@dataclass(frozen=True)
class Original:
    """A file whose content was accepted under `entry`."""

    entry: Entry
    delivery: Delivery


def find(folder: Path, entries: Iterable[Entry]) -> list[Original]:
    """The files of `folder` whose content is, byte for byte, that of an accepted delivery. Their names don't matter."""
    accepted = {e.sha256: e for e in entries if e.status == "accepted"}
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else []:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if entry := accepted.get(digest):
            delivery = Delivery(path, entry.source, entry.delivered_on, None, digest, path.stat().st_size)
            found.append(Original(entry, delivery))
    return found


def insz_column(contract: SourceContract) -> str | None:
    return next((c.name for c in contract.columns if c.type == "insz"), None)


def translation(contract: SourceContract, originals: Sequence[Original], old: bytes, new: bytes) -> dict[str, str]:
    """Pseudonym under the old key -> pseudonym under the new one, of every valid INSZ in these files of one source."""
    column = insz_column(contract)
    found: dict[str, str] = {}
    for original in originals if column else ():
        with _raw(contract, original.delivery) as con:
            rows = con.execute(f"select distinct insz_digits({quote(column or '')}) from raw").fetchall()
            found.update({client_key(d, old): client_key(d, new) for (d,) in rows if d})
    return found


def rows_of(
    contract: SourceContract, delivery: Delivery, digits: str, values: Mapping[str, Collection[str]]
) -> list[int]:
    """Numbers of the rows that hold the INSZ `digits` anywhere, or one of `values` (column -> texts).

    The INSZ is also found in a malformed row or in another column. A file that cannot be read holds nothing that
    anyone can find; its list is empty.
    """
    named = [
        f" or coalesce({quote(c.name)} in ({', '.join(map(literal, values[c.name]))}), false)"
        for c in contract.columns
        if values.get(c.name)
    ]
    columns = ", ".join(f"coalesce({quote(c.name)}, '')" for c in contract.columns)
    everything = f"array_to_string(list_concat([{columns}], coalesce(_fields, [])), '|')"
    try:
        with _raw(contract, delivery) as con:
            rows = con.execute(
                f"select _row from raw where contains(regexp_replace({everything}, '[^0-9|]', '', 'g'), ?)"
                f"{''.join(named)} order by _row",
                [digits],
            ).fetchall()
    except DeliveryError:
        return []
    return [row for (row,) in rows]


def _raw(contract: SourceContract, delivery: Delivery) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    try:
        con.execute("set temp_directory = ''; set autoinstall_known_extensions = false; set TimeZone = 'UTC'")
        create_insz_macros(con)
        readers.create_raw(con, contract)
        readers.read(con, contract, delivery, 0)
    except BaseException:
        con.close()
        raise
    return con
