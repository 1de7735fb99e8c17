"""The hostile inbox holds everything it promises, the same for a seed; the comparison sees every difference."""

import re
from collections import Counter
from copy import deepcopy
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.hostile import Inbox, write_inbox
from tests.oracle import Ledger, deliver, marts
from tests.oracle.sources import SOURCES
from tests.support.compare import assert_door_equals, assert_publication_equals, write_publication, write_table

pytestmark = pytest.mark.slow  # three inboxes, loaded by the oracle

KEY = b"geheim"
COMMON = ("duplicate_row", "conflicting_key", "malformed_row", "invalid_verwijderd")
SPECIFIC = {
    "trajecten": {
        "expected_end_before_start",
        "end_before_start",
        "ending_without_end_date",
        "end_date_without_ending",
        "expected_over_24_months",
        "over_24_months",
        "starts_after_delivery",
        "nis_not_valid_on_date",
    },
    "art60_tewerkstellingen": {"end_before_start"},
    "begeleidingsacties": {"end_before_start"},
    "arbeidsmarktposities": {"end_before_start"},
    "insz_wijzigingen": {"same_number"},
    "loontoelagen": {
        "amount_not_positive",
        "amount_zero",
        "paid_before_performance",
        "correction_after_10_years",
    },
}


def promised() -> set[tuple[str, str]]:
    rules = {(source, rule) for source in SOURCES for rule in COMMON}
    rules |= {(source, rule) for source, names in SPECIFIC.items() for rule in names}
    for source in SOURCES.values():
        for column in source.columns:
            rules.add((source.name, f"invalid_{column.name}"))
            if column.kind == "insz":
                rules.add((source.name, f"implausible_{column.name}"))
            if column.is_identification:
                rules.add((source.name, "person_number_as_key"))
            if column.required:
                rules.add((source.name, f"missing_{column.name}"))
    return rules


@pytest.fixture(scope="module")
def inboxes(tmp_path_factory: pytest.TempPathFactory) -> list[Inbox]:
    folder = tmp_path_factory.mktemp("hostile")
    first = write_inbox(folder / "1", seed=1)
    later = {"after": first, "first": date(2026, 3, 1), "last": date(2026, 8, 31), "deliveries": 12}
    return [first, write_inbox(folder / "2", seed=2, **later), write_inbox(folder / "3", seed=3)]


@pytest.fixture(scope="module")
def ledger(inboxes: list[Inbox]) -> Ledger:
    """The first inbox and the one that follows it."""
    return deliver(inboxes[1].paths, KEY, deliver(inboxes[0].paths, KEY))


def test_every_rule_of_every_source_is_broken(ledger: Ledger, inboxes: list[Inbox]) -> None:
    other = deliver(inboxes[2].paths, KEY)
    seen = {(each.source, rule) for each in (*ledger.accepted, *other.accepted) for rule, _ in each.reasons}
    assert seen == promised()


def test_files_are_refused_repeated_and_ignored(ledger: Ledger, inboxes: list[Inbox]) -> None:
    first, second, _ = inboxes
    refused = {each.file_name for each in ledger.deliveries if each.status == "rejected"}
    assert refused == {*first.refused.values(), *second.refused.values(), second.renewed["name_taken"]}
    assert second.renewed["already_loaded"] in ledger.already_loaded
    assert second.renewed["mended"] in {each.file_name for each in ledger.accepted}
    assert len(ledger.already_loaded) == len(first.copies) + len(second.copies) + 1
    assert Counter(ledger.not_deliveries) == Counter(first.misnamed + second.misnamed)


def test_the_marts_are_worth_comparing(ledger: Ledger) -> None:
    tables = marts(ledger)
    assert all(tables.values())
    assert max(row["trajectories"] for row in tables["mart_outflow"]) > 1
    assert any(row["aftercare_months"] for row in tables["mart_aftercare"])
    assert any(row["difference_flanders_pp"] for row in tables["mart_activation_ratio"])
    assert {row["rule"] for row in tables["warehouse_findings"]} == {
        "unknown_trajectory",
        "overlapping_trajectory",
        "number_circle",
    }
    codes = [marts(ledger, geography_date=date(year, 6, 1)) for year in (2018, 2024)]
    assert all(any(row["nis_code"] == "99999" for row in each["mart_intake"]) for each in codes)


def test_person_numbers_as_keys_meet_their_references_in_other_spellings(ledger: Ledger) -> None:
    keys: dict[str, set[str]] = {}
    for delivery in ledger.accepted:
        for row in delivery.rows:
            if "person_number_as_key" in row.warns and row.values.get("traject_id"):
                keys.setdefault(delivery.source, set()).add(str(row.values["traject_id"]))
    assert all(keys["trajecten"] & keys[source] for source in ("klantprofielen", "loontoelagen"))


