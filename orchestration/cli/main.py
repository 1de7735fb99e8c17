"""The command line `twe`. Thin: every command calls one function and prints what came of it.

Exit codes: 0 done; 1 a check blocked or a delivery was refused whole, the rest is done; 2 wrong use or settings.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.cli import admin, analyst, steward
from orchestration.cli.days import DAY, GEOGRAPHY_DAY
from orchestration.store.settings import Settings, load_settings

if TYPE_CHECKING:
    from orchestration.planning import RunRequest


def main() -> None:
    """Entry point of the console script: errors that a user can mend are one line, never a traceback."""
    from expectations.contract import ContractError
    from exports.figures.reading import PublicationError
    from exports.questions.question import QuestionError
    from orchestration.answers.documents import YearsError
    from orchestration.answers.questions import UnknownQuestionError
    from orchestration.store.errors import TweError
    from orchestration.store.lock import BusyError
    from orchestration.store.settings import SettingsError
    from orchestration.warehouse.run_dates import NothingAcceptedError

    # Importing makes objects by the hundred thousand that stay; looking for garbage among them costs seconds.
    gc.set_threshold(1_000_000, 20, 20)
    try:
        twe(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (
        SettingsError,
        ContractError,
        QuestionError,
        PublicationError,
        YearsError,
        UnknownQuestionError,
        NothingAcceptedError,
        BusyError,
        TweError,
    ) as error:
        click.echo(f"twe: {error}", err=True)
        sys.exit(2)


def _dates(command: Any) -> Any:
    for option in (
        click.option(
            "--geography-date", type=GEOGRAPHY_DAY, help="Municipalities as they were on this day. Default: as-of."
        ),
        click.option("--as-of", type=DAY, help="Only deliveries up to this day exist. Default: the newest accepted."),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def twe() -> None:
    """Data warehouse for TWE-OCMW trajectories: guarded deliveries in, marts and annex workbooks out."""


@twe.command()
@click.option("--question", "questions", multiple=True, metavar="ID", help="Only this question; may be repeated.")
@_dates
def run(questions: tuple[str, ...], as_of: dt.date | None, geography_date: dt.date | None) -> None:
    """Take new deliveries in, build the marts, publish them and write the annexes."""
    from orchestration.runner import RunRequest

    _run(load_settings(), RunRequest(questions, as_of, geography_date))


@twe.command()
@click.option("--question", required=True, metavar="ID", help="The question; `twe questions` lists them.")
@_dates
@click.option("--years", metavar="2020-2023", help="Only these years, or a list such as 2020,2022.")
def annexes(question: str, as_of: dt.date | None, geography_date: dt.date | None, years: str | None) -> None:
    """Write the annexes of a question from what is loaded, as it stood on any day."""
    from orchestration.runner import RunRequest

    _run(load_settings(), RunRequest((question,), as_of, geography_date, years, load=False))


def _run(settings: Settings, wish: RunRequest) -> None:
    from orchestration import runner, summary
    from orchestration.ingest import reported
    from orchestration.services import alerts

    try:
        report = runner.run(settings, wish)
    except Exception as error:
        alerts.send(settings, alerts.of_error(error))
        raise
    click.echo(summary.run_text(report))
    if report.exit_code:
        alerts.send(settings, alerts.of_report(report.problems, [e.file_name for e in report.refused]))
    reported.tell(settings.folder, report.loaded)  # last of all: a run that is killed before it has told nothing
    sys.exit(report.exit_code)


@twe.command()
@click.option("--trajectories", default=60_000, show_default=True, type=click.IntRange(min=50), help="How many.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same bytes.")
@click.option("--last-year", type=int, help="Last full year of data. Default: the last full calendar year.")
@click.option("--inbox", type=click.Path(file_okay=False, path_type=Path), help="Folder. Default: the inbox.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the folder holds files already.")
def demo(trajectories: int, seed: int, last_year: int | None, inbox: Path | None, if_empty: bool) -> None:
    """Write synthetic deliveries, in the shape of the real thing."""
    from orchestration import summary
    from orchestration.demo import InboxInUseError, write_demo
    from orchestration.ingest.workspace import Workspace
    from orchestration.store.settings import ensure_writable

    settings = load_settings()
    folder = inbox or settings.inbox_folder
    if not inbox:
        ensure_writable(settings.folder)
    if not inbox and Workspace(settings).holds_real_deliveries:
        if if_empty:
            return
        raise click.UsageError(f"{settings.folder.root} holds real deliveries; set TWE_DATA to another folder")
    # Names with a dot are no deliveries; the demo's own are what a killed demo leaves.
    if if_empty and folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        return
    try:
        click.echo(summary.demo_text(write_demo(folder, trajectories, seed, last_year)))
    except (InboxInUseError, ValueError) as error:
        raise click.UsageError(str(error)) from None


@twe.command()
def status() -> None:
    """Show deliveries, quarantine and publication."""
    from orchestration import summary

    click.echo(summary.status_text(load_settings()))


for command in (*admin.COMMANDS, *steward.COMMANDS, *analyst.COMMANDS):
    twe.add_command(command)

if __name__ == "__main__":
    main()
