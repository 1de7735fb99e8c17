"""The rows of a mart as an annex shows them: codes with labels, nothing empty, every figure with its identity."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.figures.identity import GEMEENTE, Entry, Figure, FigureId, Signature, part_ids
from exports.figures.plan import Field, Mart, Signatures
from exports.figures.reading import PublicationError, PublicationReader
from exports.xlsx.document import Format

RowKey = tuple[int, str, str]
"""(year, nis_code, category) of a row of a tidy table."""


@dataclass(frozen=True)
class TidyColumn:
    """A column after the five common ones; without a `column` it is the label of the one before it."""

    column: str
    header: str
    description: str
    format: Format


@dataclass
class Tidy:
    """The rows of one mart for the annex's years, in key order, with a label after every code.

    A combination that doesn't occur has no row. Its absence reveals what a 0 would, so where zeros are hidden too
    (`withheld` rows) the sheet leaves out the rows that there are.
    """

    mart: Mart
    columns: tuple[TidyColumn, ...]
    rows: dict[RowKey, tuple[Entry, ...]] = field(default_factory=dict)


class _RowMaker:
    """Makes the cells of a row out of a mart's row."""

    def __init__(self, publication: PublicationReader, signatures: Signatures, mart: Mart) -> None:
        self._mart = mart
        self._publication = publication
        self._labels: dict[str, dict[str, str]] = {}
        self._basis = signatures.basis[mart.name]
        self._parts: dict[str, tuple[tuple[Signature, ...], bool]] = {
            item.column: (signatures.of_field(mart, item)[1], item.looks_back) for item in mart.measures
        }
        """What each measure is derived from, and whether it looks back."""

    def category(self, named: dict[str, Any]) -> str:
        return self._mart.category(named) if self._mart.category else self._basis

    def row(self, named: dict[str, Any], category: str) -> tuple[Entry, ...]:
        year, code = named["year"], named["nis_code"]
        is_city = "ja" if named["is_centre_city"] else "nee"
        cells: list[Entry] = [year, code, named["municipality"], named["province"], is_city]
        for item in self._mart.fields:
            value = named[item.column]
            shown = item.missing if value is None else item.format.rounded(value)
            if item.column in self._parts:
                parts, back = self._parts[item.column]
                figure = FigureId(self._mart.name, item.column, year, GEMEENTE, code, category)
                cells.append(Figure(shown, figure, part_ids(parts, back, GEMEENTE, code, year)))
                continue
            cells.append(shown)
            if item.label_set is not None:
                cells.append(self._label(item.label_set.format_map(named), value))
        return tuple(cells)

    def _label(self, label_set: str, code: str) -> str:
        if label_set not in self._labels:
            self._labels[label_set] = {item.code: item.text for item in self._publication.labels(label_set)}
        return self._labels[label_set].get(code, code)


def tidy(
    publication: PublicationReader,
    signatures: Signatures,
    mart: Mart,
    columns: Sequence[str],
    rows: list[tuple[Any, ...]],
) -> Tidy:
    """The mart's rows (values in the order of `columns`) as a tidy table."""
    maker = _RowMaker(publication, signatures, mart)
    made: dict[RowKey, tuple[Entry, ...]] = {}
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        category = maker.category(named)
        key = (named["year"], named["nis_code"], category)
        if key in made:
            raise PublicationError(f"{mart.name} has more than one row for {key}: its grain is broken; build again")
        made[key] = maker.row(named, category)
    return Tidy(mart, tuple(_columns(mart.fields)), made)


def _columns(fields: Sequence[Field]) -> list[TidyColumn]:
    columns = []
    for item in fields:
        kind = item.format if item.label_set is None else Format.TEXT
        columns.append(TidyColumn(item.column, item.header, item.description, kind))
        if item.label_set is not None:
            header = item.header.removesuffix(" (code)")
            columns.append(TidyColumn("", header, f"label bij {item.column}", Format.TEXT))
    return columns
