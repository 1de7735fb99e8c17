"""Hand-computed cases for the activation ratio, after-care and intake."""

from datetime import date
from typing import Any

import pytest

from tests.oracle import marts
from tests.oracle.building import ledger_of
from tests.oracle.sources import INTAKE_CRITERIA


def trip(traject_id: str, start: str, end: str | None = None, client: str = "k1", nis: str = "44021") -> dict[str, Any]:
    row = {"traject_id": traject_id, "klant": client, "ocmw_nis": nis, "startdatum": start, "einddatum": end}
    return row | ({"beeindiging": "VROEGTIJDIG"} if end else {})


def month(nis: str, maand: str, leefloners: int, equivalent: int | None = None) -> dict[str, Any]:
    return {"nis_code": nis, "maand": maand, "leefloners": leefloners, "equivalent_leefloners": equivalent}


def test_ratio_by_hand() -> None:
    ledger = ledger_of(
        "2026-01-01",
        trajecten=[
            trip("T1", "2020-01-31", "2020-02-28"),  # at the end of January, not of February 2020
            trip("T2", "2020-01-01", "2020-01-31", client="k1"),  # the same client: counts once
            trip("T3", "2020-02-29", client="k2"),
            trip("T4", "2020-01-01", client="k2", nis="11007"),  # Borsbeek, now Antwerpen
            trip("T5", "2020-01-01", client="k2", nis="11002"),  # the same client in the same municipality
        ],
        leefloners=[
            month("44021", "2020-01", 10, 3),
            month("44021", "2020-02", 20),
            month("44021", "2021-01", 4),
            month("11007", "2020-01", 1),
            month("11002", "2020-01", 7, 5),
            month("11002", "2020-03", 0),
        ],
    )
    rows = {(row["basis"], row["year"], row["nis_code"]): row for row in marts(ledger)["mart_activation_ratio"]}
    assert len(rows) == 3 + 3
    ghent, antwerp = rows["year_average", 2020, "44021"], rows["year_average", 2020, "11002"]
    assert ghent["clients_in_twe"] == (1 + 1) / 2
    assert ghent["leefloners"] == (10 + 20) / 2
    assert ghent["equivalent_leefloners"] == 3  # mean over the months where it was given
    assert ghent["ratio_pct"] == pytest.approx(100 * 1 / 15)
    assert ghent["clients_change_pct"] is None
    assert (antwerp["clients_in_twe"], antwerp["leefloners"]) == ((1 + 1) / 2, ((1 + 7) + 0) / 2)
    flanders = 100 * (1 + 1) / (15 + 4)
    assert antwerp["difference_flanders_pp"] == pytest.approx(100 * 1 / 4 - flanders)
    next_year = rows["year_average", 2021, "44021"]
    assert next_year["clients_in_twe"] == 1  # T3 still runs
    assert next_year["clients_change_pct"] == 100 * (1 - 1) / 1
    assert next_year["ratio_change_pp"] == pytest.approx(100 * 1 / 4 - 100 * 1 / 15)
    assert next_year["ratio_change_pct"] == pytest.approx(100 * ((1 / 4) / (1 / 15) - 1))
    assert rows["january", 2020, "44021"]["ratio_pct"] == pytest.approx(100 * 1 / 10)
    assert rows["january", 2020, "11002"]["leefloners"] == 1 + 7


def test_undefined_is_empty_never_nought() -> None:
    ledger = ledger_of(
        "2026-01-01",
        trajecten=[trip("T1", "2020-01-01")],
        leefloners=[month("44021", "2020-01", 0), month("44021", "2021-01", 5)],
    )
    rows = {row["year"]: row for row in marts(ledger)["mart_activation_ratio"] if row["basis"] == "january"}
    assert (rows[2020]["clients_in_twe"], rows[2020]["ratio_pct"]) == (1, None)
    assert rows[2020]["difference_flanders_pp"] is None
    assert (rows[2021]["ratio_pct"], rows[2021]["ratio_change_pct"], rows[2021]["ratio_change_pp"]) == (20, None, None)
    assert rows[2021]["clients_change_pct"] == 0
    assert rows[2021]["difference_flanders_pp"] == 0


