"""A backtest of rules: which rows of past deliveries would today's rules quarantine, warn about or load?

The rows are those of the lake and of the quarantine (`replay`). Rules that read the INSZ can't be run again. Files that
were rejected left no rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from expectations import contract
from expectations.contract import SourceContract
from expectations.model import Rule
from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.quality.cases import require_source
from orchestration.quality.past import replay
from orchestration.store.paths import DataFolder
from orchestration.store.wording import SMALL_COUNTS, counted, table

QUARANTINED, WARNED, LET_IN, CLEARED = "quarantined", "warned", "let in", "no longer warned"
"""Effects on a row: quarantined or warned about now and not before; loaded now and not before; loaded before with a
warning that is gone."""


@dataclass(frozen=True)
class BacktestChange:
    """Rows of one delivery for which one rule has another effect today."""

    file_name: str
    rule: str
    effect: str
    rows: tuple[int, ...]
    """Row numbers in the file."""


@dataclass(frozen=True)
class Backtest:
    """Today's rules run over all rows of one source."""

    source: str
    rows: int
    changes: Sequence[BacktestChange]
    newly_quarantined: int
    """Rows that are loaded and would be quarantined; a row that breaks two rules counts once."""
    newly_loaded: int
    rejected_files: int
    left_out: Sequence[str]
    """Rules that read the INSZ, which is gone."""
    approximate: Sequence[str]
    """Rules on the text as it was written: of a loaded row only the value is known, not how it was written."""


def backtest(data: DataFolder, source: SourceContract) -> Backtest:
    """Runs the rules of `source` over every row that it ever delivered."""
    entries = [e for e in ledger.read(data.ledger) if e.source == source.source]
    accepted = [e for e in entries if e.status == "accepted"]
    left_out = replay.insz_rules(source)
    rules = tuple(r for r in source.rules if r.name not in left_out)
    rejected = len(entries) - len(accepted)
    approximate = sorted({r.name for r in rules if _looks_at_text(r, source)})
    if not accepted:
        return Backtest(source.source, 0, [], 0, 0, rejected, sorted(left_out), approximate)
    with duckdb.connect() as con:
        replay.prepare(con, source)
        for number, entry in enumerate(accepted):
            replay.read_lake(con, data, source, number, entry)
            replay.read_quarantine(con, data, source, number, entry, "quarantined")
        replay.run_rules(con, replace(source, rules=rules), accepted, left_out)
        changes = _changes(con, accepted)
        rows, quarantined, loaded = con.execute("""
            select count(*), count(*) filter (where not was and is_now), count(*) filter (where was and not is_now)
            from outcomes
        """).fetchall()[0]
    return Backtest(source.source, rows, changes, quarantined, loaded, rejected, sorted(left_out), approximate)


def _looks_at_text(rule: Rule, source: SourceContract) -> bool:
    texts = {c.text for c in source.columns if c.type not in ("text", "nis")}
    null = rule.expect in ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")
    return not null and any(text in f"{rule.kwargs}" for text in texts)


def _changes(con: duckdb.DuckDBPyConnection, accepted: Sequence[Entry]) -> list[BacktestChange]:
    con.execute("""
        create table outcomes as
        select b._delivery, b._row, r._row is not null as was,
            exists (select 1 from present as p where p._delivery = b._delivery and p._row = b._row
                and p.on_fail = 'reject') or (b._delivery, b._row) in (from undecided) as is_now
        from batch as b left join quarantined as r using (_delivery, _row)
    """)
    rows: list[tuple[Any, ...]] = con.execute(f"""
        with differences as (
            select *, true as appears from (from present except from past)
            union all
            select *, false from (from past except from present)
        ), effects as (
            select d._delivery, d._row, d.rule, case
                when d.appears and d.on_fail = 'reject' and not o.was then '{QUARANTINED}'
                when d.appears and d.on_fail = 'warn' then '{WARNED}'
                when not d.appears and d.on_fail = 'reject' and o.was and not o.is_now then '{LET_IN}'
                when not d.appears and d.on_fail = 'warn' and not o.is_now then '{CLEARED}'
            end as effect
            from differences as d join outcomes as o using (_delivery, _row)
        )
        select _delivery, rule, effect, list(_row order by _row) from effects
        where effect is not null group by all order by rule, effect, _delivery
    """).fetchall()
    return [BacktestChange(accepted[n].file_name, rule, effect, tuple(found)) for n, rule, effect, found in rows]


def text_of(data: DataFolder, source: str | None, with_rows: bool = False) -> str:
    """The backtest of one source, or of all, as a text for the terminal.

    Raises `WrongChoiceError` for an unknown source.
    """
    if source:
        require_source(source)
    sources = [source] if source else contract.sources()
    told = text([backtest(data, contract.load(name)) for name in sources], with_rows)
    return f"{SMALL_COUNTS}\n{told}"


def text(tests: Sequence[Backtest], with_rows: bool = False) -> str:
    """What would change, as a table for the terminal; row numbers on request, never a value."""
    lines = []
    for past in tests:
        out, back = counted(past.newly_quarantined, "loaded row"), counted(past.newly_loaded, "quarantined row")
        again = f"{past.source}: {counted(past.rows, 'row')} run again"
        lines.append(f"{again}; {out} would be quarantined, {back} would be loaded.")
        if past.changes:
            headers = ("rows", "now", "rule", "file", *(["which"] if with_rows else []))
            rows = [
                (len(c.rows), c.effect, c.rule, c.file_name, f"rows {', '.join(map(str, c.rows))}")[: len(headers)]
                for c in past.changes
            ]
            lines.append(table(headers, rows, indent=2))
        if past.rejected_files:
            lines.append(f"  Rejected files, which left no rows: {past.rejected_files}.")
        if past.left_out:
            lines.append(f"  Not run, because the INSZ is gone: {', '.join(past.left_out)}.")
        if past.approximate:
            lines.append(f"  Run on the value, not on how it was typed: {', '.join(past.approximate)}.")
    if not any(past.changes for past in tests):
        lines.append("These rules give every row the outcome that it has.")
    return "\n".join([*lines, "Nothing was changed: deliveries that were accepted keep their outcome."])
