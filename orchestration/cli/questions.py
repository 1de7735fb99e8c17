"""The command that lists questions, says what was answered, and starts a new one."""

from __future__ import annotations

import click

from orchestration.store.settings import load_settings


@click.command()
@click.option("--new", metavar="ID", help="Start a question file with this id.")
@click.option("--from", "source", metavar="ID", help="With --new: the question to start from.")
@click.option("--years", metavar="2021-2025", help="With --new: the years of every annex, or a list: 2020,2022.")
def questions(new: str | None, source: str | None, years: str | None) -> None:
    """List the questions, their annexes and what was answered when; or start a new question."""
    settings = load_settings()
    if new:
        from orchestration.answers.scaffold import draft

        if not source:
            raise click.UsageError("--new needs --from ID: the question to start from")
        path = draft(settings, new, source, years)
        click.echo(
            f"{path} written. Go through its texts and take out the line `draft_of`; until then every title says"
        )
        click.echo(f"ONTWERP and it can't be released. Then: twe annexes --question {new}")
        return
    if source or years:
        raise click.UsageError("--from and --years go with --new ID")
    from orchestration.answers.question_status import text

    click.echo(text(settings))


def add_to(group: click.Group) -> None:
    """Add the command to the command line."""
    group.add_command(questions)
