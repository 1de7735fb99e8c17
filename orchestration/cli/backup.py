"""Commands that keep a copy of the data folder and put it back."""

from __future__ import annotations

from pathlib import Path

import click

from orchestration.store.settings import load_settings

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
