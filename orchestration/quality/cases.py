"""What became of every row that was quarantined or warned about: open, resolved, repeated, reviewed or closed.

Derived from quarantine, lake and ledger at each call, so that there is nothing to keep up to date. A quarantined row is
resolved when a later delivery had a row of the same key accepted (a withdrawal resolves it too). A warned row is
resolved when a later version of its key no longer breaks the same rule. Later means later in the order in which
deliveries count. A literal repeat (`duplicate_row`) is resolved at once, by the first of the two. A row without a
usable key can't be recognised when it is delivered again, so it stays open until the steward closes it. A warning that
the steward reviewed and accepted is no longer open; this holds for that version of the row only.
"""

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import duckdb

from expectations import contract
from expectations.contract import Column, SourceContract
from expectations.model import WITHDRAWN
from orchestration.ingest.storage import lake_text
from orchestration.quality.case_rows import create_tables, dated_rows, nis_of, parquet
from orchestration.store.errors import WrongChoiceError
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote, read_parquet
from orchestration.store.wording import did_you_mean

Key = TypeVar("Key", bound=Hashable)
OPEN, RESOLVED, REPEATED, REVIEWED, CLOSED = "open", "resolved", "repeated", "reviewed", "closed"
"""Statuses: nothing happened yet; a later delivery put it right; a newer version of the row is wrong as well; the
steward accepted the warning; the steward settled a row without a usable key."""
QUARANTINED, WARNED = "quarantined", "warned"
"""Outcomes: not loaded, and loaded."""


@dataclass(frozen=True)
class Case:
    """A row with the rules that it broke and that have one status; a reviewed warning is a case of its own.

    The values are those delivered, except that `ingest` masked an INSZ.
    """

    source: str
    file_name: str
    delivered_on: dt.date
    row_number: int
    outcome: str
    """quarantined (not loaded) or warned (loaded)."""
    rules: tuple[str, ...]
    status: str
    since: dt.date
    """Day on which the key was first quarantined (or warned about), not resolved or reviewed in between."""
    resolved_by: str | None
    """The file that resolved it."""
    has_key: bool
    nis_code: str | None
    """The OCMW's municipality, by the row itself or else by its trajectory."""
    values: dict[str, str] = field(hash=False)
    fields: tuple[str, ...] | None
    """The fields of a malformed row, which has no values."""
    why: str | None = None
    """Why the steward accepted a reviewed warning, or closed a row without a usable key."""
    reviewed_by: str | None = None
    reviewed_at: dt.datetime | None = None
    """In UTC; see `reviewed_moment`."""
    gone: tuple[str, ...] = ()
    """Rules that the row broke and by today's rules would not; filled by `current_rules.marked`."""
    other_key: str | None = None
    """The row that this one clashes with, by its key; only the warehouse names it."""
    other_nis_code: str | None = None
    """The municipality of the OCMW of that row."""
    instead: tuple[str, ...] = ()
    """Rules that would quarantine the row today and did not then; filled by `current_rules.marked`."""
    has_other: bool = False
    """A finding of the warehouse about a row of which another case, by a rule of ingest, is open."""
    count: int = 1
    """How many cases it stands for: those of `alike.read` are several that differ in row number and values alone."""

    @property
    def reviewed_moment(self) -> str:
        """When the steward decided, to the minute; the day alone where that is all that was kept."""
        if self.reviewed_at is None:
            return ""
        return f"{self.reviewed_at:{'%Y-%m-%d' if self.reviewed_at.time() == dt.time() else '%Y-%m-%d %H:%M'}}"

    @property
    def row(self) -> tuple[str, int]:
        """File and row number: a row whose warnings have several statuses is several cases."""
        return self.file_name, self.row_number

    @property
    def can_be_settled(self) -> bool:
        """Whether the steward may settle it: a warning, or a quarantined row that has no usable key."""
        return self.outcome == WARNED or not self.has_key


def count_by(found: Iterable[tuple[Key, Case]]) -> Counter[Key]:
    """Key -> how many cases it has."""
    counts: Counter[Key] = Counter()
    for key, case in found:
        counts[key] += case.count
    return counts


def require_source(source: str) -> None:
    """Raises `WrongChoiceError` for a source that does not exist."""
    if source not in (known := contract.sources()):
        raise WrongChoiceError(f"there is no source {source!r}; {did_you_mean(source, known)}")


