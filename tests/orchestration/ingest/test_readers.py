"""A file becomes rows of text, whatever its encoding, separator, quotes and line ends; each row keeps its number."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import contract
from orchestration.ingest import readers
from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.readers import cell_text, match_header
from tests.support.deliveries import delivery, door_database, one_column

SOURCE = contract.load("transmissies")
HEADER = "transmissie_id;klant_id;transmissiedatum\n"
Row = tuple[int, str | None, str | None, str | None]


def read(folder: Path, content: bytes | str, suffix: str = "csv") -> list[Row]:
    """(row number, transmissie_id, klant_id, transmissiedatum); a malformed row has its fields in place of an id."""
    path = folder / f"transmissies_2024-01-31.{suffix}"
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content)
    with door_database(SOURCE) as con:
        readers.read(con, SOURCE, delivery(path), 0)
        return con.execute(
            "select _row, case when _malformed then _fields::varchar else transmissie_id end, klant_id, "
            "transmissiedatum from raw order by _row"
        ).fetchall()


def refused(folder: Path, content: bytes | str, suffix: str = "csv") -> str:
    with pytest.raises(DeliveryError) as error:
        read(folder, content, suffix)
    return str(error.value)


# --- CSV ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_is_utf8_or_windows_1252(encoding: str, tmp_path: Path) -> None:
    assert read(tmp_path, (HEADER + "café €;k;d\n").encode(encoding)) == [(2, "café €", "k", "d")]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_a_file_without_a_byte_is_said_to_be_empty(suffix: str, tmp_path: Path) -> None:
    assert refused(tmp_path, "", suffix) == "is empty (0 bytes), perhaps half copied; copy it whole"


def test_bytes_that_are_neither_refuse_the_file(tmp_path: Path) -> None:
    assert "neither UTF-8 nor Windows-1252" in refused(tmp_path, HEADER.encode() + b"\x81\xe9;k;d\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_is_refused(encoding: str, tmp_path: Path) -> None:
    assert refused(tmp_path, (HEADER + "a;k;d\n").encode(encoding))


@pytest.mark.parametrize("separator", [";", ","])
def test_the_separator_is_the_one_that_finds_the_columns(separator: str, tmp_path: Path) -> None:
    content = (HEADER + "a;k;d\n").replace(";", separator)
    assert read(tmp_path, content) == [(2, "a", "k", "d")]


def test_the_other_separator_is_just_a_character(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + "a,b;k;d\n") == [(2, "a,b", "k", "d")]
    assert read(tmp_path, HEADER.replace(";", ",") + "a;b,k,d\n") == [(2, "a;b", "k", "d")]


def test_an_extra_column_with_the_other_separator_does_not_mislead(tmp_path: Path) -> None:
    content = "x,transmissie_id;transmissie_id;klant_id;transmissiedatum\ne;a;k;d\n"
    assert read(tmp_path, content) == [(2, "a", "k", "d")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_any_line_end_and_none_at_the_end(ending: str, last: str, tmp_path: Path) -> None:
    content = (HEADER + "a;k;d\nb;k;d").replace("\n", ending) + (ending if last else "")
    assert read(tmp_path, content.encode()) == [(2, "a", "k", "d"), (3, "b", "k", "d")]


def test_quoted_fields_hold_separators_quotes_and_line_breaks(tmp_path: Path) -> None:
    content = HEADER + '"a;1";"zegt ""ja""";"d"\n"regel 1\nregel 2";k;d\nc;k;d\n'
    assert read(tmp_path, content) == [
        (2, "a;1", 'zegt "ja"', "d"),
        (3, "regel 1\nregel 2", "k", "d"),
        (4, "c", "k", "d"),
    ]


def test_blanks_around_a_value_do_not_count_and_empty_is_missing(tmp_path: Path) -> None:
    content = HEADER + " a \t;\u00a0k\u2009; \nb;;d\n"
    assert read(tmp_path, content) == [(2, "a", "k", None), (3, "b", None, "d")]


