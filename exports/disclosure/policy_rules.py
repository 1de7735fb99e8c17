"""The rules that the policy states as texts: sums, bounds, counts that are the same, counts behind a figure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic_core import CoreSchema, core_schema

_COUNT = r"[a-z][a-z0-9_]*(?:/[^\s*+=<>@]+)?"


class _Rule:
    """A rule that the file holds as a text."""

    @classmethod
    def parsed(cls, text: str) -> Any:
        """The rule that the text states. Raises ValueError with how to write it."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parsed, core_schema.str_schema())


@dataclass(frozen=True)
class Sum(_Rule):
    """`total` is the sum of `parts`; a part that ends in `/*` stands for every category with that prefix."""

    total: str
    parts: tuple[str, ...]

    @classmethod
    def parsed(cls, text: str) -> Sum:
        """From `total = part + part`."""
        total, _, added = text.partition("=")
        parts = _added(added, rf"[a-z][a-z0-9_]*/\*|{_COUNT}")
        if not re.fullmatch(_COUNT, total.strip()) or not parts:
            raise ValueError(f"{text!r}: write `total = part + part` or `total = gender/*`")
        return cls(total.strip(), parts)


@dataclass(frozen=True)
class Bound(_Rule):
    """The sum of `lower` is never more than the sum of `upper`, in every place."""

    lower: tuple[str, ...]
    upper: tuple[str, ...]

    @classmethod
    def parsed(cls, text: str) -> Bound:
        """From `part + part <= whole`."""
        lower, upper = (_added(side) for side in text.partition("<=")[::2])
        if not lower or not upper:
            raise ValueError(f"{text!r}: write `part <= whole` or `part + part <= whole`")
        return cls(lower, upper)


def _added(text: str, pattern: str = _COUNT) -> tuple[str, ...]:
    """The counts of `part + part`; () when a part doesn't fit the pattern."""
    terms = tuple(term.strip() for term in text.split("+"))
    return terms if all(re.fullmatch(pattern, term) for term in terms) else ()


@dataclass(frozen=True)
class DerivedFrom(_Rule):
    """A count that a derived figure is computed from, `shift` years away, in its own place or in Flanders; of its own
    population when none is named."""

    item: str
    shift: int = 0
    in_flanders: bool = False
    population: str = ""

    @classmethod
    def parsed(cls, text: str) -> DerivedFrom:
        """From `count`, `count@-1` or `count@vlaanderen`, each with `population.` before it or not."""
        match = re.fullmatch(rf"(?:(\w+)\.)?({_COUNT})(?:@(?:(-?\d+)|(vlaanderen)))?", text)
        if not match:
            raise ValueError(f"{text!r}: write the name of a count, count@-1 (the year before) or count@vlaanderen")
        return cls(match[2], int(match[3] or 0), match[4] is not None, match[1] or "")


@dataclass(frozen=True)
class Same(_Rule):
    """The count `item` of `population` equals `other_item` of `other` in the year `shift` further."""

    population: str
    item: str
    other: str
    other_item: str
    shift: int

    @classmethod
    def parsed(cls, text: str) -> Same:
        """From `population.count = population.count@-1`."""
        match = re.fullmatch(r"(\w+)\.(\w+) = (\w+)\.(\w+)(?:@(-?\d+))?", text)
        if not match:
            raise ValueError(f"{text!r}: write `population.count = population.count@-1`")
        return cls(match[1], match[2], match[3], match[4], int(match[5] or 0))


@dataclass(frozen=True)
class CountOf(_Rule):
    """The count `item` of `population`; where that has options, of each of them."""

    population: str
    item: str

    @classmethod
    def parsed(cls, text: str) -> CountOf:
        """From `population.count`."""
        match = re.fullmatch(rf"(\w+)\.({_COUNT})", text)
        if not match:
            raise ValueError(f"{text!r}: write `population.count`")
        return cls(match[1], match[2])

    def is_of(self, population: str) -> bool:
        """Whether it counts this population, under one of its options."""
        return population.partition(" ")[0] == self.population
