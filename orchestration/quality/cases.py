"""What became of every row that was quarantined or warned about: open, resolved, repeated, reviewed or closed.

Derived from quarantine, lake and ledger at each call, so that there is nothing to keep up to date. A quarantined row is
resolved when a later delivery had a row of the same key accepted (a withdrawal resolves it too). A warned row is
resolved when a later version of its key no longer breaks the same rule. Later means later in the order in which
deliveries count. A literal repeat (`duplicate_row`) is resolved at once, by the first of the two. A row without a
usable key can't be recognised when it is delivered again, so it stays open until the steward closes it. A warning that
the steward reviewed and accepted is no longer open; this holds for that version of the row only.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from expectations import contract
from expectations.contract import Column, SourceContract
from expectations.model import WITHDRAWN
from orchestration.ingest import ledger
from orchestration.ingest.parsing import create_macros, parsed
from orchestration.ingest.storage import lake_text, value_text
from orchestration.quality import review_log
from orchestration.quality.checks import files, reference
from orchestration.store.errors import WrongChoiceError
from orchestration.store.paths import SEEDS, DataFolder
from orchestration.store.sql import literal, quote, read_parquet
from orchestration.store.wording import did_you_mean

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


def create_tables(con: duckdb.DuckDBPyConnection, data: DataFolder, as_of: dt.date | None = None) -> None:
    """Makes `deliveries` (accepted ones), `municipalities`, `trajectories` (traject_id, nis_code) and `reviews`.

    With `as_of` only what was delivered up to that day exists, and no review: those have no place in figures.
    """
    create_macros(con)
    con.execute("""
        create table deliveries (delivery_id varchar, file_name varchar, source varchar, delivered_on date, place int);
        create table reviews (
            file_name varchar, row_number int, rule varchar, why varchar, reviewed_by varchar, reviewed_at timestamp
        )
    """)
    accepted = ledger.accepted_until(ledger.read(data.ledger), as_of or dt.date.max)
    if accepted:  # the ledger is read in the order in which deliveries count
        columns = zip(*((e.delivery_id, e.file_name, e.source, e.delivered_on) for e in accepted), strict=True)
        con.execute(
            "insert into deliveries select unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)",
            [*map(list, columns), list(range(len(accepted)))],
        )
    if as_of is None and (reviews := review_log.current(data)):
        con.executemany(
            "insert into reviews values (?, ?, ?, ?, ?, ?)",
            [[*place, review.why, review.by, review.at] for place, review in reviews.items()],
        )
    known = files.sound_rows(SEEDS / reference.MUNICIPALITIES, reference.MUNICIPALITY_HEADER)
    con.execute("create table municipalities as select unnest(?) as nis_code", [[row["nis_code"] for row in known]])
    lake = parquet(con, data.lake, "trajecten")
    newest = (
        f"select traject_id, arg_max(ocmw_nis, place) as nis_code from {lake} "
        f"join deliveries on delivery_id = _delivery_id where not {WITHDRAWN} group by traject_id"
    )
    con.execute(f"create view trajectories as {newest if lake else 'select null as traject_id, null as nis_code'}")


def parquet(con: duckdb.DuckDBPyConnection, folder: Path, source: str) -> str | None:
    """The Parquet files of accepted deliveries of a source, as SQL; None when there are none."""
    ids = con.execute("select delivery_id from deliveries where source = ? order by place", [source]).fetchall()
    paths = [path for (name,) in ids if (path := folder / source / f"{name}.parquet").exists()]
    return read_parquet(*paths, union_by_name=True, filename=True) if paths else None


def _nis_of(source: SourceContract, known: set[str]) -> str:
    """SQL for the OCMW's municipality of a row `r`."""
    own = next((c.name for c in source.columns if c.type == "nis" and c.name in known), None)
    places = []
    if own:
        places.append(f"(select m.nis_code from municipalities as m where m.nis_code = r.{quote(own)})")
    if "traject_id" in known:
        places.append("(select any_value(t.nis_code) from trajectories as t where t.traject_id = r.traject_id)")
    return f"coalesce({', '.join(places)}, null)" if places else "null"


