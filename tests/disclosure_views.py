"""What a reader of the public edition sees, made from a control the way a workbook layer asks it. No tests here."""

from __future__ import annotations

import datetime as dt

from exports.annexes import KINDS
from exports.annexes.rules import Cell, Sum
from exports.disclosure.blocks import place_counts
from exports.disclosure.collect import Wanted
from exports.disclosure.control import Control, Table
from exports.disclosure.territory import territories
from tests.attacker import Key, View

ANNEXES = {
    "1": Wanted(KINDS["1"], (2022, 2023)),
    "2": Wanted(KINDS["2"], (2021, 2022, 2023)),
    "3": Wanted(KINDS["3"], (2022, 2023), {"basis": "performance"}),
    "4": Wanted(KINDS["4"], (2021, 2022, 2023)),
    "5": Wanted(KINDS["5"], (2022, 2023)),
    "6": Wanted(KINDS["6"], (2022, 2023)),
    "intake": Wanted(KINDS["intake"], (2022, 2023)),
    "aftercare": Wanted(KINDS["aftercare"], (2022, 2023)),
}
POPULATION = {
    "1": "started", "2": "started", "3": "subsidies performance", "4": "ended", "5": "measured", "6": "measured",
    "intake": "screened", "aftercare": "ended",
}  # fmt: skip
TOTALS = {"1": "months/", "2": "gender/", "4": "", "5": "position/"}
RENAMED = {("3", "total"): "subsidies", ("6", "total"): "measured", ("intake", "total"): "screened",
           ("aftercare", "total"): "ended"}  # fmt: skip


def true_cells(control: Control) -> dict[Key, int]:
    """Every published count at every level, zeros included, with its true value."""
    result: dict[Key, int] = {}
    for (population, year), block in control.collected.blocks.items():
        counts = place_counts(block, control.collected.geography)
        places = {place for above in control.collected.geography.above.values() for place in above}
        for item in {item for _, item in block.counts} - block.local:
            for place in places:
                result[population, item, place, year] = counts.get((place, item), 0)
    return result


def view(control: Control, geography_date: dt.date) -> View:
    """The public tables: every count through the question that a workbook layer asks."""
    cells: dict[Key, int | None] = {}
    tables = {number: control.table(number) for number in control.annexes}
    for key, value in true_cells(control).items():
        hidden = [_hidden(number, tables[number], key) for number in _annexes(control, key)]
        assert hidden and len(set(hidden)) == 1, f"{key}: annexes disagree about what is hidden"
        cells[key] = None if hidden[0] else value
    geography = control.collected.geography
    return View(
        cells,
        {item.nis_code: (item.province, item.is_centre_city) for item in geography.municipalities},
        territories(geography, geography_date),
    )


def _annexes(control: Control, key: Key) -> list[str]:
    population, item, _, year = key
    result = []
    for number, wanted in control.annexes.items():
        if POPULATION[number] != population or year not in wanted.years:
            continue
        family = item.partition("/")[0]
        columns = {field.column for mart in wanted.kind.marts if mart.cell_key is None for field in mart.fields}
        fits = {
            "1": family == "months",
            "2": family in ("gender", "age", "unemployment", "schooling", "migration_background"),
            "4": family in ("executed", "early"),
            "5": family == "position",
        }.get(number, False)
        if item == "total" or fits or item in columns:
            result.append(number)
    return result


def _hidden(number: str, table: Table, key: Key) -> bool:
    _, item, place, year = key
    if number == "4" and item in ("executed", "early"):
        return table.hidden(Sum(f"{item}/"), place, year)
    if item == "total" and number in TOTALS:
        return table.hidden(Sum(TOTALS[number]), place, year)
    return table.hidden(Cell(RENAMED.get((number, item), item)), place, year)
