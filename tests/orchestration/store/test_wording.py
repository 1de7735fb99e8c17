"""Tables that nobody looks at are plain text: aligned, whole, without colours."""

from __future__ import annotations

from orchestration.store.wording import table


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
