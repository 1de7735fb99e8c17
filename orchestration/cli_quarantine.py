"""`twe quarantine`: what was refused, what became of it, and the workbooks with which it goes back."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.settings import load_settings


@click.command()
@click.option("--source", help="Only this source.")
@click.option("--ocmw", help="Only this OCMW: a NIS code, a name, a label of a delivery, or onbekend.")
@click.option("--rule", help="Only rows that broke this rule.")
@click.option("--all", "everything", is_flag=True, help="Mended rows too, and the delivery that mended them.")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="Write the rows to this workbook.")
@click.option(
    "--back",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write one workbook per OCMW to this folder. CONFIDENTIAL: for the OCMW itself.",
)
def quarantine(
    source: str | None, ocmw: str | None, rule: str | None, everything: bool, xlsx: Path | None, back: Path | None
) -> None:
    """Show what was refused or warned about, what is still open, and what was mended by which delivery."""
    from orchestration import quarantine as rows
    from orchestration.quality import listing, return_books
    from orchestration.quality.recipients import UnknownOcmwError

    data = load_settings().folder
    choice = listing.Choice(source, ocmw, rule, everything)
    try:
        found = listing.chosen(data, choice)
        wanted = [c for c in found if everything or c.status == listing.OPEN]
        if xlsx:
            written = rows.findings(wanted)
            rows.write_workbook(written, xlsx)
            click.echo(f"{len(written)} rows written to {xlsx}")
        if back and not wanted:
            click.echo("Nothing is open, so there is nothing to send back.")
        elif back:
            books = return_books.write(wanted, listing.recipients(data), back)
            click.echo(f"{len(wanted):,} rows written to {len(books)} workbooks in {back}")
            click.echo("CONFIDENTIAL: they hold what each OCMW delivered itself. Send each to that OCMW alone.")
    except (UnknownOcmwError, listing.UnknownRuleError, return_books.FolderInUseError) as error:
        raise click.UsageError(str(error)) from None
    if not xlsx and not back:
        click.echo(listing.text(found, choice))
