"""The dates of a run, and the notes on figures that reach further than the deliveries."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from orchestration.warehouse.run_dates import coverage_notes
from tests.orchestration.ingest.test_ledger import ENTRY


def test_dates_and_years_after_the_newest_delivery_are_noted() -> None:
    newest = replace(ENTRY, status="accepted", delivered_on=dt.date(2024, 2, 20))

    def notes(as_of: dt.date, years: Collection[int] = (2022, 2023)) -> list[str]:
        return coverage_notes([newest], as_of, {"twe-2024": years})

    assert notes(dt.date(2024, 2, 29)) == []
    (line,) = notes(dt.date(2027, 1, 1))
    assert "2027-01-01 is later than the newest delivery (2024-02-20)" in line
    assert notes(dt.date(2024, 2, 29), (2023, 2024, 2025)) == [
        "twe-2024 asks for 2025, after the as-of date 2024-02-29: a 0 means 'no figures yet' there"
    ]