def test_blank_rows_are_no_rows_but_count_in_the_numbering(tmp_path: Path) -> None:
    content = HEADER + "\na;k;d\n;;\n \t;\u00a0;\n;;;;\n\nb;k;d\n\n"
    assert read(tmp_path, content) == [(3, "a", "k", "d"), (8, "b", "k", "d")]


def test_quoted_blank_rows_are_no_rows_either(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + '"";" ";""\n"\n";;\na;k;d\n') == [(4, "a", "k", "d")]


@pytest.mark.parametrize("line", ["a;k", "a;k;d;", "a;k;d;e", "los"])
def test_a_row_with_another_number_of_fields_is_malformed_and_kept_whole(line: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, HEADER + line + "\n")
    assert row == (2, f"[{', '.join(line.split(';'))}]".replace(", ]", ", '']"), None, None)


def test_a_malformed_row_among_quotes_keeps_its_fields(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + '"a;1";k\n"b";k;d\n') == [(2, "[a;1, k]", None, None), (3, "b", "k", "d")]


def test_characters_that_join_fields_may_occur_in_them(tmp_path: Path) -> None:
    content = HEADER + '"a\x1f1";k;d\n'
    assert read(tmp_path, content) == [(2, "a\x1f1", "k", "d")]


def test_a_file_with_all_joining_characters_is_refused(tmp_path: Path) -> None:
    assert "control characters" in refused(tmp_path, HEADER + f'"{"".join(readers.JOINERS)}";k;d\n')


CHARACTERS = st.sampled_from([*'ab1;;,,""\n\n\r  ', "\r\n", "\x00", "\x0b", "\x1c", "\x1f", "\u2028", "\x85", "é"])
LINES = st.lists(CHARACTERS, max_size=40).map("".join)


def as_csv_reader_says(text: str) -> list[tuple[int, bool, list[str]]]:
    """(row number, malformed, trimmed fields): Python's own csv module, without a short cut."""
    rows = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=";"), start=1)
    trimmed = [(number, [field.strip() for field in fields]) for number, fields in rows]
    return [(number, len(fields) != 2, fields) for number, fields in trimmed[1:] if any(fields)]


@settings(max_examples=200)
@given(body=LINES)
@pytest.mark.slow
def test_every_csv_reads_as_pythons_csv_module_reads_it(body: str) -> None:
    check(body)


@settings(max_examples=200)
@given(body=LINES.map(lambda text: text.replace('"', "")))
@pytest.mark.slow
def test_the_short_cut_without_quotes_reads_the_same(body: str) -> None:
    check(body)


def check(body: str) -> None:
    text = "id;x\n" + body
    expected = as_csv_reader_says(text)
    con, source = reading()
    con.execute("delete from raw")
    readers._csv(con, source, BytesPath(text), 0)  # type: ignore[arg-type]
    rows = con.execute("select _row, _malformed, _fields, id, x from raw order by _row").fetchall()
    found = [(row, bad, [f.strip() for f in fields] if bad else [i or "", x or ""]) for row, bad, fields, i, x in rows]
    assert found == expected


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    reading()[0].close()
    reading.cache_clear()


@cache
def reading() -> tuple[duckdb.DuckDBPyConnection, contract.SourceContract]:
    source = one_column("text")
    return door_database(source), source


class BytesPath:
    def __init__(self, text: str) -> None:
        self._content = text.encode()

    def read_bytes(self) -> bytes:
        return self._content


# --- headers --------------------------------------------------------------------------------------------------------


def test_case_blanks_and_order_of_headers_do_not_matter(tmp_path: Path) -> None:
    content = " TransmissieDatum ;KLANT_ID\t;transmissie_id\nd;k;a\n"
    assert read(tmp_path, content) == [(2, "a", "k", "d")]


