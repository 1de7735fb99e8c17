"""Two editions of one document: `publiek`, with [c] in place of hidden figures, and `volledig`, which hides nothing and
says on every sheet that it is confidential.

An edition is made of the whole document at once, after every sheet is laid out, so that no sheet can forget it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from exports.figures.identity import Changes, Entry, Figure, Hidden, Value, is_hidden
from exports.xlsx.document import (
    CONFIDENTIAL,
    NOT_APPLICABLE,
    SHORTHAND,
    Chart,
    Document,
    Format,
    Line,
    Sheet,
    Table,
    TableBlock,
)

PUBLIEK, VOLLEDIG = "publiek", "volledig"
_WIDEST_LINE = 150  # characters of signs and their meaning on one line
_NO_CHART = "Grafiek '{title}': vertrouwelijk. Een deel van de cijfers ervan is niet getoond."


@dataclass(frozen=True)
class Edition:
    """`suffix` comes behind the file name, `banner` on top of every sheet; `label` goes on the cover."""

    name: str
    suffix: str
    banner: str
    label: str


EDITIONS = {
    PUBLIEK: Edition(PUBLIEK, "", "", "publiek"),
    VOLLEDIG: Edition(
        VOLLEDIG,
        "_volledig_VERTROUWELIJK",
        "VERTROUWELIJK - volledige uitgave met herkenbaar kleine aantallen: niet verspreiden",
        "volledig, VERTROUWELIJK: alle cijfers staan erin, ook kleine aantallen; enkel voor intern gebruik",
    ),
}


def edition(name: str) -> Edition:
    """The edition of that name. Raises ValueError."""
    if name not in EDITIONS:
        raise ValueError(f"no edition {name!r}; choose one of {', '.join(EDITIONS)}")
    return EDITIONS[name]


def disclose(document: Document, hidden: Hidden | None) -> Document:
    """The document with plain values: a figure that is hidden, or worked out from one that is, becomes [c]. Explains
    above the tables the signs that occur in them; there and with charts, that figures are changed, where they are. A
    chart of which a part is hidden gives way to a sentence: what is left would mislead."""
    if isinstance(hidden, Changes):
        document = replace(document, sheets=tuple(_noted(sheet, hidden) for sheet in document.sheets))
    sheets = tuple(_sheet(sheet, hidden) for sheet in document.sheets)
    return replace(document, sheets=sheets, loose=tuple(_sheet(sheet, hidden) for sheet in document.loose))


def displayed(entry: Entry, hidden: Hidden | None, shape: Format = Format.GENERAL) -> Value:
    """The value that the edition displays: [c] for a figure that may not be shown. One that is changed is rounded to
    `shape`."""
    if not isinstance(entry, Figure):
        return entry
    if is_hidden(entry, hidden):
        return CONFIDENTIAL
    return shape.rounded(hidden.value(entry)) if isinstance(hidden, Changes) else entry.value


def _sheet(sheet: Sheet, hidden: Hidden | None) -> Sheet:
    if sheet.blocks:
        blocks = tuple(_block(block, hidden) for block in sheet.blocks)
        lines = sign_lines([block.table for block in blocks]) if _has_figures(sheet) or not sheet.printed else []
        return replace(sheet, lines=(*sheet.lines, *lines), blocks=blocks)
    if sheet.table is None:
        return sheet
    table = _table(sheet.table, hidden)
    lines = sign_lines([table]) if sheet.data or _has_figures(sheet) else []  # notes explain all signs
    return replace(sheet, lines=(*sheet.lines, *lines), table=table)


def _noted(sheet: Sheet, changes: Changes) -> Sheet:
    """The sheet, which says that its figures are changed when it has any, in tables or in charts."""
    marts = _marts(sheet.tables)
    return replace(sheet, lines=(*sheet.lines, Line(changes.note(marts), "small"))) if marts else sheet


def _marts(tables: Iterable[Table]) -> set[str]:
    return {cell.id.mart for table in tables for row in table.rows for cell in row if isinstance(cell, Figure)}


def _has_figures(sheet: Sheet) -> bool:
    return any(type(cell) is Figure for table in sheet.tables for row in table.rows for cell in row)


def _table(table: Table, hidden: Hidden | None) -> Table:
    if hidden is None:  # as below, without asking for each of a quarter of a million cells
        rows = [tuple([cell.value if type(cell) is Figure else cell for cell in row]) for row in table.rows]
    else:
        shapes = [column.format for column in table.columns]
        rows = [
            tuple([displayed(cell, hidden, shape) for cell, shape in zip(row, shapes, strict=True)])
            for row in table.rows
        ]
    return replace(table, rows=rows)


def drawn(block: TableBlock, hidden: Hidden | None) -> tuple[Chart, ...]:
    """The charts of the block of which nothing is hidden."""
    rows = block.table.rows

    def shown(entry: Entry) -> bool:
        return not (isinstance(entry, Figure) and is_hidden(entry, hidden))

    return tuple(chart for chart in block.charts if all(shown(rows[row][column]) for row, column in chart.cells()))


def _block(block: TableBlock, hidden: Hidden | None) -> TableBlock:
    table, whole = _table(block.table, hidden), drawn(block, hidden)
    gone = [_NO_CHART.format(title=chart.title) for chart in block.charts if chart not in whole]
    note = [hidden.chart_note(_marts([block.table]))] if whole and isinstance(hidden, Changes) else []
    return replace(block, table=table, charts=whole, below=(*block.below, *note, *gone))


def sign_lines(tables: Sequence[Table]) -> list[Line]:
    """The signs that occur in the tables or their headers, with their meaning, a few to a line."""
    used = set().union(*map(_signs, tables))
    lines: list[str] = []
    for text in (f"{sign} = {meaning}" for sign, meaning in SHORTHAND.items() if sign in used):
        if lines and len(lines[-1]) + len(text) < _WIDEST_LINE:
            lines[-1] += f"; {text}"
        else:
            lines.append(text)
    return [Line(text, "small") for text in lines]


def signs_shown(sheets: Iterable[Sheet], hidden: Hidden | None) -> set[str]:
    """The signs that stand anywhere in the tables of the sheets, as the edition shows them."""
    found: set[str] = set()
    for table in (table for sheet in sheets for table in sheet.tables):
        found |= {column.header for column in table.columns}
        found |= {str(table.empty)} if not table.rows else set()
        shown = (displayed(cell, hidden) for row in table.rows for cell in row)
        found |= {value for value in shown if type(value) is str and "[" in value}
    return signs_in(found)


def signs_in(texts: Iterable[str]) -> set[str]:
    """The signs that these texts hold."""
    whole = " ".join(texts)
    return {sign for sign in SHORTHAND if sign in whole}


def _signs(table: Table) -> set[str]:
    found = {value for row in table.rows for value in row if type(value) is str and "[" in value}
    if not table.rows:
        found = {NOT_APPLICABLE}  # the row that a table without rows gets
    headers = " ".join(column.header for column in table.columns)
    return {
        sign
        for sign in SHORTHAND
        if sign in headers or any(text.endswith(sign) or f"{sign}," in text for text in found)
    }
