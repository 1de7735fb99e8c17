"""Rows per OCMW and day: each row counted once, under the OCMW to which it would go back, and when it was put right."""

import datetime as dt

import duckdb
import pytest

from orchestration.ingest import ledger
from orchestration.quality.recipients import Recipients
from orchestration.quality.senders import rows_by_ocmw, trend
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, load, rows_of, write

pytestmark = pytest.mark.slow  # every test loads deliveries

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging | verwijderd"
NEVER = dt.date(2030, 1, 1)


def trajectories(data: DataFolder, name: str, rows: str) -> None:
    load(data, write(data.inbox, f"trajecten_{name}.csv", f"{HEAD}\n{rows}"))


def counted(data: DataFolder, as_of: dt.date = NEVER, source: str | None = None) -> list[tuple]:
    with duckdb.connect() as con:
        rows_by_ocmw.create(con, data, as_of, Recipients(dt.date(2025, 6, 1)), [source] if source else None)
        return [(*row[:3], str(row[3]), *row[4:]) for row in con.execute("from rows_by_ocmw order by all").fetchall()]


def test_a_row_counts_for_its_own_code_then_its_trajectory_then_the_label_then_nobody(data: DataFolder) -> None:
    trajectories(
        data, "2024-01-31_aalst", f"T1 | {INSZ[0]} | 44001 | 2018-01-01 | | |\nT2 | {INSZ[1]} | 1 | 2018-01-01 | | |"
    )
    profiles = "traject_id | leeftijd\nT1 | 30\nT1 | 7\nT8 | 30"
    load(data, write(data.inbox, "klantprofielen_2024-02-01_gent-nieuw.csv", profiles.replace("T1 | 7\n", "")))
    load(data, write(data.inbox, "klantprofielen_2024-02-02.csv", "traject_id | leeftijd\nT8 | 7"))
    load(data, write(data.inbox, "klantprofielen_2024-02-03_vdab.csv", "traject_id | leeftijd\nT8 | 31"))
    assert counted(data) == [
        ("klantprofielen", "44021", "Gent", "2024-02-01", 1, 0, 0, 0, 0),
        ("klantprofielen", "44084", "Aalter", "2024-02-01", 1, 0, 0, 0, 0),
        ("klantprofielen", None, "Levering met label vdab", "2024-02-03", 1, 0, 0, 0, 0),
        ("klantprofielen", None, "Onbekend", "2024-02-02", 1, 1, 0, 1, 1),
        ("trajecten", "41002", "Aalst", "2024-01-31", 1, 1, 0, 0, 0),
        ("trajecten", "44084", "Aalter", "2024-01-31", 1, 0, 0, 0, 0),
    ]


def test_a_resolved_row_counts_on_its_own_day_with_the_days_that_it_took(data: DataFolder) -> None:
    late = f"T1 | {INSZ[0]} | 11001 | 2025-01-01 | | |"
    good = f"T2 | {INSZ[1]} | 11001 | 2020-01-01 | | |"
    trajectories(data, "2024-01-31", f"{late}\nT3 | {INSZ[2]} | 11001 | gisteren | | |\n{good}\n{good}")
    trajectories(data, "2024-02-10", f"T3 | {INSZ[2]} | 11001 | eergisteren | | |")
    first = ("trajecten", "11001", "Aartselaar", "2024-01-31", 4, 2, 1)
    assert counted(data)[0] == (*first, 0, 0)  # the literal repeat needs no correction
    trajectories(data, "2024-03-01", f"T1 | {INSZ[0]} | 11001 | 2024-01-01 | | |\nT3 | | | | | | J")
    assert counted(data) == [
        (*first, 2, 60),
        ("trajecten", "11001", "Aartselaar", "2024-02-10", 1, 1, 0, 1, 20),
        ("trajecten", "11001", "Aartselaar", "2024-03-01", 1, 0, 0, 0, 0),
        ("trajecten", None, "Onbekend", "2024-03-01", 1, 0, 0, 0, 0),  # withdraws what was never loaded
    ]
    assert counted(data, dt.date(2024, 2, 29))[0] == (*first, 0, 0)  # what comes later does not exist yet


def test_every_row_of_the_ledger_is_counted_once(data: DataFolder) -> None:
    rows = "\n".join(
        f"T{n} | {INSZ[n % 4]} | {code} | 2020-01-01 | | |" for n, code in enumerate([11001, 11002, 9] * 9)
    )
    trajectories(data, "2024-01-31", rows)
    trajectories(data, "2024-02-29", f"{rows}\nT1 | | | | | | J\nte | veel | velden | x | x | x | x | x | x")
    path = data.work / "rows.parquet"
    rows_by_ocmw.write(data, path, dt.date(2024, 2, 29), dt.date(2024, 2, 29))
    totals = [sum(row[name] for row in rows_of(path)) for name in ("rows_read", "rows_quarantined", "rows_warned")]
    entries = ledger.read(data.ledger)
    assert totals == [sum(getattr(e, f"rows_{name}") for e in entries) for name in ("read", "quarantined", "warned")]
    assert totals[0] == 56 and totals[1] > 18


def test_without_deliveries_there_are_no_lines(data: DataFolder) -> None:
    assert counted(data) == []


def test_what_was_counted_a_moment_ago_tells_the_course_as_well(data: DataFolder) -> None:
    """The report takes the file of this run; a file of other dates is not asked for."""
    trajectories(data, "2024-01-31", f"T1 | {INSZ[0]} | 44021 | 2020-01-01 | | |")
    trajectories(data, "2023-01-31", f"T2 | {INSZ[0]} | 44021 | 2020-01-01 | | |")
    who = Recipients(NEVER)
    rows_by_ocmw.write(data, data.rows_by_ocmw, NEVER, NEVER)
    found = trend.read_per_year(data, NEVER, who)
    assert found["trajecten", "Gent"] == found["", "Gent"] == {2023: 1, 2024: 1}
    assert trend.read_per_year(data, NEVER, who, data.rows_by_ocmw) == found
