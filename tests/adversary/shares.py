"""How much is hidden, counted from the files alone: the share of hidden figures among those other than 0."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.adversary.reading import CITY, cities, read

LEVELS = {"v": "Vlaanderen", "p:": "province", "a:": "arrondissement", CITY: "centre city", "g:": "municipality"}
WHOLE = ("opgestart", "beeindigd", "toeleiding/screenings", "loontoelagen/", "activeringsratio/")
"""What counts whole populations; all other figures are details."""
EVERY = "all annexes"
Key = tuple[str, str, str, str]
"""(annex, level, totals or details, by year or years together)."""


def shares(packages: list[Path]) -> Iterator[str]:
    """A table, an annex at a time and at the end of all of them."""
    hidden: Counter[Key] = Counter()
    figures: Counter[Key] = Counter()
    for package in packages:
        annex, of_city = f"{package.parent.name} {package.name.removesuffix('_csv')}", cities(package)
        for cell, value in read([package]).values.items():
            level = CITY if cell.area in of_city else next(each for each in LEVELS if cell.area.startswith(each))
            what = "totals" if cell.measure in WHOLE or cell.measure.startswith(WHOLE[3:]) else "details"
            when = "by year" if len(cell.years) == 1 else "years together"
            for name in (annex, EVERY) if value != 0 else ():
                figures[name, level, what, when] += 1
                hidden[name, level, what, when] += value is None
    annexes = list(dict.fromkeys(annex for annex, *_ in figures if annex != EVERY))
    order = {level: number for number, level in enumerate(LEVELS)}
    yield f"{'annex':<40} {'level':<15} {'':<8} {'':<15} {'not 0':>7} {'hidden':>7}"
    for annex in (*annexes, EVERY):
        of = sorted((key for key in figures if key[0] == annex), key=lambda key: (order[key[1]], key[2:]))
        for key in of:
            _, level, what, when = key
            share = hidden[key] / figures[key]
            yield f"{annex:<40} {LEVELS[level]:<15} {what:<8} {when:<15} {figures[key]:>7} {share:>7.1%}"
