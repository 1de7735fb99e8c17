"""House style of sheets that no annex has by itself: the lines above a table, and words shared with the annexes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from exports.editions import PUBLIEK, edition
from exports.sheets.context import CONTENTS
from exports.sheets.cover import contents_table
from exports.sheets.head import frame, in_red
from exports.sheets.wording import BANNER, ahead, geography, long_date
from exports.sheets.wording import unfinished as _unfinished
from exports.xlsx.document import Line, Sheet

__all__ = ["BANNER", "ahead", "front", "geography", "lines", "long_date", "unfinished"]


def front(title: str, synthetic: bool, texts: Sequence[str], sheets: Sequence[Sheet], made_for: str = PUBLIEK) -> Sheet:
    """The first sheet of a workbook that is no annex: what it is, and its sheets, linked."""
    head = tuple(frame(title, in_red(edition(made_for), synthetic), texts, back=False))
    return Sheet(CONTENTS, head, contents_table(sheets), about="alle bladen, met een link", data=False)


def lines(title: str, synthetic: bool, texts: Sequence[str], made_for: str = PUBLIEK) -> tuple[Line, ...]:
    """Title, the banners of the edition and of synthetic data, small texts, the way back to the contents."""
    return tuple(frame(title, in_red(edition(made_for), synthetic), texts))


def unfinished(years: Sequence[int], as_of: dt.date) -> list[str]:
    """Warnings for years that the figures don't cover in full at `as_of`."""
    return [f"Let op: {text.removeprefix('Let op: ')}" for text in _unfinished(years, as_of)]
