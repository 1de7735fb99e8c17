"""Why the activation ratio differs, in a letter: of Flanders from the year before, of cities from Flanders."""

from exports.figures import split
from exports.figures.identity import CENTRUMSTAD
from exports.figures.plan import FIRST_YEAR
from exports.statements import numbers
from exports.statements.headlines import Count, Headlines, clause, sentence
from exports.statements.legends import PARTS_ROUNDED, explained
from exports.statements.lookups import UNDEFINED, Block, Grid, Lookup, Piece, piece_text

_OPENED = Count(split.STARTED[0], split.STARTED[1], category=split.STARTED[2])
_INFLOW, _TIME = "deel door de instroom", "deel door de tijd"
_START_UP = (
    f" Dat de tijd in TWE toenam, toont vooral de opstart: in {FIRST_YEAR} begonnen alle trajecten, en zaten cliënten "
    "er dat jaar dus korter in. Het is niet de duur van een traject."
)
_EVERY_CITY = "de opsplitsing voor alle centrumsteden en provincies staat in de bijlage, op het blad Centrumsteden"
_STARTED, _PEOPLE = "deel door de opgestarte trajecten", "deel door de leefloners"


def explained_by(head: Headlines, clients: Count, people: Count) -> tuple[list[Block], list[Block]]:
    """A sentence on Flanders, and a table of the centre cities with most leefloners: in smaller places a handful of
    starts decides. Nothing when the year isn't over or the ratio is that of January."""
    year = head.year
    if year is None or not head.complete or split.BASIS not in head.options[clients.mart].values():
        return [], []

    def counts(of: int, place: str | None = None) -> tuple[Lookup, Lookup, Lookup]:
        return head.lookup(clients, of, place), head.lookup(people, of, place), head.lookup(_OPENED, of, place)

    def part(rule: str, *terms: Lookup) -> Piece:
        return head.marts.figure(numbers.points, rule, *terms, absent=None)

    def inflow(of: int, place: str | None = None) -> Piece:
        _, below, above = counts(of, place)
        return head.marts.figure(numbers.mean, "aandeel", above, below, absent=None)

    def months(of: int, place: str | None = None) -> Piece:
        above, _, below = counts(of, place)
        return head.marts.figure(numbers.mean, "maanden", above, below, absent=None)

    both = (*counts(year), *counts(year - 1))
    made = sentence(
        ()
        if year <= FIRST_YEAR
        else clause(
            "Van die wijziging komt ",
            part(_INFLOW, *both),
            " door de instroom (",
            *_from_to(inflow(year - 1), inflow(year)),
            " opgestarte trajecten per 100 leefloners; ",
            part(_STARTED, *both),
            " door het aantal trajecten en ",
            part(_PEOPLE, *both),
            " door het aantal leefloners) en ",
            part(_TIME, *both),
            " door de tijd in TWE (",
            *_from_to(months(year - 1), months(year)),
            " maanden per opgestart traject).",
            *([_START_UP] if year == FIRST_YEAR + 1 else []),
        )
    )
    names = head.cities()
    rows: list[tuple[Piece, ...]] = []
    for place in head.largest(people, cities_alone=True)[0]:
        of_place, of_flanders = counts(year, place), counts(year)
        terms = (*of_place[:2], *of_flanders[:2])
        difference = head.marts.figure(numbers.points, "verschil in procentpunt", *terms, absent=None)
        beside = (*of_place, *of_flanders)
        rows.append((names[place], difference, part(_INFLOW, *beside), part(_TIME, *beside)))
    if not rows or all(row[1] == UNDEFINED for row in rows):
        return made, []
    header = ("Centrumstad", "Verschil met Vlaanderen", "Door de instroom", "Door de tijd in TWE")
    about = f"Waarom de ratio van {year} verschilt van die van Vlaanderen: de centrumsteden met de meeste leefloners"
    return made, explained(
        Grid(about, header, tuple(rows)), notes={PARTS_ROUNDED: True, _EVERY_CITY: CENTRUMSTAD in head.levels}
    )


def _from_to(before: Piece, now: Piece) -> tuple[Piece, ...]:
    """ "van 5,4 naar 10,6", or that it stayed as it was."""
    if piece_text(before) == piece_text(now):
        return "gebleven op ", now
    return "van ", before, " naar ", now
