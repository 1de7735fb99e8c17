"""The figures that the sheets of an annex display: worked out from a publication, or read from a finished annex.

Reading what was written gives what a reader was given, whatever hid or rounded it on the way; that is what a release
keeps, and what a later answer is compared with.
"""

import csv
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from exports.annexes.model import AnnexKind
from exports.editions import displayed
from exports.figures.collect import COMMON, Figures
from exports.figures.identity import GEMEENTE, VLAANDEREN, Hidden, Value
from exports.figures.periods import Period
from exports.figures.views import Plan, views
from exports.package import slug
from exports.sheets.context import DATA
from exports.sheets.data import FIGURES
from exports.wording import capital, plain_name

FLANDERS = "Vlaanderen"
"""The place of totals, where a NIS code is expected."""
TOTALS = "Vlaanderen"


class Key(NamedTuple):
    """One figure of a wide table or of the totals: the sheet, the column without its year, where and when; `year` is
    the key of a period."""

    sheet: str
    measure: str
    nis_code: str
    year: int


DisplayedFigures = Mapping[Key, Value]
"""Every figure of an annex by where it is displayed."""


def of_figures(figures: Figures, hidden: Hidden | None = None, plan: Plan | None = None) -> dict[Key, Value]:
    """Every figure that is shown of the gemeenten and of Flanders; [c] where one is `hidden`. `plan`: what is shown at
    each level, everything by year without it."""
    found: dict[Key, Value] = {}
    several = len(figures.tables) > 1
    for view in views(figures, GEMEENTE, plan):
        for indicator in view.indicators:
            shape = indicator.measure.format
            for period in view.periods:
                for place in figures.municipalities:
                    figure = figures.figure(indicator, GEMEENTE, place.nis_code, period.key)
                    key = Key(view.table.plan.sheet, indicator.label, place.nis_code, period.key)
                    found[key] = displayed(figure, hidden, shape)
    for view in views(figures, VLAANDEREN, plan):
        for indicator in view.indicators:
            label, shape = _total(view.table.plan.sheet, indicator.label, several), indicator.measure.format
            for period in view.periods:
                total = figures.total(indicator, period.key)
                found[Key(TOTALS, label, FLANDERS, period.key)] = displayed(total, hidden, shape)
    return found


def of_package(folder: Path) -> dict[Key, Value]:
    """The same, read from the tables of a finished annex. Numbers come as exact decimals, signs such as [z] as text."""
    with (folder / f"{slug(FIGURES)}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["niveau"] in (GEMEENTE, VLAANDEREN)]
    several = len({row["tabel"] for row in rows}) > 1
    found: dict[Key, Value] = {}
    for row in rows:
        period, value = Period.parsed(row["periode"]).key, _value(row["waarde"])
        if row["niveau"] == VLAANDEREN:
            found[Key(TOTALS, _total(row["tabel"], row["cijfer"], several), FLANDERS, period)] = value
        else:
            found[Key(row["tabel"], row["cijfer"], row["nis_code"], period)] = value
    return found


def _total(table: str, label: str, several: bool) -> str:
    return f"{table}: {capital(label)}" if several else capital(label)


def tidy_of_workbook(path: Path, kind: AnnexKind) -> dict[str, tuple[list[str], list[list[str]]]]:
    """The tidy sheets of a finished annex as text: mart -> (the mart's column names, rows), labels left out."""
    tables = dict(_tables(path))
    found = {}
    for mart in kind.marts:
        if (name := plain_name(*mart.sheet.split())) not in tables:
            continue
        header, rows = tables[name]
        common = zip((kind.year_header, "NIS-code", "Gemeente", "Provincie", "Centrumstad"), COMMON, strict=True)
        names = dict(common) | {item.header: item.column for item in mart.fields}
        kept = [(index, names[name]) for index, name in enumerate(header) if name in names]
        texts = [[_text(row[index]) for index, _ in kept] for row in rows if row[0] != ""]
        found[mart.name] = ([name for _, name in kept], texts)
    return found


def _tables(path: Path) -> Iterator[tuple[str, tuple[list[str], list[list[Any]]]]]:
    """Name of every Excel table of data, and its header and rows. Numbers come as floats; calamine reads
    seven times faster than openpyxl, and a release has a million cells."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path), load_tables=True)
    for name in book.table_names or ():
        if name.startswith(DATA):
            table = book.get_table_by_name(name)
            yield name, (table.columns, table.to_python())


def _value(text: str) -> Value:
    return text if text.startswith("[") else Decimal(text)


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
