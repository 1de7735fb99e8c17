"""The years that figures don't cover in full, and the sentences that say so: the same in all documents."""

from collections.abc import Mapping, Sequence

from exports.annexes.model import AnnexKind
from exports.figures.reading import PublicationReader
from exports.wording import period, unfinished

NOT_ALL_PAID = "mogelijk nog niet alle maanden geleverd of betaald"
"""What may be the matter with a year whose figures come in later."""


def unpaid(
    publication: PublicationReader, kind: AnnexKind, years: Sequence[int], options: Mapping[str, str]
) -> tuple[int, ...]:
    """The years whose last months may not be paid for, or delivered, yet: those without a delivery two years on. They
    are not to be compared with others.

    A publication knows days of delivery and years worked, not months: payments for December come in after those for
    November, in a delivery of the next year or later. Only a delivery of the year after that surely has them."""
    default = all(options.get(name, values[0]) == values[0] for name, values in kind.options.items())
    if not kind.paid_later or not default:
        return ()
    last = max((item.last.year for item in publication.delivered(kind.sources).values()), default=0)
    return tuple(year for year in years if last < year + 2)


def warnings(
    publication: PublicationReader, kind: AnnexKind, years: Sequence[int], options: Mapping[str, str]
) -> list[str]:
    """A sentence for each thing that a reader must know of the years before comparing them."""
    found = unfinished(years, publication.facts.as_of)
    if late := unpaid(publication, kind, years, options):
        are = "is" if len(late) == 1 else "zijn"
        found.append(f"{period(late)} {are} niet met andere jaren te vergelijken: {NOT_ALL_PAID}.")
    return found
