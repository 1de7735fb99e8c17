"""Are the figures the same? The marts row by row, the workbooks cell by cell."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from tests.benchmark.floor_marts import MARTS

RELATIVE = 1e-9
SHOWN = 3
OWN_CELLS = ("Versie van de code",)
"""Lines of the provenance sheet that name the program itself."""


def marts(one: Path, other: Path) -> tuple[int, list[str]]:
    """Compares `<mart>.parquet` of two folders, in both directions; gives rows compared and what differs."""
    rows, lines = 0, []
    with duckdb.connect() as con:
        for mart in MARTS:
            for name, folder in (("one", one), ("other", other)):
                con.execute(f"create or replace view {name} as from read_parquet('{folder / mart}.parquet')")
            columns = {name: con.execute(f"describe {name}").fetchall() for name in ("one", "other")}
            kinds = {name: [row[:2] for row in found] for name, found in columns.items()}
            if kinds["one"] != kinds["other"]:
                lines.append(f"{mart}: columns or types differ: {set(kinds['one']) ^ set(kinds['other'])}")
                continue
            exact = ", ".join(column for column, kind in kinds["one"] if kind != "DOUBLE")
            for left, right in (("one", "other"), ("other", "one")):
                extra = con.execute(
                    f"select {exact} from {left} except all select {exact} from {right} limit {SHOWN}"
                ).fetchall()
                lines += [f"{mart}: only in {left}: {row}" for row in extra]
            both = [con.execute(f"from {name} order by {exact}").fetchall() for name in ("one", "other")]
            unequal = [pair for pair in zip(*both, strict=False) if not _same_row(*pair)]
            lines += [f"{mart}: {left} against {right}" for left, right in unequal[:SHOWN]]
            rows += len(both[0])
    return rows, lines


def workbooks(one: Path, other: Path) -> tuple[int, list[str]]:
    """Compares all workbooks below two folders: sheets, every cell's value, tables and number of charts."""
    cells, lines = 0, []
    names = {path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*.xlsx")}
    for name in sorted(names):
        paths = [folder / name for folder in (one, other)]
        if not all(path.exists() for path in paths):
            lines.append(f"{name}: not in both")
            continue
        if _parts(paths[0]) != _parts(paths[1]):
            lines.append(f"{name}: tables or charts differ: {_parts(paths[0])} against {_parts(paths[1])}")
        books = [python_calamine.CalamineWorkbook.from_path(str(path)) for path in paths]
        if books[0].sheet_names != books[1].sheet_names:
            lines.append(f"{name}: sheets differ")
            continue
        for sheet in books[0].sheet_names:
            left, right = (book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for book in books)
            different = [] if len(left) == len(right) else [f"{len(left)} rows against {len(right)}"]
            for number, rows in enumerate(zip(left, right, strict=False), 1):
                cells += len(rows[0])
                if not _same_row(*rows):
                    different.append(f"row {number}: {rows[0][:6]} against {rows[1][:6]}")
            lines += [f"{name}, {sheet}: {text}" for text in different[:SHOWN]]
    return cells, lines


def _same_row(one: Sequence[Any], other: Sequence[Any]) -> bool:
    if one == other or (one[0] in OWN_CELLS and one[0] == other[0]):
        return True
    return len(one) == len(other) and all(map(_same, one, other))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=RELATIVE)
    return one == other


def _parts(path: Path) -> tuple[list[str], int]:
    """Name and place of every Excel table, and how many charts there are."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        heads = [archive.read(n)[:4000].decode() for n in names if n.startswith("xl/tables/")]
    tables = [" ".join(re.findall(r'\b(?:displayName|ref)="([^"]*)"', re.split("<autoFilter", h)[0])) for h in heads]
    return sorted(tables), sum(n.startswith("xl/charts/chart") for n in names)
