"""Write one delivery as CSV, XLSX or Parquet: drawn rows and extra rows as text, in the form that the plan asks for.

The same rows give the same bytes: DuckDB turns numbers into text with one thread, and workbooks get fixed times.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np
from duckdb import DuckDBPyConnection

from .arrays import taken
from .delivery_format import SOURCES, DemoColumn, Row, sql_text
from .irregularities import ExtraRow, Irregularities
from .schedule import Form, PlannedDelivery, Rows

WITHDRAWN, _NOTHING = DemoColumn("verwijderd", "yes_no"), "''"
NOTE_HEADER, NOTE = "opmerking", "synthetisch: géén echte personen"


def connect() -> DuckDBPyConnection:
    """A DuckDB in memory that writes the same bytes every time."""
    return duckdb.connect(config={"threads": 1, "memory_limit": "768MB", "autoinstall_known_extensions": False})


def texts(con: DuckDBPyConnection, rows: Rows, numbers: np.ndarray) -> list[Row]:
    """Drawn rows as canonical text, by their numbers."""
    if not len(numbers):
        return []
    columns = SOURCES[rows.source]
    con.register("drawn", taken(rows.columns, numbers) | {"_order": np.arange(len(numbers))})
    found = con.execute(f"select {', '.join(map(sql_text, columns))} from drawn order by _order").fetchall()
    return [dict(zip([column.name for column in columns], values, strict=True)) for values in found]


def write_delivery(
    con: DuckDBPyConnection, folder: Path, delivery: PlannedDelivery, index: int, irregular: Irregularities
) -> int:
    """Write delivery number `index` of a source into `folder`; returns its rows (0: nothing to deliver, no file)."""
    numbers = np.flatnonzero((irregular.delivery == index) & ~irregular.hidden)
    extras = [extra for extra in irregular.extras if extra.delivery == index]
    if not len(numbers) and not extras:
        return 0
    columns = SOURCES[delivery.source]
    if any(extra.values["verwijderd"] for extra in extras):
        columns = (*columns, WITHDRAWN)
    _stage(con, irregular.rows, numbers, extras, columns)
    write = {"csv": _write_csv, "xlsx": _write_workbook}.get(delivery.form.kind, _write_parquet)
    write(con, folder / delivery.file_name, delivery.form, columns)
    return len(numbers) + len(extras)


def _stage(
    con: DuckDBPyConnection, rows: Rows, numbers: np.ndarray, extras: list[ExtraRow], columns: Sequence[DemoColumn]
) -> None:
    """Make the temporary table `staged`: the delivery's rows as canonical text, with _at, _sub (order) and _tail."""
    parts = []
    if len(numbers):
        con.register("drawn", taken(rows.columns, numbers) | {"_at": numbers})
        fields = (f"{_NOTHING if column is WITHDRAWN else sql_text(column)} as {column.name}" for column in columns)
        parts.append(f"select {', '.join(fields)}, _at, 0 as _sub, false as _tail from drawn")
    if extras:
        added = {c.name: np.array([extra.values[c.name] for extra in extras], dtype=object) for c in columns}
        added["_at"] = np.array([extra.after for extra in extras])
        added["_sub"] = np.arange(1, len(extras) + 1)
        added["_tail"] = np.array([extra.malformed for extra in extras])
        con.register("added", added)
        parts.append(f"select {', '.join(added)} from added")
    con.execute(f"create or replace temp table staged as {' union all '.join(parts)}")


def _write_csv(con: DuckDBPyConnection, path: Path, form: Form, columns: Sequence[DemoColumn]) -> None:
    separator = form.separator
    fields = [_formatted(column, form) for column in columns]
    if separator == ",":
        fields = [f"case when contains({field}, ',') then '\"' || {field} || '\"' else {field} end" for field in fields]
    written = {"lower": str, "upper": str.upper, "padded": lambda name: f" {name.title()} "}[form.header]
    header = [written(column.name) for column in columns]
    if form.note:
        header.append(NOTE_HEADER)
        fields.append(f"'{NOTE}'")
    tail = f"case when _tail then '{separator}zie dossier' else '' end"
    line = f"concat_ws('{separator}', {', '.join(fields)}) || {tail}"
    lines = con.execute(f"select {line} as line from staged order by _at, _sub").fetchnumpy()["line"]
    body = form.newline.join([separator.join(header), *lines.tolist(), ""])
    path.write_bytes(body.encode(form.encoding))


def _write_parquet(con: DuckDBPyConnection, path: Path, form: Form, columns: Sequence[DemoColumn]) -> None:
    """All text, or with real dates and decimals; missing values are null. The file's metadata say it is synthetic."""
    types = {"date": "date", "cents": "decimal(12, 2)"} if form.kind == "typed" else {}
    fields = [f"cast(nullif({c.name}, '') as {types.get(c.kind, 'varchar')}) as {c.name}" for c in columns]
    target = str(path).replace("'", "''")
    con.execute(
        f"copy (select {', '.join(fields)} from staged order by _at, _sub) to '{target}' "
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


_MADE_AT = datetime(2017, 1, 1)
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _write_workbook(con: DuckDBPyConnection, path: Path, _: Form, columns: Sequence[DemoColumn]) -> None:
    """Write the rows as the first sheet; sheet name and properties say that the data are synthetic."""
    from openpyxl import Workbook  # slow to import, and only some deliveries need it

    book = Workbook(write_only=True)
    book.properties.title = "Synthetische demogegevens (twe demo)"
    book.properties.creator = "twe demo"
    book.properties.subject = "synthetisch"
    book.properties.created = _MADE_AT
    sheet = book.create_sheet("synthetisch")
    names = [column.name for column in columns]
    sheet.append(names)
    for row in con.execute(f"select {', '.join(names)} from staged order by _at, _sub").fetchall():
        sheet.append([_cell(column.kind, text) for column, text in zip(columns, row, strict=True)])
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_with_fixed_times(buffer))


def _cell(kind: str, text: str) -> str | int | date | None:
    if kind == "integer" and _NUMBER.fullmatch(text):
        return int(text)
    if kind == "date" and _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    return text or None


def _with_fixed_times(buffer: io.BytesIO) -> bytes:
    """The same workbook with fixed times in its entries and properties (saving puts the present time in both)."""
    result = io.BytesIO()
    stamp = f"{_MADE_AT:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            target.writestr(zipfile.ZipInfo(name, _MADE_AT.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()
