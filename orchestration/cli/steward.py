"""Commands for the data steward: what was refused, what became of it, and the files that a steward may change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.store.settings import load_settings

ALL_SOURCES = "*"


@click.command()
@click.option(
    "--against-past",
    "past",
    is_flag=False,
    flag_value=ALL_SOURCES,
    metavar="[SOURCE]",
    help="Show which rows of the past today's rules would refuse, warn about or let in. Changes nothing.",
)
@click.option("--rows", is_flag=True, help="With --against-past: the row numbers too.")
def check(past: str | None, rows: bool) -> None:
    """Check rules, code lists, classes, municipalities, questions, figure book and disclosure policy before a run."""
    from orchestration.quality.checks import checking
    from orchestration.quality.wording import counted

    places = checking.Places(own_questions=load_settings().questions_folder)
    found = checking.problems((*checking.cheap(), *checking.thorough()), places)
    for problem in found:
        click.echo(str(problem), err=True)
    if found:
        click.echo(f"{counted(len(found), 'mistake')}; nothing was run.", err=True)
        sys.exit(2)
    click.echo("Sound: rules, code lists, classes, municipalities, questions, figure book and disclosure policy.")
    _unfinished()
    if past:
        _against_past(past, rows)


def _unfinished() -> None:
    """Questions that can be read but not handed out yet: no mistake."""
    from orchestration.answers.questions import known

    for question in known(load_settings()).values():
        for line in question.left_to_do():
            click.echo(f"Not finished, so not to be released: {question.id}: {line}")
    _ahead()


def _ahead() -> None:
    """Questions that ask for years of which nothing can have been delivered: no mistake, but seldom meant."""
    from orchestration.answers.questions import known
    from orchestration.ingest.ledger import newest_accepted
    from orchestration.ingest.workspace import Workspace

    settings = load_settings()
    newest = newest_accepted(Workspace(settings).entries())
    for question in known(settings).values() if newest else ():
        for annex in question.annexes:
            if newest and max(annex.years) > newest.year:
                click.echo(
                    f"Asks for years after the newest delivery ({newest}): {question.id}, annex {annex.number}, up to "
                    f"{max(annex.years)}"
                )


def _against_past(source: str, rows: bool) -> None:
    from expectations import contract
    from orchestration.quality import past, past_text
    from orchestration.quality.wrong_choice import did_you_mean

    known = contract.sources()
    if source not in (ALL_SOURCES, *known):
        raise contract.ContractError(f"there is no source {source!r}; {did_you_mean(source, known)}")
    data = load_settings().folder
    names = known if source == ALL_SOURCES else [source]
    click.echo(past_text.text([past.judge_again(data, contract.load(name)) for name in names], rows))


@click.command()
@click.option("--source", help="Only this source.")
@click.option("--ocmw", help="Only this OCMW: a NIS code, a name, a label of a delivery, or onbekend.")
@click.option("--rule", help="Only rows that broke this rule.")
@click.option("--all", "everything", is_flag=True, help="What was mended or reviewed too.")
@click.option("--files", is_flag=True, help="A line per file, and with --all the delivery that mended it.")
@click.option("--by", type=click.Choice(["ocmw"]), help="A line per OCMW and source, with the course over the years.")
@click.option(
    "--xlsx",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows to this workbook; `twe review` reads its column nagekeken.",
)
@click.option(
    "--back",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one workbook per OCMW to this folder. CONFIDENTIAL: for the OCMW itself.",
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
    """Show what was refused or warned about: what is open and since when, what was mended, what was reviewed."""
    from orchestration.quality import by_ocmw, listing, today
    from orchestration.quality import quarantine as rows
    from orchestration.quality.wording import counted
    from orchestration.quality.workbooks import return_books

    data = load_settings().folder
    choice = listing.CaseFilter(source, ocmw, rule, everything, files)
    found = today.marked(data, listing.chosen(data, choice))
    who = listing.recipients(data) if found else None
    if xlsx:
        written = rows.findings([c for c in found if everything or c.status == listing.OPEN])
        rows.write_workbook(written, xlsx)
        click.echo(f"{counted(len(written), 'row')} written to {xlsx}")
    if back:
        wanted = [c for c in found if c.status == listing.OPEN]
        books = return_books.write(wanted, who, back) if who and wanted else []
        if not books:
            click.echo("Nothing is open, so there is nothing to send back.")
            return
        click.echo(f"{counted(len(wanted), 'row')} written to {counted(len(books), 'workbook')} in {back}")
        click.echo("CONFIDENTIAL: they hold what each OCMW delivered itself. Send each to that OCMW alone.")
    if by:
        click.echo(by_ocmw.text(found, who))
    elif not xlsx and not back:
        click.echo(listing.text(found, choice, who))


@click.command()
@click.argument("workbook", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--row", metavar="FILE:ROW", help="One row, by the name of its delivery and its number.")
@click.option("--rule", help="With --row: only this rule. Default: every warning of the row.")
@click.option("--why", metavar="TEXT", help="With --row: why the row is right as it is. No INSZ, no names.")
@click.option("--take-back", is_flag=True, help="With --row: the row is open again.")
def review(workbook: Path | None, row: str | None, rule: str | None, why: str | None, take_back: bool) -> None:
    """Mark warnings as reviewed: the row is right as it is, and is no longer open.

    A refused row without a usable key is closed the same way: nothing can show that it came back.

    Give the WORKBOOK of `twe quarantine --xlsx` with the column `nagekeken` filled in, or one row.
    """
    import datetime as dt

    from orchestration.quality import reviewing
    from orchestration.quality.wording import counted
    from orchestration.store.settings import ensure_writable

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
    lines = reviewing.read_book(workbook) if workbook else reviewing.of_row(data, row or "", rule, why)
    done = reviewing.apply(data, lines, dt.datetime.now().astimezone().date())
    click.echo(
        f"{counted(done.marked, 'warning')} marked as reviewed, "
        + (f"{counted(done.closed, 'row')} without a usable key closed, " if done.closed else "")
        + f"{done.taken_back:,} taken back"
        + (f"; {done.settled:,} were mended or delivered again meanwhile" if done.settled else "")
        + ". `twe quarantine --all` lists them."
    )


COMMANDS = (check, quarantine, review)
