"""The identity of a figure: the name by which annexes, answers and disclosure control know it.

Every figure of every sheet is a `Figure`: its value with a `FigureId`. A figure has one identity wherever it is shown,
so a centrumstad on the sheet of the centrumsteden has the identity of the gemeente that it is. Disclosure control gives
a function `hidden(identity) -> bool`; `exports.editions` asks it about every figure in the document, and about the
figures that it was worked out from.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

Value = str | int | float | Decimal | dt.date | None
"""What a cell may hold. Booleans are text ("ja"/"nee") by the time they get here."""

GEMEENTE, CENTRUMSTAD, ARRONDISSEMENT = "gemeente", "centrumstad", "arrondissement"
PROVINCIE, VLAANDEREN = "provincie", "vlaanderen"
LEVELS = (GEMEENTE, CENTRUMSTAD, ARRONDISSEMENT, PROVINCIE, VLAANDEREN)
"""Levels at which an annex can show its figures. Identities know no centrumstad: that is a gemeente."""


class FigureId(NamedTuple):
    """One figure of the publication.

    `mart` and `measure` are the mart and its column; a share is named after its numerator with `_pct`, the difference
    of two counts that must agree after the first with `_difference`. `place` is the NIS code of a gemeente, the name
    of an arrondissement or provincie, or `vlaanderen`; `year` the key of a period (`exports.figures.periods`).
    `category` narrows the rows of the mart down: key columns joined by `/` as in `gender/m`, `executed/0-2`,
    `position/nec`, `months/12`; `gender/unknown,v,x` for several together; `gender/*` for the sum over a
    characteristic, `*` for the sum over all rows; `months/25+` for all durations over 24 months together (the tidy
    sheet has `months/30`);
    the chosen basis (`performance`, `year_average`) in marts that have one; else empty.
    """

    mart: str
    measure: str
    year: int
    level: str
    place: str
    category: str = ""


class Figure(NamedTuple):
    """A value that somebody may have to hide. `parts` are the figures from which it was worked out (the numerator and
    denominator of a share, both years of a change): when one of them is hidden, this one is too."""

    value: Value
    id: FigureId
    parts: tuple[FigureId, ...] = ()


Entry = Value | Figure
"""What a table cell may hold before an edition is made of the document."""

Hidden = Callable[[FigureId], bool]


class Changes:
    """A way to show figures that changes them, in the place of one that hides some; as `Hidden` it tells the few that
    are left out. `exports.disclosure.cell_key` has it."""

    def __call__(self, figure: FigureId) -> bool:
        raise NotImplementedError

    def value(self, figure: Figure) -> Value:
        """What is shown of the figure, unrounded."""
        raise NotImplementedError

    def following(self, value: Value, of: FigureId) -> Value:
        """A sum over those that are counted in `of`, changed in proportion to what is shown of that count."""
        raise NotImplementedError

    def described(self, marts: Collection[str]) -> Mapping[str, str | int]:
        """How figures of these marts are protected, for machines."""
        raise NotImplementedError

    def note(self, marts: Collection[str]) -> str:
        """What a sheet with figures of these marts says of it, in Dutch."""
        raise NotImplementedError

    def chart_note(self, marts: Collection[str]) -> str:
        """What stands with a chart of these marts, in Dutch."""
        raise NotImplementedError


def is_hidden(figure: Figure, hidden: Hidden | None) -> bool:
    """Whether the figure may not be shown, for itself or for what it was worked out from."""
    return hidden is not None and (hidden(figure.id) or any(hidden(part) for part in figure.parts))


Signature = tuple[str, str, str]
"""(mart, measure, category): an identity without year and place."""


def identity(signature: Signature, level: str, place: str, year: int) -> FigureId:
    mart, measure, category = signature
    return FigureId(mart, measure, year, level, place, category)


def part_ids(parts: tuple[Signature, ...], looks_back: bool, level: str, place: str, year: int) -> tuple[FigureId, ...]:
    """Identities of the parts in the year, and in the year before when the figure looks back."""
    if not parts:
        return ()
    years = (year, year - 1) if looks_back else (year,)
    return tuple(identity(part, level, place, each) for each in years for part in parts)
