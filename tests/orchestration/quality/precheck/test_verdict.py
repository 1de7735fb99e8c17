"""What precheck says of a file is what a load makes of it, and nothing of a person is in it."""

import datetime as dt
from pathlib import Path

import pytest

from orchestration.ingest import ledger
from orchestration.quality.precheck import verdict
from orchestration.quality.precheck.verdict import FileVerdict
from orchestration.store.errors import WrongChoiceError
from tests.conftest import Finished
from tests.support.deliveries import INSZ, rows_of, write, write_text

TODAY = dt.date(2024, 3, 1)
HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
ROWS = f"""{HEAD}
    T1 | {INSZ[0]} | 11001 | 2020-01-01 | 2022-12-31 | UITGEVOERD
    T2 | {INSZ[1]} | 11001 | nooit      |            |
    T3 |           | 11001 | 2020-01-01 |            |
    T4 | {INSZ[2]} | 11001 | ooit       |            |
"""


def one(path: Path, source: str | None = None) -> FileVerdict:
    return verdict.of_files([path], TODAY, source)[path]


def test_a_verdict_names_the_rows_of_every_rule(tmp_path: Path) -> None:
    found = one(write(tmp_path, "trajecten_2024-01-31_gent.csv", ROWS))
    assert (found.rows_read, found.rows_quarantined, found.rows_warned, found.refused) == (4, 3, 1, "")
    assert {(rule.name, rule.on_fail, rule.rows) for rule in found.broken} == {
        ("invalid_startdatum", "reject", (3, 5)),
        ("missing_klant_id", "reject", (4,)),
        ("over_24_months", "warn", (2,)),
    }
    assert not found.is_sound
    assert not any(insz[2:] in repr(found) for insz in INSZ)
    assert [row.values["klant_id"][:2] for row in found.rows if "klant_id" in row.values] == ["93", "05", "85"]


def test_warnings_alone_refuse_nothing(tmp_path: Path) -> None:
    found = one(write(tmp_path, "trajecten_2024-01-31_gent.csv", "\n".join(ROWS.splitlines()[:2])))
    assert found.is_sound and [rule.name for rule in found.broken] == ["over_24_months"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Trajecten Gent.csv", "noem het bestand trajecten_2024-03-01_uwgemeente.csv"),
        ("export van screenings.XLSX", "noem het bestand screenings_2024-03-01_uwgemeente.xlsx"),
        ("klanten.csv", "noem het bestand <bron>_2024-03-01_uwgemeente.csv, waarin <bron> een van deze is: arbeids"),
        ("trajecten_2024-02-30.csv", "noem het bestand trajecten_2024-03-01_uwgemeente.csv"),
        ("trajecten.xls", "bewaar de gegevens als Excel-werkmap (.xlsx) of CSV, onder de naam trajecten_2024-03-01_"),
        ("VERTROUWELIJK_44021_gent_trajecten.xlsx", "noem het bestand trajecten_2024-03-01_gent-verbeterd.xlsx"),
    ],
)
def test_a_file_that_is_not_named_as_a_delivery_is_told_the_right_name(name: str, advice: str, tmp_path: Path) -> None:
    found = one(write(tmp_path, name, ROWS))
    assert advice in found.refused and not found.is_sound and found.source is None


def test_with_its_source_such_a_file_is_checked_all_the_same(tmp_path: Path) -> None:
    named = one(write(tmp_path, "trajecten_2024-01-31_gent.csv", ROWS))
    found = one(write(tmp_path, "werkbestand.CSV", ROWS), "trajecten")
    assert (found.broken, found.rows, found.refused) == (named.broken, named.rows, "")
    assert "noem het bestand trajecten_2024-03-01_uwgemeente.csv" in found.remarks[0]
    assert one(write(tmp_path, "werkbestand.docx", ROWS), "trajecten").refused
    with pytest.raises(WrongChoiceError, match="er is geen bron 'traject'; kies uit "):
        one(tmp_path / "werkbestand.CSV", "traject")


def test_a_file_of_a_later_day_and_one_that_comes_twice(tmp_path: Path) -> None:
    assert "ligt na vandaag" in one(write(tmp_path, "trajecten_2024-03-02.csv", ROWS)).refused
    paths = [write(tmp_path, f"trajecten_2024-01-{day}.csv", ROWS) for day in ("31", "30")]
    second, first = verdict.of_files(paths, TODAY).values()
    assert (first.rows_read, second.rows_read) == (4, 0)
    assert second.remarks == ("heeft dezelfde inhoud als trajecten_2024-01-30.csv, en telt niet nog eens",)


def test_the_number_of_a_person_in_a_name_is_not_repeated(tmp_path: Path) -> None:
    for name, source in ((f"trajecten_2024-01-31_{INSZ[0]}.csv", None), (f"werk {INSZ[0]}.csv", "trajecten")):
        found = one(write(tmp_path, name, ROWS), source)
        assert INSZ[0] not in repr(found) and "93*********" in found.name
    assert "INSZ" in one(tmp_path / f"trajecten_2024-01-31_{INSZ[0]}.csv").refused


def test_a_file_that_is_refused_whole_says_why_in_dutch(tmp_path: Path) -> None:
    found = one(write_text(tmp_path, "trajecten_2024-01-31.csv", "traject_id;startdatum\nT1;2020-01-01\n"))
    assert "klant_id, ocmw_nis" in found.refused and "kolom" in found.refused and not found.rows_read


@pytest.mark.slow
def test_the_verdict_on_a_hostile_inbox_is_that_of_a_load_through_great_expectations(finished: Finished) -> None:
    """Every file of three formats: the counts and the rows of each rule, and why a file is refused."""
    paths = [path for path in finished.inbox.paths if path.is_file()]
    found = {one.name: one for one in verdict.of_files(paths, dt.date(2026, 12, 31)).values()}
    entries = {entry.file_name: entry for entry in ledger.read(finished.data.ledger)}
    assert {name.rpartition(".")[2] for name in entries} == {"csv", "xlsx", "parquet"}
    for name, entry in entries.items():
        made = found[name]
        assert made.refused == (entry.message_nl if entry.status == "rejected" else ""), name
        assert (made.rows_read, made.rows_quarantined, made.rows_warned) == (
            entry.rows_read,
            entry.rows_quarantined,
            entry.rows_warned,
        ), name
        assert {(r.name, r.on_fail, len(r.rows)) for r in made.broken} == {
            (r.rule, r.on_fail, r.rows) for r in entry.reasons
        }, name
        kept = finished.data.quarantine / entry.source / f"{entry.delivery_id}.parquet"
        rows = rows_of(kept) if kept.exists() else []
        assert [(row.number, row.quarantined, row.rules, row.fields) for row in made.rows] == [
            (
                row["row_number"],
                row["outcome"] == "quarantined",
                tuple(row["rules"]),
                None if row["fields"] is None else tuple(field or "" for field in row["fields"]),
            )
            for row in rows
        ], name
    others = {name: one for name, one in found.items() if name not in entries}
    assert others and all(one.refused or one.remarks for one in others.values())
