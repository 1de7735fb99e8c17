"""What must hold between published figures, from common knowledge of the domain."""

import csv
import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.adversary.reading import CHARACTERISTICS, Cell, Publication

MERGES = Path(__file__).parents[2] / "dbt_project" / "seeds" / "municipality_merges.csv"
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


@dataclass(frozen=True)
class Row:
    """lower <= sum of coefficient x cell <= upper."""

    terms: tuple[tuple[Cell, int], ...]
    lower: float
    upper: float
    why: str


def equal(total: Cell, parts: list[Cell], why: str) -> Row:
    return Row(((total, -1), *((part, 1) for part in parts)), 0, 0, why)


def at_most(smaller: list[Cell], larger: list[Cell], why: str, slack: float = 0) -> Row:
    return Row((*((cell, 1) for cell in smaller), *((cell, -1) for cell in larger)), -math.inf, slack, why)


def categories(measures: set[str]) -> list[tuple[str, list[str]]]:
    """Totals and the categories that add up to them."""
    named = [("opgestart", [m for m in measures if m.startswith("opgestart_duur/")])]
    for name in CHARACTERISTICS:
        named.append(("opgestart", [m for m in measures if m.startswith(f"opgestart_profiel/{name}_")]))
    for ending in ("uitgevoerd", "vroegtijdig"):
        total = f"beeindigd/{ending}_totaal"
        named.append((total, [m for m in measures if m.startswith(f"beeindigd/{ending}_") and m != total]))
    named.append(("beeindigd", ["beeindigd/uitgevoerd_totaal", "beeindigd/vroegtijdig_totaal"]))
    outflow = [m for m in measures if m.startswith("uitstroom/") and "competentie" not in m]
    named.append(("beeindigd", outflow))
    named.append(("toeleiding/toegeleid", ["toeleiding/toegeleid_en_voldoet", "toeleiding/toegeleid_en_voldoet_niet"]))
    return [(total, sorted(parts)) for total, parts in named if parts]


def within(place: dict[str, Cell], lines: list[tuple[str, list[str]]]) -> list[Row]:
    """What holds within one area and year."""
    rows = []
    for total, parts in lines:
        if total in place and all(part in place for part in parts):
            rows.append(equal(place[total], [place[part] for part in parts], "categories"))
    for part, whole in SUBSETS.items():
        if part in place and whole in place:
            rows.append(at_most([place[part]], [place[whole]], "subset"))
    either = "uitstroom/competentie_opleiding_of_werkplekleren"
    both = ("uitstroom/competentie_opleiding", "uitstroom/competentie_werkplekleren")
    if either in place:
        rows.append(at_most([place[either]], [place[name] for name in both], "either at most both"))
    screened, meeting, incomplete = (
        place.get(f"toeleiding/{name}") for name in ("screenings", "voldoet_aan_de_criteria", "onvolledige_screenings")
    )
    if screened and meeting and incomplete:
        rows.append(at_most([meeting, incomplete], [screened], "meeting or incomplete"))
        others = place["toeleiding/toegeleid_en_voldoet_niet"]
        rows.append(at_most([others, meeting], [screened], "referred without meeting"))
    longer = [cell for measure, cell in place.items() if measure.startswith("langer/")]
    if longer and "opgestart_duur/meer_dan_24_maanden" in place:
        rows.append(equal(place["opgestart_duur/meer_dan_24_maanden"], longer, "months beyond two years"))
    return rows


def through_time(cells: dict[str, dict[int, Cell]]) -> list[Row]:
    """What ended had started; whoever is in a trajectory started it and had not ended it; 12 months in a year."""
    rows = []
    started, ended = cells.get("opgestart", {}), cells.get("beeindigd", {})
    for year in range(2017, 1 + max(started, default=2016)):
        if not all(y in started for y in range(2017, year + 1)):
            break
        began = [started[y] for y in range(2017, year + 1)]
        if all(y in ended for y in range(2017, year + 1)):
            rows.append(at_most([ended[y] for y in range(2017, year + 1)], began, "ended had started"))
        if not all(y in ended for y in range(2017, year)):
            continue
        gone = [ended[y] for y in range(2017, year)]
        if (clients := cells.get("activeringsratio/clienten_in_twe", {}).get(year)) is not None:
            terms = ((clients, 1), *((cell, 12) for cell in gone), *((cell, -12) for cell in began))
            rows.append(Row(terms, -math.inf, 0, "clients have a trajectory"))
        if (paid := cells.get("loontoelagen/aantal", {}).get(year)) is not None:
            terms = ((paid, 1), *((cell, 12) for cell in gone), *((cell, -12) for cell in began))
            rows.append(Row(terms, -math.inf, 0, "twelve paid months a year"))
    return rows


