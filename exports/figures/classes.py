"""Classes: categories of one family that a table shows together, such as women, X and unknown.

A class is named by what it holds (`gender/unknown,v,x`), so that classes with the same content have the same name, in
every table, question and release, and a class that gets other members another name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_JOINED = ","


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