def _key_value(column: Column) -> str:
    """SQL for the value of a key column of the quarantine, which may be written in another way than in the lake."""
    return quote(column.lake_name) if column.type == "insz" else parsed(column, quote(column.name))


def keys(source: SourceContract) -> tuple[str, str]:
    """SQL for the key of a quarantined row, null when it is not usable, and for that of a row of the lake."""
    bad_key = ["malformed_row", *(f"{kind}_{k}" for kind in ("missing", "invalid") for k in source.key)]
    key = " || chr(31) || ".join(value_text(c, _key_value(c)) for c in source.key_columns)
    usable = f"case when not list_has_any(rules, {bad_key!r}) and not contains({key}, '*********') then {key} end"
    return usable, " || chr(31) || ".join(value_text(c, quote(c.lake_name)) for c in source.key_columns)


def dated_rows(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract
) -> tuple[str, list[Column]] | None:
    """SQL (common table expressions) that ends with `dated`, the rows of the quarantine and what became of them, and
    the columns of the source that it has; None when there are no rows. For a connection with `create_tables`."""
    quarantine, lake = (parquet(con, folder, source.source) for folder in (data.quarantine, data.lake))
    if not quarantine or not lake:
        return None
    known = {name for name, *_ in con.execute(f"describe select * from {quarantine}").fetchall()}
    columns = [c for c in source.columns if c.name in known]
    key, lake_key = keys(source)
    sql = f"""
        with broken as (
            select r.* exclude (rules), r.rules as all_rules, d.*, {_nis_of(source, known)} as nis, {key} as row_key
            from {quarantine} as r join deliveries as d on d.delivery_id = parse_filename(r.filename, true)
        ), known as (
            select b.*, v.rule, v.why, v.reviewed_by, v.reviewed_at
            from broken as b join reviews as v
                on v.file_name = b.file_name and v.row_number = b.row_number and list_contains(b.all_rules, v.rule)
            where b.outcome = 'warned'
        ), closed as (
            select b.*, b.all_rules as rules, v.why, v.reviewed_by, v.reviewed_at
            from broken as b join (
                select file_name, row_number, arg_max(why, reviewed_at) as why,
                    arg_max(reviewed_by, reviewed_at) as reviewed_by, max(reviewed_at) as reviewed_at
                from reviews group by all
            ) as v on v.file_name = b.file_name and v.row_number = b.row_number
            where b.outcome = 'quarantined' and b.row_key is null
        ), rows as (
            select b.*, list_filter(b.all_rules, lambda x: not list_contains(coalesce(k.settled, []), x)) as rules,
                null as why, null as reviewed_by, null as reviewed_at, false as reviewed
            from broken as b
            left join (select delivery_id, row_number, list(rule) as settled from known group by all) as k
                using (delivery_id, row_number)
            where len(rules) > 0 and (delivery_id, row_number) not in (select (delivery_id, row_number) from closed)
            union all by name
            select * exclude (rule), [rule] as rules, true as reviewed from known
            union all by name
            select *, true as reviewed from closed
        ), versions as (
            select l.row_key, d.place, d.file_name, d.delivered_on, w.all_rules
            from (select {lake_key} as row_key, _delivery_id, _row from {lake}) as l
            join deliveries as d on d.delivery_id = l._delivery_id
            left join broken as w
                on w.delivery_id = l._delivery_id and w.row_number = l._row and w.outcome = 'warned'
            where l.row_key in (select row_key from broken)
        ), resolutions as (
            select r.delivery_id, r.row_number, r.rules, min(v.place) as resolved
            from rows as r join versions as v on v.row_key = r.row_key
            where (v.place > r.place or (v.place = r.place and r.rules = ['duplicate_row']))
                and not (r.outcome = 'warned' and list_has_any(coalesce(v.all_rules, []), r.rules))
            group by all
        ), spells as (
            select r.*, m.resolved, r.row_key is not null and r.place < max(r.place) over same as again,
                count(*) filter (r.reviewed) over (
                    same order by r.place, r.row_number, r.reviewed
                    rows between unbounded preceding and 1 preceding
                ) as spell
            from rows as r left join resolutions as m using (delivery_id, row_number, rules)
            window same as (
                partition by r.row_key, r.outcome, m.resolved, case when r.row_key is null then r.place end
            )
        ), dated as (
            select *, min(delivered_on) over (
                partition by row_key, outcome, resolved, case when row_key is null then place end, spell
            ) as since
            from spells
        )
    """
    return sql, columns


