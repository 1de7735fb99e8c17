"""Years of which figures are still to come: they can't be compared with years that are complete."""

from __future__ import annotations

from collections.abc import Sequence

from exports.annexes.model import AnnexKind
from exports.figures.reading import PublicationReader

PAID_LATER = frozenset({"3"})
"""Kinds that count by the month worked, while a month is paid for later and comes in once it is paid."""


def unfinished(publication: PublicationReader, kind: AnnexKind, years: Sequence[int]) -> list[int]:
    """The years whose last months may not be paid for, or delivered, yet: those without a delivery two years on.

    A publication knows days of delivery and years worked, not months: payments for December come in after those for
    November, in a delivery of the next year or later. Only a delivery of the year after that surely has them.
    """
    if kind.key not in PAID_LATER:
        return []
    last = max((item.delivered_on.year for item in publication.deliveries(kind.sources)), default=0)
    return [year for year in years if last < year + 2]
