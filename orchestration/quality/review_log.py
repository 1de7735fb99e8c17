"""The log of the steward's decisions: warnings that are right as they are, and closed rows, each with the reason.

Kept beside the ledger, so that backup, erasure and a new key take it along. One line a decision; the newest decision
about a row and rule counts. A line names the row by file and number and holds nothing of the row itself.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder

Place = tuple[str, int, str]
"""File, row number and rule."""
ERASED = "(gewist)"


@dataclass(frozen=True)
class Review:
    """Why a warning is right, or a row closed; when that was decided, and by whom."""

    why: str
    at: dt.datetime
    """In UTC; midnight in a line of before the time was kept."""
    by: str | None
    """None in a line of before the name was kept."""


def current(data: DataFolder) -> dict[Place, Review]:
    """The decisions that count now; those taken back are left out."""
    found: dict[Place, Review] = {}
    for line in _lines(data.reviews):
        place = (line["file"], line["row"], line["rule"])
        if line["why"] is None:
            found.pop(place, None)
        else:
            at = dt.datetime.fromisoformat(line.get("at", line.get("day")).removesuffix("Z"))
            found[place] = Review(line["why"], at, line.get("by"))
    return found


def record(data: DataFolder, reasons: Mapping[Place, str | None], by: str, at: dt.datetime) -> None:
    """Adds decisions of `by` at the moment `at` (UTC): the reason, or None to take the decision back. The caller holds
    the lock."""
    added = [
        {"file": file, "row": row, "rule": rule, "why": why, "by": by, "at": f"{at:%Y-%m-%dT%H:%M:%S}Z"}
        for (file, row, rule), why in reasons.items()
    ]
    _write(data.reviews, [*_lines(data.reviews), *added])


def forget(data: DataFolder, rows: Iterable[tuple[str, int]]) -> None:
    """Erases the reasons of all decisions about these rows (file, row number); the decisions stay."""
    gone = set(rows)
    lines = _lines(data.reviews)
    theirs = [line for line in lines if (line["file"], line["row"]) in gone]
    for line in theirs:
        line["why"] = line["why"] and ERASED
    if theirs:
        _write(data.reviews, lines)


def _lines(path: Path) -> list[dict]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, lines: Iterable[dict]) -> None:
    with replaced(path) as temporary:
        temporary.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")
