"""The command line `twe`. Thin: every command calls one function and prints what came of it.

Exit codes: 0 done; 1 a check blocked or a delivery was rejected whole, the rest is done; 2 wrong use or settings.
"""

import atexit
import gc
import os
import sys
import threading
from contextlib import suppress
from typing import Any

import click

from orchestration.cli import admin, analyst, ocmw, steward
from orchestration.store.errors import TweError, of_machine
from orchestration.store.files import keep_private
from orchestration.store.settings import load_settings

OWN = ("orchestration", "expectations", "exports")
REST = "`twe precheck` and `twe template` do without, all else needs pip install 'twe-warehouse[warehouse]'"
SLOW_TO_END = "dagster"
"""With this package a process has made so much that to take it apart takes seconds."""
OUTPUT_LOST = 120
"""What the interpreter ends with when the last of the output cannot be written."""
LONGEST = 200
"""Characters of the sentence that the list of commands says about each."""


class CommandsByPerson(click.Group):
    """Lists the commands under whoever uses them, and shows an error that the user can mend without a traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: dict[str, tuple[click.Command, ...]] = {}

    def add_section(self, person: str, commands: tuple[click.Command, ...]) -> None:
        """Adds the commands, listed under the name of the person."""
        self.sections[person] = commands
        for command in commands:
            self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a list per person, in the order of use."""
        width = max(map(len, self.commands))
        for person, commands in self.sections.items():
            with formatter.section(person):
                formatter.write_dl([(f"{c.name:<{width}}", c.get_short_help_str(LONGEST)) for c in commands])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; its exit code is that of the error that ended it."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in OWN:
                raise
            click.echo(f"twe: {error.name} is not installed; {REST}", err=True)
            ctx.exit(2)
        except Exception as error:
            shown = error if isinstance(error, TweError) else of_machine(error)
            if shown is None:
                raise
            click.echo(f"twe: {shown}", err=True)
            ctx.exit(shown.exit_code)


def main() -> None:
    """Entry point of the console script."""
    code = command()
    if SLOW_TO_END in sys.modules and (code is None or isinstance(code, int)):
        _end(code or 0)
    sys.exit(code)


def command() -> str | int | None:
    """Does what the command line asks for; returns what the process is to end with."""
    # Importing makes objects by the hundred thousand that stay; looking for garbage among them costs seconds.
    gc.set_threshold(1_000_000, 20, 20)
    keep_private()
    try:
        return twe(standalone_mode=False)  # what a command ended its context with, or None
    except SystemExit as ended:
        return ended.code
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return 2  # click has 1 for a file that can't be read


def _end(code: int) -> None:
    """Ends the process as the interpreter does, but does not take apart the million objects that Dagster and dbt made:
    that takes seconds, with the last line on the screen and no prompt."""
    threading._shutdown()  # ty: ignore[missing-attribute]  # waits for threads and pools
    atexit._run_exitfuncs()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):
            pass  # nobody reads what is written any more, or it was closed
        except OSError as error:
            code = code or OUTPUT_LOST
            with suppress(OSError, ValueError):
                click.echo(f"twe: what was printed could not be written: {error.strerror}", err=True)
    os._exit(code)


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from orchestration.warehouse.code_version import code_version

        click.echo(f"twe {code_version()}")
        ctx.exit()


@click.group(cls=CommandsByPerson, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version, and the digest of the code that shapes the figures.",
)
def twe() -> None:
    """Data warehouse for TWE-OCMW trajectories: deliveries come in and are validated, marts and annex workbooks go out.

    Documentation for each of these persons: docs/data-engineer.md, docs/data-steward.md, docs/analyst.md.
    """


@twe.command()
def status() -> None:
    """Show what was delivered, accepted and rejected per source, and what is published."""
    from orchestration import summary

    click.echo(summary.status_text(load_settings()))


twe.add_section("Everyone", (status, admin.demo))
twe.add_section("Data engineer", admin.COMMANDS)
twe.add_section("Data steward", steward.COMMANDS)
twe.add_section("Analyst", analyst.COMMANDS)
twe.add_section("OCMW", ocmw.COMMANDS)

if __name__ == "__main__":
    main()