def test_unknown_columns_are_named_and_ignored() -> None:
    places, remarks = match_header(["opmerking", "transmissie_id", "", "klant_id", "transmissiedatum", "extra"], SOURCE)
    assert places == {"transmissie_id": 1, "klant_id": 3, "transmissiedatum": 4}
    assert remarks == [
        ("unknown column(s) ignored: opmerking, extra", "onbekende kolom(men) genegeerd: opmerking, extra")
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("naam\nOCMW", "naam ocmw"), ("x" * 50, "x" * 40), ("93.05.18-223.61", "**.**.**-***.**"), ("v2024", "v2024")],
)
def test_an_unknown_column_is_named_on_one_line_and_never_by_an_insz(name: str, shown: str) -> None:
    """A value of the row beside may have strayed into the header."""
    (remark,) = match_header([name, *XLSX_HEADER], SOURCE)[1]
    assert remark == (f"unknown column(s) ignored: {shown}", f"onbekende kolom(men) genegeerd: {shown}")


def test_a_missing_header_never_repeats_what_stands_in_its_place() -> None:
    """When the header row is missing, the first row of values stands in its place."""
    with pytest.raises(DeliveryError) as error:
        match_header(["T1", "93051822361", "2024-01-02"], SOURCE)
    assert "9305" not in str(error.value)


def test_missing_required_columns_are_all_named(tmp_path: Path) -> None:
    said = refused(tmp_path, "transmissie_id;opmerking\na;b\n")
    assert "lacks the required column(s) klant_id, transmissiedatum" in said


def test_an_optional_column_may_be_absent() -> None:
    names = ["traject_id", "klant_id", "ocmw_nis", "startdatum"]
    assert match_header(names, contract.load("trajecten"))[0] == {name: i for i, name in enumerate(names)}


def test_a_column_given_twice_refuses_the_file(tmp_path: Path) -> None:
    said = refused(tmp_path, "transmissie_id;klant_id;transmissiedatum; KLANT_ID \na;k;d;k\n")
    assert "has the column klant_id twice" in said


def test_an_unknown_column_may_come_twice() -> None:
    match_header(["x", "x", "transmissie_id", "klant_id", "transmissiedatum"], SOURCE)


@pytest.mark.parametrize("content", ["\ufeff", "\n", "\n" + HEADER + "a;k;d\n"])
def test_a_file_without_a_header_in_row_1_is_refused(content: str, tmp_path: Path) -> None:
    assert "lacks the required column(s)" in refused(tmp_path, content)


@pytest.mark.parametrize("content", [HEADER, HEADER + ";;\n \n"])
def test_a_file_without_rows_is_refused(content: str, tmp_path: Path) -> None:
    assert "holds no rows under its header" in refused(tmp_path, content)


