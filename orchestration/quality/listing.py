"""`twe quarantine`: which cases are meant, and tables for the terminal of what is open, resolved or reviewed.

Counts, names and the steward's own reasons; never a value of a row.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expectations import contract
from orchestration.ingest import ledger
from orchestration.ingest.workspace import Workspace
from orchestration.quality import alike, cases, current_rules
from orchestration.quality.cases import CLOSED, OPEN, QUARANTINED, REPEATED, RESOLVED, REVIEWED, Case, count_by
from orchestration.quality.recipients import Recipients
from orchestration.quality.senders import trend
from orchestration.quality.senders.trend import OcmwCounts
from orchestration.store.errors import WrongChoiceError
from orchestration.store.paths import DataFolder
from orchestration.store.wording import SMALL_COUNTS, counted, did_you_mean, table

TITLES = {OPEN: "open", RESOLVED: "resolved", REPEATED: "older", REVIEWED: "reviewed", CLOSED: "closed"}


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are asked for, and how. None and False choose all sources, OCMWs and rules, and only what is open."""

    source: str | None = None
    ocmw: str | None = None
    rule: str | None = None
    everything: bool = False
    files: bool = False
    """A line per file instead of one per source and rule."""


def chosen(data: DataFolder, choice: CaseFilter) -> list[Case]:
    """The cases asked for, resolved ones included, with what today's rules say of the open ones; those that are alike
    together, to be counted.

    Raises `WrongChoiceError` for a source, OCMW or rule that is not known.
    """
    return _asked_for(data, choice, alike.read(data, choice.source, by_current_rules=True))


def chosen_rows(data: DataFolder, choice: CaseFilter) -> list[Case]:
    """As `chosen`, with the rows themselves, each by itself."""
    return current_rules.marked(data, _asked_for(data, choice, cases.read(data, choice.source)))


def _asked_for(data: DataFolder, choice: CaseFilter, found: list[Case]) -> list[Case]:
    if choice.rule and choice.rule not in (known := _rules(found, choice.source)):
        raise WrongChoiceError(
            f"there is no rule {choice.rule!r}; {did_you_mean(choice.rule, known)} "
            "(the rules stand in expectations/<source>.yml and common.yml)"
        )
    found = [c for c in found if choice.rule in (None, *c.rules)]
    if choice.ocmw and ledger.newest_accepted(ledger.read(data.ledger)):
        who = recipients(data)
        wanted = who.named(choice.ocmw, {who.of(case) for case in found})
        found = [case for case in found if who.of(case) == wanted]
    return found


def _rules(found: Sequence[Case], source: str | None) -> set[str]:
    sources = [source] if source else contract.sources()
    current = {r.name for name in sources for r in contract.load(name).rules}
    return current | set(contract.warehouse_texts()) | {rule for case in found for rule in case.rules}


def recipients(data: DataFolder) -> Recipients:
    """The OCMWs as they are on the newest day on which something was accepted."""
    newest = ledger.newest_accepted(ledger.read(data.ledger))
    assert newest, "there are cases, so something was accepted"
    return Recipients(newest)


def text(found: Sequence[Case], choice: CaseFilter, who: Recipients | None) -> str:
    """Rows per source and rule, or per file, as a table for the terminal; with `everything` what is settled as well.

    `who` is None only when nothing was found.
    """
    if not found or who is None:
        return "Nothing is in quarantine" + (" for this choice." if choice != CaseFilter() else ".")
    lines = [SMALL_COUNTS, _totals(found), *_meaning(found, choice.rule), ""]
    wanted = [c for c in found if choice.everything or c.status == OPEN]
    if wanted:
        lines += _per_file(wanted, choice.rule) if choice.files else _per_rule(wanted, choice, who)
    if choice.everything:
        lines += _reviewed(found, choice.rule)
    lines += _would_pass([c for c in found if c.status == OPEN])
    unusable = sum(case.count for case in found if case.status == OPEN and not case.has_key)
    if unusable:
        have, it, them = ("has", "it", "it") if unusable == 1 else ("have", "they", "them")
        lines += [
            "",
            f"{counted(unusable, 'open row')} {have} no usable key, so nothing can show that {it} came back; close "
            f"{them} with a reason: twe review.",
        ]
    more = [] if choice.files else ["--files lists them per file"]
    more += [] if choice.everything else ["--all adds what was resolved or reviewed"]
    more += ["--xlsx FILE writes the rows themselves", "--back DIR a workbook per OCMW, without INSZ"]
    return "\n".join([*lines, "", f"{'; '.join(more)}."])


