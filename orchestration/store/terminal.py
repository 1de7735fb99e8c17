"""Tables for a terminal, a pipe or a file: aligned columns, without colours or cropping where nobody looks."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence

AS_WIDE_AS_NEEDED = 10_000
"""Characters; a line that goes to a pipe or a file is never wrapped."""
NARROWEST = 30
"""Characters to which the last column, of the longest texts, is wrapped at most; the others are never wrapped."""


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], indent: int = 0) -> str:
    """The rows under their headers, as lines. Columns of whole numbers are written with thousands separators and
    aligned right. Without any header the line of headers is left out."""
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
        numbers = all(isinstance(row[number], int) for row in rows)
        wrapped = number == len(before)
        made.add_column(header, justify="right" if numbers and rows else "left", overflow="fold", no_wrap=not wrapped)
    for row in cells:
        made.add_row(*map(Text, row))
    console.print(made)
    return "\n".join(" " * indent + line.rstrip() for line in output.getvalue().splitlines())
