"""Why there is no public edition, for the terminal: which annexes, beside which releases, and what can be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from exports.figures.identity import FigureId

if TYPE_CHECKING:
    from exports.disclosure.control import Control
    from exports.disclosure.releases import PublishedSystem

_DO = (
    "ask for the municipalities (`--geography-date`) or the stand of the release, for other years, or for fewer "
    "tables; see 'When publishing is refused' in docs/disclosure.md"
)


def refusal(
    control: Control, tables: Mapping[str, Set[FigureId]], earlier: Sequence[PublishedSystem], usual: bool
) -> str:
    """One sentence about a control that failed, "" for one that passed. No place, no value.

    `tables`: what people call a table -> its figures; `earlier`: what was released before; `usual`: whether the usual
    edition of the publication took part.
    """
    if control.report is None or control.passed:
        return ""
    from exports.disclosure.geography import level_of
    from exports.disclosure.scope import CountFinder

    failing = Counter(
        (item.name.population, item.name.year, item.name.item, level_of(item.name.place))
        for item in control.report.failures
    )
    lines = []
    for name, figures in tables.items():
        scope = CountFinder(control.policy).scope(figures)
        found = Counter[int]()
        for (population, year, item, level), count in failing.items():
            if level in scope.get((population, year), {}).get(item, ()):
                found[year] += count
        if found:
            lines.append(f"{name}: {found.total()} (counts of {', '.join(map(str, sorted(found)))})")
    where = "; ".join(lines) or "in tables of earlier releases alone"
    if earlier:
        before = ", ".join(
            f"{item.name} as of {item.as_of} with the municipalities of {item.geography_date}" for item in earlier
        )
        why = f"what was released before leaves no room: {before}; {_DO}"
    elif usual:
        why = "the usual edition of this publication is refused as well, see `twe annexes` without --years"
    else:
        why = "nothing was released before, so that this is a fault of the control; report it with this message"
    many = len(control.report.failures)
    return f"the audit found {many} hidden figures that can be worked out ({where}); {why}"
