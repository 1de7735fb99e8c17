"""What is quoted comes out of DuckDB as it went in."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from orchestration.store.sql import literal, pattern, quote, read_csv, read_parquet


@pytest.mark.parametrize(
    ("value", "back"),
    [
        ("it's", "it's"),
        ("", ""),
        ('a\\b"', 'a\\b"'),
        (Path("/a b/c'd.parquet"), "/a b/c'd.parquet"),
        (True, True),
        (7, 7),
        (dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
    ],
)
def test_a_literal_keeps_its_value(value: object, back: object) -> None:
    assert duckdb.sql(f"select {literal(value)}").fetchall() == [(back,)]


def test_a_name_may_hold_anything() -> None:
    name = 'a "b" c'
    assert duckdb.sql(f"select 1 as {quote(name)}").columns == [name]


@pytest.mark.parametrize("folder", ["jaar=2026", "a{}b{x}", "it's", "st*r", "br[ab]", "q?", "{{ x }}", 'a "b" %s $x'])
def test_files_are_read_under_any_name_of_their_folder(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    for number in (1, 2):
        duckdb.sql(f"copy (select {number} as a) to {literal(place / f'{number}.parquet')} (format parquet)")
        (place / f"{number}.csv").write_text(f"a\n{number}\n")
    both = duckdb.sql(f"from {read_parquet(place / '1.parquet', place / '2.parquet', filename=False)} order by all")
    assert (both.columns, both.fetchall()) == (["a"], [(1,), (2,)])
    text = duckdb.sql(f"from {read_csv(place / '2.csv', 'header = true')}")
    assert (text.columns, text.fetchall()) == (["a"], [(2,)])
    every = literal(f"{pattern(place)}/*.parquet")
    assert duckdb.sql(f"select count(*) from read_parquet({every}, hive_partitioning = false)").fetchall() == [(2,)]


def test_a_pattern_finds_its_own_path_alone(tmp_path: Path) -> None:
    for folder in ("a[bc]", "ab", "ac"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "x.parquet"
        duckdb.sql(f"copy (select {literal(folder)} as a) to {literal(path)} (format parquet)")
    assert duckdb.sql(f"from {read_parquet(tmp_path / 'a[bc]' / 'x.parquet')}").fetchall() == [("a[bc]",)]
