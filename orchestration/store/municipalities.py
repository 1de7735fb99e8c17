"""The municipalities of `municipalities.csv`, and which code stands for another on a day.

dbt's `dim_geography` says the same in SQL; a test holds both together.
"""

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orchestration.store.paths import SEEDS


@dataclass(frozen=True)
class DatedCode:
    """One NIS code: its name, the days on which it was valid (None is open) and the code that came after it."""

    nis_code: str
    name: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    successor: str | None


def read_codes(seeds: Path = SEEDS) -> Mapping[str, DatedCode]:
    """Every code of the table, in the order of the file. Read again only when the file changed."""
    path = seeds / "municipalities.csv"
    stat = path.stat()
    return _read(path, stat.st_ino, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, *_: int) -> Mapping[str, DatedCode]:
    codes = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            valid = [dt.date.fromisoformat(day) if day else None for day in (row["valid_from"], row["valid_to"])]
            code, name, successor = row["nis_code"], row["municipality"], row["successor_nis_code"] or None
            codes[code] = DatedCode(code, name, *valid, successor)
    return codes


def code_on(code: str, day: dt.date, codes: Mapping[str, DatedCode]) -> str | None:
    """The code that stands for `code` on a day, along its successors; None when there is none.

    A code that came later stands for nothing yet. A code that is closed without a successor, or whose successors go
    round, stands for nothing any more.
    """
    for _ in codes:
        item = codes.get(code)
        if item is None or (item.valid_from and day < item.valid_from):
            return None
        if item.valid_to is None or day <= item.valid_to:
            return code
        code = item.successor or ""
    return None
