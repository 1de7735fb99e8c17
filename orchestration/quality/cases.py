"""What became of every row that was refused or warned about: open, mended, or brought again and wrong again.

Derived from quarantine, lake and ledger each time it is asked, so that there is nothing to keep up to date. A refused
row is mended when a later delivery had a row of the same key accepted (a withdrawal mends too: the key is settled). A
warned row is mended when a later version of its key no longer breaks the same rule. Later means later in the order in
which deliveries count. A literal repeat (`duplicate_row`) is settled at once, by the first of the two. A row without a
usable key can't be recognised when it comes back, and stays open: closing it would be a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from expectations import contract
from expectations.contract import SourceContract
from expectations.model import WITHDRAWN
from expectations.routing import literal, quote
from orchestration.door import ledger
from orchestration.door.unparsing import lake_text
from orchestration.paths import SEEDS, DataFolder

OPEN, MENDED, REPEATED = "open", "mended", "repeated"


@dataclass(frozen=True)
class Case:
    """One row that broke one or more rules. The values are those delivered; an INSZ is masked by the door."""

    source: str
    file_name: str
    delivered_on: dt.date
    row_number: int
    outcome: str
    """quarantined (not loaded) or warned (loaded)."""
    rules: tuple[str, ...]
    status: str
    since: dt.date
    """Day on which the key was first refused (or warned about) without having been mended in between."""
    mended_by: str | None
    mended_on: dt.date | None
    has_key: bool
    nis_code: str | None
    """The OCMW's municipality, by the row itself or else by its trajectory."""
    values: dict[str, str] = field(hash=False)
    fields: tuple[str, ...] | None
    """The fields of a malformed row, which has no values."""


def read(data: DataFolder, source: str | None = None) -> list[Case]:
    """All cases in the order of delivery and row; those of the warehouse last within a source.

    Raises `ContractError` for an unknown source.
    """
    if source and source not in contract.sources():
        raise contract.ContractError(f"there is no source {source!r}; the sources are {', '.join(contract.sources())}")
    with duckdb.connect() as con:
        _create_deliveries(con, data)
        _create_trajectories(con, data)
        found = []
        for name in [source] if source else contract.sources():
            found += _of_source(con, data, contract.load(name))
            found += _of_warehouse(con, data, contract.load(name))
    return found


def _create_deliveries(con: duckdb.DuckDBPyConnection, data: DataFolder) -> None:
    con.execute(
        "create table deliveries (delivery_id varchar, file_name varchar, source varchar, delivered_on date, place int)"
    )
    accepted = [e for e in ledger.read(data.ledger) if e.status == "accepted"]
    if accepted:  # the ledger is read in the order in which deliveries count
        con.executemany(
            "insert into deliveries values (?, ?, ?, ?, ?)",
            [[e.delivery_id, e.file_name, e.source, e.delivered_on, place] for place, e in enumerate(accepted)],
        )
    con.execute(f"create table municipalities as select nis_code from {_csv(SEEDS / 'municipalities.csv')}")


def _csv(path: Path) -> str:
    return f"read_csv({literal(str(path))}, header = true, all_varchar = true)"


def _files(con: duckdb.DuckDBPyConnection, folder: Path, source: str) -> str | None:
    """The Parquet files of accepted deliveries of a source, as SQL; None when there are none."""
    ids = con.execute("select delivery_id from deliveries where source = ? order by place", [source]).fetchall()
    paths = [path for (name,) in ids if (path := folder / source / f"{name}.parquet").exists()]
    return f"read_parquet([{', '.join(literal(str(p)) for p in paths)}], union_by_name = true" if paths else None


def _create_trajectories(con: duckdb.DuckDBPyConnection, data: DataFolder) -> None:
    """Table `trajectories` (traject_id, nis_code): the OCMW of every trajectory, by its newest version."""
    files = _files(con, data.lake, "trajecten")
    rows = (
        f"select traject_id, arg_max(ocmw_nis, place) as nis_code from {files}) "
        f"join deliveries on delivery_id = _delivery_id where not {WITHDRAWN} group by traject_id"
    )
    con.execute(f"create view trajectories as {rows if files else 'select null as traject_id, null as nis_code'}")


def _nis(source: SourceContract, known: set[str]) -> str:
    """SQL for the OCMW's municipality of a row `r`."""
    own = next((c.name for c in source.columns if c.type == "nis" and c.name in known), None)
    places = []
    if own:
        places.append(f"(select m.nis_code from municipalities as m where m.nis_code = r.{quote(own)})")
    if "traject_id" in known:
        places.append("(select any_value(t.nis_code) from trajectories as t where t.traject_id = r.traject_id)")
    return f"coalesce({', '.join(places)}, null)" if places else "null"


