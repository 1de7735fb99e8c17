"""What today's rules would have done to yesterday's rows: nothing is changed, only judged again and compared.

The rows are those of the lake and of the quarantine. A loaded row is turned back into the text that the door reads as
exactly its values; a refused row is judged on the text that was delivered. Three things can't be judged again and keep
their verdict: whether a row has the right number of fields, whether its key comes twice in its file, and whether its
INSZ is valid, since the INSZ is gone. Rules on the INSZ's column are left out. Files that were refused whole left no
rows to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from expectations.contract import SourceContract
from expectations.model import WITHDRAWN, Rule
from expectations.routing import broken, literal, quote
from orchestration.door import guard, ledger, load, parsing
from orchestration.door.ledger import Entry
from orchestration.door.unparsing import lake_text
from orchestration.paths import DataFolder

VALID_INSZ = "00000000097"
"""Stands in for an INSZ that was valid: eleven digits with a right checksum, and of nobody."""
NO_SECRET = b"no secret: what it makes is thrown away"
REFUSED, WARNED, LET_IN, CLEARED = "refused", "warned", "let in", "no longer warned"
"""What a change does to a row: refused or warned about now and not before; loaded now and not before; loaded before
with a warning that is gone."""


@dataclass(frozen=True)
class Change:
    """What one rule would do otherwise to the rows of one delivery."""

    file_name: str
    rule: str
    effect: str
    rows: tuple[int, ...]
    """Row numbers in the file."""


@dataclass(frozen=True)
class Past:
    """One source judged again."""

    source: str
    rows: int
    changes: Sequence[Change]
    newly_refused: int
    """Rows that are loaded and would be refused; a row that breaks two rules counts once."""
    newly_loaded: int
    rejected_files: int
    not_judged: Sequence[str]
    approximate: Sequence[str]
    """Rules on the text as it was written: a loaded row is judged on its value as the door would write it."""


def judge_again(data: DataFolder, source: SourceContract) -> Past:
    """Holds the rules of `source` against every row that it ever delivered."""
    entries = [e for e in ledger.read(data.ledger) if e.source == source.source]
    accepted = [e for e in entries if e.status == "accepted"]
    blind = _on_the_insz(source)
    changes, rows, refused, let_in = _judged(data, source, accepted, blind) if accepted else ([], 0, 0, 0)
    return Past(
        source.source,
        rows,
        changes,
        refused,
        let_in,
        sum(e.status == "rejected" for e in entries),
        sorted(blind),
        sorted({r.name for r in source.rules if r.name not in blind and _looks_at_text(r, source)}),
    )


def _judged(
    data: DataFolder, source: SourceContract, accepted: Sequence[Entry], blind: set[str]
) -> tuple[list[Change], int, int, int]:
    """The changes, the rows judged, and how many of them would be refused or loaded now and were not."""
    rules = tuple(r for r in source.rules if r.name not in blind)
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = false; set autoinstall_known_extensions = false")
        load.prepare_database(con, source)
        _create_past(con)
        for number, entry in enumerate(accepted):
            _read(con, data, source, number, entry)
        parsing.create_batch(con, source, dict(enumerate(e.delivered_on for e in accepted)), NO_SECRET)
        con.execute("""
            update batch set _repeat = (
                select any_value(p.rule) from past as p where p._delivery = batch._delivery and p._row = batch._row
                    and p.rule in ('duplicate_row', 'conflicting_key')
            )
        """)
        guard.judge(con, "", replace(source, rules=rules), lambda _, table, judged: _counts(con, table, judged))
        changes = _changes(con, accepted, blind)
        rows, refused, let_in = con.execute("""
            select count(*), count(*) filter (where not was and is_now), count(*) filter (where was and not is_now)
            from outcomes
        """).fetchall()[0]
    return changes, rows, refused, let_in


def _on_the_insz(source: SourceContract) -> set[str]:
    """Rules of the steward's own that look at the INSZ; `missing_` and `invalid_` keep their verdict by themselves."""
    names = [c.name for c in source.columns if c.type == "insz"]
    own = [r for r in source.rules if r.name not in {f"{kind}_{n}" for kind in ("missing", "invalid") for n in names}]
    return {r.name for r in own if any(n in f"{r.kwargs} {r.only_if}" for n in names)}


def _looks_at_text(rule: Rule, source: SourceContract) -> bool:
    texts = {c.text for c in source.columns if c.type not in ("text", "nis")}
    null = rule.expect in ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")
    return not null and any(text in f"{rule.kwargs}" for text in texts)