def _totals(found: Sequence[Case]) -> str:
    """A row whose warnings have several statuses counts under each."""
    count = count_by((c.status, c) for c in found)
    quarantined = sum(c.count for c in found if c.status == OPEN and c.outcome == QUARANTINED)
    repeats = sum(c.count for c in found if c.status == RESOLVED and c.resolved_by == c.file_name)
    parts = [
        f"Open: {counted(quarantined, 'quarantined row')}, {counted(count[OPEN] - quarantined, 'row')} with a warning.",
        f"Resolved by a later delivery: {counted(count[RESOLVED] - repeats, 'row')}.",
    ]
    if repeats:
        parts.append(f"Literal repeats within a file, resolved at once: {counted(repeats, 'row')}.")
    if count[REPEATED]:
        parts.append(f"Older versions of rows that are still wrong: {count[REPEATED]:,}.")
    if count[REVIEWED]:
        parts.append(f"Reviewed, right as they are: {counted(count[REVIEWED], 'row')}.")
    if count[CLOSED]:
        parts.append(f"Without a usable key, closed: {counted(count[CLOSED], 'row')}.")
    return " ".join(parts)


def _meaning(found: Sequence[Case], rule: str | None) -> Iterator[str]:
    """What a rule that was asked for means, per source that it was broken in."""
    if rule:
        for source in sorted({case.source for case in found}):
            yield f"{source}: {' '.join(current_rules.text_of_rule(source, rule))}"


def _would_pass(found: Sequence[Case]) -> Iterator[str]:
    """Open rows that today's rules would let through: nobody has to correct them."""
    passing = [c for c in found if current_rules.passes(c)]
    for is_quarantined, what in (
        (True, "quarantined {} would be loaded by today's rules; have them delivered again as they were"),
        (False, "{} with a warning would get none by today's rules; mark as reviewed"),
    ):
        if own := [c for c in passing if (c.outcome == QUARANTINED) is is_quarantined]:
            rules = count_by((f"{c.source} {rule}", c) for c in own for rule in c.rules)
            many = sum(c.count for c in own)
            listed = ", ".join(f"{rule} ({n:,})" for rule, n in sorted(rules.items()))
            yield from ("", f"{many:,} {what.format('row' if many == 1 else 'rows')}: {listed}.")


def _broken(found: Sequence[Case], only: str | None) -> list[tuple[Case, str]]:
    """Each case with each rule that it broke, or with `only` this one."""
    return [(case, rule) for case in found for rule in case.rules if only in (None, rule)]


def _per_rule(found: Sequence[Case], choice: CaseFilter, who: Recipients) -> list[str]:
    groups: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for case, rule in _broken(found, choice.rule):
        groups[case.outcome, case.source, rule].append(case)
    shown = list(TITLES) if choice.everything else [OPEN]
    statuses = {key: count_by((c.status, c) for c in own) for key, own in groups.items()}
    rows = []
    for key in sorted(groups, key=lambda key: (key[0], -statuses[key][OPEN], key)):
        own = groups[key]
        since = min((str(c.since) for c in own if c.status == OPEN), default="")
        numbers = [statuses[key][status] for status in shown]
        rows.append((*numbers, *key, len({c.file_name for c in own}), len({who.of(c) for c in own}), since))
    headers = (*(TITLES[status] for status in shown), "outcome", "source", "rule", "files", "OCMWs", "open since")
    return [table(headers, rows, indent=2)]


