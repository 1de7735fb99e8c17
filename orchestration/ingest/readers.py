"""A file becomes text in DuckDB: one row of table `raw` per row of the file, one column per contract column.

`raw` holds `_delivery`, `_row` (as a spreadsheet numbers it), `_malformed`, `_fields` (the fields of a malformed row)
and the contract's columns as trimmed text, null when empty. Nothing is parsed here, and blank rows are no rows.
"""

import codecs
import csv
import datetime as dt
import io
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.inbox import (
    NAME_HINT,
    NAME_HINT_NL,
    RETURN_HINT,
    RETURN_HINT_NL,
    RETURN_MARK,
    Delivery,
    DeliveryError,
    Remark,
)
from orchestration.store.sql import literal, quote

UNREADABLE = "\ue00f"
"""Stands before the text of a cell that cannot be read: the value of no column type, shown and kept without it."""
CHUNK = 100_000
HEADER = 1 << 16
"""Characters in which a header ends; more would copy a large file only to choose a separator."""
SEPARATORS = (";", ",")
# What Python's str.strip() takes for blank, so that text means the same in SQL and in Python; none is above U+3000.
BLANKS = "".join(chr(c) for c in range(0x3001) if chr(c).isspace())
# Fields are handed to DuckDB joined by a character that no field holds.
JOINERS = ("\x1f", "\ue000", "\ue001", "\ue002")

csv.field_size_limit(sys.maxsize)


def create_raw(con: DuckDBPyConnection, contract: SourceContract) -> None:
    """Makes the empty table `raw` and the macro `given(text)`: trimmed, null when nothing is left."""
    columns = ", ".join(f"{quote(c.name)} varchar" for c in contract.columns)
    con.execute(f"create table raw (_delivery integer, _row integer, _malformed boolean, _fields varchar[], {columns})")
    # Trimming by a list of characters is slow, and almost no value has anything to trim.
    con.execute(rf"""
        create macro given(x) as case
            when regexp_full_match(x, '[!-~]([ -~]*[!-~])?') then x
            when x <> '' then nullif(trim(x, {_literal(BLANKS)}), '')
        end
    """)


def read(con: DuckDBPyConnection, contract: SourceContract, delivery: Delivery, number: int) -> list[Remark]:
    """Appends the rows of a delivery to `raw` as delivery `number`; returns remarks for its ledger entry.

    Raises `DeliveryError` when the file is unreadable, lacks a required column or holds no row. Rows that were
    appended before the error stay behind under `number`, so the caller must drop them.
    """
    if not delivery.bytes:
        raise DeliveryError(
            "is empty (0 bytes), perhaps half copied; copy it whole",
            "is leeg (0 bytes), misschien half gekopieerd; kopieer het volledig",
        )
    read_format = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[delivery.format]
    try:
        remarks = read_format(con, contract, delivery.path, number)
    except OSError as error:
        raise DeliveryError(
            f"cannot be read ({error.strerror}); give the pipeline read access",
            f"kan niet gelezen worden ({error.strerror}); geef de pipeline leesrechten",
        ) from None
    if not con.execute("from raw where _delivery = ? limit 1", [number]).fetchall():
        raise DeliveryError(
            "holds no rows under its header; deliver it with rows, or not at all",
            "heeft geen rijen onder de kolomnamen; lever het met rijen, of niet",
        )
    return remarks


