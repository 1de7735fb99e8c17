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
from typing import Any

import duckdb

from expectations.contract import SourceContract
from expectations.model import Rule
from expectations.routing import broken
from orchestration.ingest import ledger, parsing, validation
from orchestration.ingest.ledger import Entry
from orchestration.quality.past_rows import prepare, read_lake, read_quarantine
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote

NO_SECRET = b"no secret: what it makes is thrown away"
REFUSED, WARNED, LET_IN, CLEARED = "refused", "warned", "let in", "no longer warned"
"""What a change does to a row: refused or warned about now and not before; loaded now and not before; loaded before
with a warning that is gone."""


@dataclass(frozen=True)
class BacktestChange:
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
    changes: Sequence[BacktestChange]
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
    blind = on_the_insz(source)
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
) -> tuple[list[BacktestChange], int, int, int]:
    """The changes, the rows judged, and how many of them would be refused or loaded now and were not."""
    rules = tuple(r for r in source.rules if r.name not in blind)
    with duckdb.connect() as con:
        prepare(con, source)
        for number, entry in enumerate(accepted):
            read_lake(con, data, source, number, entry)
            read_quarantine(con, data, source, number, entry, "quarantined")
        judge(con, replace(source, rules=rules), accepted, blind)
        changes = _changes(con, accepted)
        rows, refused, let_in = con.execute("""
            select count(*), count(*) filter (where not was and is_now), count(*) filter (where was and not is_now)
            from outcomes
        """).fetchall()[0]
    return changes, rows, refused, let_in


def judge(con: duckdb.DuckDBPyConnection, source: SourceContract, entries: Sequence[Entry], blind: set[str]) -> None:
    """Makes `batch` of `raw`, and `present` (_delivery, _row, rule, on_fail): what the rules of today find.

    Rules that are `blind` are taken out of `past`, so that nothing is said of them.
    """
    parsing.create_batch(con, source, dict(enumerate(e.delivered_on for e in entries)), NO_SECRET)
    con.execute("""
        update batch set _repeat = (
            select any_value(p.rule) from past as p where p._delivery = batch._delivery and p._row = batch._row
                and p.rule in ('duplicate_row', 'conflicting_key')
        )
    """)
    validation.validate_batch(con, "", source, lambda _, table, judged: _counts(con, table, judged))
    con.execute("""
        create table present as
        select distinct b._delivery, b._row, k.rule, k.on_fail from broken as k join batch as b using (_id)
    """)
    if blind:
        con.execute(f"delete from past where rule in ({', '.join(map(literal, sorted(blind)))})")


def on_the_insz(source: SourceContract) -> set[str]:
    """Rules of the steward's own that look at the INSZ; `missing_` and `invalid_` keep their verdict by themselves."""
    names = [c.name for c in source.columns if c.type == "insz"]
    own = [r for r in source.rules if r.name not in {f"{kind}_{n}" for kind in ("missing", "invalid") for n in names}]
    return {r.name for r in own if any(n in f"{r.kwargs} {r.only_if}" for n in names)}


def _looks_at_text(rule: Rule, source: SourceContract) -> bool:
    texts = {c.text for c in source.columns if c.type not in ("text", "nis")}
    null = rule.expect in ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")
    return not null and any(text in f"{rule.kwargs}" for text in texts)


def _counts(con: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> list[int]:
    """Stands in for Great Expectations, which would cost seconds: the door has proved that both count alike."""
    counts = ", ".join(f"count(*) filter (where {broken(rule, table)})" for rule in rules)
    return list(con.execute(f"select {counts} from {quote(table)}").fetchall()[0])


def _changes(con: duckdb.DuckDBPyConnection, accepted: Sequence[Entry]) -> list[BacktestChange]:
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
    return [
        BacktestChange(accepted[number].file_name, rule, effect, tuple(found)) for number, rule, effect, found in rows
    ]
