"""House style of sheets that no annex has by itself: the lines above a table, and words shared with the annexes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from exports.document import Line
from exports.editions import PUBLIEK, edition
from exports.sheets.head import frame, in_red
from exports.sheets.wording import BANNER, geography, long_date
from exports.sheets.wording import unfinished as _unfinished

__all__ = ["BANNER", "geography", "lines", "long_date", "unfinished"]


def lines(
    title: str, synthetic: bool, texts: Sequence[str], made_for: str = PUBLIEK, in_annex: bool = False
) -> tuple[Line, ...]:
    """Title, the banners of the edition and of synthetic data, small texts; `in_annex` the link to its contents."""
    return tuple(frame(title, in_red(edition(made_for), synthetic), texts, back=in_annex))


def unfinished(years: Sequence[int], as_of: dt.date) -> list[str]:
    """Warnings for years that the figures don't cover in full at `as_of`."""
    return [f"Let op: {text.removeprefix('Let op: ')}" for text in _unfinished(years, as_of)]
