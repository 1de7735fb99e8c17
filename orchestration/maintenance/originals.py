"""The original files of accepted deliveries, which alone hold the INSZ of clients: reading them again for another key
or an erasure, and removing them when their time is over (docs/retention.md).

The functions return pseudonyms, row numbers and file names, never an INSZ.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from expectations.contract import MAX_TEXT, SourceContract
from orchestration.ingest import readers
from orchestration.ingest.inbox import Delivery, DeliveryError, Remark
from orchestration.ingest.ledger import Entry
from orchestration.ingest.persons.number_marks import mark
from orchestration.ingest.persons.person_numbers import numbers_in
from orchestration.ingest.persons.pseudonym import client_key, create_insz_macros, create_text_numbers
from orchestration.ingest.readers import apart, header
from orchestration.ingest.readers.limits import DEFAULT, Limits
from orchestration.ingest.workspace import Workspace
from orchestration.store.files import digest
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_writable
from orchestration.store.sql import literal, quote


def find(folder: Path, entries: Iterable[Entry]) -> list[Delivery]:
    """The files below `folder` with the content of an accepted delivery, whatever their names."""
    accepted = {e.sha256: e for e in entries if e.status == "accepted"}
    files = {path: digest(path) for path in sorted(folder.rglob("*")) if path.is_file()} if folder.is_dir() else {}
    return [
        Delivery(path, entry.source, entry.delivered_on, None, sha256, path.stat().st_size)
        for path, sha256 in files.items()
        if (entry := accepted.get(sha256))
    ]


@dataclass
class Translation:
    """From what the key in use gives to what the next one gives: the pseudonyms of INSZ, and what stands in
    identifications that were a person's number, or held one; and the marks of all numbers, which quarantine holds."""

    numbers: dict[str, str] = field(default_factory=dict)
    identifications: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    limits: Limits = DEFAULT

    def read(self, contract: SourceContract, original: Delivery, old: bytes, new: bytes) -> None:
        """Adds what is in a file of a source."""
        for con, _ in _parts(contract, original, self.limits):
            numbers = _numbers(con, contract) if contract.insz_columns else ()
            self.numbers |= {client_key(d, old): client_key(d, new) for d in numbers}
            for digits in {*numbers, *_stray_numbers(con, contract)}:
                self.marks[mark(client_key(digits, old), old)] = mark(client_key(digits, new), new)
            before = _replaced(con, contract, old)
            after = _replaced(con, contract, new) if before else {}
            self.identifications |= {value: after[given] for given, value in before.items()}


def _replaced(con: duckdb.DuckDBPyConnection, contract: SourceContract, key: bytes) -> dict[str, str]:
    """Every identification in `raw` that is or holds a person number -> what `ingest` puts there."""
    create_text_numbers(con, [c.name for c in contract.columns if c.is_identification], MAX_TEXT, key)
    rows = con.execute("select given, value from text_numbers where value is not null").fetchall()
    con.execute("drop table text_numbers")
    return dict(rows)


def numbers_of(
    contract: SourceContract, delivery: Delivery, person: Collection[str], key: bytes, limits: Limits = DEFAULT
) -> set[str]:
    """The INSZ in this file, as 11 digits, of which the pseudonym is one of `person`. They are for searching files by
    `rows_of`, and must not be kept. A file that cannot be read gives none."""
    try:
        given = (digits for con, _ in _parts(contract, delivery, limits) for digits in _numbers(con, contract))
        return {digits for digits in given if client_key(digits, key) in person}
    except DeliveryError:
        return set()


def _numbers(con: duckdb.DuckDBPyConnection, contract: SourceContract) -> set[str]:
    """Every valid INSZ in the columns of `raw` that are for one, as 11 digits."""
    columns = [f"insz_digits({quote(c.name)})" for c in contract.insz_columns]
    rows = con.execute(f"select distinct unnest([{', '.join(columns)}]) from raw").fetchall()
    return {digits for (digits,) in rows if digits}


def _stray_numbers(con: duckdb.DuckDBPyConnection, contract: SourceContract) -> set[str]:
    """Every number within a text or a malformed row of `raw`, as 11 digits."""
    columns = ", ".join(quote(c.name) for c in contract.columns)
    rows = con.execute(f"""
        select distinct x from (
            select unnest([{columns}]) as x from raw
            union all
            select array_to_string(list_transform(_fields, lambda f: coalesce(f, '')), chr(31)) from raw
        ) where may_hold_insz(x)
    """).fetchall()
    return set().union(*(numbers_in(text) for (text,) in rows))


class Searched(NamedTuple):
    """The numbers of the rows that were found, and whether everything in the file could be searched: nothing of a file
    that cannot be read, and no column that the contract does not know."""

    rows: list[int]
    whole: bool


def rows_of(
    contract: SourceContract,
    delivery: Delivery,
    numbers: Collection[str],
    values: Mapping[str, Collection[str]],
    limits: Limits = DEFAULT,
) -> Searched:
    """Numbers of the rows that hold one of the INSZ `numbers` (11 digits each) in any column, or one of `values`
    (column -> texts).

    Malformed rows are searched too.
    """
    named = [
        f" or coalesce({quote(c.name)} in ({', '.join(map(literal, values[c.name]))}), false)"
        for c in contract.columns
        if values.get(c.name)
    ]
    columns = ", ".join(f"coalesce({quote(c.name)}, '')" for c in contract.columns)
    everything = f"array_to_string(list_concat([{columns}], coalesce(_fields, [])), '|')"
    found: set[int] = set()
    whole = True
    try:
        for con, remarks in _parts(contract, delivery, limits):
            rows = con.execute(
                f"select _row from raw where len(list_filter(?, lambda number: contains("
                f"regexp_replace({everything}, '[^0-9|]', '', 'g'), number))) > 0{''.join(named)}",
                [list(numbers)],
            ).fetchall()
            odd = con.execute(  # digits of other scripts
                f"select _row, x from (select _row, {everything} as x from raw) "
                "where regexp_matches(x, '[^\\x00-\\x7f]') and may_hold_insz(x)"
            ).fetchall()
            found |= {row for (row,) in rows} | {row for row, text in odd if numbers_in(text) & set(numbers)}
            whole = not header.ignored_columns(remarks)
    except DeliveryError:
        return Searched([], not delivery.bytes)
    return Searched(sorted(found), whole)


def _parts(
    contract: SourceContract, delivery: Delivery, limits: Limits
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Remark]]]:
    """A database with `raw`, for one part of the file after the other; the remarks on it come with the last."""
    with closing(apart.parts(contract, delivery, limits, apart.ROWS)) as parts:
        for part in parts:
            with duckdb.connect() as con:
                con.execute("set temp_directory = ''; set autoinstall_known_extensions = false; set TimeZone = 'UTC'")
                create_insz_macros(con)
                readers.create_raw(con, contract)
                yield con, part.take(con, 0)


def remove_loaded(settings: Settings, days: int, now: dt.datetime) -> list[str]:
    """Remove the files in the inbox that were accepted at least `days` days before `now` (UTC, without zone); returns
    their names. Rejected, new and unrecognised files stay, for a person to decide.
    """
    data = settings.folder
    ensure_writable(data)
    removed = []
    with single_writer(data.lock):
        workspace = Workspace(settings)
        loaded_at = {e.sha256: e.loaded_at for e in workspace.entries() if e.status == "accepted"}
        for delivery in (*workspace.inbox.loaded, *(d for d, _ in workspace.inbox.repeats)):
            if loaded_at[delivery.sha256] <= now - dt.timedelta(days=days):
                delivery.path.unlink()
                removed.append(delivery.file_name)
    return removed
