"""Commands for the data steward: quarantined rows, reviews of warnings, checks of the files that they edit, and the
templates that OCMWs fill in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli import options
from orchestration.store.settings import Settings, load_settings

if TYPE_CHECKING:
    from orchestration.quality.listing import CaseFilter

ALL_SOURCES = "*"
READ_BACK = "`twe review` reads its column nagekeken"
CONFIDENTIAL = "CONFIDENTIAL: for the OCMW itself"


@click.command()
@click.option(
    "--against-past",
    "past",
    is_flag=False,
    flag_value=ALL_SOURCES,
    metavar="[SOURCE]",
    help="Show which rows of the past today's rules would quarantine, warn about or let in. Changes nothing.",
)
@click.option("--rows", is_flag=True, help="With --against-past: the row numbers too.")
def check(past: str | None, rows: bool) -> None:
    """Check rules, code lists, classes, municipalities, questions, figure book and disclosure policy before a run."""
    from orchestration.answers.questions import known
    from orchestration.ingest.ledger import newest_accepted
    from orchestration.ingest.workspace import Workspace
    from orchestration.quality.checks import checking, exports
    from orchestration.quality.checks.files import Places
    from orchestration.quality.past import backtest
    from orchestration.store.wording import counted

    settings = load_settings()
    found = checking.mistakes((*checking.CHEAP, *checking.THOROUGH), Places(own_questions=settings.questions_folder))
    if found:
        click.echo("\n".join(map(str, found)), err=True)
        click.echo(f"{counted(len(found), 'mistake')}; nothing was run.", err=True)
        sys.exit(2)
    click.echo("Sound: rules, code lists, classes, municipalities, questions, figure book and disclosure policy.")
    newest = newest_accepted(Workspace(settings).entries())
    for remark in exports.remarks(known(settings).values(), newest):  # no mistakes, but seldom meant
        click.echo(remark)
    if past:
        click.echo(backtest.text_of(settings.folder, None if past == ALL_SOURCES else past, rows))


@click.command()
@click.option("--source", help="Only this source.")
@click.option("--ocmw", help="Only this OCMW: a NIS code, a name, a label of a delivery, or onbekend.")
@click.option("--rule", help="Only rows that broke this rule.")
@click.option("--all", "everything", is_flag=True, help="What was resolved or reviewed too.")
@click.option("--files", is_flag=True, help="A line per file, and with --all the delivery that resolved it.")
@click.option(
    "--by",
    type=click.Choice(["ocmw"]),
    help="A line per OCMW and source: its share of wrong rows per year; who gets worse first.",
)
@click.option("--xlsx", type=options.FILE, help=f"Write the rows to this workbook; {READ_BACK}. With --by: the counts.")
@click.option(
    "--back", type=options.FOLDER, help=f"Write one workbook per OCMW and source to this folder. {CONFIDENTIAL}."
)
def quarantine(
    source: str | None,
    ocmw: str | None,
    rule: str | None,
    everything: bool,
    files: bool,
    by: str | None,
    xlsx: Path | None,
    back: Path | None,
) -> None:
    """Show quarantined rows and warnings: what is open and since when, what was resolved, what was reviewed."""
    from orchestration.quality import listing
    from orchestration.quality.workbooks import return_book, steward_book

    settings = load_settings()
    data = settings.folder
    choice = listing.CaseFilter(source, ocmw, rule, everything, files)
    rows = listing.chosen_rows(data, choice) if back or (xlsx and not by) else []
    if by:
        click.echo(_per_ocmw(settings, choice, xlsx))
    elif xlsx:
        click.echo(steward_book.write_chosen(rows, everything, xlsx))
    if back:
        click.echo(return_book.write_open(rows, listing.recipients(data) if rows else None, back))
    if not by and not xlsx and not back:
        found = listing.chosen(data, choice)
        click.echo(listing.text(found, choice, listing.recipients(data) if found else None))


def _per_ocmw(settings: Settings, choice: CaseFilter, xlsx: Path | None) -> str:
    """What was asked for per OCMW, as text or as a workbook."""
    from orchestration.ingest.workspace import Workspace
    from orchestration.quality import listing
    from orchestration.quality.workbooks import ocmw_book

    found = listing.chosen(settings.folder, choice)
    if not found:
        return "Nothing is in quarantine for this choice."
    by = listing.by_ocmw(Workspace(settings), found, listing.recipients(settings.folder), choice)
    return ocmw_book.write(by, settings.folder, xlsx) if xlsx else listing.text_by_ocmw(by)


@click.command()
@click.argument("workbook", required=False, type=options.FILE, callback=options.rows_file)
@click.option("--row", metavar="FILE:ROW", help="One row, by the name of its delivery and its number.")
@click.option("--rule", help="With --row: only this rule. Default: every warning of the row.")
@click.option("--why", metavar="TEXT", help="With --row: why the row is right as it is. No INSZ, no names.")
@click.option("--take-back", is_flag=True, help="With --row: the row is open again.")
@click.option("--by", metavar="NAME", help="Who decided. Default: the user who is logged in.")
@click.option("--replace", is_flag=True, help="Replace reasons given before by other ones without asking.")
def review(
    workbook: Path | None,
    row: str | None,
    rule: str | None,
    why: str | None,
    take_back: bool,
    by: str | None,
    replace: bool,
) -> None:
    """Mark warnings as reviewed: the row is right as it is, and is no longer open.

    A quarantined row without a usable key is closed the same way: nothing can show that it came back.

    Give the WORKBOOK of `twe quarantine --xlsx` with the column `nagekeken` filled in, or one row.
    """
    from orchestration.quality import reviews
    from orchestration.quality.workbooks import steward_book
    from orchestration.store.settings import ensure_writable, login_name, now

    if bool(workbook) == bool(row):
        raise click.UsageError("give a workbook of `twe quarantine --xlsx`, or one row with --row FILE:ROW")
    if why is not None and not why.strip():
        raise click.UsageError("the reason is empty; say with --why why the row is right as it is")
    if bool(row) != (bool(why) or take_back) or (why and take_back):
        raise click.UsageError("with --row goes either --why TEXT or --take-back")
    if rule and not row:
        raise click.UsageError("--rule goes with --row")
    data = load_settings().folder
    ensure_writable(data)
    lines = steward_book.read(workbook) if workbook else reviews.of_row(data, row or "", rule, why)
    who, at = by or login_name(), now()
    try:
        done = reviews.apply(data, lines, who, at, replace)
    except reviews.ReplacingError as error:
        if not options.is_terminal():
            raise
        click.echo(error.listing)
        if not click.confirm("Replace?"):
            raise
        done = reviews.apply(data, lines, who, at, replace_reasons=True)
    click.echo(str(done))


@click.command()
@click.argument("source", required=False)
@click.argument("file", required=False, type=options.FILE)
@click.option("--all", "folder", type=options.FOLDER, help="Write the templates of all sources to this folder.")
def template(source: str | None, file: Path | None, folder: Path | None) -> None:
    """Write the delivery template of SOURCE to FILE.xlsx: filled in, it is a delivery.

    It says what belongs in each column and colours what breaks a rule as it is typed.
    """
    from orchestration.quality.workbooks import template_book

    if bool(folder) == bool(source) or bool(source) != bool(file):
        raise click.UsageError(
            "give a source and a file, such as: twe template trajecten trajecten.xlsx; or --all FOLDER"
        )
    click.echo(template_book.write_all(folder) if folder else template_book.write(source or "", file or Path()))


COMMANDS = (check, quarantine, review, template)
