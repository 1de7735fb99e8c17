"""A line per step on a terminal, with what it did and how long; one line in all when nobody looks."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from orchestration import progress


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    screen = io.StringIO()
    monkeypatch.setattr(progress, "_terminal", Console(file=screen, width=140, force_terminal=True))
    return screen


def last_line(screen: io.StringIO) -> str:
    """What is left on the screen of the last step: terminals show what is written after the last return."""
    return [line for line in screen.getvalue().replace("\r", "\n").splitlines() if " s" in line][-1]


def test_a_step_leaves_a_line_with_its_summary(terminal: io.StringIO) -> None:
    with progress.step("trajecten [x]") as shown:
        shown.summary = "3 deliveries"
    line = last_line(terminal)
    assert "trajecten [x]" in line and "3 deliveries" in line and "…" not in line


def test_a_step_that_failed_says_so_and_fails_on(terminal: io.StringIO) -> None:
    with pytest.raises(ValueError, match="x"), progress.step("trajecten"):
        raise ValueError("x")
    assert "failed" in last_line(terminal)


def test_a_log_gets_one_line_and_no_steps(capfd: pytest.CaptureFixture[str]) -> None:
    progress.watch("Building the figures.")
    with progress.step("trajecten") as shown:
        shown.summary = "3 deliveries"
    assert capfd.readouterr().err == "Building the figures.\n"
