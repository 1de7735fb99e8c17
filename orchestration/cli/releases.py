"""Commands of `twe` that compare stands, release answers and verify files."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import click

from orchestration.cli.main.days import DAY, GEOGRAPHY_DAY
from orchestration.store.settings import load_settings


@click.command()
@click.option("--from", "before", type=DAY, required=True, help="The earlier stand.")
@click.option("--to", "after", type=DAY, required=True, help="The later stand.")
@click.option(
    "--geography-date", type=GEOGRAPHY_DAY, help="Municipalities as they were on this day. Default: those of --to."
)
@click.option("--question", metavar="ID", help="Only the annexes and years of this question. Default: all there is.")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="Write every change to this workbook.")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(min=0), help="Lines per annex.")
def compare(
    before: dt.date,
    after: dt.date,
    geography_date: dt.date | None,
    question: str | None,
    xlsx: Path | None,
    limit: int,
) -> None:
    """Show what changed between two stands, per annex, municipality and year, and the deliveries that caused it."""
    from exports.comparison_text import text
    from orchestration import compare

    try:
        made = compare.run(load_settings(), before, after, geography_date, question)
    except compare.ComparisonError as error:
        raise click.UsageError(str(error)) from None
    click.echo(text(made, limit))
    if xlsx:
        path = compare.write_workbook(made, xlsx)
        click.echo(f"\n{len(made.changes):,} changes written to {path}")


@click.command()
@click.option("--question", required=True, metavar="ID", help="The question; `twe questions` lists them.")
@click.option("--as-of", type=DAY, help="The stand. Default: the question's, else the newest accepted.")
@click.option("--geography-date", type=GEOGRAPHY_DAY, help="Municipalities as they were on this day. Default: as-of.")
def release(question: str, as_of: dt.date | None, geography_date: dt.date | None) -> None:
    """Release the annexes and the answer of a question, or the figure book (cijferboek): keep them for ever and enter
    them in the register."""
    from orchestration import release
    from orchestration.releases.register.register import ReleaseError

    try:
        lines, new = release.run(load_settings(), question, as_of, geography_date)
    except ReleaseError as error:
        click.echo(f"twe: {error}", err=True)
        sys.exit(1)
    click.echo("Released:" if new else "Released before, with the same content; nothing was changed:")
    for line in lines:
        click.echo(f"  {line.sha256[:12]}  {line.label}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Tell whether FILE is an untouched release, and which. Exit code 1 when it is not, with what it is instead."""
    from orchestration.releases.register import verify

    verdict = verify.verify(load_settings().folder, file)
    click.echo(verdict.text)
    sys.exit(0 if verdict.release else 1)


@click.command("releases")
def list_releases() -> None:
    """List the release register: what was released when, for which question, edition and stand."""
    from orchestration.releases.register import register

    lines = register.read(load_settings().folder)
    for line in lines:
        click.echo(f"{line.sha256[:12]}  {line.label}")
    if not lines:
        click.echo("Nothing has been released yet: twe release --question ID")


def add_to(group: Any) -> None:
    """Add the commands to the command line."""
    for command in (compare, release, verify, list_releases):
        group.add_command(command)
