"""`twe review`: warnings that are right as they are, and rows that only the steward can close."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.store.settings import load_settings


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
