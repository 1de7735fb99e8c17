"""Figures of an answer, each with the mart rows that it is looked up in, and the text blocks that they stand in.

A `Lookup` is the sum of one column over the rows of one mart that a filter selects; a `QuotedFigure` is made of
one or more lookups by one of the `RULES`. Anyone can therefore check a figure with the publication alone.
Blocks (paragraphs and small tables) hold text and figures, and know nothing of Word.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from itertools import product
from operator import add
from typing import Any

from exports.figures import split
from exports.figures.identity import GEMEENTE, VLAANDEREN, Changes, Figure, FigureId, Hidden, part_ids
from exports.figures.plan import Mart
from exports.figures.reading import PublicationReader
from exports.figures.rules import Number
from exports.statements.numbers import NumberText


@dataclass(frozen=True)
class Lookup:
    """The sum of `measure` (times the column `times`, when given) over the rows of `mart` where every column of
    `where` has that value (None: is empty; a tuple: one of these). `category` names the cell for disclosure control."""

    mart: str
    measure: str
    where: tuple[tuple[str, Any], ...]
    category: str = ""
    times: str | None = None

    @property
    def filter(self) -> dict[str, Any]:
        return dict(self.where)

    @property
    def identity(self) -> FigureId:
        place = self.filter.get("nis_code")
        level = GEMEENTE if place else VLAANDEREN
        return FigureId(self.mart, self.measure, self.filter["year"], level, place or VLAANDEREN, self.category)


def _share(terms: tuple[Number, ...]) -> Number | None:
    return 100 * float(terms[0]) / float(terms[1]) if terms[1] else None


def _mean(terms: tuple[Number, ...]) -> Number | None:
    return float(terms[0]) / float(terms[1]) if terms[1] else None


def _change(terms: tuple[Number, ...]) -> Number | None:
    return 100 * (float(terms[0]) / float(terms[1]) - 1) if terms[1] else None


def _points(terms: tuple[Number, ...]) -> Number | None:
    now, before = _share(terms[:2]), _share(terms[2:])
    return None if now is None or before is None else float(now) - float(before)


def _months(terms: tuple[Number, ...]) -> Number | None:
    return split.MONTHS * float(terms[0]) / float(terms[1]) if terms[1] else None


def _parts(terms: tuple[Number, ...]) -> split.RatioParts | None:
    """Of two ratios, each of clients in TWE, leefloners and trajectories started."""
    now, other = (split.Factors.of([float(term) for term in half]) for half in (terms[:3], terms[3:]))
    return split.parts(now, other) if now and other else None


RULES: dict[str, Callable[[tuple[Number, ...]], Number | None]] = {
    "som": lambda terms: terms[0],
    "som, als aftrek": lambda terms: -terms[0],
    "aandeel": _share,
    "gemiddelde": _mean,
    "wijziging": _change,
    "verschil in procentpunt": _points,
    "maanden": _months,
    "deel door de instroom": lambda terms: parts.inflow if (parts := _parts(terms)) else None,
    "deel door de opgestarte trajecten": lambda terms: parts.started if (parts := _parts(terms)) else None,
    "deel door de leefloners": lambda terms: parts.leefloners if (parts := _parts(terms)) else None,
    "deel door de tijd": lambda terms: parts.months if (parts := _parts(terms)) else None,
}
"""Rule -> how it makes a value of its lookups; percentages are x 100; None = undefined."""


@dataclass(frozen=True)
class QuotedFigure:
    """A number as the answer shows it (`text`), what it is (`value`) and where it comes from."""

    text: str
    value: Number
    rule: str
    lookups: tuple[Lookup, ...]
    terms: tuple[Number, ...] = field(compare=False)

    @property
    def mart(self) -> str:
        return self.lookups[0].mart

    @property
    def filter(self) -> dict[str, Any]:
        return self.lookups[0].filter


Piece = str | QuotedFigure
NOT_SHOWN, UNDEFINED, NOT_DELIVERED = "vertrouwelijk", "\u2013", "niet geleverd"
"""What a letter says where there is no figure: words and a dash, for it explains no signs."""


def piece_text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text


@dataclass(frozen=True)
class Paragraph:
    """Text with figures in it. Styles: title, subtitle, banner, fact, heading, question, answer, bullet, small, annex.

    `number` hangs before the text ("2."); `link` is where the whole text points to (a file next to the letter).
    """

    pieces: tuple[Piece, ...]
    style: str = "answer"
    number: str = ""
    link: str = ""

    @property
    def text(self) -> str:
        return "".join(map(piece_text, self.pieces))


@dataclass(frozen=True)
class Grid:
    """A small table: a caption, header cells, then rows whose first cell names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]


Block = Paragraph | Grid


