"""A workbook as readable text: what a reviewer of a golden file compares, and what a terminal can show.

Reads the finished .xlsx file, so that it shows what a reader gets and not what the writer meant.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from exports.package import DESCRIPTION


def render(path: Path, max_rows: int = 8) -> str:
    """Sheet by sheet: every text cell above the table, the table's header and its first `max_rows` rows, charts."""
    book = load_workbook(path)
    properties = book.properties
    blocks = [
        "\n".join(
            (
                f"workbook: {path.name}",
                f"title: {properties.title}",
                f"subject: {properties.subject}",
                f"creator: {properties.creator}; language: {properties.language}; "
                f"created: {properties.created}; modified: {properties.modified}",
                f"description: {properties.description}; keywords: {properties.keywords}; "
                f"status: {properties.contentStatus}",
                "; ".join(f"{item.name}: {item.value}" for item in book.custom_doc_props.props),
            )
        )
    ]
    blocks += [_sheet(sheet, max_rows) for sheet in book.worksheets]
    return "\n\n".join(blocks) + "\n"


def render_package(folder: Path, max_rows: int = 2) -> str:
    """A data package: each table with its fields and first rows, as the description and the files say."""
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    blocks = [f"package: {description['name']}\ntitle: {description['title']}\n{description['description']}"]
    for resource in description["resources"]:
        fields = ", ".join(f"{item['name']} ({item['type']})" for item in resource["schema"]["fields"])
        rows = (folder / resource["path"]).read_text(encoding="utf-8").splitlines()[: max_rows + 1]
        blocks.append("\n".join((f"=== {resource['path']}: {resource['rows']} rows ===", fields, *rows)))
    return "\n\n".join(blocks) + "\n"


def _sheet(sheet: Worksheet, max_rows: int) -> str:
    lines = [f"=== {sheet.title} ==="]
    row = 1
    for table in sorted(sheet.tables.values(), key=lambda each: range_boundaries(each.ref)[1]):
        _, top, _, bottom = range_boundaries(table.ref)
        lines += _lines(sheet, row, top - 1)
        lines += _table(sheet, table, max_rows)
        row = bottom + 1
    lines += _lines(sheet, row, sheet.max_row)
    if sheet.freeze_panes:
        lines.append(f"frozen at {sheet.freeze_panes}")
    if sheet.row_breaks.brk:
        lines.append(f"pages end at {', '.join(str(item.id) for item in sheet.row_breaks.brk)}")
    lines += [line for chart in sheet._charts for line in _chart(chart)]
    return "\n".join(lines)


def _lines(sheet: Worksheet, first: int, last: int) -> list[str]:
    """The texts that stand above, between and below tables."""
    found = []
    for row in sheet.iter_rows(min_row=first, max_row=last) if first <= last else ():
        cells = [_text(cell.value) for cell in row if cell.value is not None]
        link = next((f" -> {cell.hyperlink.location}" for cell in row if cell.hyperlink), "")
        found += [" | ".join(cells) + link] if cells else []
    return found


def _table(sheet: Worksheet, table: Any, max_rows: int) -> list[str]:
    left, top, right, bottom = range_boundaries(table.ref)
    lines = [f"[table {table.displayName} {table.ref}]"]
    names = [column.name for column in table.tableColumns]
    top += table.headerRowCount
    rows = sheet.iter_rows(min_row=top, max_row=min(bottom, top + max_rows - 1), min_col=left, max_col=right)
    shown = [cell.value for cell in sheet[top - 1][: len(names)]]
    if table.headerRowCount and shown != names:
        lines.append("!! header cells differ from the table's column names")
    lines.append(" | ".join(names))
    first = next(rows, None)
    if first is not None:
        lines.append("formats: " + " | ".join(cell.number_format for cell in first))
        lines += [" | ".join(_text(cell.value) for cell in row) for row in (first, *rows)]
    if bottom - top + 1 > max_rows:
        lines.append(f"… {bottom - top + 1 - max_rows} more rows")
    return lines


def _chart(chart: Any) -> list[str]:
    kind = f"{type(chart).__name__} {getattr(chart, 'grouping', '')}".strip()
    lines = [f"[chart {kind}: {_title(chart.title)}; x: {_title(chart.x_axis.title)}; y: {_title(chart.y_axis.title)}]"]
    for series in chart.series:
        name = series.tx.v if series.tx else ""
        lines.append(f"  {name}: {series.val.numRef.f} by {series.cat.strRef.f}")
    return lines


def _title(title: Any) -> str:
    if title is None or title.tx is None or title.tx.rich is None:
        return "-"
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r or ())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value)