# --- XLSX -----------------------------------------------------------------------------------------------------------


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = book.active.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.create_sheet("ander").append(["telt niet"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


XLSX_HEADER = ["transmissie_id", "klant_id", "transmissiedatum"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (dt.date(2024, 1, 2), "2024-01-02"),
        (dt.datetime(2024, 1, 2), "2024-01-02"),
        (dt.datetime(2024, 1, 2, 12, 30), "2024-01-02 12:30:00"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (93051822361, "93051822361"),
        (True, "true"),
        ("007", "007"),
        ("=1+2", "=1+2"),
        (" a ", "a"),
        ("2024-01-02", "2024-01-02"),
    ],
)
def test_a_cell_is_the_text_that_a_person_would_type(cell: object, text: str, tmp_path: Path) -> None:
    assert read(tmp_path, workbook(XLSX_HEADER, [cell, "k", "d"]), "xlsx") == [(2, text, "k", "d")]


def test_blank_cells_are_missing_and_blank_rows_keep_their_number(tmp_path: Path) -> None:
    content = workbook(XLSX_HEADER, [None, None, None], ["a", " ", None], [" ", "", None], ["b", "k", "d"])
    assert read(tmp_path, content, "xlsx") == [(3, "a", None, None), (5, "b", "k", "d")]


def test_the_first_sheet_counts_and_columns_without_a_name_do_not(tmp_path: Path) -> None:
    content = workbook([None, *XLSX_HEADER, None], ["los", "a", "k", "d", "ook los"])
    assert read(tmp_path, content, "xlsx") == [(2, "a", "k", "d")]


def test_a_header_below_row_1_is_refused(tmp_path: Path) -> None:
    assert "lacks the required column(s)" in refused(tmp_path, workbook([None], XLSX_HEADER, ["a", "k", "d"]), "xlsx")


@pytest.mark.parametrize("content", [b"PK\x03\x04 nee", workbook(XLSX_HEADER)[:300], b"transmissie_id;klant_id"])
def test_an_unreadable_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, content, "xlsx") == (
        "cannot be read as XLSX; open it and save it again as an Excel workbook"
    )


def test_parquet_columns_that_differ_in_case_alone_are_one_column_twice(tmp_path: Path) -> None:
    made = tmp_path / "dubbel.parquet"
    with duckdb.connect() as con:
        columns = """1 as transmissie_id, 2 as "transmissieXid", 3 as klant_id, 4 as transmissiedatum"""
        con.execute(f"copy (select {columns}) to '{made}' (format parquet)")
    content = made.read_bytes().replace(b"transmissieXid", b"TRANSMISSIE_ID")
    assert refused(tmp_path, content, "parquet") == "has the column transmissie_id twice; keep one"


def test_an_error_cell_is_a_value_that_cannot_be_read_and_not_a_missing_one(tmp_path: Path) -> None:
    content = workbook(XLSX_HEADER, ["a", "k", "=NA()"], ["b", dt.date(2024, 1, 31), 3])
    book = tmp_path / "fout.xlsx"
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(book, "w") as made:
        for name in parts.namelist():
            text = re.sub(rb"<c r=\"(C2)\"[^>]*>.*?</c>", rb'<c r="\1" t="e"><v>#N/A</v></c>', parts.read(name))
            made.writestr(name, text)
    assert read(tmp_path, book.read_bytes(), "xlsx") == [(2, "a", "k", "#N/A"), (3, "b", "2024-01-31", "3")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (1e15, "1e+15"),
        (123456.789, "123456.789"),
        (-3.0, "-3"),
        (False, "false"),
        (dt.time(1, 2), "01:02:00"),
    ],
)
def test_odd_cells(value: object, text: str) -> None:
    assert cell_text(value) == text


# --- Parquet --------------------------------------------------------------------------------------------------------


