"""The content of the quality report: counts of the ledger beside those of the runs before. Never a value of a row.

All of it follows from the ledger, the rules, what the warehouse found and the day, so the same state gives the same
report on the same day.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from expectations.contract import SourceContract
from orchestration.ingest import ledger
from orchestration.ingest.inbox import is_synthetic
from orchestration.ingest.ledger import Entry
from orchestration.quality.counts import NumberChanges, RowCounts, all_changes, total
from orchestration.quality.senders.trend import OcmwCounts
from orchestration.quality.senders.unusual import Finding, Silence

SHOWN = 24
"""Deliveries of a source that the report lists and draws: the newest ones."""
EVERY = {"week": "week", "month": "maand", "quarter": "kwartaal", "half-year": "half jaar", "year": "jaar"}
"""Periods of `expectations.rhythm` in Dutch."""


@dataclass(frozen=True)
class RuleLine:
    """How often one rule was broken. `now` counts this run, `before` all runs before it."""

    rule: str
    on_fail: str
    meaning: str
    remedy: str
    now: int
    before: int
    was: str = ""
    """What it did with rows before, when that was something else: reject or warn."""

    @property
    def total(self) -> int:
        return self.now + self.before

    @property
    def is_new(self) -> bool:
        return bool(self.now) and not self.before


@dataclass(frozen=True)
class DeliveryCounts:
    """Rows of some deliveries. A rejected file counts as a delivery without rows."""

    deliveries: int
    rejected: int
    read: int
    accepted: int
    quarantined: int
    warned: int

    @property
    def share(self) -> float | None:
        """Quarantined rows in percent of the rows read; None without rows."""
        return 100 * self.quarantined / self.read if self.read else None


def count(entries: Sequence[Entry]) -> DeliveryCounts:
    return DeliveryCounts(
        len(entries),
        sum(e.status == "rejected" for e in entries),
        *(sum(getattr(e, f"rows_{name}") for e in entries) for name in ("read", "accepted", "quarantined", "warned")),
    )


@dataclass(frozen=True)
class SourceReport:
    """One source. `deliveries` are the newest, newest first, each with whether this run brought it."""

    source: str
    title: str
    now: DeliveryCounts
    before: DeliveryCounts
    deliveries: Sequence[tuple[Entry, bool]]
    older: int
    rules: Sequence[RuleLine]
    never_broken: Sequence[str]
    warehouse: Sequence[RuleLine]
    newest: dt.date | None
    days_ago: int | None
    """Days since its newest delivery."""
    every: str | None
    """The period in which one delivery is expected, in Dutch; None when the source's YAML says nothing of it."""
    is_late: bool
    """By the rhythm in the source's YAML."""
    row_counts: RowCounts


@dataclass(frozen=True)
class QualityReport:
    run_id: str
    loaded_at: dt.datetime
    former_run: dt.datetime | None
    newest: dt.date | None
    today: dt.date
    """The day by which a source is late and a year is over."""
    synthetic: bool
    blocked: bool
    """Nothing was published in this run, so what the warehouse found is of before it."""
    now: DeliveryCounts
    total: DeliveryCounts
    sources: Sequence[SourceReport]
    rejected: Sequence[Entry]
    remarked: Sequence[Entry]
    """Accepted deliveries about which there is something to say, such as a column that was ignored."""
    """Files of this run that were not loaded."""
    row_counts: RowCounts
    """Cases of all sources after this run."""
    ocmws: Sequence[OcmwCounts] = ()
    """Cases per OCMW, all sources together; who gets worse first."""
    unusual: Sequence[Finding] = ()
    """What stands out about the deliveries of this run."""
    silent: Sequence[Silence] = ()
    """Senders that have not delivered for longer than is usual."""
    number_changes: Sequence[NumberChanges] = ()
    """Deliveries of changed person numbers behind the last publication, oldest first."""

    @property
    def all_number_changes(self) -> NumberChanges:
        return all_changes(self.number_changes)

    @property
    def course(self) -> Sequence[OcmwCounts]:
        """The OCMWs with a rejected row in the years that are shown; who gets worse first."""
        return [o for o in self.ocmws if any(year.rejected for year in o.per_year.values())]

    @property
    def most_open(self) -> Sequence[OcmwCounts]:
        """The OCMWs, most open rows first."""
        return sorted(self.ocmws, key=lambda o: (-o.quarantined - o.warned, o.ocmw))


