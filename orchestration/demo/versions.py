"""Rows as they are delivered: a thing that still runs at one delivery is delivered again when it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .dates import MISSING, year_of


@dataclass(frozen=True)
class Rows:
    """Rows of one source, in numbers (see `sources`), by year of delivery.

    `key` numbers the things that the rows are versions of; `year` is the year whose delivery holds the row;
    `warning` is a warning that the row will draw (0 = none); `city` marks rows of the largest OCMW, which sends its
    own file for some sources.
    """

    source: str
    columns: dict[str, np.ndarray]
    key: np.ndarray
    year: np.ndarray
    warning: np.ndarray
    city: np.ndarray

    def __len__(self) -> int:
        return len(self.key)


def plain(source: str, year: np.ndarray, columns: dict[str, np.ndarray], city: np.ndarray | None = None) -> Rows:
    """Rows that are delivered once, in order of year; the key column must number them in the order given."""
    order = np.argsort(year, kind="stable")
    count = len(year)
    marked = np.zeros(count, dtype=bool) if city is None else city[order]
    ordered = {name: np.asarray(values)[order] for name, values in columns.items()}
    return Rows(source, ordered, order.astype(np.int32), year[order], np.zeros(count, dtype=np.int8), marked)


def spells(
    source: str,
    columns: dict[str, np.ndarray],
    last_year: int,
    first_year: np.ndarray | None = None,
    only_when_ended: tuple[str, ...] = (),
) -> Rows:
    """Rows of things with `startdatum` and `einddatum` (always given, future ends included).

    Each thing is delivered for the year in which it starts (or `first_year`), open when it ends later, and again for
    the year in which it ends. What starts or ends after `last_year` isn't known. Columns of `only_when_ended` are
    empty on open rows.
    """
    begin = year_of(columns["startdatum"]) if first_year is None else first_year
    finish = np.maximum(year_of(columns["einddatum"]), begin)
    opened = np.flatnonzero(begin <= last_year)
    closed = np.flatnonzero((finish > begin) & (finish <= last_year))
    key = np.concatenate([opened, closed]).astype(np.int32)
    is_open = np.concatenate([finish[opened] > begin[opened], np.zeros(len(closed), dtype=bool)])
    year = np.concatenate([begin[opened], finish[closed]]).astype(np.int32)
    order = np.lexsort((key, year))
    key, is_open, year = key[order], is_open[order], year[order]
    rows = {name: np.asarray(values)[key] for name, values in columns.items()}
    for name in ("einddatum", *only_when_ended):
        rows[name] = np.where(is_open, MISSING, rows[name])
    return Rows(source, rows, key, year, np.zeros(len(key), dtype=np.int8), np.zeros(len(key), dtype=bool))
