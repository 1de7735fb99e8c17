"""The figures that the wide tables of an annex display: worked out from a publication, or read from a workbook.

Reading the finished workbook gives what a reader was given, whatever hid or rounded it on the way; that is what a
release keeps, and what a later answer is compared with.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.editions import displayed
from exports.figures.collect import COMMON, Figures
from exports.figures.identity import GEMEENTE, VLAANDEREN, Hidden, Value
from exports.figures.periods import Period
from exports.figures.plan import Measure
from exports.figures.views import Plan, views
from exports.sheets.context import MUNICIPALITY_TOTALS
from exports.wording import capital, plain_name
from exports.xlsx.document import Format

FLANDERS = "Vlaanderen"
"""The place of totals, where a NIS code is expected."""
TOTALS = "Vlaanderen"
_YEAR = r"(\d{4}(?:-\d{4})?)(?: \[[a-z]\])*"
_YEAR_COLUMN = re.compile(_YEAR + ": (.+)")
_UNITS = {
    column.unit
    for kind in KINDS.values()
    for table in kind.tables
    for column in table.columns
    if isinstance(column, Measure) and column.format is Format.INTEGER and column.unit
}
_BESIDE_LABEL = re.compile(rf"(?: \((?:{'|'.join(map(re.escape, sorted(_UNITS)))})\))?(?: \[nota \d+\])*$")
"""What a header has after its label: the unit of a count, and references to notes."""


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
    """Every figure that the tables per municipality and the totals display; [c] where one is `hidden`. `plan`: what is
    shown at each level, everything by year without it."""
    found: dict[Key, Value] = {}
    several = len(figures.tables) > 1
    for view in views(figures, GEMEENTE, plan):
        sheet = MUNICIPALITY_TOTALS if view.totals else view.table.plan.sheet
        for indicator in view.indicators:
            for period in view.periods:
                for place in figures.municipalities:
                    figure = figures.figure(indicator, GEMEENTE, place.nis_code, period.key)
                    found[Key(sheet, indicator.label, place.nis_code, period.key)] = displayed(figure, hidden)
    for view in views(figures, VLAANDEREN, plan):
        for indicator in view.indicators:
            total = capital(indicator.label)
            total = f"{view.table.plan.sheet}: {total}" if several else total
            for period in view.periods:
                shown = displayed(figures.total(indicator, period.key), hidden)
                found[Key(TOTALS, total, FLANDERS, period.key)] = shown
    return found


def of_workbook(path: Path) -> dict[Key, Value]:
    """The same, read from a finished annex. Numbers come as exact decimals, signs such as [z] as text."""
    found: dict[Key, Value] = {}
    for name, sheet, header, rows in _tables(path):
        if name.startswith("Gemeenten_"):
            columns = [(index, match) for index, text in enumerate(header) if (match := _YEAR_COLUMN.fullmatch(text))]
            for row in rows:
                for index, match in columns:
                    key = Key(sheet, _BESIDE_LABEL.sub("", match[2]), str(row[0]), Period.parsed(match[1]).key)
                    found[key] = _value(row[index])
        elif name == "Totalen":
            found.update(_totals(header, rows))
    return found


def _totals(header: list[str], rows: list[list[Any]]) -> Iterator[tuple[Key, Value]]:
    """Totals have a row per measure (then the years are columns) or a row per year."""
    matches = [(index, re.fullmatch(_YEAR, name)) for index, name in enumerate(header)]
    years = [(index, Period.parsed(match[1]).key) for index, match in matches if match]
    labels = [(index, _BESIDE_LABEL.sub("", name)) for index, name in enumerate(header)]
    measures = [(index, label) for index, label in labels[1:] if label != "Status van het jaar"]
    for row in rows:
        if years:
            label = ": ".join(str(cell) for cell in row[: years[0][0]])
            yield from ((Key(TOTALS, label, FLANDERS, year), _value(row[index])) for index, year in years)
        else:
            yield from ((Key(TOTALS, name, FLANDERS, int(row[0])), _value(row[index])) for index, name in measures)


def tidy_of_workbook(path: Path, kind: AnnexKind) -> dict[str, tuple[list[str], list[list[str]]]]:
    """The tidy sheets of a finished annex as text, by a name for each: (column names, rows). The full edition has one
    for each mart, whose columns get their names in the mart, labels left out; the public edition has one."""
    tables = {sheet: (header, rows) for _, sheet, header, rows in _tables(path)}
    found = {}
    for mart in kind.marts:
        if mart.sheet not in tables:
            continue
        header, rows = tables[mart.sheet]
        name = mart.name
        common = zip((kind.year_header, "NIS-code", "Gemeente", "Provincie", "Centrumstad"), COMMON, strict=True)
        names = dict(common) | {item.header: item.column for item in mart.fields}
        if "Niveau" in header:
            name, names = "getoond", {text: plain_name(text.lower()) for text in header} | {kind.year_header: "jaar"}
        kept = [(index, names[name]) for index, name in enumerate(header) if name in names]
        texts = [[_text(row[index]) for index, _ in kept] for row in rows if row[0] != ""]
        found[name] = ([name for _, name in kept], texts)
    return found


def _tables(path: Path) -> Iterator[tuple[str, str, list[str], list[list[Any]]]]:
    """Name, sheet, header and rows of every Excel table. Numbers come as floats; calamine reads seven times faster than
    openpyxl, and a release has a million cells."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path), load_tables=True)
    for name in book.table_names or ():
        table = book.get_table_by_name(name)
        yield name, table.sheet, table.columns, table.to_python()


def _value(cell: Any) -> Value:
    if isinstance(cell, bool) or cell in (None, ""):
        return None
    if isinstance(cell, int | float):
        return Decimal(str(cell))
    return str(cell)


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
