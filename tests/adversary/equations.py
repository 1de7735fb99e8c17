"""What must hold between figures, published or not, beside their sums: from common knowledge of the domain."""

import csv
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

from tests.adversary.atoms import Atom, Release, Row, row
from tests.adversary.meaning import SEEDS

MERGES = SEEDS / "municipality_merges.csv"
FIRST = 2017
"""The year of the first trajectory."""
SUBSETS = {  # subset: what contains it
    "nazorg/met_art_60_job": "beeindigd",
    "nazorg/tijdig_werk": "nazorg/met_art_60_job",
    "nazorg/met_werkervaringsstage_wes": "nazorg/met_art_60_job",
    "nazorg/met_individuele_beroepsopleiding_ibo": "nazorg/met_art_60_job",
    "nazorg/met_opleidingsstage": "nazorg/met_art_60_job",
    "nazorg/met_coaching": "nazorg/met_art_60_job",
    "transmissies/met_transmissie": "beeindigd",
    "uitstroom/competentie_opleiding": "uitstroom/competentie_opleiding_of_werkplekleren",
    "uitstroom/competentie_werkplekleren": "uitstroom/competentie_opleiding_of_werkplekleren",
    "uitstroom/competentie_opleiding_of_werkplekleren": "beeindigd",
    "toeleiding/toegeleid": "toeleiding/screenings",
    "toeleiding/toegeleid_en_voldoet": "toeleiding/voldoet_aan_de_criteria",
}


SUMS = {"figure", "hidden", "categories", "places"}
TIME = {"ended had started", "clients have a trajectory", "twelve paid months a year"}


def rows_of(releases: list[Release]) -> list[Row]:
    """Every row that the publication lets a reader write down."""
    rows: list[Row] = []
    for release in releases:
        rows += release.rows()
        places = {area for whole in release.wholes.values() for areas in whole.areas.values() for area in areas}
        years = {year for whole in release.wholes.values() for year in whole.years}
        for area in sorted(places - {"?"}):
            for year in years:
                rows += within(release, area, year)
            rows += through_time(release, area, max(years))
    return rows + list(across_geographies(releases))


def systems(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """More and more of the same knowledge, each by its name: what is found early needs no more, and is found sooner."""
    return [
        ("sums", [row for row in rows if row.why in SUMS]),
        ("what holds within a year", [row for row in rows if row.why not in TIME]),
        ("totals over the years", [row for row in rows if not any(atom.family for atom, _ in row.terms)]),
        ("all over the years", rows),
    ]


def at_most(smaller: list[list[Atom] | None], larger: list[list[Atom] | None], why: str) -> Iterator[Row]:
    """Where all of it can be said, the sum of some is at most that of others."""
    plus, minus = ([atom for part in side for atom in part or ()] for side in (smaller, larger))
    if all(part is not None for part in (*smaller, *larger)):
        yield row(plus, minus, -math.inf, 0, why)


def within(release: Release, area: str, year: int) -> Iterator[Row]:
    """What holds within one area and year."""

    def count(measure: str) -> list[Atom] | None:
        return release.sum(measure, (year,), area)

    for part, whole in SUBSETS.items():
        yield from at_most([count(part)], [count(whole)], "subset")
    training, learning = "uitstroom/competentie_opleiding", "uitstroom/competentie_werkplekleren"
    yield from at_most([count(f"{training}_of_werkplekleren")], [count(training), count(learning)], "either or both")
    screened, meeting = count("toeleiding/screenings"), count("toeleiding/voldoet_aan_de_criteria")
    for others in ("onvolledige_screenings", "toegeleid_en_voldoet_niet"):
        yield from at_most([count(f"toeleiding/{others}"), meeting], [screened], "meeting or not")


def through_time(release: Release, area: str, last: int) -> Iterator[Row]:
    """What ended had started; whoever is in a trajectory started it and had not ended it; 12 months in a year."""
    for year in range(FIRST, last + 1):
        started = release.sum("opgestart", range(FIRST, year + 1), area)
        yield from at_most([release.sum("beeindigd", range(FIRST, year + 1), area)], [started], "ended had started")
        gone = release.sum("beeindigd", range(FIRST, year), area) if year > FIRST else []
        for measure, why in (
            ("activeringsratio/clienten_in_twe", "clients have a trajectory"),
            ("loontoelagen/aantal", "twelve paid months a year"),
        ):
            months = release.sum(measure, (year,), area)
            if months and started and gone is not None:
                terms = ((atom, 12 * sign) for atoms, sign in ((gone, 1), (started, -1)) for atom in atoms)
                yield Row((*((atom, 1) for atom in months), *terms), -math.inf, 0, why)


def across_geographies(releases: list[Release]) -> Iterator[Row]:
    """A merged municipality is the sum of what merged; all others, and Flanders, are the same under every geography."""
    with MERGES.open(encoding="utf-8") as lines:
        merges = list(csv.DictReader(lines))
    stands: defaultdict[str, list[Release]] = defaultdict(list)
    for release in sorted(releases, key=lambda each: each.release):
        stands[release.release[0]].append(release)
    for old, new in (pair for same in stands.values() for pair in itertools.pairwise(same)):
        sources: defaultdict[str, set[str]] = defaultdict(set)
        for merge in merges:
            if old.release[1] < merge["merge_date"] <= new.release[1]:
                sources[merge["successor_nis"]].add(merge["predecessor_nis"])
        for cell in new.cells if "99999" not in old.units else ():
            area = cell.area
            if area.startswith(("p:", "a:")) and sources:
                continue
            if area.startswith("g:"):
                codes = {each for code in area[2:].split(",") for each in sources.get(code, {code})}
                area = f"g:{','.join(sorted(codes))}"
                if {each for place in old.places(area) for each in place[2:].split(",")} != codes:
                    continue
            before, after = old.sum(cell.measure, cell.years, area), new.sum(cell.measure, cell.years, cell.area)
            if before and after:
                yield row(before, after, 0, 0, "geographies")
