"""Reading the data of published figure books into the same cells as the CSV packages."""

import json
import re
from pathlib import Path
from typing import Any

from tests.adversary.reading import Cell, Publication, canonical, number, slug

KIND = {
    "2": "opgestart_profiel",
    "3": "loontoelagen",
    "4": "beeindigd",
    "5": "uitstroom",
    "ratio": "activeringsratio",
}
CHARACTERISTIC = {
    "gender": "geslacht",
    "age": "leeftijd",
    "unemployment": "werkloosheidsduur",
    "schooling": "scholing",
    "migration_background": "migratieachtergrond",
}
NO_COUNT = ("amount_eur", "correction_eur", "ratio_pct", "ratio_change_pp")
COUNTS_BEHIND = {
    "amount_eur": ("subsidies",),
    "correction_eur": ("subsidies",),
    "ratio_pct": ("clients_in_twe", "leefloners"),
    "ratio_change_pp": ("clients_in_twe", "leefloners"),
}


def pages(folder: Path) -> list[Path]:
    """Every public figure book under a folder."""
    return [path for path in sorted(folder.rglob("cijferboek_*.html")) if "VERTROUWELIJK" not in path.name]


def full(page: Path) -> Path:
    """The page with every figure that stands beside a public one: for judging alone."""
    return page.with_name(f"{page.stem}_volledig_VERTROUWELIJK.html")


def read_book(into: Publication, page: Path) -> None:
    """Add every figure of the page's data."""
    found = re.search(r'<script type="application/json" id="cijfers">(.*?)</script>', page.read_text("utf-8"), re.S)
    assert found, f"{page.name} holds no data"
    book = json.loads(found[1])
    release = (book["meta"]["asOf"], book["meta"]["geography"])
    if any(series["unallocated"] for series in book["series"].values()):
        into.unallocated.add(release)
    for code, _, province, *_ in book["places"]:
        into.province[release[1], f"g:{code}"] = f"p:{province}"
    for key, series in book["series"].items():
        ids = [measure["id"] for measure in series["measures"]]
        for place, rows in series["cells"].items():
            area = "v" if place == "vlaanderen" else place if place.startswith("p:") else f"g:{place}"
            table = {  # a row ends with the last year
                (name, year): value
                for name, row in zip(ids, rows, strict=True)
                for year, value in zip(reversed(series["years"]), reversed(row), strict=False)
            }
            for measure in series["measures"]:
                _add(into, page, key, measure, series["years"], table, (release, area))


def _add(
    into: Publication,
    page: Path,
    key: str,
    measure: dict[str, str],
    years: list[int],
    table: dict[tuple[str, int], Any],
    where: tuple[tuple[str, str], str],
) -> None:
    release, area = where
    name = measure["id"]
    for year in years:
        value = table.get((name, year))
        if value is None or value in ("x", "z"):
            continue
        if name in NO_COUNT:
            if value != "c" and any(table.get((count, year)) == "c" for count in COUNTS_BEHIND[name]):
                into.derived.append(f"{page.name} {area} {year}: {name}")
            continue
        told, when = canonical(KIND[key], _column(key, measure), (year,))
        text = "[c]" if value == "c" else str(value)
        into.add(Cell(release, told, when, area), number(KIND[key], text, told.rpartition("/")[2]), page.name)


def _column(key: str, measure: dict[str, str]) -> str:
    """The column of the packages that holds the same figure."""
    if key == "3":
        return "aantal"
    family = CHARACTERISTIC.get(measure["id"].partition("/")[0]) if key == "2" else None
    label = slug(measure["label"])
    return "_".join(filter(None, (family, label))) + ("" if label.endswith("_aantal") else "_aantal")
