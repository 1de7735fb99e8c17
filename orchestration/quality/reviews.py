"""`twe review`: the steward accepts warnings that are right as they are, and closes rows without a usable key.

The decisions come as lines, of the steward's workbook or for one row. A row without a usable key is closed as a whole,
since nothing can show that it was delivered again. When one line is wrong, none is recorded.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from expectations import contract
from orchestration.ingest import ledger
from orchestration.ingest.persons.person_numbers import masked
from orchestration.quality import cases, review_log
from orchestration.quality.cases import QUARANTINED, REPEATED, RESOLVED, Case
from orchestration.quality.review_log import Place
from orchestration.store.errors import WrongChoiceError
from orchestration.store.lock import single_writer
from orchestration.store.paths import DataFolder
from orchestration.store.wording import counted, did_you_mean

REASON = "nagekeken"
"""The column of the steward's workbook that holds the reason."""
LONGEST, LONGEST_NAME = 500, 100
"""Characters of a reason, and of the name of who gave it."""
MOST_SHOWN = 20
"""Mistakes that an error lists."""


class ReviewError(WrongChoiceError):
    """Lines that are wrong; nothing was changed. The message never repeats a reason."""


class ReplacingError(ReviewError):
    """Lines that give another reason than the one that was recorded, without having been told to replace it."""

    def __init__(self, where: Sequence[str]) -> None:
        more = [f"and {len(where) - MOST_SHOWN} more"] if len(where) > MOST_SHOWN else []
        self.listing = "\n     ".join(
            [f"{counted(len(where), 'line')} would replace a reason by another:", *where[:MOST_SHOWN], *more]
        )
        super().__init__(f"{self.listing}\n     Nothing was changed. To replace them, add --replace.")


@dataclass(frozen=True)
class ReviewLine:
    """A decision on one row and rule. An empty `why` takes it back when `takes_back`, and else decides nothing."""

    where: str
    """Where to find the line, for the message about a mistake in it."""
    place: Place
    why: str
    takes_back: bool = False


@dataclass(frozen=True)
class Reviewed:
    """Decisions that were recorded. `settled`: rows resolved or delivered again meanwhile, which needed none."""

    marked: int
    taken_back: int
    settled: int
    closed: int = 0
    """Rows without a usable key that were closed."""
    replaced: int = 0
    """Lines that replaced the reason of an earlier decision; among the others."""

    def __str__(self) -> str:
        return (
            f"{counted(self.marked, 'warning')} marked as reviewed, "
            + (f"{counted(self.closed, 'row')} without a usable key closed, " if self.closed else "")
            + f"{self.taken_back:,} taken back"
            + (f", {counted(self.replaced, 'reason')} replaced" if self.replaced else "")
            + (f"; {self.settled:,} were resolved or delivered again meanwhile" if self.settled else "")
            + ". `twe quarantine --all` lists them."
        )


def of_row(data: DataFolder, text: str, rule: str | None, why: str | None) -> list[ReviewLine]:
    """The lines for one row, given as FILE:ROW: every warning of it, or one rule. None takes a review back.

    Raises `ReviewError` when there is no such row.
    """
    file, _, number = text.rpartition(":")
    if not file or not number.isdecimal():
        raise ReviewError(f"{text!r} names no row; write FILE:ROW, such as trajecten_2026-01-31_gent.csv:17")
    found = [c for c in _read(data, [file]) if c.row == (file, int(number))]
    rules = sorted({one for case in found for one in case.rules})
    if rule and rule not in rules and rules:
        raise ReviewError(f"{text} did not break the rule {rule!r}; {did_you_mean(rule, rules)}")
    chosen = [rule] if rule else rules
    if not chosen:
        chosen = [""]  # `apply` reports what is wrong about the file or the row
    return [ReviewLine(text, (file, int(number), one), why or "", takes_back=why is None) for one in chosen]


