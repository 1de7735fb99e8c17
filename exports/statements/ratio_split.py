"""Why the activation ratio differs, in a letter: of Flanders from the year before, of cities from Flanders."""

from exports.figures import split
from exports.figures.plan import FIRST_YEAR
from exports.statements import numbers
from exports.statements.headlines import Count, Headlines, clause, sentence
from exports.statements.legends import PARTS_ROUNDED, explained
from exports.statements.lookups import UNDEFINED, Block, Grid, Lookup, Piece

_OPENED = Count(split.STARTED[0], split.STARTED[1], category=split.STARTED[2])
_INFLOW, _TIME = "deel door de instroom", "deel door de tijd"
_STARTED, _PEOPLE = "deel door de opgestarte trajecten", "deel door de leefloners"


def explained_by(head: Headlines, clients: Count, people: Count) -> tuple[list[Block], list[Block]]:
    """A sentence on Flanders, and a table of the municipalities with most leefloners; nothing when the year isn't over
    or the ratio is that of January."""
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
            " door de instroom (van ",
            inflow(year - 1),
            " naar ",
            inflow(year),
            " opgestarte trajecten per 100 leefloners; ",
            part(_STARTED, *both),
            " door het aantal trajecten en ",
            part(_PEOPLE, *both),
            " door het aantal leefloners) en ",
            part(_TIME, *both),
            " door de tijd in TWE (van ",
            months(year - 1),
            " naar ",
            months(year),
            " maanden per opgestart traject).",
        )
    )
    names = {item.nis_code: item.municipality for item in head.publication.municipalities}
    rows: list[tuple[Piece, ...]] = []
    for place in head.largest(people)[0]:
        of_place, of_flanders = counts(year, place), counts(year)
        terms = (*of_place[:2], *of_flanders[:2])
        difference = head.marts.figure(numbers.points, "verschil in procentpunt", *terms, absent=None)
        beside = (*of_place, *of_flanders)
        rows.append((names[place], difference, part(_INFLOW, *beside), part(_TIME, *beside)))
    if not rows or all(row[1] == UNDEFINED for row in rows):
        return made, []
    header = ("Gemeente/stad", "Verschil met Vlaanderen", "Door de instroom", "Door de tijd in TWE")
    grid = Grid(f"Waarom de ratio van {year} verschilt van die van Vlaanderen", header, tuple(rows))
    return made, explained(grid, notes={PARTS_ROUNDED: True})
