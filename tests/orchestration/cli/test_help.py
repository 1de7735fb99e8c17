"""The help of every command is the one that was reviewed; after a change that is meant: `make golden`."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from orchestration.cli.main import twe


def test_the_help_is_the_one_that_was_reviewed(
    monkeypatch: pytest.MonkeyPatch, golden: Callable[[str, str], None]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = [command.name or "" for commands in twe.sections.values() for command in commands]
    shown = [
        CliRunner().invoke(twe, [*name, "--help"], prog_name="twe").output for name in ([], *([c] for c in commands))
    ]
    golden("help", "\n\n".join(shown))


def test_every_command_has_a_person_and_every_option_a_help() -> None:
    listed = {command.name for commands in twe.sections.values() for command in commands}
    assert listed == set(twe.commands)
    options = [(c.name, p) for c in twe.commands.values() for p in c.params if isinstance(p, click.Option)]
    assert [(name, option.name) for name, option in options if not option.help] == []


def test_the_version_is_that_of_the_package_and_of_the_code() -> None:
    shown = CliRunner().invoke(twe, ["--version"])
    assert shown.exit_code == 0 and shown.output.startswith("twe 0.") and "+" in shown.output


@pytest.mark.parametrize("day", ["31/12/2025", "31-12-2025", "20251231"])
def test_a_day_that_is_written_in_another_way_is_answered_with_the_right_one(day: str) -> None:
    shown = CliRunner().invoke(twe, ["run", "--as-of", day])
    assert shown.exit_code == 2 and "write year-month-day, like 2025-12-31" in shown.output


def test_an_error_that_can_be_mended_is_one_line_without_traceback() -> None:
    shown = CliRunner().invoke(twe, ["alert", "x"])
    assert shown.exit_code == 2 and shown.stderr.startswith("twe: no alert was sent") and shown.stderr.count("\n") == 1