def apply(
    data: DataFolder, lines: Sequence[ReviewLine], by: str, at: dt.datetime, replace_reasons: bool = False
) -> Reviewed:
    """Records the decisions as those of `by` at the moment `at` (UTC).

    Raises `ReviewError` when one of them is wrong, `ReplacingError` when one gives another reason than is recorded
    and `replace_reasons` is not set, and `BusyError` during a run.
    """
    by = _plain(by)
    if not by or len(by) > LONGEST_NAME or masked(by) != by:
        raise ReviewError(f"the name of --by must be a name of at most {LONGEST_NAME} characters")
    with single_writer(data.lock):
        files = {entry.file_name for entry in ledger.read(data.ledger) if entry.status == "accepted"}
        plain = (replace(line, why=_plain(line.why)) for line in lines)
        decided = [line for line in plain if line.why or line.takes_back]
        known = {(*c.row, rule): c for c in _read(data, [line.place[0] for line in decided]) for rule in c.rules}
        warehouse = contract.warehouse_texts()
        mistakes = [f"{line.where}: {what}" for line in decided if (what := _mistake(line, known, files, warehouse))]
        if mistakes:
            more = [f"and {len(mistakes) - MOST_SHOWN} more"] if len(mistakes) > MOST_SHOWN else []
            raise ReviewError("\n     ".join([*mistakes[:MOST_SHOWN], *more, "Nothing was changed."]))
        changes: dict[Place, str | None] = {}
        settled, replacing = 0, []
        for line in decided:
            case = known.get(line.place)
            if line.why and (case is None or case.status in (RESOLVED, REPEATED)):
                settled += 1
            elif case and (line.why or None) != case.why:
                changes |= dict.fromkeys(_places(case, line), line.why or None)
                replacing += [f"{line.where}{_given(case)}"] if line.why and case.why else []
        if replacing and not replace_reasons:
            raise ReplacingError(replacing)
        if changes:
            review_log.record(data, changes, by, at)
    return replace(_counted(changes, known, settled), replaced=len(replacing))


def _given(case: Case) -> str:
    """By whom and when the reason of a case was given, as far as that was kept."""
    parts = [f"by {case.reviewed_by}" if case.reviewed_by else "", f"on {case.reviewed_moment} UTC"]
    return f" (given {' '.join(filter(None, parts))})"


def _places(case: Case, line: ReviewLine) -> list[Place]:
    """What a line decides on: one warning, or the whole of a quarantined row."""
    return [(*case.row, rule) for rule in (case.rules if case.outcome == QUARANTINED else line.place[2:])]


def _counted(changes: Mapping[Place, str | None], known: Mapping[Place, Case], settled: int) -> Reviewed:
    rows = {place[:2] if known[place].outcome == QUARANTINED else place: why for place, why in changes.items()}
    closed = sum(len(row) == 2 and why is not None for row, why in rows.items())
    back = sum(why is None for why in rows.values())
    return Reviewed(len(rows) - back - closed, back, settled, closed)


def _read(data: DataFolder, files: Iterable[str]) -> list[Case]:
    """The cases of the sources that these files are of."""
    sources = {name for name in contract.sources() if any(file.startswith(f"{name}_") for file in files)}
    return [case for name in sorted(sources) for case in cases.read(data, name)]


def _mistake(line: ReviewLine, known: Mapping[Place, Case], files: set[str], warehouse: Collection[str]) -> str | None:
    """Why a line can't be followed; None when it can."""
    file, row, rule = line.place
    case = known.get(line.place)
    if file not in files:
        return f"no delivery {file!r} was loaded; {did_you_mean(file, files)}"
    if case is None and rule not in warehouse:  # findings of the warehouse can be gone since
        return f"row {row} of {file} was neither quarantined nor warned about" + (f" under {rule!r}" if rule else "")
    if not line.why:
        return None
    if case and not case.can_be_settled:
        return (
            f"row {row} of {file} was quarantined ({rule}), so it was not loaded and can't be right as it is; "
            f"leave {REASON!r} empty, and have the row delivered again: its key closes it then"
        )
    if masked(line.why) != line.why:
        return "the reason holds what looks like an INSZ; leave it out"
    if len(line.why) > LONGEST:
        return f"the reason has {len(line.why)} characters; {LONGEST} is the most"
    return None


def _plain(text: str) -> str:
    """One line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
