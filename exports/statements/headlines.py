"""The headline figures of an annex, and the sentences and tables that they stand in.

`Headlines` looks up counts, shares and changes for Flanders and the largest municipalities. The functions below it put
them in sentences: a figure that may not be shown is called so, and a clause of which a figure doesn't exist is left out
whole. What is named as hidden is what the annex shows as [c]: the same figures are asked for under the same names. What
is quoted of an annex kind stands in the kind's own module.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from exports.figures.identity import CENTRUMSTAD, GEMEENTE, LEVELS, FigureId
from exports.figures.plan import FIRST_YEAR, Mart
from exports.figures.reading import UNASSIGNED, PublicationReader
from exports.figures.rules import Number
from exports.figures.together import CategoryClass
from exports.statements import numbers
from exports.statements.classes import Named, as_shown
from exports.statements.count import Count
from exports.statements.legends import NOT_BY_YEAR, ROUNDED, START_UP, explained
from exports.statements.lookups import (
    NOT_DELIVERED,
    NOT_SHOWN,
    UNDEFINED,
    Block,
    Grid,
    Lookup,
    Marts,
    Piece,
    QuotedFigure,
    lookup,
    text,
)

LARGEST = 5
LEAST, LEAST_SHARE = 3, 1 / 3
"""A ranking from which municipalities were left out is shown only with this many others, which have this part of
the Flemish total together."""
COLUMNS = 8
"""Years that fit across a page; of a longer period the newest are shown."""


class Headlines:
    """Looks up the headline figures of one annex. `year` is the newest year that the publication covers in full, else
    the newest year begun, else None. Municipalities are named when the annex has such `levels`; years in `apart` are
    not compared with others. `shows`: whether the annex shows a figure of a municipality by year; what it doesn't show
    is not quoted. `classes`: what it shows together of Flanders, and is quoted together."""

    def __init__(
        self,
        marts: Marts,
        publication: PublicationReader,
        marts_read: Sequence[Mart],
        options: Mapping[str, str],
        years: Sequence[int],
        levels: Sequence[str] = LEVELS,
        apart: Collection[int] = (),
        shows: Callable[[FigureId], bool] = lambda figure: True,
        classes: Sequence[CategoryClass] = (),
    ) -> None:
        self.marts, self.publication, self._shows, self._classes = marts, publication, shows, classes
        for mart in marts_read:
            marts.read(mart)
        self.options = {
            mart.name: {name: options.get(name, values[0]) for name, values in mart.options.items()}
            for mart in marts_read
        }
        self.years, self.apart = tuple(years), frozenset(apart)
        self.levels, self._cities_alone = levels, GEMEENTE not in levels
        self._places = "centrumsteden" if self._cities_alone else "gemeenten/steden"
        self._ranks = GEMEENTE in levels or CENTRUMSTAD in levels
        begun = [year for year in years if year <= publication.facts.as_of.year]
        full = list(filter(self._full, begun))
        self.complete = bool(full)
        self.year = max(full or begun, default=None)

    def lookup(self, count: Count, year: int, place: str | None = None) -> Lookup:
        options = self.options[count.mart]
        category = count.category or "/".join(options.values())
        return lookup(count.mart, count.measure, year, place, {**options, **(count.cell or {})}, category=category)

    def count(
        self, count: Count, year: int, place: str | None = None, number_text: numbers.NumberText = numbers.count
    ) -> Piece:
        absent, undefined = (None, NOT_DELIVERED) if count.delivered else (0, UNDEFINED)
        return self.marts.figure(
            number_text, "som", self.lookup(count, year, place), absent=absent, undefined=undefined
        )

    def share(self, part: Count, whole: Count, year: int) -> Piece:
        return self.marts.figure(numbers.percent, "aandeel", self.lookup(part, year), self.lookup(whole, year))

    def as_shown(self, counts: Sequence[Named]) -> list[Named]:
        """The counts in the classes that the annex has for Flanders."""
        return list(as_shown(counts, self._classes))

    def occurs(self, count: Count) -> bool:
        """Whether it is more than 0 in any year that is shown, or hidden."""
        counts = [self.count(count, year) for year in self._shown_years()]
        return any(not isinstance(number, QuotedFigure) or number.value for number in counts)

    def change(self, count: Count, year: int, place: str | None = None) -> Piece | None:
        """Change against the year before; NOT_SHOWN where hidden, None where there is nothing to compare with. A change
        against the first year of the measure, which was still starting up, is no news."""
        if not self.complete or year <= FIRST_YEAR + 1 or not self.apart.isdisjoint((year, year - 1)):
            return None
        now, before = self.lookup(count, year, place), self.lookup(count, year - 1, place)
        made = self.marts.figure(numbers.change, "wijziging", now, before)
        return None if made == UNDEFINED else made

    def compared(self, count: Count) -> tuple[Piece, ...]:
        """ " (+4,9 % tegenover 2022)", or nothing."""
        made = self.change(count, self.year) if self.year else None
        return (" (", made, f" tegenover {(self.year or 0) - 1})") if isinstance(made, QuotedFigure) else ()

    def cities(self) -> dict[str, str]:
        """The centre cities: NIS code -> name."""
        found = (item for item in self.publication.municipalities if item.is_centre_city)
        return {item.nis_code: item.municipality for item in found}

    def largest(self, count: Count, cities_alone: bool = False) -> tuple[list[str], bool]:
        """NIS codes of the municipalities where the count is highest in `year`, and whether others were passed over
        because theirs is hidden: a rank would say between which figures it lies.

        None when too little can be shown. That is decided by what is shown alone: the size of what is hidden would be
        revealed by it.
        """
        if self.year is None or not self._ranks:
            return [], False
        cities, cities_alone = self.cities(), cities_alone or self._cities_alone
        passed_over = False
        found: list[tuple[Number, str]] = []
        for code in self.marts.places(count.mart, self.year):
            of = self.lookup(count, self.year, code)
            if code == UNASSIGNED or (cities_alone and code not in cities) or not self._shows(of.identity):
                continue
            if not self.marts.may_quote(of):
                passed_over = True
            elif value := self.marts.quotable(of):
                found.append((value, code))
        whole = self.lookup(count, self.year)
        known = self.marts.quotable(whole) if self.marts.may_quote(whole) else None
        covered = known is None or float(sum(value for value, _ in found)) >= LEAST_SHARE * float(known)
        if passed_over and (len(found) < LEAST or not covered):
            return [], True
        ranked = sorted(found, key=lambda item: (-item[0], item[1]))[:LARGEST]
        return [code for _, code in ranked], passed_over

    def table(
        self,
        caption: str,
        value: Callable[[int, str | None], Piece],
        change: Callable[[int, str | None], Piece | None],
        rank: Count,
        rank_name: str = "",
        rounded: bool = False,
    ) -> list[Block]:
        """Flanders and the largest municipalities by year, with the change of `year`; [] when no year has begun.
        `rounded`: the figures are, and the change was worked out before that."""
        if self.year is None:
            return []
        years = self._shown_years()
        largest, passed_over = self.largest(rank)
        places = self.marts.places(rank.mart, self.year)
        shown = (self._shows(self.lookup(rank, self.year, code).identity) for code in places)
        not_by_year = self._ranks and not any(shown)
        compared = any(isinstance(change(self.year, place), QuotedFigure) for place in (None, *largest))
        names = {item.nis_code: item.municipality for item in self.publication.municipalities}
        rows = []
        for place in (None, *largest):
            changed = [change(self.year, place) or UNDEFINED] if compared else []
            name = names[place] if place else "Vlaanderen"
            rows.append((name, *(value(year, place) for year in years), *changed))
        header = ["Gemeente/stad" if largest else "", *map(self._header, years)]
        if compared:
            header.append(f"{self.year} t.o.v. {self.year - 1}")
        by = rank_name or "het hoogste aantal"
        among = ", onder die waarvan het cijfer getoond mag worden" if passed_over else ""
        about = f"{caption}: Vlaanderen"
        if largest:
            about += f" en de {self._places} met {by} in {self.year}{among}"
        hidden = f"waarvan het cijfer van {self.year} verborgen is, zijn niet gerangschikt; hun cijfer kan hoger zijn"
        of_the_year = f"het cijfer van {self.year} verborgen om de hoogste te kunnen rangschikken"
        notes = {
            ROUNDED: rounded and compared,
            START_UP: self.complete and self.year == FIRST_YEAR + 1 and not compared,
            f"{self._places} {hidden}": passed_over and bool(largest),
            f"van te veel {self._places} is {of_the_year}": passed_over and not largest,
            NOT_BY_YEAR: not_by_year and bool(places),
        }
        return explained(Grid(about, tuple(header), tuple(rows)), (0,), notes)

    def shares_table(
        self, caption: str, groups: Sequence[tuple[str, Sequence[tuple[str, Count]]]], whole: Count
    ) -> list[Block]:
        """The share of each count in the whole, in Flanders, by year, below the name of its group."""
        years = self._shown_years()
        rows: list[tuple[Piece, ...]] = []
        for name, counts in groups:
            rows.append((name, *[""] * len(years)))
            rows += [
                (label, *(self.share(count, whole, year) for year in years)) for label, count in self.as_shown(counts)
            ]
        return explained(Grid(caption, ("", *map(self._header, years)), tuple(rows))) if years else []

    def _shown_years(self) -> list[int]:
        """Those that have begun, as many as fit across a page."""
        return [year for year in self.years if year <= self.publication.facts.as_of.year][-COLUMNS:]

    def _header(self, year: int) -> str:
        return str(year) if self._full(year) and year not in self.apart else f"{year}*"

    def _full(self, year: int) -> bool:
        as_of = self.publication.facts.as_of
        return year < as_of.year or (as_of.month, as_of.day) == (12, 31)

    def count_table(
        self,
        caption: str,
        count: Count,
        number_text: numbers.NumberText = numbers.count,
        rank_name: str = "",
        rounded: bool = False,
    ) -> list[Block]:
        """The usual table: of one count."""
        return self.table(
            caption,
            lambda year, place: self.count(count, year, place, number_text),
            lambda year, place: self.change(count, year, place),
            count,
            rank_name,
            rounded,
        )


def clause(*pieces: Piece) -> tuple[Piece, ...]:
    """The pieces, or nothing when one of its figures doesn't exist: half a clause says something else."""
    return () if any(piece in (UNDEFINED, NOT_DELIVERED) for piece in pieces) else pieces


