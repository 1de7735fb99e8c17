"""The disclosure policy as data; `exports.disclosure.policy_reader` reads it from `policy.yml`.

The threshold and its reading (1-3 hidden, 0 shown) are those of VDAB's Arvastat; everything else says how the marts
of the contract hang together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exports.figures.identity import CENTRUMSTAD

TOTAL = "total"
"""The count of a whole population: what all sums of a population end in."""


class PolicyError(Exception):
    """A mistake in the policy file."""


@dataclass(frozen=True)
class Sum:
    """`total` is the sum of `parts`; a part that ends in `/*` stands for every category with that prefix."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Bound:
    """The sum of `lower` is never more than the sum of `upper`, in every place."""

    lower: tuple[str, ...]
    upper: tuple[str, ...]


@dataclass(frozen=True)
class DerivedFrom:
    """A count that a derived figure is computed from, `shift` years away, in its own place or in Flanders."""

    item: str
    shift: int = 0
    in_flanders: bool = False


@dataclass(frozen=True)
class Same:
    """The count `item` of `population` equals `other_item` of `other` in the year `shift` further."""

    population: str
    item: str
    other: str
    other_item: str
    shift: int


@dataclass(frozen=True)
class MartPolicy:
    """How the figures of one mart are controlled."""

    population: str
    rename: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    bounds: tuple[Bound, ...] = ()
    per_person: int | Mapping[str, int] = 1
    means: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    derived: Mapping[str, tuple[DerivedFrom, ...]] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[str, ...]:
        """The columns that are counts, means included."""
        return (*self.own, *self.means)

    @property
    def per_person_numbers(self) -> set[int]:
        """Every number that `most_per_person` can give."""
        return {self.per_person} if isinstance(self.per_person, int) else set(self.per_person.values())

    def most_per_person(self, option: str = "") -> int:
        """How often one person can be counted in a year, under the chosen option (`performance`)."""
        if isinstance(self.per_person, int):
            return self.per_person
        if option not in self.per_person:
            raise PolicyError(f"policy.yml: `per_person` of population {self.population} has no number for {option!r}")
        return self.per_person[option]

    def item(self, column: str) -> str:
        """Name of the mart column as a cell of the population."""
        return self.rename.get(column, column)


@dataclass(frozen=True)
class ExceptionRule:
    """Cells that may be shown below the threshold, and why. `None` = every item or place."""

    population: str
    reason: str
    item: str | None = None
    place: str | None = None

    def covers(self, population: str, place: str, item: str) -> bool:
        return population == self.population and self.item in (None, item) and self.place in (None, place)


@dataclass(frozen=True)
class Policy:
    """The whole policy. `costs` are by level, those of the centrumsteden apart."""

    threshold: int
    costs: Mapping[str, float]
    total_factor: float
    marts: Mapping[str, MartPolicy]
    same: tuple[Same, ...] = ()
    exceptions: tuple[ExceptionRule, ...] = ()
    text: str = field(default="", repr=False, compare=False)

    def cost(self, level: str, centre_city: bool, total: bool) -> float:
        """What hiding a count costs: at this level, of a centrumstad or not, the total of others or not."""
        return self.costs[CENTRUMSTAD if centre_city else level] * (self.total_factor if total else 1)

    def allowed(self, population: str, place: str, item: str) -> bool:
        """Whether an exception lets this cell be shown whatever its value."""
        return any(rule.covers(population, place, item) for rule in self.exceptions)
