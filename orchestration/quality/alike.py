"""Cases that are alike as one case with their number, for who counts them: the rows never become objects, so that a
million open rows cost no more memory than a thousand. What a row holds, and its number, is not in them.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import duckdb
from pydantic import TypeAdapter

from expectations import contract
from expectations.contract import SourceContract
from orchestration.ingest import ledger
from orchestration.quality import current_rules, review_log
from orchestration.quality.case_rows import create_tables
from orchestration.quality.cases import (
    OPEN,
    REVIEWED,
    WARNED,
    Case,
    found_by_ingest,
    found_by_warehouse,
    require_source,
)
from orchestration.quality.kept_counts import KeptCounts
from orchestration.store.files import digest
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal

ONE_CASE = (
    "file_name, delivered_on, outcome, rules, status, since, resolved_by, has_key, nis, why, reviewed_by, reviewed_at"
)
"""What cases that are alike have in common, besides their source and what today's rules say."""

KIND = TypeAdapter(list[Case])


def counted(data: DataFolder, kept: KeptCounts) -> list[Case]:
    """As `read`, of all sources, without what the steward wrote of a case, and when. Those of which nothing changed
    since they were counted are taken from what is kept, and the others are added to it."""
    reviews = review_log.current(data)
    findings = digest(data.warehouse_findings) if data.warehouse_findings.exists() else ""
    facts, found = {}, {}
    for name in contract.sources():
        files = {entry.file_name for entry in kept.entries if entry.source == name}
        decided = [[*place, r.why, r.by, str(r.at)] for place, r in reviews.items() if place[0] in files]
        facts[name] = [*kept.follows_from(contract.load(name)), decided, findings]
        found[name] = kept.get(f"cases of {name}", facts[name], KIND)
    for name, cases in _by_source(data, [name for name, cases in found.items() if cases is None]):
        # Not for a file that stays: a reason may say something about a person.
        found[name] = [replace(case, why=None, reviewed_by=None, reviewed_at=None) for case in cases]
        kept.put(f"cases of {name}", facts[name], found[name], KIND)
    return [case for cases in found.values() for case in cases or ()]


def read(data: DataFolder, source: str | None = None, by_current_rules: bool = False) -> list[Case]:
    """All cases as `cases.read` gives them, those that are alike together. With `by_current_rules` the open ones have
    what today's rules say otherwise.

    Raises `WrongChoiceError` for an unknown source, `MistakesError` when the table of municipalities can't be read.
    """
    if source:
        require_source(source)
    asked = [source] if source else contract.sources()
    return [case for _, cases in _by_source(data, asked, by_current_rules) for case in cases]


def _by_source(
    data: DataFolder, names: Sequence[str], by_current_rules: bool = False
) -> Iterator[tuple[str, list[Case]]]:
    if not names:
        return
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = false")
        create_tables(con, data)
        for name in names:
            yield name, list(_of_source(con, data, contract.load(name), by_current_rules))


def _of_source(
    con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract, by_current_rules: bool
) -> Iterator[Case]:
    con.execute(
        "create or replace temp table verdicts (file_name varchar, row_number int, gone varchar[], holding varchar[])"
    )
    if by_current_rules:
        _add_verdicts(con, data, source)
    con.execute("create or replace temp table open_rows (file_name varchar, row_number int)")
    if (found := found_by_ingest(con, data, source)) is not None:
        con.execute(f"""
            create or replace temp table alike as
            select {ONE_CASE}, gone, holding, count(*) as number, min(place) as place, min(row_number) as first,
                min(reviewed) as reviewed,
                list(row_number) filter (status = {literal(OPEN)} and outcome = {literal(WARNED)}) as warned
            from ({found[0]})
            left join (select *, {literal(OPEN)} as status from verdicts) using (file_name, row_number, status)
            group by all
        """)
        con.execute("insert into open_rows select file_name, unnest(warned) from alike where warned is not null")
        for *common, gone, holding, number in con.execute(
            f"select {ONE_CASE}, gone, holding, number from alike order by place, first, reviewed, rules, gone"
        ).fetchall():
            yield current_rules.with_verdict(_case(source, common, number), gone or (), holding or ())
    if (sql := found_by_warehouse(con, data, source)) is not None:
        for *common, has_other, number in con.execute(f"""
            select file_name, delivered_on, {literal(WARNED)}, rules,
                case when why is null then {literal(OPEN)} else {literal(REVIEWED)} end as status,
                delivered_on as since, null, true, nis, why, reviewed_by, reviewed_at,
                why is null and o.has_other is not null, count(*)
            from ({sql}) left join (select *, true as has_other from open_rows) as o using (file_name, row_number)
            group by all order by min(place), min(row_number), why nulls first, reviewed_at
        """).fetchall():
            yield _case(source, common, number, has_other)


def _case(source: SourceContract, common: Sequence, number: int, has_other: bool = False) -> Case:
    file, day, outcome, rules, status, since, by, has_key, nis, *decided = common
    place = (source.source, file, day, 0, outcome, tuple(rules))
    return Case(*place, status, since, by, has_key, nis, {}, None, *decided, has_other=has_other, count=number)


def _add_verdicts(con: duckdb.DuckDBPyConnection, data: DataFolder, source: SourceContract) -> None:
    """What today's rules say of the rows of deliveries that came under others."""
    entries = [e for e in ledger.accepted_until(ledger.read(data.ledger), dt.date.max) if e.source == source.source]
    if older := [e for e in entries if e.suite_version != source.version]:
        for part in current_rules.verdicts(data, source, older):
            con.execute("insert into verdicts select unnest(?), unnest(?), unnest(?), unnest(?)", list(part))
