"""The disclosure policy, read and checked from `policy.yml` beside this module (docs/schemas/policy.schema.json).

The threshold and its reading (1-3 hidden, 0 shown) are those of VDAB's Arvastat; everything else says how the marts
of the contract hang together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import CoreSchema, core_schema

from exports.disclosure.tables import TableRules
from exports.questions.field_types import FieldsOrBlank, Many, Text, Words
from orchestration.store.errors import TweError
from orchestration.store.yaml_models import Misplaced, Place, YamlDocument, YamlFileError, parse, read

TOTAL = "total"
"""The count of a whole population: what all sums of a population end in."""
FILE = Path(__file__).with_name("policy.yml")
_COUNT = r"[a-z][a-z0-9_]*(?:/[^\s*+=<>@]+)?"


class PolicyError(TweError):
    """A figure or option that the policy says nothing about."""


class PolicyFileError(YamlFileError, PolicyError):
    """Mistakes in the policy file; `mistakes` has them one by one."""


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
    """A count that a derived figure is computed from, `shift` years away, in its own place or in Flanders."""

    item: str
    shift: int = 0
    in_flanders: bool = False

    @classmethod
    def parsed(cls, text: str) -> DerivedFrom:
        """From `count`, `count@-1` or `count@vlaanderen`."""
        match = re.fullmatch(rf"({_COUNT})(?:@(?:(-?\d+)|(vlaanderen)))?", text)
        if not match:
            raise ValueError(f"{text!r}: write the name of a count, count@-1 (the year before) or count@vlaanderen")
        return cls(match[1], int(match[2] or 0), match[3] is not None)


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


def _per_person(value: Any) -> Any:
    for option, number in value.items() if isinstance(value, dict) else [("", value)]:
        if type(number) is not int or number < 1:
            what = f"`per_person` of {option}" if option else "`per_person`"
            raise ValueError(f"{what} must be a whole number of at least 1, not {number!r}")
    return value


Cost = Annotated[float, Field(gt=0)]


class MartPolicy(FieldsOrBlank):
    """How the figures of one mart are controlled."""

    population: Words
    """The name under which the mart counts; {option} stands for the value of that option."""
    counts: Many[Words] = ()
    """Columns that are counts; a mart of categories needs none, its `sums` name them."""
    rename: dict[str, Words] = Field(default_factory=dict)
    """Column of the mart: count of the population."""
    sums: Many[Sum] = ()
    """`total = part + part`, or `total = gender/*` for every category of gender."""
    bounds: Many[Bound] = ()
    """`part <= whole`: what always holds between counts of one municipality."""
    per_person: Annotated[int | dict[str, int], BeforeValidator(_per_person)] = 1
    """How often one person can be counted in a year, per option where that differs."""
    means: Many[Words] = ()
    """Columns that are means over months."""
    amounts: Many[Words] = ()
    """Columns of money that follow the count `total`."""
    derived: dict[str, Many[DerivedFrom]] = Field(default_factory=dict)
    """Figure: the counts that it is computed from; count@-1 is that of the year before, count@vlaanderen of Flanders"""

    @model_validator(mode="after")
    def _names_are_counts(self) -> MartPolicy:
        """A rule that names a count that the mart doesn't have would do nothing."""
        counts = {self.item(name) for name in self.columns} | {rule.total for rule in self.sums}
        is_none = f"is no count of population {self.population}; this mart has {', '.join(sorted(counts))}"
        found: list[tuple[Place, str]] = [
            (("rename", name), f"`{name}` isn't among the `counts` of this mart; add it or correct it")
            for name in self.rename
            if name not in self.columns
        ]
        for at, rule in enumerate(self.bounds):
            found += [(("bounds", at), f"`{n}` {is_none}") for n in (*rule.lower, *rule.upper) if n not in counts]
        for name, sources in self.derived.items():
            found += [(("derived", name), f"`{s.item}` {is_none}") for s in sources if s.item not in counts]
        if found:
            raise Misplaced(*found)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the mart that are counts, means included."""
        return (*self.counts, *self.means)

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
        """Name of the mart column as a count of the population."""
        return self.rename.get(column, column)


class ExceptionRule(FieldsOrBlank):
    """Counts that may be shown below the threshold, and why."""

    population: Words
    item: Text | None = None
    """Name of the count; all when left out."""
    place: Text | None = None
    """NIS code, province or vlaanderen; all when left out."""
    reason: Words
    """In words: the public edition prints it."""

    def covers(self, population: str, place: str, item: str) -> bool:
        """Whether it is about this count."""
        return population == self.population and self.item in (None, item) and self.place in (None, place)

    @property
    def about(self) -> str:
        """What it is about, as in the file."""
        return " ".join(part for part in (self.population, self.item, self.place) if part)


class Costs(FieldsOrBlank):
    """What hiding a count costs by its level; counts are chosen so that the sum of costs is small."""

    gemeente: Cost
    centrumstad: Cost | None = None
    """As `gemeente` when left out, as in policies that are kept with older controls."""
    arrondissement: Cost | None = None
    """As `provincie` when left out."""
    provincie: Cost
    vlaanderen: Cost
    total_factor: Cost
    """A count that is the total of others costs this many times more."""


class PolicyFile(TableRules):
    """The fields of the policy file."""

    threshold: Annotated[int, Field(ge=2)]
    """Counts from 1 up to and including this less one are hidden; 0 is shown."""
    costs: Costs
    marts: dict[str, MartPolicy]
    """One block per mart."""
    same: Many[Same] = ()
    """`population.count = population.count@-1`: counts of different populations that are the same number."""
    exceptions: Many[ExceptionRule] = ()

    @field_validator("same", "exceptions")
    @classmethod
    def _populations_are_known(cls, rules: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        known = sorted({mart.population.partition(" ")[0] for mart in info.data.get("marts", {}).values()})
        found = [
            ((at,), f"no mart has population {name}; choose one of {', '.join(known)}")
            for at, rule in enumerate(rules)
            for name in ((rule.population, rule.other) if isinstance(rule, Same) else (rule.population,))
            if name.partition(" ")[0] not in known
        ]
        if known and found:  # without `marts` that are right, nothing is known
            raise Misplaced(*found)
        return rules


class Policy(PolicyFile):
    """The whole policy, with the text of its file."""

    text: str = Field(default="", repr=False)

    def cost(self, level: str, centre_city: bool, total: bool) -> float:
        """What hiding a count costs: at this level, of a centrumstad or not, the total of others or not."""
        cost = (centre_city and self.costs.centrumstad) or getattr(self.costs, level) or self.costs.provincie
        return cost * (self.costs.total_factor if total else 1)

    def allowed(self, population: str, place: str, item: str) -> bool:
        """Whether an exception lets this count be shown whatever its value."""
        return any(rule.covers(population, place, item) for rule in self.exceptions)


def read_policy(path: Path = FILE) -> YamlDocument[PolicyFile]:
    """The policy file with the lines of its fields. Raises PolicyFileError with every mistake in it."""
    return read(path, PolicyFile, error=PolicyFileError)


def load_policy(path: Path = FILE) -> Policy:
    """The policy in a file. Raises PolicyFileError."""
    return _policy(read_policy(path))


@cache
def kept_policy(text: str) -> Policy:
    """A policy from its text, as the file of a control keeps it. Raises PolicyFileError."""
    return _policy(parse(FILE, text, PolicyFile, error=PolicyFileError))


def _policy(document: YamlDocument[PolicyFile]) -> Policy:
    return Policy.model_construct(**dict(document.model), text=document.text)
