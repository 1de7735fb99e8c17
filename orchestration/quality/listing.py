"""`twe quarantine`: what is open and since when, what was mended or reviewed. Counts and words of the steward only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expectations import contract
from orchestration.ingest import ledger
from orchestration.quality import cases, today
from orchestration.quality.cases import CLOSED, MENDED, OPEN, QUARANTINED, REPEATED, REVIEWED, Case
from orchestration.quality.recipients import Recipients
from orchestration.quality.wording import counted
from orchestration.quality.wrong_choice import WrongChoiceError, did_you_mean
from orchestration.store.paths import DataFolder

OUTCOMES = {"quarantined": "refused", "warned": "warned"}
TITLES = {OPEN: "open", MENDED: "mended", REPEATED: "older", REVIEWED: "reviewed", CLOSED: "closed"}


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
    """The cases asked for, mended ones included. Raises an error for a source, OCMW or rule that is not known."""
    found = cases.read(data, choice.source)
    if choice.rule and choice.rule not in (known := _rules(found, choice.source)):
        raise WrongChoiceError(
            f"there is no rule {choice.rule!r}; {did_you_mean(choice.rule, known)} "
            "(the rules stand in expectations/<source>.yml and common.yml)"
        )
    found = cases.of_rules(found, choice.rule)
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
    """Rows per source and rule, or per file, as a table for the terminal; with `everything` what is settled too.

    `who` is None only when nothing was found.
    """
    if not found or who is None:
        return "Nothing is in quarantine" + (" for this choice." if choice != CaseFilter() else ".")
    lines = [_totals(found), *_meaning(found, choice.rule), ""]
    wanted = [c for c in found if choice.everything or c.status == OPEN]
    if wanted:
        lines += _per_file(wanted, choice.rule) if choice.files else _per_rule(wanted, choice, who)
    if choice.everything:
        lines += _reviewed(found, choice.rule)
    lines += _would_pass([c for c in found if c.status == OPEN])
    unusable = sum(not case.has_key for case in found if case.status == OPEN)
    if unusable:
        have = "has" if unusable == 1 else "have"
        lines += [
            "",
            f"{counted(unusable, 'open row')} {have} no usable key, so nothing can show that it came back; close it "
            "with a reason: twe review.",
        ]
    more = [] if choice.files else ["--files lists them per file"]
    more += [] if choice.everything else ["--all adds what was mended or reviewed"]
    more += ["--xlsx FILE writes the rows themselves", "--back DIR a workbook per OCMW, without INSZ"]
    return "\n".join([*lines, "", f"{'; '.join(more)}."])


def _totals(found: Sequence[Case]) -> str:
    """A row whose warnings stand differently counts under each stand."""
    count = Counter(case.status for case in found)
    refused = sum(c.status == OPEN and c.outcome == "quarantined" for c in found)
    repeats = sum(c.status == MENDED and c.mended_by == c.file_name for c in found)
    parts = [
        f"Open: {counted(refused, 'refused row')}, {counted(count[OPEN] - refused, 'row')} with a warning.",
        f"Mended by a later delivery: {counted(count[MENDED] - repeats, 'row')}.",
    ]
    if repeats:
        parts.append(f"Literal repeats within a file, settled at once: {counted(repeats, 'row')}.")
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
        warehouse = contract.warehouse_texts()
        for source in sorted({case.source for case in found}):
            meaning, remedy = warehouse.get(rule) or contract.load(source).text_of(rule)
            yield f"{source}: {meaning} {remedy}"


def _would_pass(found: Sequence[Case]) -> Iterator[str]:
    """Open rows that the rules of today would let through: nobody has to mend them."""
    passing = [c for c in found if today.passes(c)]
    refused = [c for c in passing if c.outcome == QUARANTINED]
    for own, remedy in (
        (refused, "refused {} would be loaded by today's rules; have them delivered again as they were"),
        (
            [c for c in passing if c not in refused],
            "{} with a warning would get none by today's rules; mark as reviewed",
        ),
    ):
        if own:
            rules = Counter(f"{c.source} {rule}" for c in own for rule in c.rules)
            yield ""
            yield (
                f"{len(own):,} {remedy.format('row' if len(own) == 1 else 'rows')}: "
                + ", ".join(f"{rule} ({n:,})" for rule, n in sorted(rules.items()))
                + "."
            )


def _per_rule(found: Sequence[Case], choice: CaseFilter, who: Recipients) -> list[str]:
    groups: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for case in found:
        for rule in case.rules:
            if choice.rule in (None, rule):
                groups[OUTCOMES[case.outcome], case.source, rule].append(case)
    shown = list(TITLES) if choice.everything else [OPEN]
    head = "".join(f"{TITLES[status]:>9}" for status in shown)
    wide = max(len(rule) for _, _, rule in groups)
    lines = [f"{head}  {'outcome':<8} {'source':<23} {'rule':<{wide}} {'files':>6} {'OCMWs':>6}  open since"]
    counts = {key: Counter(c.status for c in own) for key, own in groups.items()}
    for key in sorted(groups, key=lambda key: (key[0], -counts[key][OPEN], key)):
        outcome, source, rule = key
        own = groups[key]
        since = min((str(c.since) for c in own if c.status == OPEN), default="")
        numbers = "".join(f"{counts[key][status]:>9,}" for status in shown)
        lines.append(
            f"{numbers}  {outcome:<8} {source:<23} {rule:<{wide}} {len({c.file_name for c in own}):>6,} "
            f"{len({who.of(c) for c in own}):>6,}  {since}".rstrip()
        )
    return lines


def _per_file(found: Sequence[Case], only: str | None) -> list[str]:
    lines: list[str] = []
    for status, title in ((OPEN, "open"), (MENDED, "mended"), (REPEATED, "older")):
        own = [c for c in found if c.status == status]
        if own:
            by = "       by" if status == MENDED else ""
            lines += ["", f"{title:>8}  {'outcome':<8} {'file':<52} {'rule':<36} since{by}", *_lines(own, only)]
    return lines[1:]


def _lines(found: Sequence[Case], only: str | None) -> list[str]:
    counts = Counter(
        (c.file_name, OUTCOMES[c.outcome], rule, str(c.since), c.mended_by or "")
        for c in found
        for rule in c.rules
        if only in (None, rule)
    )
    return [
        f"{n:>8,}  {outcome:<8} {file:<52} {rule:<36} {since}" + (f"  {by}" if by else "")
        for (file, outcome, rule, since, by), n in counts.items()
    ]


def _reviewed(found: Sequence[Case], only: str | None) -> list[str]:
    """The rows that the steward settled, by what was said of them."""
    counts = Counter(
        (c.status, c.source, rule, str(c.reviewed_on), c.why)
        for c in found
        if c.status in (REVIEWED, CLOSED)
        for rule in c.rules
        if only in (None, rule)
    )
    head = ["", f"{'rows':>9}  {'settled':<9} {'source':<23} {'rule':<36} {'on':<11} why (nagekeken)"]
    lines = [
        f"{n:>9,}  {TITLES[status]:<9} {source:<23} {rule:<36} {on:<11} {why}"
        for (status, source, rule, on, why), n in counts.items()
    ]
    return head + lines if lines else []
