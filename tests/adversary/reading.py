"""Reading published CSV packages into cells: what a reader sees, keyed by what it counts, when and where."""

import csv
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.adversary.meaning import CHARACTERISTICS, slug

HIDDEN, UNDEFINED = "[c]", "[z]"
FIGURES = "cijfers.csv"
CITY = "centrumstad"
AREAS = {
    "vlaanderen": "v",
    "provincie": "p:{gebied}",
    "arrondissement": "a:{gebied}",
    CITY: "g:{nis_code}",
    "gemeente": "g:{nis_code}",
}
"""Level -> area of its rows."""
KINDS = ("opgestart_duur", "opgestart_profiel", "loontoelagen", "beeindigd", "uitstroom", "transmissies", "nazorg")
KINDS += ("activeringsratio", "toeleiding")
# Means over the twelve months of a year: whole numbers of person-months once multiplied.
MEANS = ("clienten_in_twe", "leefloners", "equivalent_leefloners")
MONTHS = 12


class Cell(NamedTuple):
    """One figure: `release` tells stand and geography; of all `years` together; `area` is `v`, `p:<province>`,
    `a:<arrondissement>` or `g:<nis_code>`, of a row that several municipalities share `g:<nis_code>,<nis_code>`."""

    release: tuple[str, str]
    measure: str
    years: tuple[int, ...]
    area: str

    @property
    def named(self) -> tuple[str, str, str]:
        """Measure, years and area, as a reader would say them."""
        return self.measure, "-".join(map(str, dict.fromkeys((self.years[0], self.years[-1])))), self.area


@dataclass
class Publication:
    """All that a set of folders says. `values` holds whole numbers, or None for a hidden one."""

    values: dict[Cell, int | None] = field(default_factory=dict)
    province: dict[tuple[str, str], str] = field(default_factory=dict)
    """(geography, area of a municipality or shared row) -> area of its province."""
    maybe_zero: set[Cell] = field(default_factory=set)
    """Hidden figures that can be 0: of rows that are hidden whole, where a package says that there are such rows."""
    never_zero: set[Cell] = field(default_factory=set)
    """Hidden figures of which another package or a row with a 0 in it tells that they are not."""
    conflicts: list[str] = field(default_factory=list)
    derived: list[str] = field(default_factory=list)
    unallocated: set[tuple[str, str]] = field(default_factory=set)
    """Releases of which Flanders counts what no municipality has, and a page doesn't show that part."""

    def add(self, cell: Cell, value: int | None, where: str) -> None:
        if cell in self.values and self.values[cell] != value:
            known = self.values[cell]
            if value is None or known is None:
                self.conflicts.append(f"{where}: {cell} is hidden in one place and shown in another")
            value = known if value is None else value
        self.values[cell] = value


def packages(folder: Path) -> list[Path]:
    """Every CSV package of the public edition under a folder."""
    found = sorted(path.parent for path in folder.rglob(FIGURES))
    return [path for path in found if "vertrouwelijk" not in path.parts]


def confidential(package: Path) -> Path:
    """The package with every figure that belongs to a public one: for judging alone."""
    own = package.parent
    return own.parent / "vertrouwelijk" / own.name / package.name.replace("_csv", "_volledig_VERTROUWELIJK_csv")