@cache
def arrondissements() -> dict[str, str]:
    """Municipality -> its arrondissement, which every reader can look up."""
    with MERGES.with_name("municipalities.csv").open(encoding="utf-8") as lines:
        return {f"g:{row['nis_code']}": row["arrondissement"] for row in csv.DictReader(lines)}


def versions(geography: str) -> dict[str, str]:
    """Per code, the latest merger before a day that gave it its present territory."""
    with MERGES.open(encoding="utf-8") as lines:
        merges = [row for row in csv.DictReader(lines) if row["merge_date"] <= geography]
    return {f"g:{row['successor_nis']}": row["merge_date"] for row in sorted(merges, key=lambda row: row["merge_date"])}


def across_geographies(pub: Publication) -> list[Row]:
    """A merged municipality is the sum of what merged; all others, and Flanders, are the same under every geography."""
    with MERGES.open(encoding="utf-8") as lines:
        merges = list(csv.DictReader(lines))
    rows: list[Row] = []
    by_key: dict[tuple[str, str, int], dict[str, dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for cell in pub.values:
        by_key[cell.release[0], cell.measure, cell.year][cell.release[1]][cell.area] = cell
    for geographies in by_key.values():
        dates = sorted(geographies)
        for old, new in itertools.pairwise(dates):
            sources: dict[str, list[str]] = defaultdict(list)
            for row in merges:
                if old < row["merge_date"] <= new:
                    sources[f"g:{row['successor_nis']}"].append(f"g:{row['predecessor_nis']}")
            provinces_moved = bool(sources)
            for area, cell in geographies[new].items():
                if area.startswith(("p:", "a:")) and provinces_moved:
                    continue
                parts = [geographies[old].get(part) for part in sources.get(area, [area])]
                known = [part for part in parts if part is not None]
                if known and len(known) == len(parts) and "g:99999" not in geographies[old]:
                    rows.append(equal(cell, known, "geographies"))
    return rows


TIME = {"ended had started", "clients have a trajectory", "twelve paid months a year"}
TOTALS = ("opgestart", "beeindigd", "activeringsratio/clienten_in_twe", "beeindigd/uitgevoerd_totaal")
LONGER = ("langer/", "opgestart_duur/meer_dan_24")


def systems(rows: list[Row]) -> list[list[Row]]:
    """The same knowledge in three systems small enough to solve: within years, totals over years, rare long plans."""

    def total(row: Row) -> bool:
        return all(cell.measure in TOTALS or cell.measure.startswith("loontoelagen/") for cell, _ in row.terms)

    longer = [row for row in rows if all(cell.measure.startswith(LONGER) for cell, _ in row.terms)]
    return [[row for row in rows if row.why not in TIME], [row for row in rows if total(row)], longer]


def equations(pub: Publication) -> list[Row]:
    """Every row that the publication lets a reader write down."""
    places: dict[tuple[tuple[str, str], int, str], dict[str, Cell]] = defaultdict(dict)
    areas: dict[tuple[tuple[str, str], str, int], dict[str, Cell]] = defaultdict(dict)
    years: dict[tuple[tuple[str, str], str], dict[str, dict[int, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for cell in pub.values:
        places[cell.release, cell.year, cell.area][cell.measure] = cell
        areas[cell.release, cell.measure, cell.year][cell.area] = cell
        years[cell.release, cell.area][cell.measure][cell.year] = cell
    lines = categories({cell.measure for cell in pub.values})
    rows = [row for place in places.values() for row in within(place, lines)]
    for (release, measure, _), there in areas.items():
        if measure.startswith("langer/") or "equivalent" in measure:
            continue  # no totals of months apart; equivalents are means over months that differ
        inside: dict[str, list[Cell]] = defaultdict(list)
        for area, cell in there.items():
            if area.startswith("g:"):
                inside[pub.province[release[1], area]].append(cell)
                inside[f"a:{arrondissements().get(area, 'Niet toewijsbaar')}"].append(cell)
        for whole, cells in inside.items():
            if whole in there:
                rows.append(equal(there[whole], cells, "municipalities"))
        for level, why in (("p:", "provinces"), ("g:", "all municipalities")) if "v" in there else ():
            parts = [cell for area, cell in there.items() if area.startswith(level)]
            if parts and release in pub.unallocated and "g:99999" not in there:
                rows.append(at_most(parts, [there["v"]], why))
            elif parts:
                rows.append(equal(there["v"], parts, why))
    for (_, area), cells in years.items():
        rows += through_time(cells) if not area.startswith(("p:", "a:")) else []
    return rows + across_geographies(pub)
