"""How the rows of each OCMW stand, and whether its deliveries get better: counts of rows, never a value."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestration.quality.cases import MENDED, OPEN, QUARANTINED, Case
from orchestration.quality.recipients import Recipients
from orchestration.quality.wording import counted

YEARS = 4
"""Years of delivery that are shown: the newest ones."""


@dataclass(frozen=True)
class OcmwLine:
    """The rows of one OCMW; `source` is empty when all sources are together."""

    ocmw: str
    source: str
    refused: int
    """Open and not loaded."""
    warned: int
    """Open and loaded with a warning."""
    mended: int
    """By a later delivery."""
    since: dt.date | None
    """The day from which the oldest open row dates."""
    per_year: dict[int, int] = field(hash=False)
    """Year of delivery -> rows that broke a rule when they came, whatever became of them; the newest years."""


def years(cases: Sequence[Case]) -> list[int]:
    """The newest years of delivery, oldest first."""
    return sorted({c.delivered_on.year for c in cases})[-YEARS:]


def lines(cases: Sequence[Case], who: Recipients, per_source: bool) -> list[OcmwLine]:
    """A line per OCMW, or per OCMW and source; most open rows first."""
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[who.of(case).name, case.source if per_source else ""].append(case)
    shown = years(cases)
    found = [_line(*key, own, shown) for key, own in groups.items()]
    return sorted(found, key=lambda line: (-line.refused - line.warned, line.ocmw, line.source))


def _line(ocmw: str, source: str, own: Sequence[Case], shown: Sequence[int]) -> OcmwLine:
    still = [c for c in own if c.status == OPEN]
    # A row whose warnings stand differently is more than one case, and one row.
    rows = {(c.file_name, c.row_number): c.delivered_on.year for c in own}
    count = Counter(rows.values())
    return OcmwLine(
        ocmw,
        source,
        len({(c.file_name, c.row_number) for c in still if c.outcome == QUARANTINED}),
        len({(c.file_name, c.row_number) for c in still if c.outcome != QUARANTINED}),
        sum(c.status == MENDED and c.mended_by != c.file_name for c in own),
        min((c.since for c in still), default=None),
        {year: count[year] for year in shown},
    )


def text(cases: Sequence[Case], who: Recipients | None) -> str:
    """A table for the terminal, one line per OCMW and source."""
    if not cases or who is None:
        return "Nothing is in quarantine for this choice."
    found = lines(cases, who, per_source=True)
    wide = max(len(line.ocmw) for line in found)
    per_year = "".join(f"{year:>7}" for year in years(cases))
    table = [
        f"{'refused':>8} {'warned':>7} {'mended':>7}  {'OCMW':<{wide}}  {'source':<23} {'open since':<10}{per_year}"
    ]
    for line in found:
        numbers = "".join(f"{n:>7,}" for n in line.per_year.values())
        table.append(
            f"{line.refused:>8,} {line.warned:>7,} {line.mended:>7,}  {line.ocmw:<{wide}}  {line.source:<23} "
            f"{line.since or '-'!s:<10}{numbers}"
        )
    told = (
        f"{counted(len({line.ocmw for line in found}), 'OCMW')}. refused and warned: open rows. Under a year: rows "
        "delivered in it that broke a rule, whatever became of them."
    )
    return "\n".join([*table, "", told])
