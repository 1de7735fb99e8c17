"""Deliveries that are unusual beside the former ones of their sender, and senders that have gone silent.

A delivery is compared with the former deliveries of its sender (the OCMW that its label names) and source; of a sender
with too short a history with the newest delivery of each other sender. Corrections, most rows of which come back after
they were rejected, are not compared: their size and content are another. Nothing is blocked. What is usual:
`prediction`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from expectations.contract import SourceContract
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.quality.recipients import UNKNOWN, Recipient, Recipients
from orchestration.quality.senders import prediction, profiles
from orchestration.quality.senders.prediction import FEWEST, MOST, Usual
from orchestration.quality.senders.profiles import CODE, MISSING, ROWS, WITHDRAWALS, Counts, Profile
from orchestration.store.paths import DataFolder

SIZE, REJECTED = "size", "rejected"


@dataclass(frozen=True)
class Finding:
    """Something unusual about a delivery. A share lies between 0 and 1; `kind` says what `now` and `usual` are."""

    entry: Entry
    kind: str
    column: str
    code: str
    now: float
    usual: Usual
    sender: Recipient | None
    """Whose former deliveries it is compared with; None when with the newest ones of all others."""
    compared: int
    """How many deliveries it is compared with."""

    @property
    def is_share(self) -> bool:
        return self.kind != SIZE

    def __str__(self) -> str:
        what = {
            SIZE: "rows",
            REJECTED: "rows quarantined",
            WITHDRAWALS: "rows withdrawn",
            MISSING: f"{self.column} missing",
            CODE: f"{self.column} is {self.code}",
        }[self.kind]
        now, low, high = (
            f"{100 * x:.1f} %" if self.is_share else f"{x:,.0f}" for x in (self.now, self.usual.low, self.usual.high)
        )
        whose = _from(self.sender) if self.sender else "of other senders"
        return f"{self.entry.file_name}: {what}: {now}, usually {low} to {high} ({self.compared} deliveries {whose})"


@dataclass(frozen=True)
class Silence:
    """A sender that has not delivered a source for longer than ever before."""

    source: str
    sender: Recipient
    newest: dt.date
    waited: int
    longest: int
    """Days that it takes at most, usually."""

    def __str__(self) -> str:
        return (
            f"{self.source}: no delivery {_from(self.sender)} since {self.newest}, {self.waited} days ago; usually at "
            f"most {self.longest}"
        )


def _from(sender: Recipient) -> str:
    if sender.label:
        return f"with label {sender.label}"
    return "without a label" if sender == UNKNOWN else f"of {sender.name}"


def of_run(workspace: Workspace, new: Sequence[Entry]) -> list[Finding]:
    """What is unusual about the deliveries `new`, of all sources."""
    sources = {e.source for e in new}
    entries = workspace.entries()
    chosen = (c for name, c in workspace.contracts.items() if name in sources)
    return [finding for source in chosen for finding in find(workspace.data, source, entries, new)]


def find(data: DataFolder, source: SourceContract, entries: Sequence[Entry], new: Iterable[Entry]) -> list[Finding]:
    """What is unusual about the deliveries `new` of a source. `entries` is the ledger, in the order of delivery."""
    wanted = {e.delivery_id for e in new if e.source == source.source and e.status == "accepted"}
    if not wanted:
        return []
    known = [p for p in profiles.of_source(data, source, entries) if not p.is_correction]
    who = Recipients(max(p.entry.delivered_on for p in known)) if known else None
    own: dict[Recipient, list[Profile]] = defaultdict(list)
    newest: dict[Recipient, Profile] = {}
    found = []
    for profile in known:
        assert who
        sender = who.sender(profile.entry.file_name)
        if profile.entry.delivery_id in wanted:
            others = [p for name, p in newest.items() if name != sender]
            if len(own[sender]) >= FEWEST:
                found += _compare(profile, own[sender][-MOST:], sender)
            elif len(others) >= FEWEST:
                found += _compare(profile, others[-MOST:], None)
        own[sender].append(profile)
        newest.pop(sender, None)  # so that the order is that of the newest deliveries
        newest[sender] = profile
    return found


def _compare(profile: Profile, history: Sequence[Profile], sender: Recipient | None) -> list[Finding]:
    values = _values(profile.counts)
    former = [_values(one.counts) for one in history]
    found: dict[tuple[str, str], Finding] = {}
    for key, now in values.items():
        before = [one[key] for one in former if key in one]
        if len(before) < FEWEST:
            continue
        kind, column, code = key
        if kind == SIZE:
            usual, value = prediction.count([n for n, _ in before], now[0], len(values)), float(now[0])
        else:
            usual, value = prediction.share(before, now, len(values)), now[0] / now[1]
        if usual and not (kind == REJECTED and value < usual.low):  # fewer mistakes than usual are no reason to look
            one = Finding(profile.entry, kind, column, code, value, usual, sender, len(before))
            found[kind, column] = max(found.get((kind, column), one), one, key=_distance)  # of a column's codes one
    return list(found.values())


def _distance(finding: Finding) -> float:
    return abs(finding.now - finding.usual.typical)


def _values(counts: Counts) -> Mapping[tuple[str, str, str], tuple[int, int]]:
    """What is compared: the number of rows, and shares as (rows, of how many); those of no rows are left out."""
    rejected, rows = counts[ROWS, "", ""]
    shares = {key: pair for key, pair in counts.items() if key[0] in (WITHDRAWALS, MISSING, CODE) and pair[1]}
    return {(SIZE, "", ""): (rows, rows), (REJECTED, "", ""): (rejected, rows), **shares}


def silent(entries: Iterable[Entry], today: dt.date) -> list[Silence]:
    """Senders of which, by `today`, no delivery of a source was accepted for longer than is usual for them; longest
    first."""
    accepted = [e for e in entries if e.status == "accepted"]
    if not accepted:
        return []
    who = Recipients(max(e.delivered_on for e in accepted))
    days: dict[tuple[str, Recipient], set[dt.date]] = defaultdict(set)
    for entry in accepted:
        days[entry.source, who.sender(entry.file_name)].add(entry.delivered_on)
    found = []
    for (source, sender), own in days.items():
        ordered = sorted(own)
        gaps = [(b - a).days for a, b in pairwise(ordered)][-MOST:]
        waited = (today - ordered[-1]).days
        if len(gaps) >= FEWEST and waited > (longest := int(prediction.longest(gaps))):
            found.append(Silence(source, sender, ordered[-1], waited, longest))
    return sorted(found, key=lambda s: (-s.waited, s.source, s.sender))
