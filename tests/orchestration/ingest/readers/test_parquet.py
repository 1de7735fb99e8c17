"""Typed columns of Parquet become the text that a person would have typed."""

from pathlib import Path

import duckdb
import pytest

from expectations import contract
from tests.orchestration.ingest.readers.reading import parquet, read, refusal, refused, rows


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
        ("1234567890123456::double", "1234567890123456"),
        ("9007199254740991::double", "9007199254740991"),
        ("1e16::double", "1e+16"),
        ("'inf'::double", "inf"),
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


def test_what_is_missing_in_a_file_of_pandas_is_missing(tmp_path: Path) -> None:
    """A column in which nothing was filled in has Parquet's null type, and whole numbers of which one is missing are
    floats, with NaN for that one and statistics that do not know of it; DuckDB writes neither."""
    content = (Path(__file__).parent / "as_pandas_writes.parquet").read_bytes()
    expected = [(1, "a", "05030145657", None), (2, "b", "93051822361", None), (3, "c", None, None)]
    assert read(tmp_path, content, "parquet") == expected


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


@pytest.mark.parametrize("content", [b"PAR1 nee PAR1", b"\x01\x02\x03"])
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


def test_parquet_columns_that_differ_in_case_alone_are_one_column_twice(tmp_path: Path) -> None:
    made = tmp_path / "dubbel.parquet"
    with duckdb.connect() as con:
        columns = """1 as transmissie_id, 2 as "transmissieXid", 3 as klant_id, 4 as transmissiedatum"""
        con.execute(f"copy (select {columns}) to '{made}' (format parquet)")
    content = made.read_bytes().replace(b"transmissieXid", b"TRANSMISSIE_ID")
    assert refused(tmp_path, content, "parquet") == "has the column transmissie_id twice; keep one"


KEYS = "'a' as transmissie_id, 'k' as klant_id"
NESTED = {
    "STRUCT": "{'a': 93051822361}",
    "LIST": "[93051822361]",
    "MAP": "map {'a': 93051822361}",
    "BLOB": r"'\xFF\xFE'::blob",
}


@pytest.mark.parametrize("kind", NESTED)
def test_a_column_that_is_no_table_of_texts_refuses_the_file_by_name(kind: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select {KEYS}, {NESTED[kind]} as transmissiedatum")
    error = refusal(tmp_path, content, "parquet")
    assert str(error).startswith(f"the column transmissiedatum cannot be read (type {kind})")
    assert error.dutch.startswith(f"de kolom transmissiedatum kan niet gelezen worden (type {kind})")
    assert "9305" not in str(error) + error.dutch


@pytest.mark.parametrize("kind", [kind for kind in NESTED if kind != "BLOB"])
def test_a_nested_column_refuses_the_file_also_when_it_is_none_of_the_source(kind: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select {NESTED[kind]} as extra, {KEYS}, 'd' as transmissiedatum")
    assert str(refusal(tmp_path, content, "parquet")).startswith(f"the column extra cannot be read (type {kind})")


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number "])
def test_the_one_name_that_reading_needs_itself_is_named(name: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select 1 as \"{name}\", {KEYS}, 'd' as transmissiedatum")
    assert refused(tmp_path, content, "parquet").startswith("has a column file_row_number, a name that reading needs")


def test_an_extra_column_of_bytes_is_ignored(tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select {NESTED['BLOB']} as extra, {KEYS}, 'd' as transmissiedatum")
    assert read(tmp_path, content, "parquet") == [(1, "a", "k", "d")]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("5030145657", "05030145657"),
        ("5030145657::ubigint", "05030145657"),
        ("5030145657::double", "05030145657"),
        ("5030145657::decimal(18, 2)", "05030145657"),
        ("5030145657::decimal(11, 0)", "05030145657"),
        ("93051822361", "93051822361"),
        ("17::tinyint", "00000000017"),
        ("123456789012", "123456789012"),
        ("-5", "-5"),
        ("5.5::double", "5.5"),
        ("'5030145657'", "5030145657"),
    ],
)
def test_a_number_gets_back_the_zeros_of_an_insz(sql: str, text: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select 17 as transmissie_id, {sql} as klant_id, 'd' as transmissiedatum")
    assert read(tmp_path, content, "parquet") == [(1, "17", text, "d")]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("date '2023-01-01'", "2023-01"),
        ("timestamp '2023-01-01'", "2023-01"),
        ("timestamptz '2023-01-01 00:00:00+00'", "2023-01"),
        ("date '2023-01-02'", "2023-01-02"),
        ("timestamp '2023-01-01 12:00:00'", "2023-01-01 12:00:00"),
        ("'2023-01-01'", "2023-01-01"),
        ("'2023-01'", "2023-01"),
    ],
)
def test_a_day_that_is_the_first_is_a_month(sql: str, text: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select '11002' as nis_code, {sql} as maand, 5 as leefloners")
    assert rows(contract.load("leefloners"), "maand", tmp_path, content, "parquet") == [(1, text)]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("timestamptz_ns '2024-01-02 00:00:00+00'", "2024-01-02"),
        ("timestamp_ns '2024-01-02 00:00:00.000000001'", "2024-01-02 00:00:00.000000001"),
        ("timestamp_ms '2024-01-02 00:00:00'", "2024-01-02"),
        ("timestamp_s '2024-01-02 00:00:00'", "2024-01-02"),
        ("time '00:00:00'", "00:00:00"),
        ("timetz '00:00:00+00'", "00:00:00+00"),
        ("interval 1 day", "1 day"),
        ("'6f9619ff-8b86-d011-b42d-00cf4fc964ff'::uuid", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"),
    ],
)
def test_other_types_of_moments_are_read_or_are_no_day(sql: str, text: str, tmp_path: Path) -> None:
    content = parquet(tmp_path, f"select {KEYS}, {sql} as transmissiedatum")
    assert read(tmp_path, content, "parquet") == [(1, "a", "k", text)]


def test_a_folder_named_as_a_partition_is_no_column(tmp_path: Path) -> None:
    folder = tmp_path / "klant_id=5"
    folder.mkdir()
    content = parquet(tmp_path, f"select {KEYS}, 'd' as transmissiedatum")
    assert read(folder, content, "parquet") == [(1, "a", "k", "d")]
