"""The checklist's rules on charts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.checklist.book import Book


def charts_show_their_cells(book: Book) -> Iterator[str]:
    for sheet in book.book.worksheets:
        for chart in sheet._charts:
            for series in chart.series:
                numbers, labels = series.val.numRef, series.cat.strRef
                shown = {point.idx: float(point.v) for point in numbers.numCache.pt}
                held = {
                    index: float(cell.value)
                    for index, cell in enumerate(_cells(book, numbers.f))
                    if isinstance(cell.value, int | float)
                }
                if shown != held:
                    yield f"{sheet.title}: a chart shows other numbers than {numbers.f} holds"
                if [point.v for point in labels.strCache.pt] != [str(cell.value) for cell in _cells(book, labels.f)]:
                    yield f"{sheet.title}: a chart shows other names than {labels.f} holds"


def charts_can_be_read(book: Book) -> Iterator[str]:
    for sheet in book.book.worksheets:
        for chart in sheet._charts:
            if not _title(chart.title) or not _title(chart.y_axis.title):
                yield f"{sheet.title}: a chart without title or unit"
            if chart.x_axis.delete or chart.y_axis.delete:
                yield f"{sheet.title}: a chart without axes"
    for name, content in book.parts.items():
        if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
            frames = re.findall(r"<(?:\w+:)?cNvPr [^>]*>", content.decode("utf-8"))
            if not all(re.search(r'descr="[^"]{20,}"', frame) for frame in frames):
                yield f"{name}: a chart without a text for who can't see it"
    in_place = any(
        str(row[0]).startswith("Grafiek '") for sheet in book.book for row in sheet.iter_rows(values_only=True)
    )
    if not in_place and not any(sheet._charts for sheet in book.book.worksheets):
        yield "there is no chart, and no sentence in its place"


def _cells(book: Book, reference: str) -> list[Any]:
    """The cells of a reference like 'Blad'!$A$1:$A$9."""
    name, _, area = reference.rpartition("!")
    found = book.book[name.strip("'")][area.replace("$", "")]
    return [cell for row in found for cell in row] if isinstance(found, tuple) else [found]


def _title(title: Any) -> str:
    if title is None or title.tx is None or title.tx.rich is None:
        return ""
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r or ())
