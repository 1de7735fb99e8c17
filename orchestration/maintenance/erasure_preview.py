"""What an erasure is about to change, for whoever has to agree to it: counts, and nothing of a person."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from orchestration.ingest.workspace import Workspace
from orchestration.maintenance import rewrite
from orchestration.releases import register
from orchestration.store.errors import TweError
from orchestration.store.wording import counted
from orchestration.warehouse import publication


class NotAgreedError(TweError):
    """Nobody agreed to the erasure of a person with several numbers."""


@dataclass(frozen=True)
class ErasurePreview:
    """`rows`: source -> rows of its lake, `stands`: as_of of the publications that count one of them, `released`: how
    many released documents do."""

    numbers: int
    rows: Mapping[str, int]
    stands: tuple[dt.date, ...]
    released: int

    @property
    def text(self) -> str:
        """What will be erased, in lines."""
        stands = ", ".join(map(str, self.stands)) or "none"
        return "\n".join(
            [
                f"This person is known under {self.numbers} numbers, by the changes of number that are current now.",
                "All will be erased, also when a wrong change joined two people:",
                *(f"  {counted(rows, 'row'):>12} of {source}" for source, rows in self.rows.items()),
                f"  counted in the publications of: {stands}; in {counted(self.released, 'released document')}. "
                "Their figures stay the same.",
                "It cannot be undone. Have a change that you doubt withdrawn, and loaded, first.",
            ]
        )


Agree = Callable[[ErasurePreview], None]
"""Raises when the erasure is not to be."""


def preview(workspace: Workspace, numbers: int, replaced: Mapping[str, Collection[str]]) -> ErasurePreview:
    """What an erasure changes in the lake; `replaced`: column -> values that go."""
    same = {column: {value: value for value in values} for column, values in replaced.items()}
    found = {name: rewrite.rows_with(workspace.data.lake, c, same) for name, c in workspace.contracts.items()}
    names = {name for rows in found.values() for name, _ in rows}
    first = min((e.delivered_on for e in workspace.entries() if e.file_name in names), default=dt.date.max)
    stands = {made.as_of for made in publication.published(workspace.data) if made.as_of >= first}
    released = sum(line.as_of >= first for line in register.read(workspace.data))
    rows = {name: len(rows) for name, rows in found.items() if rows}
    return ErasurePreview(numbers, rows, tuple(sorted(stands)), released)
