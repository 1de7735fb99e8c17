"""`twe review`: the steward says which warnings are right as they are, in the workbook of `twe quarantine` or by row.

A refused row without a usable key is closed the same way, as nothing else can close it; it is closed as a whole.

All or nothing: one line that won't do, and nothing is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations import contract
from orchestration.ingest import ledger, readers
from orchestration.ingest.inbox import DeliveryError
from orchestration.quality import cases, reviews
from orchestration.quality.cases import CLOSED, MENDED, QUARANTINED, REPEATED, REVIEWED, Case
from orchestration.quality.masking import masked
from orchestration.quality.quarantine import REVIEW, STATUSES
from orchestration.quality.reviews import Place
from orchestration.quality.wrong_choice import WrongChoiceError, did_you_mean
from orchestration.store.lock import single_writer
from orchestration.store.paths import DataFolder

LONGEST = 500
"""Characters of a reason."""
MOST_TOLD = 20
NEEDED = ("bestand", "rij", "regel", "stand", REVIEW)


class ReviewError(WrongChoiceError):
    """Lines that won't do; nothing was changed. The message never repeats a reason."""


@dataclass(frozen=True)
class ReviewLine:
    """What the steward says of one row and rule. An empty `why` takes a review back when the line knows of one."""

    where: str
    """How to find the line back, for a mistake in it."""
    place: Place
    why: str
    takes_back: bool = False


@dataclass(frozen=True)
class Reviewed:
    """What came of it. `settled`: rows that were mended or delivered again meanwhile, so nothing was said of them."""

    marked: int
    taken_back: int
    settled: int
    closed: int = 0
    """Rows without a usable key that were closed."""


def read_book(path: Path) -> list[ReviewLine]:
    """The lines of a workbook that `twe quarantine --xlsx` wrote, in any order, with any lines or columns left out.

    Raises `ReviewError` for another workbook.
    """
    try:
        header, *rows = readers.workbook_rows(path) or [[]]
    except (DeliveryError, OSError) as error:
        raise ReviewError(f"{path.name}: {error}") from None
    if missing := [name for name in NEEDED if name not in header]:
        raise ReviewError(
            f"{path.name}: the first sheet has no column {missing[0]!r}; give a workbook of `twe quarantine --xlsx`"
        )
    at = {name: header.index(name) for name in NEEDED}
    lines = []
    for number, row in enumerate(rows, start=2):
        file, row_number, rule, stand, why = (row[at[name]].strip() for name in NEEDED)
        if not (file or row_number or rule or why):
            continue
        place = (file, int(row_number) if row_number.isdecimal() else 0, rule)
        lines.append(
            ReviewLine(
                f"{path.name}, line {number}", place, _plain(why), stand in (STATUSES[REVIEWED], STATUSES[CLOSED])
            )
        )
    return lines


def of_row(data: DataFolder, text: str, rule: str | None, why: str | None) -> list[ReviewLine]:
    """The lines for one row, given as FILE:ROW: every warning of it, or one rule. None takes a review back.

    Raises `ReviewError` when there is no such row.
    """
    file, _, number = text.rpartition(":")
    if not file or not number.isdecimal():
        raise ReviewError(f"{text!r} names no row; write FILE:ROW, such as trajecten_2026-01-31_gent.csv:17")
    found = [c for c in _read(data, [file]) if (c.file_name, c.row_number) == (file, int(number))]
    rules = sorted({one for case in found for one in case.rules})
    if rule and rule not in rules and rules:
        raise ReviewError(f"{text} did not break the rule {rule!r}; {did_you_mean(rule, rules)}")
    chosen = [rule] if rule else rules
    if not chosen:
        chosen = [""]  # told as a mistake below, with what is wrong about the file or the row
    wanted = "" if why is None else _plain(why)
    return [ReviewLine(text, (file, int(number), one), wanted, takes_back=why is None) for one in chosen]


def apply(data: DataFolder, lines: Sequence[ReviewLine], day: dt.date) -> Reviewed:
    """Writes what the lines say. Raises `ReviewError` when one of them won't do, and `BusyError` during a run."""
    with single_writer(data.lock):
        files = {entry.file_name for entry in ledger.read(data.ledger) if entry.status == "accepted"}
        said = [line for line in lines if line.why or line.takes_back]
        known = {
            (c.file_name, c.row_number, rule): c
            for c in _read(data, [line.place[0] for line in said])
            for rule in c.rules
        }
        problems = [f"{line.where}: {told}" for line in said if (told := _problem(line, known, files))]
        if problems:
            more = [f"and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
            raise ReviewError("\n     ".join([*problems[:MOST_TOLD], *more, "Nothing was changed."]))
        changes: dict[Place, str | None] = {}
        settled = 0
        for line in said:
            case = known.get(line.place)
            if line.why and (case is None or case.status in (MENDED, REPEATED)):
                settled += 1
            elif case and (line.why or None) != case.why:
                changes |= dict.fromkeys(_places(case, line), line.why or None)
        if changes:
            reviews.record(data, changes, day)
    return _counted(changes, known, settled)


def _places(case: Case, line: ReviewLine) -> list[Place]:
    """What a line speaks of: one warning, or the whole of a refused row."""
    refused = case.outcome == QUARANTINED
    return [(case.file_name, case.row_number, rule) for rule in (case.rules if refused else line.place[2:])]


def _counted(changes: Mapping[Place, str | None], known: Mapping[Place, Case], settled: int) -> Reviewed:
    rows = {place[:2] if known[place].outcome == QUARANTINED else place: why for place, why in changes.items()}
    closed = sum(len(row) == 2 and why is not None for row, why in rows.items())
    back = sum(why is None for why in rows.values())
    return Reviewed(len(rows) - back - closed, back, settled, closed)


def _read(data: DataFolder, files: Iterable[str]) -> list[Case]:
    """The cases of the sources that these files are of."""
    sources = {name for name in contract.sources() if any(file.startswith(f"{name}_") for file in files)}
    return [case for name in sorted(sources) for case in cases.read(data, name)]


def _problem(line: ReviewLine, known: Mapping[Place, Case], files: set[str]) -> str | None:
    file, row, rule = line.place
    case = known.get(line.place)
    if file not in files:
        return f"no delivery {file!r} was loaded; {did_you_mean(file, files)}"
    if case is None and rule not in contract.warehouse_texts():  # what only the warehouse finds can be gone meanwhile
        return f"row {row} of {file} was neither refused nor warned about" + (f" under {rule!r}" if rule else "")
    if not line.why:
        return None
    if case and not case.can_be_settled:
        return (
            f"row {row} of {file} was refused ({rule}), so it was not loaded and can't be right as it is; "
            f"leave {REVIEW!r} empty, and have the row delivered again: its key closes it then"
        )
    if masked(line.why) != line.why:
        return "the reason holds what looks like an INSZ; leave it out"
    if len(line.why) > LONGEST:
        return f"the reason has {len(line.why)} characters; {LONGEST} is the most"
    return None


def _plain(text: str) -> str:
    """One line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
