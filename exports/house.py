"""House style of documents that are no annex: the lines above a table, and words shared with the annexes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from exports.document import Line
from exports.sheets.wording import BANNER, geography, long_date
from exports.sheets.wording import unfinished as _unfinished

__all__ = ["BANNER", "geography", "lines", "long_date", "unfinished"]


def lines(title: str, synthetic: bool, subtitles: Sequence[str], notes: Sequence[str] = ()) -> tuple[Line, ...]:
    """Title, the banner of synthetic data, subtitles and small notes, which end right above the table."""
    return (
        Line(title, "title"),
        *([Line(BANNER, "banner")] if synthetic else []),
        *(Line(text) for text in subtitles),
        *(Line(text, "small") for text in notes),
    )


def unfinished(years: Sequence[int], as_of: dt.date) -> list[str]:
    """Warnings for years that the figures don't cover in full at `as_of`."""
    return [f"Let op: {text.removeprefix('Let op: ')}" for text in _unfinished(years, as_of)]
