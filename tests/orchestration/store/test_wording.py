"""Tables that nobody looks at are plain text: aligned, whole, without colours."""

from __future__ import annotations

import os

import pytest

from orchestration.store.wording import shown, table


def test_numbers_are_aligned_right_and_words_left() -> None:
    assert table(("rows", "rule"), [(1, "a"), (12_345, "b")], indent=2).splitlines() == [
        "    rows  rule",
        "       1  a",
        "  12,345  b",
    ]


def test_nothing_is_wrapped_cropped_or_read_as_markup() -> None:
    long = "[bold]" + "x" * 500
    assert table(("",), [(long,)]) == long


def test_headers_stay_without_rows() -> None:
    assert table(("rows", "rule"), []) == "rows  rule"


@pytest.mark.parametrize(
    ("name", "as_shown"),
    [
        ("trajecten_2024-01-31_gent.csv", "trajecten_2024-01-31_gent.csv"),
        ("café & co.csv", "café & co.csv"),
        ("rood\x1b[31m.csv", "rood\\x1b[31m.csv"),
        ("twee\nregels\r\t.csv", "twee\\nregels\\r\\t.csv"),
        ("om\u202egekeerd.csv", "om\\u202egekeerd.csv"),
        (os.fsdecode(b"caf\xe9.csv"), "caf\\udce9.csv"),
    ],
)
def test_a_name_of_somebody_else_is_shown_without_signs_that_steer(name: str, as_shown: str) -> None:
    assert shown(name) == as_shown
    assert shown(name).encode()