def make(
    entries: Sequence[Entry],
    today: dt.date,
    contracts: Mapping[str, SourceContract],
    warehouse: Mapping[tuple[str, str, str], int],
    texts: Mapping[str, tuple[str, str]],
    row_counts: Mapping[str, RowCounts] | None = None,
    blocked: bool = False,
    runs: Collection[str] = (),
    ocmws: Sequence[OcmwCounts] = (),
    unusual: Sequence[Finding] = (),
    silent: Sequence[Silence] = (),
    number_changes: Sequence[NumberChanges] = (),
) -> QualityReport | None:
    """The report on the newest run that brought a delivery; None when nothing was ever delivered.

    `runs` are the runs that count as this one; left out, the newest alone.
    `warehouse` gives (source, rule, on_fail) -> rows of the last publication, `texts` their meaning and remedy;
    `row_counts` gives the counts of cases per source.
    """
    if not entries:
        return None
    last = max(entries, key=lambda e: (e.loaded_at, e.run_id))
    runs = {last.run_id, *runs}
    former_run = max((e.loaded_at for e in entries if e.run_id not in runs), default=None)
    entries = ledger.once(entries)
    now = [e for e in entries if e.run_id in runs]
    accepted = [e for e in entries if e.status == "accepted"]
    newest = max((e.delivered_on for e in accepted), default=None)
    row_counts = row_counts or {}
    return QualityReport(
        run_id=last.run_id,
        loaded_at=last.loaded_at,
        former_run=former_run,
        newest=newest,
        today=today,
        synthetic=bool(accepted) and all(is_synthetic(e.file_name) for e in accepted),
        blocked=blocked,
        now=count(now),
        total=count(entries),
        sources=[
            _source(contract, entries, runs, today, warehouse, texts, row_counts.get(name, RowCounts()))
            for name, contract in contracts.items()
        ],
        rejected=[e for e in now if e.status == "rejected"],
        remarked=[e for e in now if e.status == "accepted" and e.message],
        row_counts=total(row_counts),
        ocmws=ocmws,
        unusual=unusual,
        silent=silent,
        number_changes=number_changes,
    )


def _source(
    contract: SourceContract,
    entries: Sequence[Entry],
    runs: Collection[str],
    today: dt.date,
    warehouse: Mapping[tuple[str, str, str], int],
    texts: Mapping[str, tuple[str, str]],
    row_counts: RowCounts,
) -> SourceReport:
    own = [e for e in entries if e.source == contract.source]
    now, before = ([e for e in own if (e.run_id in runs) is new] for new in (True, False))
    days = sorted({e.delivered_on for e in own if e.status == "accepted"})
    lines = _rules(contract, now, before)
    shown = sorted(own, key=lambda e: (e.delivered_on, e.file_name, e.loaded_at), reverse=True)
    return SourceReport(
        source=contract.source,
        title=contract.title,
        now=count(now),
        before=count(before),
        deliveries=[(e, e.run_id in runs) for e in shown[:SHOWN]],
        older=max(0, len(shown) - SHOWN),
        rules=[line for line in lines if line.total],
        never_broken=[line.rule for line in lines if not line.total],
        warehouse=[
            RuleLine(rule, on_fail, *texts[rule], now=rows, before=0)
            for (source, rule, on_fail), rows in sorted(warehouse.items())
            if source == contract.source
        ],
        newest=days[-1] if days else None,
        days_ago=(today - days[-1]).days if days else None,
        every=EVERY[contract.rhythm.every] if contract.rhythm else None,
        is_late=bool(contract.rhythm and days and contract.rhythm.state(days[-1], today) != "on time"),
        row_counts=row_counts,
    )


def _rules(contract: SourceContract, now: Sequence[Entry], before: Sequence[Entry]) -> list[RuleLine]:
    """Every rule of the source, those that were dropped since included, most broken in this run first."""
    broken_now, broken_before = _broken(now), _broken(before)
    current = {(r.name, r.on_fail) for r in contract.rules}
    kinds = ("reject", "warn")
    lines = []
    for rule in {rule for rule, _ in {*current, *broken_now, *broken_before}}:
        found = [kind for kind in kinds if broken_now[rule, kind] or broken_before[rule, kind]]
        own = next((kind for kind in kinds if (rule, kind) in current), None) or found[0]
        now_, before_ = (sum(counts[rule, kind] for kind in kinds) for counts in (broken_now, broken_before))
        was = next((kind for kind in found if kind != own), "")
        lines.append(RuleLine(rule, own, *contract.text_of(rule), now_, before_, was))
    return sorted(lines, key=lambda line: (-line.now, -line.before, line.rule, line.on_fail))


def _broken(entries: Sequence[Entry]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        counts.update({(r.rule, r.on_fail): r.rows for r in entry.reasons})
    return counts