def test_codes_newer_than_the_geography_share_one_row() -> None:
    ledger = ledger_of("2026-01-01", leefloners=[month("46030", "2025-01", 2), month("73110", "2025-01", 3)])
    tables = marts(ledger, geography_date=date(2024, 12, 31))
    rows = [row for row in tables["mart_activation_ratio"] if row["basis"] == "january"]
    assert [(row["nis_code"], row["municipality"], row["province"], row["leefloners"]) for row in rows] == [
        ("99999", "Niet toewijsbaar", "Niet toewijsbaar", 2 + 3)
    ]
    assert len(tables["municipalities"]) == 300 + 1


def job(number: int, start: str, end: str | None) -> dict[str, Any]:
    return {"tewerkstelling_id": f"W{number}", "traject_id": "T1", "startdatum": start, "einddatum": end}


@pytest.mark.parametrize(
    ("jobs", "timely", "months"),
    [
        ([], 0, None),
        ([("2020-03-31", "2020-12-31")], 1, 6),  # 2020-01-31 + 2 months; 1 January to 30 June
        ([("2020-04-01", "2021-05-31")], 0, 1),
        ([("2020-04-01", "2021-01-01"), ("2020-02-01", "2020-06-30")], 1, 5),  # the latest end counts
        ([("2020-04-01", None), ("2020-02-01", "2020-06-30")], 1, 0),
        ([("2020-02-01", "2021-06-30")], 1, 0),
        ([("2020-02-01", "2021-06-29")], 1, 0),
    ],
)
def test_after_care_months(jobs: list[tuple], timely: int, months: float | None) -> None:
    ledger = ledger_of(
        "2026-01-01",
        trajecten=[trip("T1", "2020-01-31", "2021-06-30")],
        art60_tewerkstellingen=[job(number, *each) for number, each in enumerate(jobs)],
    )
    (row,) = marts(ledger)["mart_aftercare"]
    assert (row["year"], row["ended"], row["with_art60"]) == (2021, 1, int(bool(jobs)))
    assert (row["timely_work"], row["aftercare_months"]) == (timely, months)


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [
        ("2020-06-01", "2020-12-31", 0),  # ended with the job
        ("2020-06-01", "2021-01-01", 1),
        ("2021-06-30", None, 1),
        ("2021-07-01", None, 0),
    ],
)
def test_after_care_actions(start: str, end: str | None, counts: int) -> None:
    action = {"actie_id": "A1", "klant": "k1", "type": "COACHING", "startdatum": start, "einddatum": end}
    ledger = ledger_of(
        "2026-01-01",
        trajecten=[trip("T1", "2020-01-31", "2021-06-30"), trip("T2", "2021-01-01", "2021-02-01", client="k2")],
        art60_tewerkstellingen=[job(1, "2020-02-01", "2020-12-31")],
        begeleidingsacties=[action],
    )
    (row,) = marts(ledger)["mart_aftercare"]
    assert (row["ended"], row["with_art60"], row["aftercare_months"]) == (2, 1, 6)
    assert (row["with_coaching"], row["with_wes"], row["with_ibo"], row["with_opleidingsstage"]) == (counts, 0, 0, 0)


def test_intake() -> None:
    def screening(number: int, decision: str, *answers: bool | None) -> dict[str, Any]:
        row = {"screening_id": str(number), "klant": "k", "ocmw_nis": "44021", "screeningsdatum": "2020-05-05"}
        return row | {"besluit": decision} | dict(zip(INTAKE_CRITERIA, answers, strict=True))

    ledger = ledger_of(
        "2026-01-01",
        screenings=[
            screening(1, "TOEGELEID", True, True, True, True),
            screening(2, "TOEGELEID", True, True, True, None),
            screening(3, "TOEGELEID", True, False, True, True),
            screening(4, "NIET_TOEGELEID", True, True, True, True),
            screening(5, "NIET_TOEGELEID", None, False, True, True),
        ],
    )
    (row,) = marts(ledger)["mart_intake"]
    assert (row["screened"], row["meeting_criteria"], row["incomplete"]) == (5, 2, 2)
    assert (row["referred"], row["referred_meeting"], row["referred_not_meeting"]) == (3, 1, 1 + 1)
