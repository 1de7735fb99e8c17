"""Are the figures the same? The marts row by row, the tables of the workbooks cell by cell."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from exports.editions import EDITIONS, VOLLEDIG
from orchestration.releases.register import CONFIDENTIAL
from tests.benchmark.floor_marts import MARTS

RELATIVE = 1e-9
SHOWN = 3
OWN_COLUMNS = ("Status van het jaar",)
"""Columns that the project's tables have and the script's don't."""


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
    """Compares the tables of the script's workbooks (in `one`) with the table of the same sheet in the full editions of
    the other, which hide nothing, as the script does.

    Headers may differ, and the other may have columns of text of its own (`OWN_COLUMNS`), sheets and workbooks.
    """
    cells, lines = 0, []
    for path in sorted(one.rglob("*.xlsx")):
        name = path.relative_to(one)
        full = other / CONFIDENTIAL / name.parent / f"{path.stem}{EDITIONS[VOLLEDIG].suffix}.xlsx"
        if not full.exists():
            lines.append(f"{name}: not in both")
            continue
        mine, theirs = _tables(path), _tables(full)
        for sheet, left in mine.items():
            right = theirs.get(sheet, [])
            different = [] if len(left) == len(right) else [f"{len(left)} rows against {len(right)}"]
            for number, rows in enumerate(zip(left[1:], right[1:], strict=False), 1):
                cells += len(rows[0])
                if not _same_row(*rows):
                    different.append(f"row {number}: {rows[0][:6]} against {rows[1][:6]}")
            lines += [f"{name}, {sheet}: {text}" for text in different[:SHOWN]]
    return cells, lines


def _tables(path: Path) -> dict[str, list[list[Any]]]:
    """Sheet (of data: table) -> a header and the rows of its Excel tables, without the columns of the project's own,
    and without what it writes behind the name of a figure."""
    book = python_calamine.CalamineWorkbook.from_path(str(path), load_tables=True)
    found: dict[str, list[list[Any]]] = {}
    for name in book.table_names:
        table = book.get_table_by_name(name)
        keep = [place for place, header in enumerate(table.columns) if header not in OWN_COLUMNS]
        key = name if name.startswith("Gegevens") else table.sheet
        rows = found.setdefault(key, [[table.columns[place] for place in keep]])
        rows += [[_plain(row[place]) for place in keep] for row in table.to_python()]
    return found


def _plain(cell: Any) -> Any:
    return re.sub(r"( \(trajectmaanden\))?( \[nota \d+\])*$", "", cell) if isinstance(cell, str) else cell


def _same_row(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return one == other or (len(one) == len(other) and all(map(_same, one, other)))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=RELATIVE)
    return one == other
