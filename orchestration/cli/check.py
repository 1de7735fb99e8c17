"""`twe check`: whether what a steward may change is sound, and what a change would have done to the past."""

from __future__ import annotations

import sys

import click

from orchestration.store.settings import load_settings

ALL_SOURCES = "*"


@click.command()
@click.option(
    "--against-past", "past", is_flag=False, flag_value=ALL_SOURCES, metavar="[SOURCE]",
    help="Show which rows of the past today's rules would refuse, warn about or let in. Changes nothing.",
)  # fmt: skip
@click.option("--rows", is_flag=True, help="With --against-past: the row numbers too.")
def check(past: str | None, rows: bool) -> None:
    """Check rules, code lists, classes, municipalities, questions, figure book and disclosure policy before a run."""
    from orchestration.quality.checks import run
    from orchestration.quality.wording import counted

    places = run.Places(own_questions=load_settings().questions_folder)
    found = run.problems((*run.cheap(), *run.thorough()), places)
    for problem in found:
        click.echo(str(problem), err=True)
    if found:
        click.echo(f"{counted(len(found), 'mistake')}; nothing was run.", err=True)
        sys.exit(2)
    click.echo("Sound: rules, code lists, classes, municipalities, questions, figure book and disclosure policy.")
    _unfinished()
    if past:
        _against_past(past, rows)


def _unfinished() -> None:
    """Questions that can be read but not handed out yet: no mistake."""
    from exports.unfinished import left_over
    from orchestration.answers.questions import known

    for question in known(load_settings()).values():
        for line in left_over(question):
            click.echo(f"Not finished, so not to be released: {question.id}: {line}")
    _ahead()


def _ahead() -> None:
    """Questions that ask for years of which nothing can have been delivered: no mistake, but seldom meant."""
    from orchestration.answers.questions import known
    from orchestration.ingest.ledger import newest_accepted
    from orchestration.workspace import Workspace

    settings = load_settings()
    newest = newest_accepted(Workspace(settings).entries())
    for question in known(settings).values() if newest else ():
        for annex in question.annexes:
            if newest and max(annex.years) > newest.year:
                click.echo(
                    f"Asks for years after the newest delivery ({newest}): {question.id}, annex {annex.number}, up to "
                    f"{max(annex.years)}"
                )


def _against_past(source: str, rows: bool) -> None:
    from expectations import contract
    from orchestration.quality import past, past_text
    from orchestration.quality.wrong_choice import did_you_mean

    known = contract.sources()
    if source not in (ALL_SOURCES, *known):
        raise contract.ContractError(f"there is no source {source!r}; {did_you_mean(source, known)}")
    data = load_settings().folder
    names = known if source == ALL_SOURCES else [source]
    click.echo(past_text.text([past.judge_again(data, contract.load(name)) for name in names], rows))