def forms_of(path: Path) -> set[str]:
    """The forms of everyday deliveries that a file holds, of those that no rule is named after."""
    if path.suffix == ".csv":
        text = path.read_bytes().decode("utf-8", "replace")
        forms = {
            "a line that names the separator": text.lstrip("\ufeff").lower().startswith("sep="),
            "BOM": text.startswith("\ufeff"),
            "blanks without width": "\u200b" in text,
            "midnight": " 00:00:00" in text and "T00:00:00" in text,
            "one digit": re.search(r"[;,\"][1-9]/[1-9]/20", text) is not None,
            "waar": re.search(r"(?i)\bwaar\b", text) is not None,
        }
    elif path.suffix == ".xlsx":
        cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for cell in row]
        results = [
            cell for row in openpyxl.load_workbook(path, data_only=True).worksheets[0].iter_rows() for cell in row
        ]
        forms = {
            "an error": any(cell.data_type == "e" for cell in cells),
            "a formula": any(
                cell.data_type == "f" and result.value for cell, result in zip(cells, results, strict=True)
            ),
            "a formula without a result": any(cell.value == "=1+1" for cell in cells),
            "a number that is shown with zeros": any(cell.number_format == "00000000000" for cell in cells),
            "a month that became a date": any(cell.number_format == "mmm-yy" for cell in cells),
        }
    else:
        with duckdb.connect() as db:
            types = dict(
                row[:2] for row in db.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
            )
        forms = {f"typed {kind}": kind in types.values() for kind in ("DATE", "TIMESTAMP", "BOOLEAN", "DOUBLE")}
        numbers = {"BIGINT", "HUGEINT", "DOUBLE", "DECIMAL(11,0)"}
        people = {kind for name, kind in types.items() if name.strip().lower() in ("klant_id", "oude_insz")}
        months = {kind for name, kind in types.items() if name.strip().lower() in ("maand", "prestatiemaand")}
        forms |= {"numbers of people": bool(people & numbers), "months as days": bool(months & {"DATE", "TIMESTAMP"})}
    return {form for form, is_there in forms.items() if is_there}


FORMS = {
    "a line that names the separator", "BOM", "blanks without width", "midnight", "one digit", "waar",
    "an error", "a formula", "a formula without a result", "a number that is shown with zeros",
    "a month that became a date", "typed DATE", "typed TIMESTAMP", "typed BOOLEAN", "typed DOUBLE",
    "numbers of people", "months as days",
}  # fmt: skip


def test_every_form_that_offices_send_is_there(inboxes: list[Inbox]) -> None:
    seen = Counter(form for inbox in inboxes for name in inbox.good for form in forms_of(inbox.folder / name))
    assert set(seen) == FORMS


def test_the_same_seed_gives_the_same_inbox(inboxes: list[Inbox], tmp_path: Path) -> None:
    again = write_inbox(tmp_path / "again", seed=1)
    contents = [
        {path.name: path.read_bytes() for path in inbox.paths if path.is_file()} for inbox in (inboxes[0], again)
    ]
    assert contents[0] == contents[1]


def test_options(tmp_path: Path) -> None:
    small = write_inbox(
        tmp_path / "small", seed=5, deliveries=3, rows=(5, 9), formats=("csv",), sources=("leefloners",), broken=False
    )
    assert len(small.paths) == 3 and small.refused == {}
    assert {path.suffix for path in small.paths} == {".csv"}
    assert max(path.name for path in small.paths).startswith("leefloners_2026-02-28")


def test_comparison(ledger: Ledger, tmp_path: Path) -> None:
    expected = marts(ledger)
    write_publication(tmp_path, expected)
    assert_publication_equals(tmp_path, expected)
    wrong = deepcopy(expected)
    wrong["mart_intake"][0]["screened"] += 1
    wrong["mart_wage_subsidies"].pop()
    wrong["mart_outflow"][0]["position"] = "elders"
    with pytest.raises(AssertionError) as failure:
        assert_publication_equals(tmp_path, wrong)
    message = str(failure.value)
    for part in ("mart_intake: 1 unequal", "mart_wage_subsidies: 1 unexpected", "mart_outflow: 1 missing"):
        assert part in message
    (tmp_path / "mart_intake.parquet").unlink()
    with pytest.raises(AssertionError, match="mart_intake: not published"):
        assert_publication_equals(tmp_path, expected, tables=["mart_intake"])


def test_comparison_of_the_door(ledger: Ledger, tmp_path: Path) -> None:
    rows = []
    for delivery in ledger.deliveries:
        reasons = [{"rule": r, "on_fail": f, "rows": n} for (r, f), n in delivery.reasons.items()]
        counts = ("file_name", "source", "delivered_on", "status", "sha256")
        counts += ("rows_read", "rows_accepted", "rows_quarantined", "rows_warned")
        rows.append({name: getattr(delivery, name) for name in counts} | {"reasons": reasons})
        if delivery.rows:
            lake = [
                each.values
                | {"verwijderd": each.verwijderd, "_file_name": delivery.file_name, "_row": each.number}
                | {"_delivered_on": delivery.delivered_on}
                for each in delivery.rows
            ]
            write_table(tmp_path / "lake" / delivery.source / f"{len(rows)}.parquet", lake)
    write_table(tmp_path / "ledger" / "deliveries.parquet", rows)
    assert_door_equals(tmp_path, ledger)
    wrong = deepcopy(ledger)
    loaded = wrong.accepted[0].rows
    loaded.remove(loaded[0])
    wrong.accepted[1].rows[0].values[next(iter(wrong.accepted[1].rows[0].values))] = "iets anders"
    with pytest.raises(AssertionError, match="should not be loaded") as failure:
        assert_door_equals(tmp_path, wrong)
    assert "differs" in str(failure.value)
