"""Write one delivery as CSV, XLSX or Parquet: drawn rows and extra rows as text, in the form that the plan asks for.

The same rows give the same bytes: DuckDB turns numbers into text with one thread, and workbooks get fixed times.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np

from .delivery_format import SOURCES, DemoColumn, Row, sql_text
from .irregularities import ExtraRow, Irregularities
from .schedule import Form, PlannedDelivery, Rows

WITHDRAWN = DemoColumn("verwijderd", "yes_no")
NOTE_HEADER, NOTE = "opmerking", "synthetisch: géén echte personen"


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that writes the same bytes every time."""
    return duckdb.connect(config={"threads": 1, "memory_limit": "768MB", "autoinstall_known_extensions": False})


def texts(con: duckdb.DuckDBPyConnection, rows: Rows, numbers: np.ndarray) -> list[Row]:
    """Drawn rows as canonical text, by their numbers."""
    numbers = np.asarray(numbers, dtype=np.int64)
    columns = SOURCES[rows.source]
    drawn = {name: values[numbers] for name, values in rows.columns.items()}
    drawn["_order"] = np.arange(len(numbers))
    if not len(numbers):
        return []
    con.register("drawn", drawn)
    query = f"select {', '.join(map(sql_text, columns))} from drawn order by _order"
    names = [column.name for column in columns]
    return [dict(zip(names, values, strict=True)) for values in con.execute(query).fetchall()]


def write_delivery(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    delivery: PlannedDelivery,
    index: int,
    rows: Rows,
    irregular: Irregularities,
) -> int:
    """Write delivery number `index` of a source into `folder`; returns its rows (0: nothing to deliver, no file)."""
    numbers = np.flatnonzero((irregular.delivery == index) & ~irregular.hidden)
    extras = [extra for extra in irregular.extras if extra.delivery == index]
    if not len(numbers) and not extras:
        return 0
    columns = SOURCES[delivery.source]
    if any(extra.values["verwijderd"] for extra in extras):
        columns = (*columns, WITHDRAWN)
    path = folder / delivery.file_name
    _stage(con, rows, numbers, extras, columns)
    names = [column.name for column in columns]
    if delivery.form.kind == "csv":
        _write_csv(con, path, delivery.form, columns)
    elif delivery.form.kind == "xlsx":
        table = con.execute(f"select {', '.join(names)} from staged order by _at, _sub").fetchall()
        write_workbook(path, columns, table)
    else:
        _write_parquet(con, path, delivery.form.kind == "typed", columns)
    return len(numbers) + len(extras)


def _stage(
    con: duckdb.DuckDBPyConnection,
    rows: Rows,
    numbers: np.ndarray,
    extras: list[ExtraRow],
    columns: tuple[DemoColumn, ...],
) -> None:
    """Make the temporary table `staged`: the delivery's rows as canonical text, with _at, _sub (order) and _tail."""
    drawn = {name: values[numbers] for name, values in rows.columns.items()} | {"_at": numbers}
    parts = []
    con.register("drawn", drawn)
    if len(numbers):
        fields = ", ".join(
            f"{chr(39) * 2 if column is WITHDRAWN else sql_text(column)} as {column.name}" for column in columns
        )
        parts.append(f"select {fields}, _at, 0 as _sub, false as _tail from drawn")
    if extras:
        texts_of = {
            column.name: np.array([extra.values[column.name] for extra in extras], dtype=object) for column in columns
        }
        added = texts_of | {
            "_at": np.array([extra.after for extra in extras]),
            "_sub": np.arange(1, len(extras) + 1),
            "_tail": np.array([extra.malformed for extra in extras]),
        }
        con.register("added", added)
        parts.append(f"select {', '.join(added)} from added")
    con.execute(f"create or replace temp table staged as {' union all '.join(parts)}")