def read(data: DataFolder, source: str | None = None) -> list[Case]:
    """All cases in the order of delivery and row; those of the warehouse last within a source.

    Raises `WrongChoiceError` for an unknown source, `MistakesError` when the table of municipalities can't be read.
    """
    if source:
        require_source(source)
    with duckdb.connect() as con:
        create_tables(con, data)
        found = []
        for name in [source] if source else contract.sources():
            found += _of_source(con, data, contract.load(name))
            found += _of_warehouse(con, data, contract.load(name))
    return found


def _of_source(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> Iterator[Case]:
    found = found_by_ingest(con, data, source)
    if found is None:
        return
    sql, columns = found
    given = ", ".join(quote(c.name) for c in columns)
    rows = con.execute(f"""
        select file_name, delivered_on, row_number, outcome, rules, status, since, resolved_by, has_key, nis, fields,
            why, reviewed_by, reviewed_at, {given}
        from ({sql}) order by place, row_number, reviewed, rules
    """).fetchall()
    for row in rows:
        file, day, number, outcome, rules, status, since, by, has_key, nis, fields, why, said_by, said_at, *given = row
        values = {c.name: v for c, v in zip(columns, given, strict=True) if v is not None}
        shown = tuple(f or "" for f in fields) if fields else None
        place = (source.source, file, day, number, outcome, tuple(rules))
        yield Case(*place, status, since, by, has_key, nis, values, shown, why, said_by, said_at)


def found_by_ingest(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract
) -> tuple[str, Sequence[Column]] | None:
    """SQL for the cases of a source by its rules, and the columns of the source that they have; None when there are
    none. For a connection with `create_tables`."""
    found = dated_rows(con, data, source)
    if found is None:
        return None
    dated, columns = found
    return (
        f"""
        {dated}
        select j.* exclude (resolved), o.file_name, case when j.resolved is not null then {literal(RESOLVED)}
                when j.reviewed then case when j.outcome = 'warned' then {literal(REVIEWED)} else {literal(CLOSED)} end
                when j.again then {literal(REPEATED)} else {literal(OPEN)} end as status,
            d.file_name as resolved_by, j.row_key is not null as has_key
        from dated as j join deliveries as o on o.place = j.place
        left join deliveries as d on d.place = j.resolved
        """,
        columns,
    )


def _of_warehouse(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> Iterator[Case]:
    found = found_by_warehouse(con, data, source)
    if found is None:
        return
    names = [c.name for c in source.columns]
    rows = con.execute(f"""
        select file_name, delivered_on, row_number, rules, why, reviewed_by, reviewed_at, other_key, other_nis, nis,
            {", ".join(map(quote, names))}
        from ({found}) order by place, row_number, why nulls first, reviewed_at
    """).fetchall()
    for file, day, number, rules, why, said_by, said_at, other_key, other_nis, nis, *given in rows:
        values = {n: v for n, v in zip(names, given, strict=True) if v is not None and n != WITHDRAWN}
        status = OPEN if why is None else REVIEWED
        place = (source.source, file, day, number, WARNED, tuple(rules))
        decided = (why, said_by, said_at)
        yield Case(*place, status, day, None, True, nis, values, None, *decided, (), other_key, other_nis)


def found_by_warehouse(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> str | None:
    """SQL for what only the warehouse could see, at its last build: always the current version of a row, so never
    resolved. For a connection with `create_tables`."""
    lake = parquet(con, data.lake, source.source)
    if not lake or not data.warehouse_findings.exists() or len(source.key) != 1:
        return None
    kept = {n for n, *_ in con.execute(f"describe from {read_parquet(data.warehouse_findings)}").fetchall()}
    other = "any_value(f.other_key)" if "other_key" in kept else "null"  # findings of before it was kept
    names = [c.name for c in source.columns]
    texts = ", ".join(f"{lake_text(c)} as {quote(c.name)}" for c in source.columns)
    (key,) = source.key_columns
    return f"""
        with r as (select {texts}, {quote(key.lake_name)} as row_key, _delivery_id, _file_name, _row from {lake})
        select min(d.place) as place, d.file_name, d.delivered_on, r._row as row_number,
            list(f.rule order by f.rule) as rules, v.why, v.reviewed_by, v.reviewed_at, {other} as other_key,
            (select any_value(t.nis_code) from trajectories as t where t.traject_id = {other}) as other_nis,
            {nis_of(source, set(names))} as nis, {", ".join(f"r.{quote(n)}" for n in names)}
        from r
        join deliveries as d on d.delivery_id = r._delivery_id
        join {read_parquet(data.warehouse_findings)} as f
            on f.source = {literal(source.source)} and f.file_name = d.file_name and f.row_key = r.row_key
        left join reviews as v on v.file_name = d.file_name and v.row_number = r._row and v.rule = f.rule
        group by all
    """
