"""`twe quarantine`: what was refused, what became of it, and the workbooks with which it goes back."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.store.settings import load_settings


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
    choice = listing.Choice(source, ocmw, rule, everything, files)
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