def _of_source(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> Iterator[Case]:
    quarantine, lake = (_files(con, folder, source.source) for folder in (data.quarantine, data.lake))
    if not quarantine or not lake:
        return
    delivered = f"{quarantine}, filename = true)"
    known = {name for name, *_ in con.execute(f"describe select * from {delivered}").fetchall()}
    columns = [c for c in source.columns if c.name in known]
    by_name = {c.name: c for c in source.columns}
    bad_key = ["malformed_row", *(f"{kind}_{k}" for kind in ("missing", "invalid") for k in source.key)]
    key = " || chr(31) || ".join(quote(k) for k in source.key)
    lake_key = " || chr(31) || ".join(lake_text(by_name[k]) for k in source.key)
    given = ", ".join(f"j.{quote(c.name)}" for c in columns)
    rows = con.execute(f"""
        with rows as (
            select r.*, d.*, {_nis(source, known)} as nis,
                case when not list_has_any(r.rules, {bad_key!r}) and not contains({key}, '*********') then {key}
                end as row_key
            from {delivered} as r join deliveries as d on d.delivery_id = parse_filename(r.filename, true)
        ), versions as (
            select l.row_key, d.place, d.file_name, d.delivered_on, w.rules
            from (select {lake_key} as row_key, _delivery_id, _row from {lake})) as l
            join deliveries as d on d.delivery_id = l._delivery_id
            left join rows as w
                on w.delivery_id = l._delivery_id and w.row_number = l._row and w.outcome = 'warned'
            where l.row_key in (select row_key from rows)
        ), mends as (
            select r.delivery_id, r.row_number, min(v.place) as mended
            from rows as r join versions as v on v.row_key = r.row_key
            where (v.place > r.place or (v.place = r.place and r.rules = ['duplicate_row']))
                and not (r.outcome = 'warned' and list_has_any(coalesce(v.rules, []), r.rules))
            group by all
        ), judged as (
            select r.*, m.mended, min(r.delivered_on) over same as since,
                r.row_key is not null and r.place < max(r.place) over same as again
            from rows as r left join mends as m using (delivery_id, row_number)
            window same as (
                partition by r.row_key, r.outcome, m.mended, case when r.row_key is null then r.place end
            )
        )
        select j.file_name, j.delivered_on, j.row_number, j.outcome, j.rules, j.mended is not null, j.again, j.since,
            d.file_name, d.delivered_on, j.row_key is not null, j.nis, j.fields, {given}
        from judged as j left join deliveries as d on d.place = j.mended
        order by j.place, j.row_number
    """).fetchall()
    for file, day, row, outcome, rules, mended, again, since, by, on, has_key, nis, fields, *values in rows:
        delivered_values = {c.name: v for c, v in zip(columns, values, strict=True) if v is not None}
        status = MENDED if mended else REPEATED if again else OPEN
        shown = tuple(f or "" for f in fields) if fields else None
        yield Case(
            source.source,
            file,
            day,
            row,
            outcome,
            tuple(rules),
            status,
            since,
            by,
            on,
            has_key,
            nis,
            delivered_values,
            shown,
        )


def _of_warehouse(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> Iterator[Case]:
    """What only the warehouse could see, at its last build: always the current version of a row, so always open."""
    lake = _files(con, data.lake, source.source)
    if not lake or not data.warehouse_findings.exists() or len(source.key) != 1:
        return
    names = [c.name for c in source.columns]
    texts = ", ".join(f"{lake_text(c)} as {quote(c.name)}" for c in source.columns)
    rows = con.execute(
        f"""
        with r as (select {texts}, _delivery_id, _file_name, _row from {lake}))
        select d.file_name, d.delivered_on, r._row, list(f.rule order by f.rule), {_nis(source, set(names))} as nis,
            {", ".join(f"r.{quote(n)}" for n in names)}
        from r
        join deliveries as d on d.delivery_id = r._delivery_id
        join read_parquet(?) as f
            on f.source = ? and f.file_name = d.file_name and f.row_key = r.{quote(source.key[0])}
        group by all order by min(d.place), r._row
        """,
        [str(data.warehouse_findings), source.source],
    ).fetchall()
    for file, day, row, rules, nis, *values in rows:
        given = {n: v for n, v in zip(names, values, strict=True) if v is not None and n != WITHDRAWN}
        yield Case(source.source, file, day, row, "warned", tuple(rules), OPEN, day, None, None, True, nis, given, None)


def of_rules(cases: Sequence[Case], rule: str | None) -> list[Case]:
    """The cases that broke a rule; all for None."""
    return [c for c in cases if rule is None or rule in c.rules]
