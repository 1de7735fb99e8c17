"""Commands for whoever runs the warehouse: its page, alerts, backup, and the persons behind the rows."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orchestration.store.settings import SettingsError, load_settings


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port on this machine alone.")
@click.option("--only", type=click.Choice(["page", "daemon"]), help="One of the two, for a service manager.")
def ui(port: int, only: str | None) -> None:
    """Serve the Dagster page of this data folder on loopback, and run its sensors and schedules."""
    from orchestration.services import webserver

    sys.exit(webserver.serve(load_settings(), port, (only,) if only else ("page", "daemon")))


@click.command()
@click.argument("text")
def alert(text: str) -> None:
    """Send TEXT by every way that is set for alerts; exit code 1 when one of them failed."""
    from orchestration.services import alerts

    settings = load_settings()
    if not settings.alerts_are_on:
        raise SettingsError("no alert was sent: neither TWE_ALERT_WEBHOOK nor TWE_ALERT_MAIL is set")
    sys.exit(1 if alerts.send(settings, alerts.Alert(f"twe: {text}")) else 0)


Folder = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=Folder)
def backup(folder: Path) -> None:
    """Copy what cannot be made again to a new FOLDER, without the inbox. Refuses while a run is busy."""
    from orchestration.maintenance import backup as copies

    try:
        files = copies.backup(load_settings(), folder)
    except copies.BackupError as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{files} files were copied to {folder}. The inbox and the key are not in it.")


@click.command()
@click.argument("folder", type=Folder)
def restore(folder: Path) -> None:
    """Check the backup in FOLDER and put it in an empty data folder."""
    from orchestration.maintenance import backup as copies

    settings = load_settings()
    try:
        files = copies.restore(settings, folder)
    except copies.BackupError as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{files} files were checked and put in {settings.folder.root}. Set the key that was in use then.")


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

    from orchestration.maintenance import originals

    removed = originals.remove_loaded(load_settings(), forget_after, dt.datetime.now(dt.UTC).replace(tzinfo=None))
    click.echo("\n".join([*(f"  removed  {name}" for name in removed), f"{len(removed)} loaded files were removed."]))


COMMANDS = (ui, alert, backup, restore, rotate_key, erase, inbox)
