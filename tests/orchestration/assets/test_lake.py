"""The check of a source on the Dagster page that warns of what is unusual, and never blocks."""

import datetime as dt

import dagster as dg

from orchestration.assets import lake
from orchestration.quality.recipients import UNKNOWN, Recipient
from orchestration.quality.senders.prediction import Usual
from orchestration.quality.senders.unusual import Finding, Silence
from tests.orchestration.ingest.test_ledger import ENTRY


def test_what_is_unusual_is_a_warning_with_the_figures_of_both() -> None:
    finding = Finding(
        ENTRY, "size", "", "", 3000.0, Usual(900, 1000, 1100), Recipient("levering_x", "Levering met label x"), 8
    )
    silence = Silence("trajecten", UNKNOWN, dt.date(2024, 1, 31), 90, 40)
    made = lake._unusual_check([finding], [silence])
    assert (made.passed, made.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert (made.description or "").splitlines() == [
        f"{ENTRY.file_name}: rows: 3,000, usually 900 to 1,100 (8 deliveries with label x)",
        "trajecten: no delivery without a label since 2024-01-31, 90 days ago; usually at most 40",
    ]


def test_what_is_usual_passes() -> None:
    made = lake._unusual_check([], [])
    assert (made.passed, made.description) == (True, "As usual.")
