"""What tables show together: categories of one family in a class, such as women, X and unknown; and municipalities of
one arrondissement, each too small for a row of its own, in a shared row.

Both are named by what they hold (`gender/unknown,v,x`; `11001,11004`), so that those with the same content have the
same name, in every table, question and release, and one that gets other members another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from exports.figures.reading import UNASSIGNED, Municipality

_JOINED = ","
Rows = Mapping[str, Municipality]
"""NIS code -> the row that its municipality is in; nothing where each has its own."""


@dataclass(frozen=True)
class CategoryClass:
    """Categories (`gender/v`) that are shown under one label."""

    categories: tuple[str, ...]
    label: str

    @classmethod
    def of(cls, family: str, codes: Sequence[str], label: str) -> CategoryClass:
        return cls(tuple(f"{family}/{code}" for code in codes), label)

    @property
    def name(self) -> str:
        """The category that identities have."""
        return class_name(self.categories)


def class_name(categories: Sequence[str]) -> str:
    """The name of these categories of one family together."""
    family = categories[0].partition("/")[0]
    return f"{family}/{_JOINED.join(sorted(category.partition('/')[2] for category in categories))}"


def members(category: str) -> tuple[str, ...]:
    """The categories that a class holds; a category that is no class holds itself."""
    family, _, codes = category.partition("/")
    return tuple(f"{family}/{code}" for code in codes.split(_JOINED)) if codes else (category,)


def codes_of(row: str) -> tuple[str, ...]:
    """The NIS codes that a row holds."""
    return tuple(row.split(_JOINED))


def is_shared(row: str) -> bool:
    """Whether several municipalities share it."""
    return _JOINED in row


def shared_in(rows: Iterable[Municipality]) -> frozenset[str]:
    """The NIS codes of the municipalities without a row of their own."""
    return frozenset(code for row in rows if is_shared(row.nis_code) for code in codes_of(row.nis_code))


def rows_of(municipalities: Iterable[Municipality], own: Set[str]) -> dict[str, Municipality]:
    """The row of each municipality; those in `own`, and one that would be alone, have theirs to themselves."""
    found: dict[str, Municipality] = {}
    others: defaultdict[tuple[str, str], list[Municipality]] = defaultdict(list)
    for item in municipalities:
        found[item.nis_code] = item
        if item.nis_code not in own and item.nis_code != UNASSIGNED:
            others[item.province, item.arrondissement].append(item)
    for (_, arrondissement), of in others.items():
        if len(of) > 1:
            name = f"Overige gemeenten van het arrondissement {arrondissement} ({len(of)})"
            shared = replace(of[0], nis_code=_JOINED.join(sorted(item.nis_code for item in of)), municipality=name)
            found |= {item.nis_code: shared for item in of}
    return found


def in_order(rows: Iterable[Municipality]) -> tuple[Municipality, ...]:
    """Each row once, by its code; shared ones after the others."""
    return tuple(sorted(set(rows), key=lambda row: (row.nis_code == UNASSIGNED, is_shared(row.nis_code), row.nis_code)))