def canonical(kind: str, measure: str, years: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """The name under which annexes share a figure; what is measured in a year ended the year before."""
    before = tuple(year - 1 for year in years)
    measure = measure.removesuffix("_gemiddeld_aantal").removesuffix("_aantal")
    if kind == "opgestart_duur" and measure == "totaal":
        return "opgestart", years
    if kind == "opgestart_profiel" and measure.endswith("_totaal"):
        return "opgestart", years
    if measure in ("totaal_beeindigd", "beeindigde_trajecten"):
        return "beeindigd", years
    if measure in ("totaal_gemeten", "gemeten_trajecten"):
        return "beeindigd", before
    return f"{kind}/{measure}", before if kind in ("uitstroom", "transmissies") else years


def cities(package: Path) -> set[str]:
    """The areas that a package shows as centre cities."""
    with (package / FIGURES).open(encoding="utf-8-sig", newline="") as lines:
        return {AREAS[CITY].format(**row) for row in csv.DictReader(lines) if row["niveau"] == CITY}


def years_of(period: str) -> tuple[int, ...]:
    """From "2023" or "2020-2023"."""
    first, _, last = period.partition("-")
    return tuple(range(int(first), int(last or first) + 1))


def number(kind: str, text: str, measure: str) -> int | None:
    if text == HIDDEN:
        return None
    if kind == "activeringsratio" and measure.removesuffix("_gemiddeld_aantal") in MEANS:
        return round(float(text) * MONTHS)
    return round(float(text))


def read_table(into: Publication, path: Path, kind: str, release: tuple[str, str], whole: bool = False) -> None:
    """`whole`: the package says that it hides whole rows, zeros too."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["niveau"] in AREAS]
    groups: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        area = AREAS[row["niveau"]].format(**row)
        if area.startswith("g:"):
            into.province[release[1], area] = f"p:{row['provincie']}"
        unit = "" if row["cijfer"].endswith(f"({row['eenheid']})") else f" ({row['eenheid']})"
        table = slug(row["tabel"])
        prefix = f"{table}_" if table in CHARACTERISTICS.values() else ""
        group = groups.setdefault((area, row["periode"], row["niveau"] + table), {})
        group[prefix + slug(row["cijfer"] + unit)] = row["waarde"]
    for (area, period, _), group in groups.items():
        figures = {name: text for name, text in group.items() if "aantal" in name.split("_")}
        told = not whole or "0" in figures.values() or area == "v"
        for name, text in figures.items():
            if name.startswith("nazorg_gemiddeld") or text in ("", UNDEFINED, "[x]"):
                continue
            measure, when = canonical(kind, name.removesuffix("_loontoelagen_trajectmaanden"), years_of(period))
            cell = Cell(release, measure, when, area)
            into.add(cell, number(kind, text, name), f"{path.parent.name}/{path.name}")
            if text == HIDDEN:
                (into.never_zero if told else into.maybe_zero).add(cell)
        shares(into, f"{path.parent.name}/{path.name} {area}", group)


def shares(into: Publication, where: str, row: dict[str, str]) -> None:
    """A share, a mean or an amount shown beside a hidden count that it was computed from."""
    counts = [text for name, text in row.items() if "aantal" in name.split("_") and not name.startswith("nazorg")]
    for name, text in row.items():
        derived = name.startswith(("bedrag", "waarvan_correcties", "ratio_pct", "aandeel", "verschil"))
        first = counts[:2] if not name.startswith(("bedrag", "waarvan")) else counts[:1]
        if derived and text not in (HIDDEN, UNDEFINED, "") and HIDDEN in first:
            into.derived.append(f"{where}: {name}")


def read_details(into: Publication, package: Path, release: tuple[str, str], whole: bool) -> None:
    """Exact months beyond two years, where a package shows them: then a combination without a row is 0, unless whole
    rows are hidden."""
    path = package / "gegevens.csv"
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    years = {int(row["startjaar"]) for row in rows}
    found = {}
    for row in rows:
        months = row["vermoedelijke_duur_maanden"]
        if months.isdigit() and int(months) > 24:
            found[months, int(row["startjaar"]), f"g:{row['nis_code']}"] = number("", row["aantal_trajecten"], "")
    areas = {cell.area for cell in into.values if cell.release == release and cell.area.startswith("g:")}
    for months in {months for months, _, _ in found}:
        for year, area in itertools.product(years, areas):
            if (months, year, area) in found or not whole:
                cell = Cell(release, f"langer/{months}", (year,), area)
                into.add(cell, found.get((months, year, area), 0), "gegevens")


def read(packages_: list[Path]) -> Publication:
    """Everything that stands in the packages, stand and geography taken from their provenance."""
    into = Publication()
    for package in packages_:
        kind = next((kind for kind in KINDS if kind in package.name), None)
        if kind is None:
            continue
        with (package / "herkomst.csv").open(encoding="utf-8-sig", newline="") as lines:
            said = list(csv.DictReader(lines))
        facts = {row["gegeven"]: row["waarde"] for row in said}
        whole = any("vervangen door [c], ook een 0" in row["waarde"] for row in said)
        release = (facts["Stand op"], facts["Geografie op"])
        read_table(into, package / FIGURES, kind, release, whole)
        if kind == "opgestart_duur":
            read_details(into, package, release, whole)
    return into


def small(measure: str, value: int) -> bool:
    """Whether the stated rule hides this count for what it is: 1 to 3 persons."""
    return 0 < value <= 3 * (MONTHS if measure.startswith("activeringsratio/") else 1)


def width(measure: str, low: float, high: float) -> float:
    """How wide an interval is, in persons."""
    return (high - low) / (MONTHS if measure.startswith("activeringsratio/") else 1)
