"""Years, and years added up: the periods that figures are about.

A figure is about one year, or about several years that are added up, such as 2020-2023. Identities, the disclosure
control and what is kept of a release know a period by its `key`, a whole number: the year itself, or the first and the
last year behind each other (20202023). So periods sort, the years before what they add up to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_POOLED = 10_000
"""Keys of years added up are above this; no year is."""


class Period(NamedTuple):
    """One year, or several that follow each other."""

    first: int
    last: int

    @classmethod
    def of(cls, key: int) -> Period:
        """The period with this key."""
        return cls(*divmod(key, _POOLED)) if is_pooled(key) else cls(key, key)

    @classmethod
    def parsed(cls, label: str) -> Period:
        """The period with this label."""
        first, _, last = label.partition("-")
        return cls(int(first), int(last or first))

    @property
    def key(self) -> int:
        """How identities name the period."""
        return self.first if self.first == self.last else self.first * _POOLED + self.last

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.first, self.last + 1))

    @property
    def label(self) -> str:
        """ "2023" or "2020-2023"."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def name(self) -> int | str:
        """A year as a number, several as their label: what a table shows."""
        return self.first if self.first == self.last else self.label


def is_pooled(key: int) -> bool:
    """Whether the key is that of several years."""
    return key > _POOLED


def single(years: Iterable[int]) -> tuple[Period, ...]:
    """Each year by itself."""
    return tuple(Period(year, year) for year in years)
