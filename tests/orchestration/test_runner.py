"""A run is shown, alerted when something failed, and only then noted as reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration import runner
from orchestration.planning import RunRequest
from orchestration.results import RunProblem, RunReport
from orchestration.services.alerts import Alert
from orchestration.store.settings import Settings
from tests.orchestration.ingest.test_ledger import ENTRY
from tests.support.deliveries import INSZ


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done after the run, in its order."""
    steps: list[str] = []

    def send(_: Settings, alert: Alert) -> list[str]:
        steps.append(alert.text)
        return []

    monkeypatch.setattr(runner.alerts, "send", send)
    monkeypatch.setattr(runner.reported, "report", lambda _, entries: steps.append(f"noted {len(entries)}"))
    return steps


def run(settings: Settings, report: RunReport, done: list[str], monkeypatch: pytest.MonkeyPatch) -> RunReport:
    monkeypatch.setattr(runner, "run", lambda *_: report)
    return runner.run_and_alert(settings, RunRequest(), lambda made: done.append(f"shown {made.exit_code}"))


def test_a_good_run_is_shown_and_noted_without_an_alert(settings, done, monkeypatch):
    run(settings, RunReport(loaded=[replace(ENTRY, status="accepted")]), done, monkeypatch)
    assert done == ["shown 0", "noted 1"]


def test_a_blocked_run_sends_where_it_was_blocked_and_nothing_of_what_was_said(settings, done, monkeypatch):
    report = RunReport(problems=[RunProblem("lake__trajecten", f"cannot convert {INSZ[0]}")], loaded=[ENTRY])
    run(settings, report, done, monkeypatch)
    shown, alert, noted = done
    assert (shown, noted) == ("shown 1", "noted 1")
    assert "blocked: lake__trajecten" in alert and INSZ[0] not in alert


def test_a_run_that_did_not_take_place_is_alerted_and_not_noted(settings, done, monkeypatch):
    monkeypatch.setattr(runner, "run", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runner.run_and_alert(settings, RunRequest(), lambda _: None)
    (alert,) = done
    assert alert.startswith("twe run did not take place (ZeroDivisionError)")
