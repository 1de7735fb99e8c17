"""What today's rules say of a case: whether they would still quarantine or warn about the row, and why, in Dutch.

Only rows of deliveries that came under other rules are run again (`replay`), so nothing is done while the rules stay as
they are. A rule that reads the INSZ, which is gone, or other rows of its file keeps its verdict.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import duckdb

from expectations import contract
from expectations.contract import SourceContract
from expectations.model import Rule
from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.quality.cases import OPEN, QUARANTINED, Case
from orchestration.quality.past import replay
from orchestration.store.paths import DataFolder

PART = 50_000
"""Rows that are handed over at once."""
OVERLAP = "overlapping_trajectory"
CHANGED = "De regel is intussen gewijzigd."
AGAIN = "Lever de rij opnieuw zoals ze was."
NOTHING = "Niets te doen: de rij is geladen."
NOT_THIS = "Voor deze regel is niets te doen."
NO_KEY = (
    "De rij heeft geen bruikbare sleutel en wordt niet herkend als ze terugkomt: laat weten dat ze opnieuw geleverd is."
)
OTHER_ROWS = re.compile(r"\bover\b|\bgroup\s+by\b|\bhaving\b|\bdistinct\b|\bcount\b", re.IGNORECASE)


def marked(data: DataFolder, found: Sequence[Case]) -> list[Case]:
    """The same cases, in the open ones `gone` and `instead` filled in: what today's rules say otherwise."""
    entries = {e.file_name: e for e in ledger.read(data.ledger) if e.status == "accepted"}
    warehouse = contract.warehouse_texts()
    suspects: dict[str, dict[str, Entry]] = defaultdict(dict)
    for case in found:
        entry = entries[case.file_name]
        if case.status == OPEN and entry.suite_version != contract.load(case.source).version:
            suspects[case.source][case.file_name] = entry
    runs = (verdicts(data, contract.load(source), list(files.values())) for source, files in suspects.items())
    said = {(file, row): rest for run in runs for part in run for file, row, *rest in zip(*part, strict=True)}
    return [
        case
        if case.status != OPEN or case.rules[0] in warehouse
        else with_verdict(case, *said.get((case.file_name, case.row_number), ((), ())))
        for case in found
    ]


def with_verdict(case: Case, gone: Sequence[str], broken: Sequence[str]) -> Case:
    """The same case with what today's rules say: those that are `gone`, and those that hold the row (`broken`)."""
    out = tuple(rule for rule in case.rules if rule in gone)
    if not out:
        return case
    return replace(case, gone=out, instead=tuple(rule for rule in broken if rule not in case.rules or rule in gone))


def verdicts(
    data: DataFolder, source: SourceContract, entries: Sequence[Entry]
) -> Iterator[tuple[list[str], list[int], list[Sequence[str]], list[Sequence[str]]]]:
    """Of the rows of these deliveries of which today's rules say something else: file, row number, the rules that the
    row broke then and not today, and those that hold it today. As columns, in parts."""
    left_out = replay.insz_rules(source) | {r.name for r in source.rules if _looks_at_other_rows(r)}
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = false; set autoinstall_known_extensions = false")
        replay.prepare(con, source)
        for number, entry in enumerate(entries):
            replay.read_quarantine(con, data, source, number, entry, "quarantined", "warned")
        rules = tuple(r for r in source.rules if r.name not in left_out)
        replay.run_rules(con, replace(source, rules=rules), entries, left_out)
        # A rule that only warns today holds no row back; any finding of today keeps a warning.
        found = con.execute("""
            with gone as (
                select p._delivery, p._row, list(distinct p.rule) as rules
                from past as p anti join present as q
                    on q._delivery = p._delivery and q._row = p._row and q.rule = p.rule
                    and (q.on_fail = 'reject' or p.on_fail = 'warn')
                group by all
            ), holding as (
                select _delivery, _row, list(distinct rule order by rule) as rules
                from present where on_fail = 'reject' group by all
            )
            select _delivery, _row, gone.rules, holding.rules
            from gone left join holding using (_delivery, _row)
        """)
        while rows := found.fetchmany(PART):
            numbers, places, gone, holding = zip(*rows, strict=True)
            files = [entries[number].file_name for number in numbers]
            yield files, list(places), list(gone), [broken or [] for broken in holding]


def _looks_at_other_rows(rule: Rule) -> bool:
    sql = str(rule.kwargs.get("unexpected_rows_query", ""))
    return sql.count("{batch}") > 1 or bool(OTHER_ROWS.search(sql))


def passes(case: Case) -> bool:
    """Whether today's rules would load the row, or no longer warn about it."""
    return bool(case.gone) and set(case.gone) == set(case.rules) and not case.instead


def text_of(case: Case, rule: str, for_sender: bool = False) -> tuple[str, str]:
    """Meaning and remedy, in Dutch, of a rule that a row broke. With `for_sender` nothing of another OCMW's rows."""
    if rule in case.gone:
        return _of_changed(case)
    meaning, remedy = text_of_rule(case.source, rule)
    if case.other_key and rule == OVERLAP:
        own = not for_sender or case.other_nis_code == case.nis_code
        meaning = f"{meaning} Het andere traject is {case.other_key if own else 'van een ander OCMW'}."
    return meaning, remedy


@cache  # asked for every row, and the texts stand in a YAML file
def text_of_rule(source: str, rule: str) -> tuple[str, str]:
    """Meaning and remedy of a rule, in Dutch."""
    return contract.warehouse_texts().get(rule) or contract.load(source).text_of(rule)


def _of_changed(case: Case) -> tuple[str, str]:
    """Of a rule that would let the row through today."""
    if case.instead:
        meanings, remedies = zip(*(text_of_rule(case.source, rule) for rule in case.instead), strict=True)
        return f"{CHANGED} Nu geldt: {' '.join(meanings)}", " ".join(remedies)
    if not passes(case):
        return CHANGED, NOT_THIS
    return CHANGED, AGAIN if case.outcome == QUARANTINED else NOTHING
