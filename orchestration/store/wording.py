"""What people read in a terminal: counts, names that come near a misspelt one, and tables.

Tables are aligned, without colours or cropping where nobody looks: in a pipe or a file.
"""

import io
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

SMALL_COUNTS = "CONFIDENTIAL: a count of 1, 2 or 3 rows can be of one person; don't hand this on."
"""First line of what tells small counts."""
MOST_NAMED = 12
"""Known names that `did_you_mean` lists when none comes near."""
AS_WIDE_AS_NEEDED = 10_000
"""Characters; a line that goes to a pipe or a file is never wrapped."""
NARROWEST = 30
"""Characters to which the last column, of the longest texts, is wrapped at most; the others are never wrapped."""


def shown(name: str) -> str:
    """A name that somebody else gave, safe to print and to keep: signs that steer a terminal, turn the direction of
    writing or are no text at all stand there as their codes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2,000 rows`; `many` when the plural is no `s` at the end."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def rijen(number: int) -> str:
    """`1 rij`, `2.000 rijen`: rows in Dutch."""
    return f"{number:,}".replace(",", ".") + (" rij" if number == 1 else " rijen")


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` with the names that come near; without any, the names when they are few."""
    names = sorted(set(known))
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(given.lower(), by_lower, 3)
    if near:
        return f"did you mean {' or '.join(repr(by_lower[name]) for name in near)}?"
    if not names:
        return "there are none yet"
    if len(names) <= MOST_NAMED:
        return f"choose from {', '.join(names)}"
    return f"{len(names)} are known, and none comes near"


def table(
    headers: Sequence[str], rows: Sequence[Sequence[object]], indent: int = 0, right: Collection[int] = ()
) -> str:
    """The rows under their headers, as lines. Columns of whole numbers are written with thousands separators and
    aligned right, as are those at the positions in `right`. Without any header the line of headers is left out."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    *before, last = (max(map(len, column)) for column in zip(headers, *cells, strict=True))
    seen = sys.stdout.isatty()
    width = AS_WIDE_AS_NEEDED
    if seen:
        width = max(shutil.get_terminal_size().columns - indent, sum(before) + 2 * len(before) + min(last, NARROWEST))
    output = io.StringIO()
    console = Console(file=output, width=width, force_terminal=seen, color_system="standard" if seen else None)
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(headers), header_style="bold")
    for number, header in enumerate(headers):
        numbers = number in right or all(isinstance(row[number], int) for row in rows)
        wrapped = number == len(before)
        made.add_column(header, justify="right" if numbers and rows else "left", overflow="fold", no_wrap=not wrapped)
    for row in cells:
        made.add_row(*map(Text, row))
    console.print(made)
    return "\n".join(" " * indent + line.rstrip() for line in output.getvalue().splitlines())
