"""Two editions of one document: `publiek`, with [c] in place of hidden figures, and `volledig`, which hides nothing and
says on every sheet that it is confidential.

An edition is made of the whole document at once, after every sheet is laid out, so that no sheet can forget it.
"""

from dataclasses import dataclass, replace

from exports.figures.identity import Changes, Entry, Figure, Hidden, Value, is_hidden
from exports.xlsx.document import CONFIDENTIAL, NOT_APPLICABLE, SHORTHAND, Chart, Document, Format, Line, Sheet, Table

PUBLIEK, VOLLEDIG = "publiek", "volledig"
_WIDEST_LINE = 150  # characters of signs and their meaning on one line


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
    above each table the signs that occur in it."""
    if isinstance(hidden, Changes):
        document = replace(document, sheets=tuple(_noted(document, sheet, hidden) for sheet in document.sheets))
    sheets = tuple(_sheet(sheet, hidden) for sheet in document.sheets)
    made = replace(document, sheets=sheets)
    charts = [tuple(_chart(chart, made.shown_by(sheet, chart)) for chart in sheet.charts) for sheet in sheets]
    return replace(made, sheets=tuple(replace(sheet, charts=of) for sheet, of in zip(sheets, charts, strict=True)))


def displayed(entry: Entry, hidden: Hidden | None, shape: Format = Format.GENERAL) -> Value:
    """The value that the edition displays: [c] for a figure that may not be shown. One that is changed is rounded to
    `shape`."""
    if not isinstance(entry, Figure):
        return entry
    if is_hidden(entry, hidden):
        return CONFIDENTIAL
    return shape.rounded(hidden.value(entry)) if isinstance(hidden, Changes) else entry.value


def _sheet(sheet: Sheet, hidden: Hidden | None) -> Sheet:
    if sheet.table is None:
        return sheet
    if hidden is None:  # as below, without asking for each of a quarter of a million cells
        rows = [tuple([cell.value if type(cell) is Figure else cell for cell in row]) for row in sheet.table.rows]
    else:
        shapes = [column.format for column in sheet.table.columns]
        rows = [
            tuple([displayed(cell, hidden, shape) for cell, shape in zip(row, shapes, strict=True)])
            for row in sheet.table.rows
        ]
    table = replace(sheet.table, rows=rows)
    lines = sign_lines(table) if sheet.data or sheet.charts else []  # the notes explain all signs
    return replace(sheet, lines=(*sheet.lines, *lines), table=table)


def _noted(document: Document, sheet: Sheet, changes: Changes) -> Sheet:
    """The sheet, which says that its figures are changed when it has any, in its table or in charts."""
    shown = [sheet, *(document.shown_by(sheet, chart) for chart in sheet.charts)]
    tables = [each.table for each in shown if each.table]
    marts = {cell.id.mart for table in tables for row in table.rows for cell in row if isinstance(cell, Figure)}
    return replace(sheet, lines=(*sheet.lines, Line(changes.note(marts), "small"))) if marts else sheet


def _chart(chart: Chart, source: Sheet) -> Chart:
    """A hidden figure leaves a gap; where figures are shown as shares of each other, the shares would be wrong without
    it, so that the chart shows numbers instead."""
    if source.table is None or not any(
        CONFIDENTIAL in row[series.values[0][1] : series.values[1][1] + 1]
        for series in chart.series
        for row in source.table.rows[series.values[0][0] : series.values[1][0] + 1]
    ):
        return chart
    title, about = f"{chart.title} (zonder verborgen cijfers)", f"{chart.about} Verborgen cijfers staan er niet in."
    if not chart.kind.startswith("percent"):
        return replace(chart, title=title, about=about)
    kind = "stacked_bars" if chart.kind == "percent_bars" else "stacked"
    return replace(chart, kind=kind, title=title, about=about, y_title=chart.unit)


def sign_lines(table: Table) -> list[Line]:
    """The signs that occur in the table or its headers, with their meaning, a few to a line."""
    used = _signs(table)
    lines: list[str] = []
    for text in (f"{sign} = {meaning}" for sign, meaning in SHORTHAND.items() if sign in used):
        if lines and len(lines[-1]) + len(text) < _WIDEST_LINE:
            lines[-1] += f"; {text}"
        else:
            lines.append(text)
    return [Line(text, "small") for text in lines]


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