def _of_source(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> Iterator[Case]:
    found = dated_rows(con, data, source)
    if found is None:
        return
    dated, columns = found
    given = ", ".join(f"j.{quote(c.name)}" for c in columns)
    rows = con.execute(f"""
        {dated}
        select j.file_name, j.delivered_on, j.row_number, j.outcome, j.rules,
            case when j.resolved is not null then {literal(RESOLVED)}
                when j.reviewed then case when j.outcome = 'warned' then {literal(REVIEWED)} else {literal(CLOSED)} end
                when j.again then {literal(REPEATED)} else {literal(OPEN)} end,
            j.since, d.file_name, j.row_key is not null, j.nis, j.fields, j.why, j.reviewed_by, j.reviewed_at, {given}
        from dated as j left join deliveries as d on d.place = j.resolved
        order by j.place, j.row_number, j.reviewed, j.rules
    """).fetchall()
    for row in rows:
        file, day, number, outcome, rules, status, since, by, has_key, nis, fields, why, said_by, said_at, *given = row
        values = {c.name: v for c, v in zip(columns, given, strict=True) if v is not None}
        shown = tuple(f or "" for f in fields) if fields else None
        place = (source.source, file, day, number, outcome, tuple(rules))
        yield Case(*place, status, since, by, has_key, nis, values, shown, why, said_by, said_at)


def _of_warehouse(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> Iterator[Case]:
    """What only the warehouse could see, at its last build: always the current version of a row, so never resolved."""
    lake = parquet(con, data.lake, source.source)
    if not lake or not data.warehouse_findings.exists() or len(source.key) != 1:
        return
    kept = {n for n, *_ in con.execute(f"describe from {read_parquet(data.warehouse_findings)}").fetchall()}
    other = "any_value(f.other_key)" if "other_key" in kept else "null"  # findings of before it was kept
    names = [c.name for c in source.columns]
    texts = ", ".join(f"{lake_text(c)} as {quote(c.name)}" for c in source.columns)
    (key,) = source.key_columns
    rows = con.execute(
        f"""
        with r as (select {texts}, {quote(key.lake_name)} as row_key, _delivery_id, _file_name, _row from {lake})
        select d.file_name, d.delivered_on, r._row, list(f.rule order by f.rule), v.why, v.reviewed_by, v.reviewed_at,
            {other} as other_key,
            (select any_value(t.nis_code) from trajectories as t where t.traject_id = {other}) as other_nis,
            {_nis_of(source, set(names))} as nis, {", ".join(f"r.{quote(n)}" for n in names)}
        from r
        join deliveries as d on d.delivery_id = r._delivery_id
        join {read_parquet(data.warehouse_findings)} as f
            on f.source = ? and f.file_name = d.file_name and f.row_key = r.row_key
        left join reviews as v on v.file_name = d.file_name and v.row_number = r._row and v.rule = f.rule
        group by all order by min(d.place), r._row, v.why nulls first, v.reviewed_at
        """,
        [source.source],
    ).fetchall()
    for file, day, number, rules, why, said_by, said_at, other_key, other_nis, nis, *given in rows:
        values = {n: v for n, v in zip(names, given, strict=True) if v is not None and n != WITHDRAWN}
        status = OPEN if why is None else REVIEWED
        place = (source.source, file, day, number, WARNED, tuple(rules))
        decided = (why, said_by, said_at)
        yield Case(*place, status, day, None, True, nis, values, None, *decided, (), other_key, other_nis)
