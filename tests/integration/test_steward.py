"""The steward's day on one finished run over hostile deliveries: the mart of checks, the report, the way back."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from expectations import contract
from orchestration.ingest import ledger
from orchestration.quality import cases
from orchestration.quality.recipients import Recipients
from tests.conftest import Finished
from tests.support.processes import Twe

pytestmark = pytest.mark.slow


def rows(finished: Finished, sql: str) -> list[tuple]:
    with duckdb.connect(str(finished.data.current / "marts.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_every_rule_of_every_delivery_is_in_the_mart_with_the_counts_of_the_door(finished: Finished) -> None:
    accepted = list(finished.ledger.accepted)
    told = {
        (file, rule): (checked, failed)
        for file, rule, checked, failed in rows(
            finished, "select file_name, rule, rows_checked, rows_failed from quality_checks where judged_by = 'door'"
        )
    }
    expected = {(e.file_name, r.name) for e in accepted for r in contract.load(e.source).rules}
    assert told.keys() == expected
    broken = {(e.file_name, rule): n for e in accepted for (rule, _), n in e.reasons.items()}
    assert {key: failed for key, (_, failed) in told.items() if failed} == broken
    for entry in accepted:
        mine = {rule: told[entry.file_name, rule] for _, rule in expected if (entry.file_name, rule) in told}
        malformed = mine["malformed_row"][1]
        assert mine["malformed_row"][0] == entry.rows_read
        assert mine[f"missing_{contract.load(entry.source).key[0]}"][0] == entry.rows_read - malformed
    warned = rows(finished, "select sum(rows_failed) from quality_checks where judged_by = 'warehouse'")
    assert warned == rows(finished, "select sum(rows) from warehouse_findings")


def test_the_counts_per_ocmw_are_those_of_the_rows_that_go_back(finished: Finished) -> None:
    """Every row of the ledger once, and each row of the quarantine under the OCMW to which it goes back."""
    totals = rows(
        finished, "select source, sum(rows_read), sum(rows_warned) from quality_by_ocmw group by 1 order by 1"
    )
    by_source: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for entry in ledger.read(finished.data.ledger):
        by_source[entry.source][0] += entry.rows_read
        by_source[entry.source][1] += entry.rows_warned
    assert totals == [(source, *numbers) for source, numbers in sorted(by_source.items()) if numbers[0]]
    entries = ledger.read(finished.data.ledger)
    newest = ledger.newest_accepted(entries)
    assert newest
    who = Recipients(newest)
    expected: Counter[tuple] = Counter()
    resolved: Counter[tuple] = Counter()
    for case in cases.read(finished.data):
        key = (case.source, who.of(case).name, case.delivered_on.replace(day=1))
        if case.outcome == cases.QUARANTINED:
            expected[key] += 1
        if case.status == cases.RESOLVED and case.resolved_by != case.file_name:
            resolved[key] += 1
    told = rows(
        finished, "select source, ocmw_name, delivered_month, rows_quarantined, rows_resolved from quality_by_ocmw"
    )
    assert {tuple(key): n for *key, n, _ in told if n} == expected and expected
    assert {tuple(key): n for *key, _, n in told if n} == resolved and resolved


def test_the_run_leads_to_its_report(finished: Finished) -> None:
    (line,) = [x for x in finished.ended.out.splitlines() if x.startswith("Quality report: ")]
    path = Path(line.removeprefix("Quality report: "))
    text = path.read_text(encoding="utf-8")
    assert path == finished.data.quality_report.resolve()
    assert all(e.file_name in text for e in ledger.read(finished.data.ledger) if e.status == "rejected")
    assert "Niet gepubliceerd" not in text


def test_every_open_row_goes_back_to_one_ocmw(finished: Finished, tmp_path: Path) -> None:
    twe = Twe(tmp_path / "processes", finished.data.root)
    said = twe("quarantine", "--back", str(tmp_path / "terug"))
    assert (said.code, said.err) == (0, "")
    sent = []
    for path in (tmp_path / "terug").iterdir():
        for sheet in load_workbook(path).worksheets[:2]:
            rows = list(sheet.iter_rows(values_only=True))
            start = next((number for number, row in enumerate(rows) if "bestand" in row), len(rows))
            for row in rows[start + 1 :]:
                told = dict(zip(rows[start], row, strict=True))
                sent.append((told["bestand"], told["rij"]))
                older = re.findall(r"Eerdere versie \((\S+), rij (\d+)\)", told["reden"])
                sent += {(file, int(number)) for file, number in older}
    found = cases.read(finished.data)
    assert sorted(sent) == sorted({c.row for c in found if c.status == cases.OPEN})
    assert {c.status for c in found} == {cases.OPEN, cases.RESOLVED, cases.REPEATED}


def test_one_ocmw_is_chosen_by_name_or_code_and_a_slip_is_one_line(finished: Finished, tmp_path: Path) -> None:
    twe = Twe(tmp_path / "processes", finished.data.root)
    by_name, by_code = (twe("quarantine", "--ocmw", who) for who in ("Gent", "44021"))
    assert by_name.code == 0 and by_name.out == by_code.out != twe("quarantine").out
    for arguments in (["--ocmw", "Atlantis"], ["--rule", "einde_zoek"], ["--back", str(tmp_path)]):
        said = twe("quarantine", *arguments)
        assert said.code == 2 and said.err.startswith("twe: ") and said.err.count("\n") == 1


def test_the_checks_find_the_files_sound_and_the_past_unchanged(finished: Finished, tmp_path: Path) -> None:
    said = Twe(tmp_path / "processes", finished.data.root)("check", "--against-past", "--rows")
    assert (said.code, said.err) == (0, "")
    assert "These rules give every row the outcome that it has." in said.out