def match_header(names: Sequence[str], contract: SourceContract) -> tuple[dict[str, int], list[Remark]]:
    """Position of each contract column in the header, and a remark on columns that are ignored.

    Case and surrounding blanks don't count. Raises `DeliveryError` for a missing required column or one given twice.
    """
    if names and names[0].strip().startswith(RETURN_MARK):
        raise DeliveryError(f"{RETURN_HINT}, and {NAME_HINT}", f"{RETURN_HINT_NL}, en {NAME_HINT_NL}")
    wanted = {c.name for c in contract.columns}
    places: dict[str, int] = {}
    extra: list[str] = []
    for index, name in enumerate(names):
        known = name.strip().lower()
        if known in places:
            raise DeliveryError(
                f"has the column {known} twice; keep one", f"heeft de kolom {known} twee keer; behoud er één"
            )
        if known in wanted:
            places[known] = index
        elif known:
            extra.append(known)
    if missing := [c for c in contract.required if c not in places]:
        raise DeliveryError(
            f"lacks the required column(s) {', '.join(missing)}; add them to the header",
            f"mist de verplichte kolom(men) {', '.join(missing)}; zet ze bij de kolomnamen in rij 1",
        )
    # Named only here: where required columns are missing, the first row may be a person's and no header at all.
    shown = ", ".join(map(_shown, extra[:10]))
    remark = Remark(f"unknown column(s) ignored: {shown}", f"onbekende kolom(men) genegeerd: {shown}")
    return places, [remark] if extra else []


def _shown(header: str) -> str:
    """A header on one line, at most 40 characters, and without digits when it could hold an INSZ."""
    if sum(c.isdigit() for c in header) >= 11:
        header = "".join("*" if c.isdigit() else c for c in header)
    return " ".join(header.split())[:40]


def _literal(text: str) -> str:
    return " || ".join(f"chr({ord(c)})" for c in text)


def _insert(
    con: DuckDBPyConnection, contract: SourceContract, header: list[str], number: int, lines: Iterator[str], joiner: str
) -> list[Remark]:
    """Appends the lines under the header, whose fields are parted by `joiner`; one of another width is malformed."""
    (places, remarks), width = match_header(header, contract), len(header)
    fields = ", ".join(
        f"case when n = {width} then given(f[{places[c.name] + 1}]) end" if c.name in places else "null"
        for c in contract.columns
    )
    blanks = _literal(BLANKS + joiner)
    statement = f"""
        insert into raw
        with split as (
            select row, string_split(line, $joiner) as f from chunk
            where regexp_matches(line, '[0-9A-Za-z]') or trim(line, {blanks}) <> ''
        ), counted as (select row, f, len(f) as n from split)
        select $number, row, n <> {width}, case when n <> {width} then f end, {fields} from counted order by row
    """
    row = 2  # as a spreadsheet numbers it: the header is 1
    while block := list(islice(lines, CHUNK)):
        rows = np.arange(row, row + len(block), dtype=np.int32)
        con.register("chunk", {"row": rows, "line": np.array(block, dtype=object)})
        con.execute(statement, {"joiner": joiner, "number": number})
        con.unregister("chunk")
        row += len(block)
    return remarks


