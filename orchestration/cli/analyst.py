"""Commands of the analyst: questions, annexes, comparisons, releases, the figure book, what columns mean."""

import datetime as dt
import sys
from pathlib import Path

import click

from orchestration.cli import options
from orchestration.store.settings import load_settings
from orchestration.store.wording import table


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
            f"{path} written. Go through its texts and take out the line `draft_of`; until then every title says\n"
            f"ONTWERP and it can't be released. Then: twe annexes --question {new}"
        )
        return
    if source or years:
        raise click.UsageError("--from and --years go with --new ID")
    from orchestration.answers.question_status import text

    click.echo(text(settings))


@click.command()
@click.option("--question", required=True, metavar="ID", help="The question; `twe questions` lists them.")
@options.dates
@click.option("--years", metavar="2020-2023", help="Only these years, or a list such as 2020,2022.")
def annexes(question: str, as_of: dt.date | None, geography_date: dt.date | None, years: str | None) -> None:
    """Write the annexes of a question from what is loaded, as of any day."""
    from orchestration import runner, summary
    from orchestration.planning import RunRequest

    request = RunRequest((question,), as_of, geography_date, years, load=False)
    report = runner.run_and_alert(load_settings(), request, lambda made: click.echo(summary.run_text(made)))
    sys.exit(report.exit_code)


@click.command()
@click.option("--from", "before", type=options.DAY, required=True, help="The earlier as-of date.")
@click.option("--to", "after", type=options.DAY, required=True, help="The later as-of date.")
@click.option(
    "--geography-date",
    type=options.GEOGRAPHY_DAY,
    help="Municipalities as they were on this day. Default: those of --to.",
)
@click.option("--question", metavar="ID", help="Only the annexes and years of this question. Default: all there is.")
@click.option("--xlsx", type=options.FILE, help="Write every change to this workbook.")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(min=0), help="Lines per annex.")
def compare(
    before: dt.date, after: dt.date, geography_date: dt.date | None, question: str | None, xlsx: Path | None, limit: int
) -> None:
    """Show what changed between two as-of dates, per annex, municipality and year, and which deliveries caused it."""
    from exports.comparison.text import text
    from orchestration import compare

    made = compare.run(load_settings(), before, after, geography_date, question)
    click.echo(text(made, limit))
    if xlsx:
        path = compare.write_workbook(made, xlsx)
        click.echo(f"\n{len(made.changes):,} changes written to {path}")


@click.command()
@click.option("--question", required=True, metavar="ID", help="The question; `twe questions` lists them.")
@options.dates
@click.option("--draft", is_flag=True, help="Release an answer whose status is not definitief; the register says so.")
def release(question: str, as_of: dt.date | None, geography_date: dt.date | None, draft: bool) -> None:
    """Release the annexes and the answer of a question, or the figure book (cijferboek): keep them for ever and enter
    them in the register."""
    from orchestration import release

    lines, new, taken = release.run(load_settings(), question, as_of, geography_date, draft)
    click.echo("Released:" if new else "Released before, with the same content; nothing was changed:")
    click.echo(table(("", ""), [(line.sha256[:12], line.label) for line in lines], indent=2))
    if taken:
        click.echo(
            "Taken away, since their disclosure control did not know of this release; `twe run`, or `twe annexes` for\n"
            "the dates and years of a folder, makes them anew or refuses them:"
        )
        click.echo("\n".join(f"  {path}" for path in taken))


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sql", metavar="QUERY", help="In place of FILE: a select with columns, counts and group by.")
@click.option("--out", type=options.FILE, help="The workbook. Default: beside FILE, as NAME_beschermd.xlsx.")
def protect(file: Path | None, sql: str | None, out: Path | None) -> None:
    """Put a table that you made from the publication under the disclosure control of the annexes, or say why it can't
    be: FILE (.csv, .xlsx, .parquet) with columns of a mart, or a query on the marts or facts."""
    from orchestration.answers.protect import protect as protection

    if (file is None) == (sql is None):
        raise click.UsageError("name a FILE, or give a query with --sql")
    settings = load_settings()
    if file is not None:
        made = protection.of_file(settings, file, out or protection.usual_out(file))
    else:
        if out is None:
            raise click.UsageError("--sql needs --out FILE.xlsx: the workbook to write")
        made = protection.of_query(settings, sql or "", out)
    left_out = f"; {made.left_out:,} rows show zeros alone and are left out" if made.left_out else ""
    click.echo(f"{made.rows:,} rows written to {made.path} and, as CSV, to {made.package}{left_out}")


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--head", metavar="HASH", help="Without FILE: also tell whether this head, noted before, is in the chain."
)
def verify(file: Path | None, head: str | None) -> None:
    """Tell whether FILE is an untouched release, and which. Exit code 1 when it is not, with what it is instead.

    Without FILE: whether everything in the data folder is as it was written. Exit code 1 when something is not.
    """
    from orchestration.releases import recognised

    if file is None:
        from orchestration.maintenance import verification

        checked = verification.check(load_settings().folder, head)
        click.echo(checked.text)
        sys.exit(1 if checked.faults else 0)
    if head:
        raise click.UsageError("--head is about the data folder; leave FILE out")
    verdict = recognised.verify(load_settings().folder, file)
    click.echo(verdict.text)
    sys.exit(0 if verdict.release else 1)


@click.command("releases")
def list_releases() -> None:
    """List the release register: what was released when, for which question, edition and as-of date."""
    from orchestration.releases import register

    lines = register.read(load_settings().folder)
    if not lines:
        click.echo("Nothing has been released yet: twe release --question ID")
        return
    click.echo(table(("sha256", "release"), [(line.sha256[:12], line.label) for line in lines]))


@click.command("figure-book")
@click.option(
    "--out", type=options.FILE, help="File. Default: figure_book/ in the data folder, named after the as-of date."
)
@click.option(
    "--edition",
    type=click.Choice(["publiek", "volledig"]),
    default="publiek",
    show_default=True,
    help="publiek: small counts hidden, to hand out; volledig: every figure, confidential.",
)
@click.option("--question", "ids", multiple=True, metavar="ID", help="Only what this question's annexes carry.")
def figure_book(out: Path | None, edition: str, ids: tuple[str, ...]) -> None:
    """Write the current publication as one HTML page that works offline."""
    from orchestration.answers import figure_books
    from orchestration.warehouse import publication

    settings = load_settings()
    published = publication.current(settings.folder)
    if published is None:
        raise click.UsageError(f"nothing is published in {settings.folder.root}; start with `twe run`")
    with options.written_to(out):
        path = figure_books.write(settings, published, edition, out, ids)
    click.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB): open it in any browser")


@click.command()
@click.option("--out", type=options.FILE, required=True, help="Workbook to write.")
def dictionary(out: Path) -> None:
    """Write every published table, column and code with its meaning, unit and source to a workbook."""
    from orchestration.warehouse.documentation import write_data_dictionary

    with options.written_to(out):
        click.echo(f"{write_data_dictionary(load_settings().folder, out)} written")


@click.command()
@click.option("--out", type=options.FILE, help="File. Default: docs/twe-dbt.html in the data folder.")
def docs(out: Path | None) -> None:
    """Write dbt's documentation (lineage, SQL, tests) as one HTML page that works offline."""
    from orchestration.warehouse.documentation import write_dbt_docs

    data = load_settings().folder
    with options.written_to(out):
        click.echo(f"{write_dbt_docs(data, out or data.root / 'docs' / 'twe-dbt.html')} written")


COMMANDS = (questions, annexes, compare, release, protect, verify, list_releases, figure_book, dictionary, docs)
