"""What is quoted comes out of DuckDB as it went in."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from orchestration.store.sql import literal, quote


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
