"""Commands for who works with the figures: the figure book, the data dictionary, dbt's documentation."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from orchestration.store.settings import load_settings

OUT = click.Path(dir_okay=False, path_type=Path)


@contextmanager
def _plainly() -> Generator[None]:
    """Turns what can go wrong here into one line and exit code 1."""
    from orchestration.answers.figure_books import RefusedError
    from orchestration.warehouse.dbt import DbtError
    from orchestration.warehouse.dbt_docs import DocsError

    try:
        yield
    except (DbtError, DocsError, RefusedError, OSError) as error:
        click.echo(f"twe: {error}", err=True)
        sys.exit(1)


@click.command("figure-book")
@click.option("--out", type=OUT, help="File. Default: figure_book/ in the data folder, named after the stand.")
@click.option("--edition", type=click.Choice(["publiek", "volledig"]), default="publiek", show_default=True)
@click.option("--question", "ids", multiple=True, metavar="ID", help="Only what this question's annexes carry.")
def figure_book(out: Path | None, edition: str, ids: tuple[str, ...]) -> None:
    """Write the current publication as one HTML page that works offline."""
    from orchestration.answers import figure_books
    from orchestration.warehouse import publication

    settings = load_settings()
    published = publication.current(settings.folder)
    if published is None:
        raise click.UsageError(f"nothing is published in {settings.folder.root}; start with `twe run`")
    with _plainly():
        path = figure_books.write(settings, published, edition, out, ids)
    click.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB): open it in any browser")


@click.command()
@click.option("--out", type=OUT, required=True, help="Workbook to write.")
def dictionary(out: Path) -> None:
    """Write every published table, column and code with its meaning, unit and source to a workbook."""
    from orchestration.warehouse import dictionary as words

    with _plainly():
        click.echo(f"{words.write(load_settings().folder, out)} written")


@click.command()
@click.option("--out", type=OUT, help="File. Default: docs/twe-dbt.html in the data folder.")
def docs(out: Path | None) -> None:
    """Write dbt's documentation (lineage, SQL, tests) as one HTML page that works offline."""
    from orchestration.warehouse import dbt_docs

    data = load_settings().folder
    with _plainly():
        click.echo(f"{dbt_docs.write(data, out or data.root / 'docs' / 'twe-dbt.html')} written")


def add_to(group: click.Group) -> None:
    """Adds the commands to the command line."""
    for command in (figure_book, dictionary, docs):
        group.add_command(command)