def _write_csv(con: duckdb.DuckDBPyConnection, path: Path, form: Form, columns: tuple[DemoColumn, ...]) -> None:
    separator = form.separator
    fields = [_formatted(column, form) for column in columns]
    if separator == ",":
        fields = [f"case when contains({field}, ',') then '\"' || {field} || '\"' else {field} end" for field in fields]
    header = [_header(column.name, form) for column in columns]
    if form.note:
        header.append(NOTE_HEADER)
        fields.append(f"'{NOTE}'")
    tail = f"case when _tail then '{separator}zie dossier' else '' end"
    line = f"concat_ws('{separator}', {', '.join(fields)}) || {tail}"
    lines = con.execute(f"select {line} as line from staged order by _at, _sub").fetchnumpy()["line"]
    body = form.newline.join([separator.join(header), *lines.tolist(), ""])
    path.write_bytes(body.encode(form.encoding))


def _write_parquet(con: duckdb.DuckDBPyConnection, path: Path, typed: bool, columns: tuple[DemoColumn, ...]) -> None:
    """All text, or with real dates and decimals; missing values are null. The file's metadata say it is synthetic."""
    types = {"date": "date", "cents": "decimal(12, 2)"} if typed else {}
    fields = ", ".join(
        f"cast(nullif({column.name}, '') as {types.get(column.kind, 'varchar')}) as {column.name}" for column in columns
    )
    target = str(path).replace("'", "''")
    con.execute(
        f"copy (select {fields} from staged order by _at, _sub) to '{target}' "
        "(format parquet, kv_metadata {synthetisch: 'ja', bron: 'twe demo'})"
    )


def _formatted(column: DemoColumn, form: Form) -> str:
    """Expression for a field as the form writes it, from its canonical text."""
    name = column.name
    if column.kind == "date" and form.dates == "dmy":
        parts = f"{name}[9:10] || '/' || {name}[6:7] || '/' || {name}[1:4]"
        return f"case when length({name}) = 10 and {name}[5:5] || {name}[8:8] = '--' then {parts} else {name} end"
    if column.kind == "cents" and form.comma:
        return f"replace({name}, '.', ',')"
    if column.kind == "insz" and form.insz == "dotted":
        parts = f"{name}[1:2] || '.' || {name}[3:4] || '.' || {name}[5:6] || '-' || {name}[7:9] || '.' || {name}[10:11]"
        return f"case when length({name}) = 11 then {parts} else {name} end"
    if column.kind == "yes_no" and form.words:
        return f"case {name} when 'J' then 'ja' when 'N' then 'nee' else {name} end"
    if column.kind == "code" and form.lower:
        return f"lower({name})"
    return name


def _header(name: str, form: Form) -> str:
    if form.header == "upper":
        return name.upper()
    return f" {name.title()} " if form.header == "padded" else name


_MADE_AT = datetime(2017, 1, 1)
_ZIP_TIME = (2017, 1, 1, 0, 0, 0)
_TITLE = "Synthetische demogegevens (twe demo)"
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def write_workbook(path: Path, columns: tuple[DemoColumn, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write rows of canonical text as the first sheet; sheet name and properties say that the data are synthetic."""
    from openpyxl import Workbook  # slow to import, and only some deliveries need it

    book = Workbook(write_only=True)
    book.properties.title = _TITLE
    book.properties.creator = "twe demo"
    book.properties.subject = "synthetisch"
    book.properties.created = _MADE_AT
    sheet = book.create_sheet("synthetisch")
    sheet.append([column.name for column in columns])
    kinds = [column.kind for column in columns]
    for row in rows:
        sheet.append([_cell(kind, text) for kind, text in zip(kinds, row, strict=True)])
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_with_fixed_times(buffer))


def _cell(kind: str, text: str) -> str | int | date | None:
    if not text:
        return None
    if kind == "integer" and _NUMBER.fullmatch(text):
        return int(text)
    if kind == "date" and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _with_fixed_times(buffer: io.BytesIO) -> bytes:
    """The same workbook with fixed times in its entries and properties (saving puts the present time in both)."""
    result = io.BytesIO()
    stamp = f"{_MADE_AT:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()
