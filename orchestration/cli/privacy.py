"""Commands about the persons behind the rows: another key, erasing a person, removing original files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.store.settings import load_settings


@click.command("rotate-key")
@click.option(
    "--originals",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the original files. Default: the inbox.",
)
def rotate_key(originals: Path | None) -> None:
    """Replace every pseudonym by that of TWE_PSEUDONYM_KEY_NEW; all figures stay the same."""
    from orchestration.maintenance import rotate_key
    from orchestration.maintenance.same_figures import FiguresDifferError
    from orchestration.warehouse.dbt import DbtError

    try:
        done = rotate_key.rotate(load_settings(), originals)
    except (rotate_key.OriginalsMissingError, FiguresDifferError, DbtError) as error:
        click.echo(f"twe: {error}", err=True)
        sys.exit(1)
    click.echo(
        f"{done.clients:,} clients have a new pseudonym, in {done.rows:,} rows of {done.files} files. "
        f"All {done.proved:,} rows of the marts are the same.\n"
        "From now on TWE_PSEUDONYM_KEY must hold the new key. Destroy the former one, "
        "and the backups from before now."
    )


@click.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@click.option("--remove-files", is_flag=True, help="Also remove loaded files that hold the person from the inbox.")
@click.pass_context
def erase(context: click.Context, remove_files: bool) -> None:
    """Cut every link between a person and the rows; all figures stay the same. Reads the INSZ from standard input."""
    from orchestration.maintenance import erase
    from orchestration.maintenance.same_figures import FiguresDifferError
    from orchestration.warehouse.dbt import DbtError

    if context.args:  # may be the INSZ; click would repeat it
        raise click.UsageError(
            "erase takes nothing but --remove-files: give the INSZ on standard input. What was given as an argument "
            "is in the history of your shell now; remove it there"
        )
    settings = load_settings()
    given = click.prompt("INSZ", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    try:
        done = erase.erase(settings, given, remove_files)
    except erase.InszError as error:
        raise click.UsageError(str(error)) from None
    except (FiguresDifferError, DbtError) as error:
        click.echo(f"twe: {error}", err=True)
        sys.exit(1)
    if not (done.rows or done.quarantined):
        click.echo("No row of this person was found in lake or quarantine.")
    else:
        click.echo(
            f"Erased: {done.rows:,} rows of {done.files} files cannot be led back to the person, "
            f"{done.quarantined:,} rows in quarantine were emptied. All {done.proved:,} rows of the marts are the same."
        )
        click.echo(
            "The sender must erase the person too: what is delivered again is loaded again. So must your backups."
        )
    for name in done.removed:
        click.echo(f"  removed from the inbox   {name}")
    for name in done.in_inbox:
        todo = (
            "it was not loaded; remove it from the inbox by hand"
            if name in done.never_loaded
            else "take it out of the inbox, or use --remove-files"
        )
        click.echo(f"  STILL HOLDS THE PERSON   {name}: {todo}")
    sys.exit(1 if done.in_inbox else 0)


@click.command()
@click.option("--forget-after", required=True, type=click.IntRange(min=0), metavar="DAYS", help="Days after loading.")
def inbox(forget_after: int) -> None:
    """Remove files that were loaded some days ago from the inbox: they hold the INSZ of every client in them."""
    import datetime as dt

    from orchestration.maintenance import retention

    removed = retention.forget(load_settings(), forget_after, dt.datetime.now(dt.UTC).replace(tzinfo=None))
    click.echo("\n".join([*(f"  removed  {name}" for name in removed), f"{len(removed)} loaded files were removed."]))
