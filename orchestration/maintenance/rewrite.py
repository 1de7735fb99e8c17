"""Writes the lake, the quarantine and the findings of the warehouse anew, with pseudonyms or identifiers replaced.

No file is changed in place: changed files are written to another folder, and hard links to the others put beside them.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import duckdb
import numpy as np

from expectations.contract import SourceContract
from orchestration.ingest.persons import number_marks
from orchestration.store import chain
from orchestration.store.files import digest, replaced
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote, read_parquet

ERASED = "erased"
"""The pseudonym of an erased client starts with this; no pseudonym that was made with a key does."""


def record(data: DataFolder, after: DataFolder, what: str) -> None:
    """Enter in the chain of `after` which files of lake and quarantine are other ones than in `data`. A file that was
    not as the chain had it before stays so: what somebody else changed does not become right by this."""
    known = chain.read(data.root)
    if known is None:
        return
    changed: dict[str, str] = {}
    for place, path in chain.covered(after.root).items():
        old = data.root / place
        if old.exists() and not old.samefile(path) and known.files.get(place) == (was := digest(old)):
            changed |= {place: now} if (now := digest(path)) != was else {}
    if changed:
        chain.record(after.root, what, files=changed)


def link(path: Path, to: Path) -> None:
    """Make `to` a hard link to the file `path`, or a copy where the file system has no hard links."""
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)


def client_keys(folders: Iterable[Path], contract: SourceContract) -> dict[str, set[str]]:
    """Id of a delivery -> the pseudonyms in its files of `folders` (lake, quarantine), without those of erased
    clients."""
    found: dict[str, set[str]] = {}
    with duckdb.connect() as con:
        for path in (path for folder in folders for path in sorted((folder / contract.source).glob("*.parquet"))):
            for column in _columns(con, path) & pseudonyms(contract):
                rows = con.execute(f"select distinct {quote(column)} from {read_parquet(path)}").fetchall()
                keys = {key for (key,) in rows if key and not key.startswith(ERASED)}
                found[path.stem] = found.get(path.stem, set()) | keys
    return found


def pseudonyms(contract: SourceContract) -> set[str]:
    """The columns of the lake of a source that hold pseudonyms; a quarantine file has those of its key."""
    return {c.lake_name for c in contract.insz_columns}


def identifications(contracts: Iterable[SourceContract]) -> set[str]:
    """The columns that identify something, here or in another source, such as `traject_id`. Where somebody's number
    was delivered in one, the beginning of its pseudonym stands."""
    return {c.name for contract in contracts for c in contract.columns if c.is_identification}


def identifiers(contract: SourceContract) -> list[str]:
    """The text columns of the key of a source, such as `traject_id`."""
    return [c.name for c in contract.columns if c.type == "text" and c.name in contract.key]


def rewrite_rows(
    old: Path,
    new: Path,
    contract: SourceContract,
    replacements: Mapping[str, Mapping[str, str]],
    row_number: str = "_row",
) -> tuple[int, int]:
    """Write the lake files of a source from `old` to `new`, with values replaced: column -> old value -> new value.
    `row_number`: the column by which the rows are in order; of a quarantine file it is `row_number`.

    Returns the numbers of changed files and rows. The order of rows, types and all other values stay.
    """
    changed = []
    with duckdb.connect() as con:
        _create_replacements(con, replacements)
        for path in sorted((old / contract.source).glob("*.parquet")):
            columns = _columns(con, path) & set(replacements)
            to = new / contract.source / path.name
            changed.append(_rewrite(con, path, to, _touched(columns), _replaced(columns), f"order by {row_number}"))
    return sum(rows > 0 for rows in changed), sum(changed)


def rows_with(lake: Path, contract: SourceContract, values: Mapping[str, Mapping[str, str]]) -> set[tuple[str, int]]:
    """(file name, row number) of the lake rows of a source that hold one of the values that are replaced."""
    found: set[tuple[str, int]] = set()
    with duckdb.connect() as con:
        _create_replacements(con, values)
        for path in sorted((lake / contract.source).glob("*.parquet")):
            if columns := _columns(con, path) & set(values):
                rows = con.execute(f"select _file_name, _row from {read_parquet(path)} as x where {_touched(columns)}")
                found |= set(rows.fetchall())
    return found


def rewrite_quarantine(
    old: Path,
    new: Path,
    contract: SourceContract,
    values: Mapping[str, Collection[str]],
    rows: Mapping[str, Iterable[int]],
) -> set[tuple[str, int]]:
    """Write the quarantine files of a source from `old` to `new`; returns the rows that were emptied, as (id of the
    delivery, row number).

    A row is emptied when it holds one of `values` (column -> texts; of the column with marks any will do) or is among
    `rows` (id of a delivery -> row numbers). Its number, outcome and rules stay, so that the counts of the delivery
    still add up.
    """
    emptied: set[tuple[str, int]] = set()
    with duckdb.connect() as con:
        for path in sorted((old / contract.source).glob("*.parquet")):
            columns = _columns(con, path)
            named = [_holds(c, v) for c, v in values.items() if c in columns and v]
            numbers = [f"row_number in ({', '.join(map(str, n))})"] if (n := list(rows.get(path.stem, ()))) else []
            hit = " or ".join(f"coalesce({condition}, false)" for condition in named + numbers) or "false"
            given = sorted(
                columns & ({c.name for c in contract.columns} | pseudonyms(contract) | {"fields", number_marks.COLUMN})
            )
            empty = ", ".join(f"case when not ({hit}) then {quote(c)} end as {quote(c)}" for c in given)
            found = con.execute(f"select row_number from {read_parquet(path)} as x where {hit}").fetchall()
            emptied |= {(path.stem, row) for (row,) in found}
            _rewrite(con, path, new / contract.source / path.name, hit, empty, "order by row_number")
    return emptied


def _holds(column: str, values: Iterable[str]) -> str:
    listed = ", ".join(map(literal, sorted(values)))
    many = column == number_marks.COLUMN
    return f"list_has_any({quote(column)}, [{listed}])" if many else f"{quote(column)} in ({listed})"


def unsearchable(folder: Path, contract: SourceContract, searched: Collection[str]) -> dict[str, list[int]]:
    """Id of a delivery -> rows in its quarantine file that hold a masked number of which there is no mark, as in files
    of before there were marks. Without the deliveries in `searched`, whose original was looked through."""
    found: dict[str, list[int]] = {}
    with duckdb.connect() as con:
        for path in sorted((folder / contract.source).glob("*.parquet")):
            if path.stem in searched:
                continue
            columns = _columns(con, path)
            hit = f"list_contains({number_marks.COLUMN}, {literal(number_marks.UNKNOWN)})"
            if number_marks.COLUMN not in columns:
                texts = [f"coalesce({quote(c.name)}, '')" for c in contract.columns if c.name in columns]
                texts += ["coalesce(array_to_string(fields, ''), '')"] if "fields" in columns else []
                hit = f"contains(concat({', '.join(texts)}), '***')"
            rows = con.execute(f"select row_number from {read_parquet(path)} where {hit} order by 1").fetchall()
            if rows:
                found[path.stem] = [row for (row,) in rows]
    return found


def rewrite_findings(old: Path, new: Path, values: Mapping[str, Mapping[str, str]]) -> None:
    """Write the file with the findings of the warehouse to `new`, with the keys of rows replaced."""
    if not old.exists():
        return
    every = {before: after for one in values.values() for before, after in one.items()}
    with duckdb.connect() as con:
        keys = _columns(con, old) & {"row_key", "other_key"}
        _create_replacements(con, dict.fromkeys(keys, every))
        _rewrite(con, old, new, _touched(keys), _replaced(keys), compression="snappy")


def _rewrite(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    to: Path,
    hit: str,
    changes: str,
    order: str = "",
    compression: str = "zstd",
) -> int:
    """Write `path` to `to` with `changes` (SQL) when the condition `hit` holds for any row, else link it there; returns
    for how many rows it holds."""
    (rows,) = con.execute(f"select count(*) from {read_parquet(path)} as x where {hit}").fetchall()[0]
    if not rows:
        link(path, to)
        return 0
    with replaced(to) as temporary:
        con.execute(
            f"copy (select x.* replace ({changes}) from {read_parquet(path)} as x {order}) to {literal(temporary)} "
            f"(format parquet, compression {compression})"
        )
    return rows


def _create_replacements(con: duckdb.DuckDBPyConnection, replacements: Mapping[str, Mapping[str, str]]) -> None:
    con.execute("create table replacements (name varchar, before varchar, after varchar)")
    for name, pairs in replacements.items():
        if pairs:
            given = {"b": np.array(list(pairs), dtype=object), "a": np.array(list(pairs.values()), dtype=object)}
            con.register("given", given)
            con.execute(f"insert into replacements select {literal(name)}, b, a from given")
            con.unregister("given")


def _touched(columns: Iterable[str]) -> str:
    """SQL: whether one of the columns holds a value that is replaced; marks are replaced all or none."""
    among = "x.{} in (select before from replacements where name = {})"
    found = (
        f"len(x.{quote(c)}) > 0" if c == number_marks.COLUMN else among.format(quote(c), literal(c))
        for c in sorted(columns)
    )
    return " or ".join(found) or "false"


def _replaced(columns: Iterable[str]) -> str:
    """SQL for the columns with their new values. A mark that has none becomes unknown."""
    found = "select any_value(after) from replacements where name = {} and before = {}"
    values = []
    for name in sorted(columns):
        column, of = f"x.{quote(name)}", literal(name)
        if name == number_marks.COLUMN:
            new = f"coalesce(({found.format(of, 'm')}), {literal(number_marks.UNKNOWN)})"
            value = f"list_sort((select list(distinct {new}) from (select unnest({column}) as m)))"
        else:
            value = f"coalesce(({found.format(of, column)}), {column})"
        values.append(f"{value} as {quote(name)}")
    return ", ".join(values)


def _columns(con: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    return {name for name, *_ in con.execute(f"describe from {read_parquet(path)}").fetchall()}
