"""Commands of the data engineer: runs, the Dagster page, alerts, backup, and the persons behind the rows."""

import datetime as dt
import sys
from pathlib import Path

import click

from orchestration.cli import options
from orchestration.store.settings import SettingsError, load_settings


@click.command()
@click.option("--question", "questions", multiple=True, metavar="ID", help="Only this question; may be repeated.")
@options.dates
def run(questions: tuple[str, ...], as_of: dt.date | None, geography_date: dt.date | None) -> None:
    """Load new deliveries, build the marts, publish them and write the annexes."""
    from orchestration import runner, summary
    from orchestration.planning import RunRequest

    request = RunRequest(questions, as_of, geography_date)
    report = runner.run_and_alert(load_settings(), request, lambda made: click.echo(summary.run_text(made)))
    sys.exit(report.exit_code)


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port on this machine alone.")
@click.option(
    "--only",
    type=click.Choice(["page", "daemon", "code"]),
    help="One of the two, for a service manager; or the definitions alone, for a page and daemon with others beside.",
)
def ui(port: int, only: str | None) -> None:
    """Serve the Dagster page of this data folder on this machine, and run its sensors and schedules."""
    from orchestration.services import webserver
    from orchestration.warehouse import spark

    settings = load_settings()
    spark.require(settings)
    sys.exit(webserver.serve(settings, port, (only,) if only else ("page", "daemon")))


@click.command()
@click.argument("text")
def alert(text: str) -> None:
    """Send TEXT by every way that is set for alerts; exit code 1 when one of them failed."""
    from orchestration.services import alerts

    settings = load_settings()
    if not settings.alerts_are_on:
        raise SettingsError("no alert was sent: neither TWE_ALERT_WEBHOOK nor TWE_ALERT_MAIL is set")
    sys.exit(1 if alerts.send(settings, alerts.Alert(f"twe: {text}")) else 0)


@click.command()
@click.argument("folder", type=options.FOLDER)
def backup(folder: Path) -> None:
    """Copy what cannot be made again to a new FOLDER, without the inbox. Stops when a run is busy."""
    from orchestration.maintenance import backup as copies

    files = copies.backup(load_settings(), folder)
    click.echo(f"{files} files were copied to {folder}. The inbox and the key are not in it.")


@click.command()
@click.argument("folder", type=options.FOLDER)
def restore(folder: Path) -> None:
    """Check the backup in FOLDER and put it in an empty data folder."""
    from orchestration.maintenance import backup as copies

    settings = load_settings()
    files = copies.restore(settings, folder)
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

    click.echo(rotate_key.rotate(load_settings(), originals).text)


@click.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@click.option("--remove-files", is_flag=True, help="Also remove loaded files that hold the person from the inbox.")
@click.option("--yes", is_flag=True, help="Don't ask before a person with several numbers is erased.")
@click.pass_context
def erase(context: click.Context, remove_files: bool, yes: bool) -> None:
    """Cut every link between a person and the rows; all figures stay the same. Reads the INSZ from standard input."""
    from orchestration.maintenance import erase
    from orchestration.maintenance.erasure_preview import ErasurePreview, NotAgreedError

    def agree(preview: ErasurePreview) -> None:
        click.echo(preview.text)
        if not yes and not options.is_terminal():
            remedy = "look at what is said above, and give the command again with --yes"
            raise NotAgreedError("nothing was erased", remedy=remedy)
        if not yes and not click.confirm("Erase?"):
            raise NotAgreedError("nothing was erased")

    if context.args:  # may be the INSZ; click would repeat it
        raise click.UsageError(
            "erase takes nothing but --remove-files and --yes: give the INSZ on standard input. What was given as an "
            "argument is in the history of your shell now; remove it there"
        )
    settings = load_settings()
    given = click.prompt("INSZ", hide_input=True) if options.is_terminal() else sys.stdin.readline()
    done = erase.erase(settings, given, remove_files, agree)
    click.echo(done.text)
    sys.exit(done.exit_code)


@click.command()
@click.option("--forget-after", required=True, type=click.IntRange(min=0), metavar="DAYS", help="Days after loading.")
def inbox(forget_after: int) -> None:
    """Remove files that were loaded some days ago from the inbox: they hold the INSZ of every client in them."""
    from orchestration.maintenance import originals

    removed = originals.remove_loaded(load_settings(), forget_after, dt.datetime.now(dt.UTC).replace(tzinfo=None))
    click.echo("\n".join([*(f"  removed  {name}" for name in removed), f"{len(removed)} loaded files were removed."]))


@click.command()
@click.option("--trajectories", default=60_000, show_default=True, type=click.IntRange(min=50), help="How many.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--last-year", type=int, help="Last full year of data. Default: the last full calendar year.")
@click.option("--inbox", type=options.FOLDER, help="Folder. Default: the inbox.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the folder holds files already.")
def demo(trajectories: int, seed: int, last_year: int | None, inbox: Path | None, if_empty: bool) -> None:
    """Write synthetic deliveries to the inbox, in the format of real ones, to try everything out."""
    from orchestration.demo import InboxInUseError, write_demo
    from orchestration.ingest.workspace import Workspace
    from orchestration.store.settings import ensure_writable

    settings = load_settings()
    folder = inbox or settings.inbox_folder
    if not inbox:
        ensure_writable(settings.folder)
        if Workspace(settings).holds_real_deliveries:
            if if_empty:
                return
            raise click.UsageError(f"{settings.folder.root} holds real deliveries; set TWE_DATA to another folder")
    # Names with a dot are no deliveries; the demo's own are what a killed demo leaves.
    if if_empty and folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        return
    try:
        made = write_demo(folder, trajectories, seed, last_year)
    except (InboxInUseError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"SYNTHETIC: {made}. No person in them exists. Next: twe run")


COMMANDS = (run, ui, alert, backup, restore, rotate_key, erase, inbox)
