"""`twe quarantine`: what is open, what was mended and by which delivery, and since when. Counts, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from expectations import contract
from orchestration.door import ledger
from orchestration.paths import DataFolder
from orchestration.quality import cases
from orchestration.quality.cases import MENDED, OPEN, REPEATED, Case
from orchestration.quality.recipients import Recipients


class UnknownRuleError(ValueError):
    """No rule has this name."""


@dataclass(frozen=True)
class Choice:
    """Which cases are asked for. None and False choose all sources, OCMWs and rules, and only what is open."""

    source: str | None = None
    ocmw: str | None = None
    rule: str | None = None
    everything: bool = False


def chosen(data: DataFolder, choice: Choice) -> list[Case]:
    """The cases asked for, mended ones included. Raises an error for a source, OCMW or rule that is not known."""
    found = cases.read(data, choice.source)
    if choice.rule and choice.rule not in (known := _rules(found)):
        raise UnknownRuleError(f"there is no rule {choice.rule!r}; the rules are {', '.join(sorted(known))}")
    found = cases.of_rules(found, choice.rule)
    if choice.ocmw and found:
        who = recipients(data)
        wanted = who.named(choice.ocmw, {who.of(case) for case in found})
        found = [case for case in found if who.of(case) == wanted]
    return found


def _rules(found: Sequence[Case]) -> set[str]:
    current = {r.name for source in contract.sources() for r in contract.load(source).rules}
    return current | set(contract.warehouse_texts()) | {rule for case in found for rule in case.rules}


def recipients(data: DataFolder) -> Recipients:
    """The OCMWs as they are on the newest day on which something was accepted."""
    newest = ledger.newest_accepted(ledger.read(data.ledger))
    assert newest, "there are cases, so something was accepted"
    return Recipients(newest)


def text(found: Sequence[Case], choice: Choice) -> str:
    """Rows per file and rule, as a table for the terminal: what is open, and with `everything` the rest too."""
    if not found:
        return "Nothing is in quarantine."
    count = Counter(case.status for case in found)
    unusable = sum(not case.has_key for case in found if case.status == OPEN)
    lines = [
        f"{count[OPEN]:,} rows are open, {count[MENDED]:,} were mended by a later delivery, "
        f"{count[REPEATED]:,} were delivered again and are still wrong.",
        "",
        f"{'open':>8}  {'outcome':<12} {'file':<52} {'rule':<28} since",
        *_lines([c for c in found if c.status == OPEN], choice.rule),
    ]
    if choice.everything:
        mended = [c for c in found if c.status == MENDED]
        lines += ["", f"{'mended':>8}  {'outcome':<12} {'file':<52} {'rule':<28} since       by"]
        lines += _lines(mended, choice.rule)
        repeated = [c for c in found if c.status == REPEATED]
        lines += ["", f"{'again':>8}  {'outcome':<12} {'file':<52} {'rule':<28} since"]
        lines += _lines(repeated, choice.rule)
    if unusable:
        lines += ["", f"{unusable:,} open rows have no usable key, so nothing can show that they were delivered again."]
    return "\n".join(
        [*lines, "", "--all shows the mended rows too; --back DIR writes a workbook per OCMW, without INSZ."]
    )


def _lines(found: Sequence[Case], only: str | None) -> list[str]:
    counts = Counter(
        (c.file_name, c.outcome, rule, str(c.since), c.mended_by or "")
        for c in found
        for rule in c.rules
        if only in (None, rule)
    )
    return [
        f"{n:>8,}  {outcome:<12} {file:<52} {rule:<28} {since}" + (f"  {by}" if by else "")
        for (file, outcome, rule, since, by), n in counts.items()
    ]
