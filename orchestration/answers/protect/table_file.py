"""A table in a file (CSV, XLSX, Parquet) as a request: its columns name what it is grouped by and what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb

from exports.annexes import KINDS
from exports.figures.plan import Mart
from exports.package import slug
from exports.xlsx.document import CONFIDENTIAL, NOT_AVAILABLE
from orchestration.answers.protect.counted import Group, Number
from orchestration.answers.protect.request import Counted, ProtectError, Relation, Request
from orchestration.store.sql import read_csv, read_parquet
from orchestration.store.wording import shown

_COMMON = {"jaar": "year", "gemeente": "municipality", "provincie": "province", "centrumstad": "is_centre_city"}
_TOLERANCE = Decimal("0.005")


@dataclass(frozen=True)
class TableFile:
    """What a file holds: its columns and rows, as texts."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def read(path: Path) -> TableFile:
    """The table in a file. Raises ProtectError."""
    kind = path.suffix.lower()
    try:
        if kind == ".xlsx":
            return _sheet(path)
        if kind not in (".csv", ".parquet"):
            raise ProtectError(f"{path.name}: a table is a .csv, .xlsx or .parquet file")
        source = read_parquet(path) if kind == ".parquet" else read_csv(path, "header = true, all_varchar = true")
        with duckdb.connect() as con:
            found = con.execute(f"from {source}")
            return TableFile(
                tuple(str(item[0]) for item in found.description or ()),
                [tuple(_text(value) for value in row) for row in found.fetchall()],
            )
    except (duckdb.Error, OSError) as error:
        raise ProtectError(f"{path.name} can't be read as a table: {str(error).splitlines()[0]}") from None


def _sheet(path: Path) -> TableFile:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=True)
    except CalamineError as error:
        raise ProtectError(f"{path.name} can't be read as a workbook: {error}") from None
    if not rows:
        raise ProtectError(f"{path.name}: the first sheet is empty; its first row must name the columns")
    return TableFile(tuple(map(_text, rows[0])), [tuple(map(_text, row)) for row in rows[1:]])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def requests(table: TableFile, relations: Mapping[str, Relation]) -> list[Request]:
    """What the table can be of: a request for each mart that has all its columns, under their own names or those of the
    annexes. Raises ProtectError when there is none."""
    if not any(map(any, table.rows)):
        raise ProtectError("the table has no rows")
    if derived := [column for column in table.columns if _derived(column, relations)]:
        raise ProtectError(
            f"shares, changes and means per person are not protected: take out {', '.join(derived)}, and work them out "
            "from what comes out"
        )
    if marked := _marked(table):
        raise ProtectError(marked)
    known = {
        name: _names(relation.mart, relation, {*map(slug, table.columns)})
        for name, relation in relations.items()
        if relation.mart
    }
    found, problems = [], {}
    for name, columns in known.items():
        if unknown := [column for column in table.columns if _name(column, columns) is None]:
            problems[name] = unknown
            continue
        of = {column: to for column in table.columns if (to := _name(column, columns))}
        relation = relations[name]
        counted = [Counted(column, to) for column, to in of.items() if to in relation.measures]
        by = {column: to for column, to in of.items() if to not in relation.measures}
        if len({*of.values()}) < len(of):
            raise ProtectError("two columns of the table are the same column of the mart; take out one")
        if counted:
            found.append(Request(relation, by, counted))
    if not found:
        if all(len(unknown) == len(table.columns) for unknown in problems.values()) and problems:
            raise ProtectError(
                f"no column is one of a mart ({shown(', '.join(table.columns))[:80]}); the first row must name them"
            )
        name, unknown = min(problems.items(), key=lambda item: len(item[1]), default=("", []))
        raise ProtectError(
            f"no mart has all these columns; {name}, which has most, lacks {', '.join(unknown)}"
            if unknown
            else "the table counts nothing: no column of it is a count of a mart"
        )
    return found


def _marked(table: TableFile) -> str:
    """Where a table was protected already; "" when nowhere."""
    for number, row in enumerate(table.rows, 2):
        for column, value in zip(table.columns, row, strict=True):
            if value == CONFIDENTIAL:
                return f"row {number}: {column} is hidden ({value}); give the counts of the full edition"
    return ""


def _derived(column: str, relations: Mapping[str, Relation]) -> bool:
    """Whether an annex has this column, and works it out from what is counted."""
    return any(
        item.derived_from and item.column not in relation.measures and slug(column) in (item.column, slug(item.header))
        for relation in relations.values()
        if relation.mart
        for item in relation.mart.fields
    )


def _names(mart: Mart, relation: Relation, given: Set[str]) -> dict[str, str]:
    """Name of a column in an annex or in the mart -> column of the mart; "" for what only explains another column."""
    known = {name: name for name in ("nis_code", *relation.dimensions, *relation.measures)}
    labels = {slug(item.header): slug(item.header.removesuffix(" (code)")) for item in mart.fields if item.label_set}
    explained = dict.fromkeys(labels.values(), "")
    explained |= {"jaarstatus": "", "status_van_het_jaar": ""}
    headers = {slug(item.header): item.column for item in mart.fields if item.column in known}
    years = {slug(kind.year_header): "year" for kind in KINDS.values() if mart in kind.marts}
    beside = dict.fromkeys((label for code, label in labels.items() if code in given), "")
    return explained | headers | _COMMON | years | known | beside


def _name(column: str, names: Mapping[str, str]) -> str | None:
    return names.get(column, names.get(slug(column)))


def agrees(table: TableFile, request: Request, true: Mapping[Group, Sequence[Number]]) -> str:
    """Where the counts of the table are not those of the mart; "" where they all are. It tells no value of the mart."""
    told = {tuple(map(_as_told, group)): counts for group, counts in true.items()}
    places = [table.columns.index(column) for column in request.by]
    counted = [table.columns.index(item.name) for item in request.counted]
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(table.rows, 2):
        group = tuple(_as_told(row[at]) for at in places)
        if group in seen:
            return f"row {number} is about the same as an earlier one"
        seen.add(group)
        for at, count in zip(counted, told.get(group, [0] * len(counted)), strict=True):
            if (given := _number(row[at])) is None or abs(given - count) > _TOLERANCE:
                return f"row {number}: {table.columns[at]} is not what {request.relation.name} counts there"
    return ""


def groups(table: TableFile, request: Request, made: Mapping[Group, Any]) -> list[Group]:
    """The groups of the table, in its order."""
    by_text = {tuple(map(_as_told, group)): group for group in made}
    places = [table.columns.index(column) for column in request.by]
    found = (by_text.get(tuple(_as_told(row[at]) for at in places)) for row in table.rows)
    return [group for group in found if group is not None]


def _as_told(value: Any) -> str:
    """A value of a dimension as it may be written in a file."""
    text = _text(value).casefold()
    return {"ja": "true", "nee": "false", "onbekend": "", NOT_AVAILABLE: ""}.get(text, text)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(NOT_AVAILABLE, "") or "0")
    except InvalidOperation:
        return None