def figures_of(block: Block) -> Iterator[QuotedFigure]:
    """The figures in a block, in reading order."""
    pieces = block.pieces if isinstance(block, Paragraph) else (piece for row in block.rows for piece in row)
    return (piece for piece in pieces if isinstance(piece, QuotedFigure))


def text(*pieces: Piece, style: str = "answer") -> Paragraph:
    """A paragraph of text and figures."""
    return Paragraph(pieces, style)


class Marts:
    """Looks figures up in the marts of a publication. Hidden ones are never given, and counted in `withheld`."""

    def __init__(self, publication: PublicationReader, hidden: Hidden | None = None) -> None:
        self._publication = publication
        self._hidden = hidden or (lambda identity: False)
        self.changes = hidden if isinstance(hidden, Changes) else None
        """What changes figures before they are quoted; None where they are quoted as they are."""
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[dict[str, Any]]]] = {}
        """The rows of a mart by their values in some of its columns, for each (mart, columns) that was asked for."""
        self._read: dict[str, Mart] = {}
        self.withheld = 0

    def read(self, mart: Mart) -> None:
        """Make the rows of a mart available."""
        if mart.name in self._read:
            return
        columns = ("year", "nis_code", *(item.column for item in mart.fields))
        rows = self._publication.rows(mart.name, columns)
        self._rows[mart.name] = [dict(zip(columns, values, strict=True)) for values in rows]
        self._read[mart.name] = mart

    def find(self, lookup: Lookup) -> Number | None:
        """What the lookup gives; None when no row holds a value."""
        columns, wanted = tuple(lookup.filter), tuple(lookup.filter.values())
        if (lookup.mart, columns) not in self._indexes:
            index = self._indexes[lookup.mart, columns] = defaultdict(list)
            for row in self._rows.get(lookup.mart, ()):
                index[tuple([row[column] for column in columns])].append(row)
        index, one_of = self._indexes[lookup.mart, columns], (of if isinstance(of, tuple) else (of,) for of in wanted)
        found = (row for values in product(*one_of) for row in index.get(values, ()))
        rows = [row for row in found if row[lookup.measure] is not None]
        values = [row[lookup.measure] * row[lookup.times] if lookup.times else row[lookup.measure] for row in rows]
        return reduce(add, values) if values else None

    def quotable(self, lookup: Lookup) -> Number | None:
        """What the lookup gives as it is quoted; None when no row holds a value."""
        found = self.find(lookup)
        if found is None or self.changes is None:
            return found
        own = lookup.identity
        if lookup.times:
            made = self.changes.following(found, own._replace(measure=lookup.times))
        else:
            made = self.changes.value(Figure(found, own))
        return made if isinstance(made, int | float | Decimal) else None

    def places(self, mart: str, year: int) -> list[str]:
        """NIS codes with rows in that year."""
        rows = self._rows.get(mart, ())
        return sorted({row["nis_code"] for row in rows if row["year"] == year and row["nis_code"]})

    def may_quote(self, lookup: Lookup) -> bool:
        """Whether neither the figure nor one that it was worked out from is hidden."""
        own = lookup.identity
        mart = self._read[lookup.mart]
        field = next(item for item in mart.fields if item.column == lookup.measure)
        parts = (*field.derived_from, *([lookup.times] if lookup.times else []))
        signatures = tuple((own.mart, column, own.category) for column in parts)
        ids = (own, *part_ids(signatures, field.looks_back, own.level, own.place, own.year))
        return not any(map(self._hidden, ids))

    def figure(
        self,
        number_text: NumberText,
        rule: str,
        *lookups: Lookup,
        absent: Number | None = 0,
        undefined: str = UNDEFINED,
    ) -> Piece:
        """The figure; NOT_SHOWN when one of its lookups is hidden, `undefined` when there is no value.

        `absent` is what a lookup without rows counts as: 0 for counts, None for what was not delivered.
        """
        if not all(map(self.may_quote, lookups)):
            self.withheld += 1
            return NOT_SHOWN
        terms = tuple(absent if (found := self.quotable(lookup)) is None else found for lookup in lookups)
        known = tuple(term for term in terms if term is not None)
        value = RULES[rule](known) if len(known) == len(terms) else None
        return undefined if value is None else QuotedFigure(number_text(value), value, rule, lookups, known)


def lookup(
    mart: str, measure: str, year: int, place: str | None = None, cell: Mapping[str, Any] | None = None, **more: Any
) -> Lookup:
    """A lookup with its filter in a fixed order: year, nis_code (left out for Flanders), then the columns of `cell`."""
    where: dict[str, Any] = {"year": year}
    if place:
        where["nis_code"] = place
    return Lookup(mart, measure, tuple({**where, **(cell or {})}.items()), **more)