def with_share(head: Headlines, count: Count, whole: Count, year: int) -> tuple[Piece, ...]:
    """The count with its share behind it: "459 (61,1 %)"; what stands in its place when it has none."""
    number, share = head.count(count, year), head.share(count, whole, year)
    return (
        (number, " (", share, ")")
        if isinstance(number, QuotedFigure) and isinstance(share, QuotedFigure)
        else (number,)
    )


def sentence(*clauses: tuple[Piece, ...]) -> list[Block]:
    """A paragraph of the clauses that are left, when the first is."""
    pieces = (f"({piece})" if piece == NOT_SHOWN else piece for part in clauses for piece in part)
    return [text(*pieces)] if clauses and clauses[0] else []


def breakdown(
    head: Headlines, title: str, counts: Sequence[tuple[str, Count]], whole: Count, earlier: bool = True
) -> list[Block]:
    """A bullet "title: label n (p %; 2022: p %), ..." of the counts above 0, and of those that are hidden;
    with the share in the year before when `earlier` is wanted."""
    year = head.year or 0
    clauses: list[tuple[Piece, ...]] = []
    for label, count in head.as_shown(counts):
        number = head.count(count, year)
        if isinstance(number, QuotedFigure) and not number.value:
            continue
        made = clause(f"{label}: ", number)
        if isinstance(number, QuotedFigure) and isinstance(of := head.share(count, whole, year), QuotedFigure):
            before = head.share(count, whole, year - 1) if head.complete and earlier else UNDEFINED
            then: tuple[Piece, ...] = () if before in (UNDEFINED, NOT_DELIVERED) else (f"; {year - 1}: ", before)
            made = (*made, " (", of, *then, ")")
        if made:
            clauses.append(made)
    if not clauses:
        return []
    joined = [piece for part in clauses for piece in (", ", *part)][1:]
    return [text(f"{title} \u2013 ", *joined, style="bullet")]


def labels(publication: PublicationReader, label_set: str) -> list[tuple[str, str]]:
    labels = publication.labels(label_set)
    return [(item.code, item.text) for item in sorted(labels, key=lambda item: item.code == "unknown")]