def _csv(con: DuckDBPyConnection, contract: SourceContract, path: Path, number: int) -> list[Remark]:
    text = _decode(path.read_bytes())
    separator = max(SEPARATORS, key=lambda s: _known_columns(text, s, contract))
    if '"' in text:
        joiner = _joiner(lambda j: j not in text, "export it again as CSV", "exporteer het opnieuw als CSV")
        lines = map(joiner.join, csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    else:  # without a quote every line is a row: many times faster
        joiner = separator
        lines = iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    header = next((line.split(joiner) for line in lines), [])
    return _insert(con, contract, header, number, lines, joiner)


def _joiner(fits: Callable[[str], bool], remedy: str, remedy_nl: str) -> str:
    if (joiner := next(filter(fits, JOINERS), None)) is None:
        raise DeliveryError(
            f"holds control characters that no table holds; {remedy}",
            f"bevat stuurtekens die in geen tabel horen; {remedy_nl}",
        )
    return joiner


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DeliveryError("is UTF-16; save it as CSV UTF-8", "is UTF-16; bewaar het als CSV UTF-8")
    for encoding in ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise DeliveryError(
        "is neither UTF-8 nor Windows-1252; save it as CSV UTF-8",
        "is geen UTF-8 en geen Windows-1252; bewaar het als CSV UTF-8",
    )


def _known_columns(text: str, separator: str, contract: SourceContract) -> int:
    """How many contract columns the header has when read with `separator`."""
    header = next(csv.reader(io.StringIO(text[:HEADER], newline=""), delimiter=separator), [])
    return len({f.strip().lower() for f in header} & {c.name for c in contract.columns})


def _xlsx(con: DuckDBPyConnection, contract: SourceContract, path: Path, number: int) -> list[Remark]:
    rows = workbook_rows(path)
    joiner = _joiner(
        lambda j: not any(j in text for row in rows for text in row), "clean the cells", "maak de cellen schoon"
    )
    return _insert(con, contract, next(iter(rows), []), number, map(joiner.join, rows[1:]), joiner)


def workbook_rows(path: Path) -> list[list[str]]:
    """All rows from A1 on, every cell as text. Raises `DeliveryError` when the file is no workbook."""
    from python_calamine import CalamineWorkbook

    try:
        if _holds_errors(path):
            cells = _cells_with_errors(path)
        else:
            cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except OSError:
        raise
    except Exception:  # the readers have an error class per cause; a person can only open and save the file again
        raise DeliveryError(
            "cannot be read as XLSX; open it and save it again as an Excel workbook",
            "kan niet als XLSX gelezen worden; open het en bewaar het opnieuw als Excel-werkmap",
        ) from None
    return [[cell_text(cell) for cell in row] for row in cells]


def _holds_errors(path: Path) -> bool:
    """Whether a cell holds an error such as #N/A, which the fast reader would give as an empty cell."""
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(b't="e"' in parts.read(name) for name in sheets)


def _cells_with_errors(path: Path) -> list[list[Any]]:
    """Reads slowly, and gives an error as its text, so that the value is quarantined and not taken for missing."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=1, min_col=1, values_only=True)]


def cell_text(value: object) -> str:
    """A cell as the text that a person would type: whole numbers without decimals, days as YYYY-MM-DD."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            whole = value.is_integer() and abs(value) < 1e15
            return "" if value != value else str(int(value)) if whole else f"{value:.15g}"
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case _:
            return str(value)


def _parquet(con: DuckDBPyConnection, contract: SourceContract, path: Path, number: int) -> list[Remark]:
    relation = f"read_parquet({literal(path)}, binary_as_string = true, file_row_number = true)"
    try:
        described = con.execute(f"describe select * from {relation}").fetchall()
        delivered = con.execute("select name from parquet_schema(?) offset 1", [str(path)]).fetchall()
    except duckdb.Error:
        raise DeliveryError(
            "cannot be read as Parquet; export it again", "kan niet als Parquet gelezen worden; exporteer het opnieuw"
        ) from None
    names = [(name, kind) for name, kind, *_ in described if name != "file_row_number"]
    if len(delivered) == len(names):  # DuckDB numbers columns that differ in case alone; they are one column twice
        match_header([name for (name,) in delivered], contract)
    places, remarks = match_header([name for name, _ in names], contract)
    texts = [f"given({_parquet_text(quote(name), kind)})" for name, kind in names]
    columns = ", ".join(texts[places[c.name]] if c.name in places else "null" for c in contract.columns)
    try:
        con.execute(
            f"insert into raw select ?, file_row_number + 1, false, null, {columns} from {relation} "
            f"where coalesce({', '.join(texts)}) is not null",
            [number],
        )
    except duckdb.Error:
        raise DeliveryError(
            "cannot be read as Parquet; export it again", "kan niet als Parquet gelezen worden; exporteer het opnieuw"
        ) from None
    return remarks


def _parquet_text(column: str, kind: str) -> str:
    """SQL for a Parquet value as the text that `cell_text` would give."""
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"cast(cast({column} as bigint) as varchar)"
        text = f"case when {column} = trunc({column}) then {whole} else printf('%.15g', cast({column} as double)) end"
        large = f"cast({column} as varchar)"
        return f"case when isnan({column}) then null when abs({column}) < 1e15 then {text} else {large} end"
    if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
        return f"rtrim(rtrim(cast({column} as varchar), '0'), '.')"
    if kind.startswith("TIMESTAMP"):
        stamp = f"cast({column} as timestamp)"
        midnight = f"{stamp} = cast(cast({stamp} as date) as timestamp)"
        return f"case when {midnight} then cast(cast({stamp} as date) as varchar) else cast({stamp} as varchar) end"
    return f"cast({column} as varchar)"