def parquet(folder: Path, select: str) -> bytes:
    path = folder / "made.parquet"
    with duckdb.connect() as con:
        con.execute(f"set TimeZone = 'UTC'; copy ({select}) to '{path}' (format parquet)")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("date '2024-01-02'", "2024-01-02"),
        ("timestamp '2024-01-02 00:00:00'", "2024-01-02"),
        ("timestamp_ns '2024-01-02 00:00:00'", "2024-01-02"),
        ("timestamp '2024-01-02 12:30:00'", "2024-01-02 12:30:00"),
        ("timestamptz '2024-01-02 00:00:00+00'", "2024-01-02"),
        ("12::integer", "12"),
        ("12::hugeint", "12"),
        ("12.0::double", "12"),
        ("12.5::double", "12.5"),
        ("(0.1::double + 0.2::double)", "0.3"),
        ("2.5::float", "2.5"),
        ("12.50::decimal(12, 2)", "12.5"),
        ("12.00::decimal(12, 2)", "12"),
        ("100::decimal(12, 0)", "100"),
        ("true", "true"),
        ("' a '", "a"),
        ("'007'", "007"),
        ("'tekst'::blob", "tekst"),
        ("'a'::enum('a', 'b')", "a"),
        ("'nan'::double", None),
        ("''", None),
        ("null::date", None),
        ("null::integer", None),
    ],
)
def test_a_typed_value_is_the_text_that_a_person_would_type(sql: str, text: str | None, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select {sql} as transmissie_id, 'k' as klant_id, 'd' as transmissiedatum")
    assert read(tmp_path, content, "parquet") == [(1, text, "k", "d")]


def test_a_day_with_a_time_zone_does_not_depend_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark and pandas write midnight as an instant, in UTC."""
    sql = "timestamptz '2024-01-02 00:00:00+00'"
    content = parquet(tmp_path, f"select {sql} as transmissie_id, 'k' as klant_id, 'd' as transmissiedatum")
    monkeypatch.setenv("TZ", "America/New_York")
    assert read(tmp_path, content, "parquet") == [(1, "2024-01-02", "k", "d")]


def test_parquet_rows_count_from_1_and_blank_ones_count(tmp_path: Path) -> None:
    content = parquet(
        tmp_path,
        "from (values (null, ' ', null), ('a', 'k', 'd'), (null, null, ''), ('b', 'k', 'd')) "
        "as t (transmissie_id, klant_id, transmissiedatum)",
    )
    assert read(tmp_path, content, "parquet") == [(2, "a", "k", "d"), (4, "b", "k", "d")]


def test_a_parquet_row_with_only_an_extra_column_is_a_row(tmp_path: Path) -> None:
    content = parquet(
        tmp_path,
        "select null::varchar as transmissie_id, null::varchar as klant_id, null::date as transmissiedatum, 1 as x",
    )
    assert read(tmp_path, content, "parquet") == [(1, None, None, None)]


@pytest.mark.parametrize("content", [b"PAR1 nee PAR1", b"transmissie_id;klant_id"])
def test_unreadable_parquet_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, content, "parquet") == "cannot be read as Parquet; export it again"


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    content = bytearray(
        parquet(
            tmp_path,
            "select 'T' || range as transmissie_id, 'k' as klant_id, 'd' as transmissiedatum from range(10000)",
        )
    )
    content[4:2000] = b"\xff" * 1996
    assert refused(tmp_path, bytes(content), "parquet") == "cannot be read as Parquet; export it again"


def test_a_parquet_column_twice_is_refused(tmp_path: Path) -> None:
    content = parquet(
        tmp_path, "select 'a' as transmissie_id, 'k' as klant_id, 'd' as transmissiedatum, 'k' as \" KLANT_ID\""
    )
    assert "has the column klant_id twice" in refused(tmp_path, content, "parquet")


def test_a_quote_in_the_path_is_no_problem(tmp_path: Path) -> None:
    folder = tmp_path / "map van O'Neill"
    folder.mkdir()
    content = parquet(tmp_path, "select 'a' as transmissie_id, 'k' as klant_id, 'd' as transmissiedatum")
    assert read(folder, content, "parquet") == [(1, "a", "k", "d")]


# --- all formats ----------------------------------------------------------------------------------------------------


def test_the_same_table_reads_the_same_in_every_format(tmp_path: Path) -> None:
    csv_rows = read(tmp_path, HEADER + "1;93051822361;2024-01-02\n")
    cells = workbook(XLSX_HEADER, [1, 93051822361, dt.date(2024, 1, 2)])
    typed = parquet(
        tmp_path, "select 1 as transmissie_id, 93051822361 as klant_id, date '2024-01-02' as transmissiedatum"
    )
    assert [row[1:] for row in csv_rows] == [("1", "93051822361", "2024-01-02")]
    assert read(tmp_path, cells, "xlsx") == csv_rows
    assert [row[1:] for row in read(tmp_path, typed, "parquet")] == [row[1:] for row in csv_rows]


@given(amount=st.decimals(min_value=-9_999_999, max_value=9_999_999, places=2))
def test_an_amount_in_a_cell_of_floats_is_exact_to_the_cent(amount: Decimal) -> None:
    assert Decimal(cell_text(float(amount))) == amount
