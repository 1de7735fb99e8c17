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
from exports.figures.identity import GEMEENTE, Hidden, Value
from exports.figures.plan import Measure
from exports.wording import capital
from exports.xlsx.document import Format

FLANDERS = "Vlaanderen"
"""The place of totals, where a NIS code is expected."""
TOTALS = "Vlaanderen"
_YEAR = r"(\d{4})(?: \[[a-z]\])*"
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
    """One figure of a wide table or of the totals: the sheet, the column without its year, where and when."""

    sheet: str
    measure: str
    nis_code: str
    year: int


DisplayedFigures = Mapping[Key, Value]
"""Every figure of an annex by where it is displayed."""


def of_figures(figures: Figures, hidden: Hidden | None = None) -> dict[Key, Value]:
    """Every figure that the tables per municipality and the totals display; [c] where one is `hidden`."""
    found: dict[Key, Value] = {}
    several = len(figures.tables) > 1
    for table in figures.tables:
        for indicator in table.indicators:
            total = capital(indicator.label)
            total = f"{table.plan.sheet}: {total}" if several else total
            shape = indicator.measure.format
            for year in figures.years:
                for place in figures.municipalities:
                    figure = figures.figure(indicator, GEMEENTE, place.nis_code, year)
                    found[Key(table.plan.sheet, indicator.label, place.nis_code, year)] = displayed(
                        figure, hidden, shape
                    )
                if indicator.measure.in_totals:
                    found[Key(TOTALS, total, FLANDERS, year)] = displayed(figures.total(indicator, year), hidden, shape)
    return found


def of_workbook(path: Path) -> dict[Key, Value]:
    """The same, read from a finished annex. Numbers come as exact decimals, signs such as [z] as text."""
    found: dict[Key, Value] = {}
    for name, sheet, header, rows in _tables(path):
        if name.startswith("Gemeenten_"):
            columns = [(index, match) for index, text in enumerate(header) if (match := _YEAR_COLUMN.fullmatch(text))]
            for row in rows:
                for index, match in columns:
                    key = Key(sheet, _BESIDE_LABEL.sub("", match[2]), str(row[0]), int(match[1]))
                    found[key] = _value(row[index])
        elif name == "Totalen":
            found.update(_totals(header, rows))
    return found


def _totals(header: list[str], rows: list[list[Any]]) -> Iterator[tuple[Key, Value]]:
    """Totals have a row per measure (then the years are columns) or a row per year."""
    years = [(index, int(match[1])) for index, name in enumerate(header) if (match := re.fullmatch(_YEAR, name))]
    labels = [(index, _BESIDE_LABEL.sub("", name)) for index, name in enumerate(header)]
    measures = [(index, label) for index, label in labels[1:] if label != "Status van het jaar"]
    for row in rows:
        if years:
            label = ": ".join(str(cell) for cell in row[: years[0][0]])
            yield from ((Key(TOTALS, label, FLANDERS, year), _value(row[index])) for index, year in years)
        else:
            yield from ((Key(TOTALS, name, FLANDERS, int(row[0])), _value(row[index])) for index, name in measures)


def tidy_of_workbook(path: Path, kind: AnnexKind) -> dict[str, tuple[list[str], list[list[str]]]]:
    """The tidy sheets of a finished annex as text: mart -> (the mart's column names, rows), labels left out."""
    tables = {sheet: (header, rows) for _, sheet, header, rows in _tables(path)}
    found = {}
    for mart in kind.marts:
        if mart.sheet not in tables:
            continue
        header, rows = tables[mart.sheet]
        common = zip((kind.year_header, "NIS-code", "Gemeente", "Provincie", "Centrumstad"), COMMON, strict=True)
        names = dict(common) | {item.header: item.column for item in mart.fields}
        kept = [(index, names[name]) for index, name in enumerate(header) if name in names]
        texts = [[_text(row[index]) for index, _ in kept] for row in rows if row[0] != ""]
        found[mart.name] = ([name for _, name in kept], texts)
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