def _create_past(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table past (_delivery integer, _row integer, rule varchar, on_fail varchar)")
    con.execute("create table refused (_delivery integer, _row integer)")


def _read(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract, number: int, entry: Entry) -> None:
    """Puts the rows of one delivery into `raw`, and what was found of them into `past`."""
    lake, quarantine = (
        folder / source.source / f"{entry.delivery_id}.parquet" for folder in (data.lake, data.quarantine)
    )
    known = _columns(con, lake)
    texts = []
    for column in source.columns:
        if column.lake_name not in known:
            texts.append("null")
        elif column.type == "insz":
            texts.append(f"case when {quote(column.lake_name)} is not null then {literal(VALID_INSZ)} end")
        elif column.name == WITHDRAWN:
            texts.append(f"case when {quote(column.name)} then 'J' end")
        else:
            texts.append(lake_text(column))
    con.execute(
        f"insert into raw select {number}, _row, false, null, {', '.join(texts)} from read_parquet(?)", [str(lake)]
    )
    if not quarantine.exists():
        return
    known = _columns(con, quarantine)
    texts = []
    for column in source.columns:
        name = quote(column.name)
        if column.name not in known:
            texts.append("null")
        elif column.type == "insz":
            invalid = literal(f"invalid_{column.name}")
            texts.append(
                f"case when {name} is null or list_contains(rules, {invalid}) then {name} "
                f"else {literal(VALID_INSZ)} end"
            )
        else:
            texts.append(name)
    con.execute(
        f"insert into raw select {number}, row_number, list_contains(rules, 'malformed_row'), fields, "
        f"{', '.join(texts)} from read_parquet(?) where outcome = 'quarantined'",
        [str(quarantine)],
    )
    con.execute(
        f"insert into refused select {number}, row_number from read_parquet(?) where outcome = 'quarantined'",
        [str(quarantine)],
    )
    con.execute("create or replace temp table effects (rule varchar, on_fail varchar)")
    if entry.reasons:
        con.executemany("insert into effects values (?, ?)", [[r.rule, r.on_fail] for r in entry.reasons])
    con.execute(
        f"insert into past select {number}, row_number, rule, on_fail "
        "from (select row_number, unnest(rules) as rule from read_parquet(?)) join effects using (rule)",
        [str(quarantine)],
    )


def _columns(con: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    return {name for name, *_ in con.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()}


def _counts(con: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> list[int]:
    """Stands in for Great Expectations, which would cost seconds: the door has proved that both count alike."""
    counts = ", ".join(f"count(*) filter (where {broken(rule, table)})" for rule in rules)
    return list(con.execute(f"select {counts} from {quote(table)}").fetchall()[0])


def _changes(con: duckdb.DuckDBPyConnection, accepted: Sequence[Entry], blind: set[str]) -> list[Change]:
    con.execute("""
        create table present as
        select distinct b._delivery, b._row, k.rule, k.on_fail from broken as k join batch as b using (_id)
    """)
    if blind:
        con.execute(f"delete from past where rule in ({', '.join(map(literal, sorted(blind)))})")
    con.execute("""
        create table outcomes as
        select b._delivery, b._row, r._row is not null as was,
            exists (select 1 from present as p where p._delivery = b._delivery and p._row = b._row
                and p.on_fail = 'reject') as is_now
        from batch as b left join refused as r using (_delivery, _row)
    """)
    rows: list[tuple[Any, ...]] = con.execute(f"""
        with differences as (
            select *, true as appears from (from present except from past)
            union all
            select *, false from (from past except from present)
        ), effects as (
            select d._delivery, d._row, d.rule, case
                when d.appears and d.on_fail = 'reject' and not o.was then '{REFUSED}'
                when d.appears and d.on_fail = 'warn' then '{WARNED}'
                when not d.appears and d.on_fail = 'reject' and o.was and not o.is_now then '{LET_IN}'
                when not d.appears and d.on_fail = 'warn' and not o.is_now then '{CLEARED}'
            end as effect
            from differences as d join outcomes as o using (_delivery, _row)
        )
        select _delivery, rule, effect, list(_row order by _row) from effects
        where effect is not null group by all order by rule, effect, _delivery
    """).fetchall()
    return [Change(accepted[number].file_name, rule, effect, tuple(found)) for number, rule, effect, found in rows]