def _per_file(found: Sequence[Case], only: str | None) -> list[str]:
    lines: list[str] = []
    for status, title in ((OPEN, "open"), (RESOLVED, "resolved"), (REPEATED, "older")):
        own = [c for c in found if c.status == status]
        if own:
            headers = (title, "outcome", "file", "rule", "since", *(["by"] if status == RESOLVED else []))
            lines += ["", table(headers, _rows(own, only, len(headers)), indent=2)]
    return lines[1:]


def _rows(found: Sequence[Case], only: str | None, columns: int) -> list[tuple[object, ...]]:
    broken = _broken(found, only)
    counts = count_by(((c.outcome, c.file_name, rule, str(c.since), c.resolved_by or ""), c) for c, rule in broken)
    return [(n, *key)[:columns] for key, n in counts.items()]


def _reviewed(found: Sequence[Case], only: str | None) -> list[str]:
    """The rows that the steward settled, by the reason given."""
    broken = _broken([c for c in found if c.status in (REVIEWED, CLOSED)], only)
    counts = count_by(
        ((c.status, c.source, rule, c.reviewed_moment, c.reviewed_by or "-", c.why), c) for c, rule in broken
    )
    if not counts:
        return []
    rows = [(n, TITLES[status], *rest) for (status, *rest), n in counts.items()]
    return ["", table(("rows", "settled", "source", "rule", "at (UTC)", "by", "why (nagekeken)"), rows, indent=2)]


@dataclass(frozen=True)
class ByOcmw:
    """What was asked for per OCMW: `lines` per OCMW and source, `together` over all sources."""

    lines: Sequence[OcmwCounts]
    together: Sequence[OcmwCounts]
    years: Sequence[int]
    newest: dt.date
    today: dt.date
    """The day by which a year is over."""
    source: str | None = None
    ocmw: str | None = None
    of_rule: str | None = None


def by_ocmw(workspace: Workspace, found: Sequence[Case], who: Recipients, choice: CaseFilter) -> ByOcmw:
    """The cases asked for per OCMW, with the rows read in each year as denominator; who gets worse first."""
    data, newest = workspace.data, ledger.newest_accepted(workspace.entries())
    assert newest, "there are cases, so something was accepted"
    read = trend.read_per_year(data, newest, who)
    of_rule = choice.rule is not None
    lines = trend.per_ocmw(found, who, read, True, of_rule)
    together = lines if choice.source else trend.per_ocmw(found, who, read, False, of_rule)
    only = next(iter({line.ocmw for line in lines}), None) if choice.ocmw else None
    return ByOcmw(lines, together, trend.years(read), newest, workspace.present, choice.source, only, choice.rule)


def text_by_ocmw(by: ByOcmw) -> str:
    """A line per OCMW and source, as a table for the terminal."""
    months = {year: month for year in by.years if (month := trend.last_month(year, by.today))}
    labels = [f"{year} to {dt.date(year, months[year], 1):%b}" if year in months else str(year) for year in by.years]
    headers = ("change", "", "OCMW", "source", "quarantined", "warned", "resolved", "open since", *labels)
    rows = [
        (
            "-" if r.change is None else f"{r.change:+.2f}",
            "worse" if r.is_worse else "better" if r.is_better else "",
            *(r.ocmw, r.source, r.quarantined, r.warned, r.resolved, r.since or "-"),
            *("-" if y.share is None else f"{y.share:.2f} % of {y.read:,}" for y in r.per_year.values()),
        )
        for r in by.lines
    ]
    what = f"that broke {by.of_rule}" if by.of_rule else "that were quarantined"
    about = (
        f"{counted(len({line.ocmw for line in by.lines}), 'OCMW')}, who gets worse first. quarantined and warned: open "
        f"rows. Under a year: rows {what} in % of the rows delivered in it, whatever became of them; change: the last "
        "year less the years before it, in percentage points; worse, better: more than chance explains."
    )
    right = [0, *range(8, len(headers))]
    return "\n".join([SMALL_COUNTS, "", table(headers, rows, right=right), "", about])
