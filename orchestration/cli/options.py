"""What several commands take: days in one form everywhere (2025-12-31), the dates of figures, folders and files."""

import datetime as dt
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from orchestration.store.files import confidential

Command = TypeVar("Command", bound=Callable[..., object])
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


def is_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def rows_file(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """The callback of a file that the project wrote with rows of people: by the name that was asked for, or by the one
    that it got. Fails when there is neither."""
    if path is None or path.is_file():
        return path
    if not (named := confidential(path)).is_file():
        raise click.BadParameter(f"there is no file {path}", ctx, param)
    return named


class Day(click.ParamType):
    """A civil date. The value is a `datetime.date`."""

    name = "yyyy-mm-dd"

    def __init__(self, earliest: dt.date = dt.date.min, why: str = "") -> None:
        self.earliest, self.why = earliest, why

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Fails with the form that is expected, and what was probably meant."""
        if isinstance(value, dt.date):
            return value
        text = str(value).strip()
        try:
            day = dt.datetime.strptime(text, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{text!r} is no day; write year-month-day, like {_meant(text) or '2025-12-31'}", param, ctx)
        if day < self.earliest:
            self.fail(f"{day} is before {self.earliest}: {self.why}", param, ctx)
        return day


def _meant(text: str) -> str:
    """A day that was written the other way round, as it should have been."""
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d"):
        try:
            return dt.datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return ""


DAY = Day()
GEOGRAPHY_DAY = Day(dt.date(2017, 1, 1), "which municipalities there were is known from that day on")


@contextmanager
def written_to(file: Path | None) -> Generator[None]:
    """Says in one line why the file could not be written."""
    try:
        yield
    except OSError as error:
        raise click.FileError(str(error.filename or file), error.strerror) from None


def dates(command: Command) -> Command:
    """The options `--as-of` and `--geography-date`."""
    geography = "Municipalities as they were on this day. Default: the day of the question, else that of --as-of."
    newest = "the day of the question, else of the newest accepted delivery"
    as_of = f"Only deliveries up to this day count. Default: {newest}."
    command = click.option("--geography-date", type=GEOGRAPHY_DAY, help=geography)(command)
    return click.option("--as-of", type=DAY, help=as_of)(command)
