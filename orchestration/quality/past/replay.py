"""Runs today's rules over rows that were delivered before, with the parsing and routing of `ingest`; changes nothing.

A loaded row is turned back into the text that `ingest` reads as exactly its values; a quarantined row is the text that
was delivered. Three things keep their verdict: whether a row has the right number of fields, whether its key comes
twice in its file, and whether its INSZ is valid, since the INSZ is gone.
"""

from collections.abc import Sequence
from pathlib import Path

from duckdb import DuckDBPyConnection

from expectations.contract import MAX_TEXT, SourceContract
from expectations.model import PERSON_NUMBER, WITHDRAWN, Rule
from expectations.routing import broken
from orchestration.ingest import judging, parsing, validation
from orchestration.ingest.ledger import Entry
from orchestration.ingest.readers import UNREADABLE
from orchestration.ingest.storage import lake_text
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote, read_parquet

NO_SECRET = b"no secret: the pseudonyms made with it are thrown away"
VALID_INSZ = "00000000097"
"""In place of an INSZ that was valid: eleven digits with a right checksum, and of nobody."""


def prepare(con: DuckDBPyConnection, source: SourceContract) -> None:
    """Makes the empty tables `raw`, `past` (_delivery, _row, rule, on_fail) and `quarantined` (_delivery, _row)."""
    judging.prepare_database(con, source)
    con.execute("create table past (_delivery integer, _row integer, rule varchar, on_fail varchar)")
    con.execute("create table quarantined (_delivery integer, _row integer)")


def read_lake(con: DuckDBPyConnection, data: DataFolder, source: SourceContract, number: int, entry: Entry) -> None:
    """Puts the loaded rows of one delivery into `raw`."""
    lake = data.lake / source.source / f"{entry.delivery_id}.parquet"
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
    con.execute(f"insert into raw select {number}, _row, false, null, {', '.join(texts)} from {read_parquet(lake)}")


def read_quarantine(
    con: DuckDBPyConnection, data: DataFolder, source: SourceContract, number: int, entry: Entry, *outcomes: str
) -> None:
    """Puts the rows of one delivery with these outcomes into `raw`, and what was found of all of them into `past`."""
    quarantine = data.quarantine / source.source / f"{entry.delivery_id}.parquet"
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
        elif column.type == "text":  # shown without its mark, a text that could not be read looks like any other
            unreadable = f"list_contains(rules, {literal(f'invalid_{column.name}')}) and length({name}) <= {MAX_TEXT}"
            texts.append(f"case when {unreadable} then {literal(UNREADABLE)} || {name} else {name} end")
        else:
            texts.append(name)
    rows = read_parquet(quarantine)
    con.execute(
        f"insert into raw select {number}, row_number, list_contains(rules, 'malformed_row'), fields, "
        f"{', '.join(texts)} from {rows} where outcome in ({', '.join(map(literal, outcomes))})",
    )
    con.execute(f"insert into quarantined select {number}, row_number from {rows} where outcome = 'quarantined'")
    con.execute("create or replace temp table effects (rule varchar, on_fail varchar)")
    if entry.reasons:
        con.executemany("insert into effects values (?, ?)", [[r.rule, r.on_fail] for r in entry.reasons])
    con.execute(
        f"insert into past select {number}, row_number, rule, on_fail "
        f"from (select row_number, unnest(rules) as rule from {rows}) join effects using (rule)",
    )


def run_rules(con: DuckDBPyConnection, source: SourceContract, entries: Sequence[Entry], left_out: set[str]) -> None:
    """Makes `batch` of `raw`, and `present` (_delivery, _row, rule, on_fail): what the rules of `source` find.

    `left_out` are rules that can't be run again: they are taken out of `past` too, so that they make no difference.
    Rows that one of them quarantined stay so; they are in table `undecided` (_delivery, _row).
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
    gone = f"rule in ({', '.join(map(literal, ('', *sorted(left_out))))})"
    con.execute(
        f"create table undecided as select distinct _delivery, _row from past where {gone} and on_fail = 'reject'; "
        f"delete from past where {gone}"
    )


def insz_rules(source: SourceContract) -> set[str]:
    """The rules that read an INSZ, which is gone; `missing_` and `invalid_` keep their verdict."""
    names = [*(c.name for c in source.insz_columns), PERSON_NUMBER]
    own = [r for r in source.rules if r.name not in {f"{kind}_{n}" for kind in ("missing", "invalid") for n in names}]
    return {r.name for r in own if any(n in f"{r.kwargs} {r.only_if}" for n in names)}


def _counts(con: DuckDBPyConnection, table: str, rules: Sequence[Rule]) -> list[int]:
    """Counts in place of Great Expectations, which costs seconds: `ingest` proved that both count alike."""
    counts = ", ".join(f"count(*) filter (where {broken(rule, table)})" for rule in rules)
    return list(con.execute(f"select {counts} from {quote(table)}").fetchall()[0])


def _columns(con: DuckDBPyConnection, path: Path) -> set[str]:
    return {name for name, *_ in con.execute(f"describe from {read_parquet(path)}").fetchall()}
