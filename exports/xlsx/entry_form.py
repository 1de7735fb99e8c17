"""A sheet to type in, as plain data: its columns, what may stand in them, and the rows that are there already."""

from collections.abc import Sequence
from dataclasses import dataclass

from exports.figures.identity import Value
from exports.xlsx.formats import Format


@dataclass(frozen=True)
class FormColumn:
    """A column of a form. The header in bold is `required`; `about` is said when a cell of it is chosen, under `title`.
    `choices` is the name of the list to choose from, `valid` a formula that is true for what may be typed: what isn't
    gives a warning. `wrong` and `doubtful` are formulas that make a cell red or amber. A `note` is not for typing."""

    header: str
    format: Format = Format.TEXT
    width: float = 11
    title: str = ""
    about: str = ""
    choices: str = ""
    valid: str = ""
    wrong: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    required: bool = False
    note: bool = False


@dataclass(frozen=True)
class EntryForm:
    """A sheet to type in: the header in row 1, then its `rows`, and `prepared` rows in all for which formulas look at
    what is typed. Formulas are names of the document, which are relative to the row. `marked` are the cells (row from
    0, header) that had to be corrected. `banner` stands above every page."""

    columns: tuple[FormColumn, ...]
    rows: Sequence[tuple[Value, ...]] = ()
    prepared: int = 5_000
    marked: frozenset[tuple[int, str]] = frozenset()
    banner: str = ""

    @property
    def last_row(self) -> int:
        """The last row (from 1) that formulas look at."""
        return max(self.prepared, 2 * len(self.rows)) + 1
